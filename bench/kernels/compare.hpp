// Two reports, row by row.
#pragma once

#include "bench/kernels/report.hpp"

namespace cuvae::bench {

struct Comparison {
  std::string text;             // what differs between the machines and versions, then a table
  bool has_regression = false;  // a row that is slower, beyond the noise of both
  int rows = 0;                 // that both have
};

// Whether a report has a row of the case.
[[nodiscard]] bool has_row_of(const Report& report, const Case& which);

// Times on one machine; on another, or under another driver, shares of a copy, which may be compared.
[[nodiscard]] Comparison compare(const Report& old, const Report& now);

}  // namespace cuvae::bench
