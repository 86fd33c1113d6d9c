// What cuvae info tells of data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/data/profile.hpp"

namespace cuvae::cli {

// What will go wrong in training, or may.
struct Warning {
  std::string kind;  // for programs: "not-finite"
  std::string what, mend;
  std::optional<data::Place> first;  // where
};

[[nodiscard]] std::vector<Warning> warnings_of(const data::Profile& profile);

struct DataReport {
  std::string data{};  // as it was named
  data::Profile profile{};
  std::optional<std::int64_t> disk_bytes{};  // none of what cannot be seen there
  bool mapped = false;                       // left in its file by training

  [[nodiscard]] std::string as_text() const;
  [[nodiscard]] std::string as_json() const;
};

}  // namespace cuvae::cli
