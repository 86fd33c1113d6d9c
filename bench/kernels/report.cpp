#include "bench/kernels/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "bench/kernels/text.hpp"

namespace cuvae::bench {
namespace {

struct Spread {
  double median = 0, p5 = 0, p95 = 0;
};

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return {at(0.5), at(0.05), at(0.95)};
}

std::vector<double> joined(const std::vector<double>& first, const std::vector<double>* second) {
  std::vector<double> all = first;
  if (second != nullptr) all.insert(all.end(), second->begin(), second->end());
  return all;
}

double clock_change(const Samples& samples) {
  return std::abs(samples.clock_after / samples.clock_before - 1);
}

std::string mark_of(const Samples& first, const Samples* second) {
  double change = clock_change(first);
  if (second != nullptr) {
    change =
        std::max({change, clock_change(*second), std::abs(second->clock_before / first.clock_before - 1)});
  }
  return change <= kClockTolerance ? "" : "the clock moved by " + percent(100 * change);
}

}  // namespace

Row make_row(const Case& which, const Ceilings& ceilings, const Samples& first, const Samples* second) {
  const Spread fused = spread_of(joined(first.fused, second == nullptr ? nullptr : &second->fused));
  const Spread copy = spread_of(joined(first.copy, second == nullptr ? nullptr : &second->copy));
  const Spread unfused = spread_of(joined(first.unfused, second == nullptr ? nullptr : &second->unfused));
  Row row;
  row.op = which.operation->name;
  row.dtype = to_string(which.type);
  row.state = to_string(first.state);
  row.shape = which.shape;
  row.bytes = which.operation->bytes(which.shape, which.type);
  const double elements = static_cast<double>(which.shape.rows) * which.shape.cols;
  row.flops = which.operation->flops * elements;
  const double exponentials = which.operation->exponentials * elements,
               divisions = which.operation->divisions * elements;
  row.functions = exponentials + divisions;
  row.median_us = fused.median * 1e6;
  row.p5_us = fused.p5 * 1e6;
  row.p95_us = fused.p95 * 1e6;
  double between = 0;
  if (second != nullptr) {
    between = std::abs(spread_of(first.fused).median - spread_of(second->fused).median) / fused.median;
  }
  row.noise_percent = 100 * std::max(between, (fused.p95 - fused.p5) / 2 / fused.median);
  row.gb_per_s = static_cast<double>(row.bytes) / fused.median * 1e-9;
  row.percent_copy = 100 * copy.median / fused.median;
  const std::pair<double, const char*> bounds[] = {
      {copy.median, "copy"},
      {row.flops / ceilings.flops, "arithmetic"},
      {exponentials / ceilings.exponentials + divisions / ceilings.divisions, "functions"},
      {ceilings.launch, "launch"}};
  const auto slowest = std::ranges::max_element(bounds);
  row.percent_roofline = 100 * slowest->first / fused.median;
  row.bound = slowest->second;
  if (unfused.median > 0) {
    row.unfused_us = unfused.median * 1e6;
    row.unfused_ratio = unfused.median / fused.median;
  }
  row.clock_mhz = first.clock_before * 1e-6;
  row.mark = mark_of(first, second);
  return row;
}

std::string as_markdown(const Report& report) {
  const Facts& facts = report.facts;
  const Ceilings& top = report.ceilings;
  std::string text = facts.device + ": " + facts.name +
                     (facts.driver.empty() ? "" : ", driver " + facts.driver) + "; cuvae " + report.version +
                     ", commit " + report.commit + "; `" + report.command + "`\n\n";
  text += "Ceilings: copy " + figure(top.copy * 1e-9) + ", read " + figure(top.read * 1e-9) + ", fill " +
          figure(top.fill * 1e-9) + ", copy in the cache " + figure(top.copy_in_cache * 1e-9) + " GB/s; " +
          figure(top.flops * 1e-9) + " GFLOP/s of multiply-adds, " + figure(top.products * 1e-9) +
          " in large products; " + figure(top.exponentials * 1e-9) + " G exponentials/s, " +
          figure(top.divisions * 1e-9) + " G divisions/s; a launch " + figure(top.launch * 1e6) + " us.\n\n";
  text +=
      "| op | shape | type | state | bytes | us (p5 to p95) | noise | GB/s | of copy | of roofline | bound "
      "| unfused us | unfused/fused | MHz | |\n"
      "|---|---|---|---|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|---|\n";
  for (const Row& row : report.rows) {
    const auto optional = [](const std::optional<double>& value) {
      return value ? figure(*value) : std::string("-");
    };
    text += "| " + row.op + " | " + to_string(row.shape) + " | " + row.dtype + " | " + row.state + " | " +
            std::to_string(row.bytes) + " | " + figure(row.median_us) + " (" + figure(row.p5_us) + " to " +
            figure(row.p95_us) + ") | " + percent(row.noise_percent) + " | " + figure(row.gb_per_s) + " | " +
            percent(row.percent_copy) + " | " + percent(row.percent_roofline) + " | " + row.bound + " | " +
            optional(row.unfused_us) + " | " + optional(row.unfused_ratio) + " | " +
            std::to_string(std::lround(row.clock_mhz)) + " | " + row.mark + " |\n";
  }
  return text;
}

std::string as_csv(const Report& report) {
  std::string text =
      "op,rows,cols,dtype,state,bytes,flops,functions,median_us,p5_us,p95_us,noise_percent,gb_per_s,percent_"
      "copy,"
      "percent_roofline,bound,unfused_us,unfused_ratio,clock_mhz,mark,device,name,driver,version,commit\n";
  const auto quoted = [](const std::string& word) { return '"' + word + '"'; };
  for (const Row& row : report.rows) {
    const auto optional = [](const std::optional<double>& value) {
      return value ? figure(*value) : std::string();
    };
    for (const std::string& field : {row.op,
                                     std::to_string(row.shape.rows),
                                     std::to_string(row.shape.cols),
                                     row.dtype,
                                     row.state,
                                     std::to_string(row.bytes),
                                     figure(row.flops),
                                     figure(row.functions),
                                     figure(row.median_us),
                                     figure(row.p5_us),
                                     figure(row.p95_us),
                                     figure(row.noise_percent),
                                     figure(row.gb_per_s),
                                     figure(row.percent_copy),
                                     figure(row.percent_roofline),
                                     row.bound,
                                     optional(row.unfused_us),
                                     optional(row.unfused_ratio),
                                     figure(row.clock_mhz),
                                     quoted(row.mark),
                                     quoted(report.facts.device),
                                     quoted(report.facts.name),
                                     quoted(report.facts.driver),
                                     quoted(report.version)})
      text += field + ",";
    text += quoted(report.commit) + "\n";
  }
  return text;
}

}  // namespace cuvae::bench
