#include "src/cli/metrics.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

#include "cuvae/error.hpp"
#include "src/io/atomic_file.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::cli {
namespace {

io::JsonObject json(const Elbo& elbo) {
  return io::JsonObject()
      .add("elbo", elbo.elbo)
      .add("reconstruction", elbo.reconstruction)
      .add("kl", elbo.kl);
}

}  // namespace

std::string metrics_line(const EpochMetrics& metrics) {
  io::JsonObject line;
  line.add("epoch", metrics.epoch).add("step", metrics.step).add("train", json(metrics.train));
  if (metrics.validation) line.add("validation", json(*metrics.validation));
  line.add("objective", metrics.objective)
      .add("learning_rate", metrics.learning_rate)
      .add("kl_weight", metrics.kl_weight)
      .add("active_units", metrics.active_units);
  if (metrics.active_top_units) line.add("active_top_units", *metrics.active_top_units);
  line.add("skipped_updates", metrics.skipped_updates)
      .add("rows_per_second", metrics.rows_per_second)
      .add("seconds", metrics.seconds);
  return line.str() + "\n";
}

std::optional<ActiveUnits> active_units_at(const std::string& path, std::int64_t step) {
  std::ifstream file(path, std::ios::binary);
  std::optional<ActiveUnits> units;
  for (std::string line; std::getline(file, line);) {
    if (io::integer_field(line, "step") != step) continue;
    const std::optional<std::int64_t> of_z = io::integer_field(line, "active_units");
    if (of_z) units = {*of_z, io::integer_field(line, "active_top_units")};
  }
  return units;
}

MetricsFile::MetricsFile(std::string path, std::int32_t epochs_done)
    : path_(std::move(path)), epochs_done_(epochs_done) {}

void MetricsFile::append(const EpochMetrics& metrics) {
  if (!clean_) drop_later_lines();
  clean_ = true;
  io::append_to_file(path_, metrics_line(metrics));
}

void MetricsFile::drop_later_lines() const {
  if (std::error_code ignored; !std::filesystem::exists(path_, ignored)) return;
  std::ifstream file(path_, std::ios::binary);
  std::string kept, line;
  while (std::getline(file, line)) {
    const auto epoch = io::integer_field(line, "epoch");  // none: a line that a crash cut short
    if (epoch && *epoch <= epochs_done_) kept += line + "\n";
  }
  if (!file.eof())
    throw Error(Errc::io, path_ + ": cannot be read, so its lines would be lost" +
                              "\nMove it away, or give yourself the right to read it (chmod).");
  io::write_file(path_, kept);
}

}  // namespace cuvae::cli
