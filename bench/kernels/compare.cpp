#include "bench/kernels/compare.hpp"

#include <algorithm>

#include "bench/kernels/text.hpp"
#include "src/core/shown.hpp"

namespace cuvae::bench {
namespace {

constexpr double kLeastNoise = 3;  // percent; below it nothing is called a change

const Row* find(const std::vector<Row>& rows, const Row& like) {
  const auto found = std::ranges::find_if(rows, [&](const Row& row) {
    return row.op == like.op && row.shape == like.shape && row.dtype == like.dtype && row.state == like.state;
  });
  return found == rows.end() ? nullptr : &*found;
}

// What was measured elsewhere, in a sentence each.
std::string differences(const Report& old, const Report& now, bool same_machine) {
  std::string text;
  const auto say = [&](const std::string& what, const std::string& before, const std::string& after) {
    if (before == after) return;
    text += "note: " + what + " differs: " + core::shown(before) + " then, " + core::shown(after) + " now\n";
  };
  say("the machine", old.facts.device + ", " + old.facts.name, now.facts.device + ", " + now.facts.name);
  say("the driver", old.facts.driver, now.facts.driver);
  say("the version", old.version, now.version);
  say("the commit", old.commit, now.commit);
  if (!same_machine) text += "note: times of two machines are not compared; shares of a copy's rate are\n";
  return text;
}

}  // namespace

bool has_row_of(const Report& report, const Case& which) {
  return std::ranges::any_of(report.rows, [&](const Row& row) {
    return row.op == which.operation->name && row.shape == which.shape && row.dtype == to_string(which.type);
  });
}

Comparison compare(const Report& old, const Report& now) {
  const bool same_machine = old.facts.device == now.facts.device && old.facts.name == now.facts.name &&
                            old.facts.driver == now.facts.driver;
  Comparison comparison;
  std::string table = std::string("| op | shape | type | state | ") +
                      (same_machine ? "us then | us now" : "of copy then | of copy now") +
                      " | now/then | noise | |\n|---|---|---|---|--:|--:|--:|--:|---|\n";
  for (const Row& row : now.rows) {
    const Row* before = find(old.rows, row);
    if (before == nullptr) continue;
    ++comparison.rows;
    // Above 1: slower.
    const double ratio =
        same_machine ? row.median_us / before->median_us : before->percent_copy / row.percent_copy;
    const double noise = std::max(row.noise_percent + before->noise_percent, kLeastNoise);
    const bool is_believed = row.mark.empty() && before->mark.empty();
    const char* verdict = !is_believed                    ? "not judged: the clock moved"
                          : ratio > 1 + noise / 100       ? "slower"
                          : ratio < 1 / (1 + noise / 100) ? "faster"
                                                          : "";
    if (is_believed && ratio > 1 + noise / 100) comparison.has_regression = true;
    table += "| " + row.op + " | " + to_string(row.shape) + " | " + row.dtype + " | " + row.state + " | " +
             (same_machine ? figure(before->median_us) : percent(before->percent_copy)) + " | " +
             (same_machine ? figure(row.median_us) : percent(row.percent_copy)) + " | " + figure(ratio) +
             " | " + percent(noise) + " | " + verdict + " |\n";
  }
  comparison.text = differences(old, now, same_machine);
  if (comparison.rows > 0) comparison.text += "\n" + table;
  const auto missing = static_cast<int>(now.rows.size()) - comparison.rows;
  if (missing > 0)
    comparison.text += "note: " + std::to_string(missing) + " of " + std::to_string(now.rows.size()) +
                       " rows are not in the older file\n";
  return comparison;
}

}  // namespace cuvae::bench
