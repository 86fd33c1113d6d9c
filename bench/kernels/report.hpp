// What was measured, as figures, and as the text of a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/kernels/ceilings.hpp"
#include "bench/kernels/measure.hpp"

namespace cuvae::bench {

// One operation, shape, type and state. Times are microseconds of one call; shares are in percent.
struct Row {
  std::string op, dtype, state;
  Shape shape;
  std::int64_t bytes = 0;  // that must be read and written
  double flops = 0, functions = 0;
  double median_us = 0, p5_us = 0, p95_us = 0;
  double noise_percent = 0;  // by how much the median differs between two runs, or half the spread of samples
  double gb_per_s = 0;
  double percent_copy =
      0;  // of the rate of a copy of as many bytes, in the same state, timed in turn with it
  double percent_roofline = 0;  // of the slowest of that copy, the arithmetic, the functions and a launch
  std::string bound;            // which of them it is
  std::optional<double> unfused_us, unfused_ratio;  // unfused / fused
  double clock_mhz = 0;
  std::string mark;  // empty where the figures may be believed
};

// The figures of a case from one run of it, or two.
[[nodiscard]] Row make_row(const Case& which, const Ceilings& ceilings, const Samples& first,
                           const Samples* second);

struct Report {
  std::string version, commit, command, date = {};
  Facts facts = {};
  Ceilings ceilings = {};
  std::vector<Row> rows = {};
};

[[nodiscard]] std::string as_markdown(const Report& report);
[[nodiscard]] std::string as_csv(const Report& report);

}  // namespace cuvae::bench
