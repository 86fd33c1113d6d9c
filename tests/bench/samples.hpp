// Reports that are made up.
#pragma once

#include "bench/kernels/report.hpp"

namespace cuvae::bench::made_up {

inline Row row(std::string op, double median_us, double percent_copy, double noise_percent = 1) {
  Row row;
  row.op = std::move(op);
  row.dtype = "fp32";
  row.state = "cold";
  row.shape = {128, 784};
  row.bytes = 1'000'000;
  row.median_us = median_us;
  row.percent_copy = percent_copy;
  row.noise_percent = noise_percent;
  return row;
}

inline Report report(std::vector<Row> rows) {
  Report report{.version = "0.1.0", .commit = "abc1234", .command = "cuvae bench"};
  report.date = "2026-01-31";
  report.facts = {.device = "cuda:0", .name = "Some GPU", .driver = "580.1"};
  report.rows = std::move(rows);
  return report;
}

}  // namespace cuvae::bench::made_up
