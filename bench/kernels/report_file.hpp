// Reports as files of JSON.
#pragma once

#include <filesystem>

#include "bench/kernels/report.hpp"

namespace cuvae::bench {

inline constexpr int kReportFormat = 1;

// Throughout the kernels.json of docs/formats.md.
[[nodiscard]] std::string as_json(const Report& report);

// Throws Error(data) for what is no such file, naming what is wrong in it.
[[nodiscard]] Report read_report(const std::filesystem::path& path);

}  // namespace cuvae::bench
