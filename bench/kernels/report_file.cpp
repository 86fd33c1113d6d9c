#include "bench/kernels/report_file.hpp"

#include <nlohmann/json.hpp>

#include "bench/kernels/text.hpp"
#include "src/core/mapped_file.hpp"
#include "src/core/read_error.hpp"

namespace cuvae::bench {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Row& row) {
  const auto optional = [](const std::optional<double>& value) {
    return value ? Json(rounded(*value)) : Json();
  };
  return {{"op", row.op},
          {"rows", row.shape.rows},
          {"cols", row.shape.cols},
          {"dtype", row.dtype},
          {"state", row.state},
          {"bytes", row.bytes},
          {"flops", rounded(row.flops)},
          {"functions", rounded(row.functions)},
          {"median_us", rounded(row.median_us)},
          {"p5_us", rounded(row.p5_us)},
          {"p95_us", rounded(row.p95_us)},
          {"noise_percent", rounded(row.noise_percent)},
          {"gb_per_s", rounded(row.gb_per_s)},
          {"percent_copy", rounded(row.percent_copy)},
          {"percent_roofline", rounded(row.percent_roofline)},
          {"bound", row.bound},
          {"unfused_us", optional(row.unfused_us)},
          {"unfused_ratio", optional(row.unfused_ratio)},
          {"clock_mhz", rounded(row.clock_mhz)},
          {"mark", row.mark}};
}

Row row_of(const Json& json) {
  Row row;
  row.op = json.at("op").get<std::string>();
  row.dtype = json.at("dtype").get<std::string>();
  row.state = json.at("state").get<std::string>();
  row.shape = {json.at("rows").get<std::int64_t>(), json.at("cols").get<std::int32_t>()};
  row.bytes = json.at("bytes").get<std::int64_t>();
  row.median_us = json.at("median_us").get<double>();
  row.noise_percent = json.at("noise_percent").get<double>();
  row.percent_copy = json.at("percent_copy").get<double>();
  row.mark = json.at("mark").get<std::string>();
  return row;
}

}  // namespace

std::string as_json(const Report& report) {
  const Facts& facts = report.facts;
  const Ceilings& top = report.ceilings;
  const bool is_gpu = !facts.driver.empty();
  Json rows = Json::array();
  for (const Row& row : report.rows) rows.push_back(json_of(row));
  Json json{{"format", kReportFormat},
            {"gpu", is_gpu ? Json(facts.name) : Json()},
            {"driver", is_gpu ? Json(facts.driver) : Json()},
            {"device", facts.device},
            {"name", facts.name},
            {"version", report.version},
            {"commit", report.commit},
            {"command", report.command},
            {"date", report.date},
            {"ceilings",
             {{"copy_gb_per_s", rounded(top.copy * 1e-9)},
              {"read_gb_per_s", rounded(top.read * 1e-9)},
              {"fill_gb_per_s", rounded(top.fill * 1e-9)},
              {"copy_in_cache_gb_per_s", rounded(top.copy_in_cache * 1e-9)},
              {"gflops", rounded(top.flops * 1e-9)},
              {"product_gflops", rounded(top.products * 1e-9)},
              {"gexponentials_per_s", rounded(top.exponentials * 1e-9)},
              {"gdivisions_per_s", rounded(top.divisions * 1e-9)},
              {"launch_us", rounded(top.launch * 1e6)}}},
            {"rows", rows}};
  return json.dump(1) + "\n";
}

Report read_report(const std::filesystem::path& path) {
  const std::string mend = "Give a .json file that `cuvae bench --out` wrote.";
  const auto file = core::MappedFile::open(path);
  const std::span<const std::byte> bytes = file->bytes();
  constexpr std::size_t kLargest = std::size_t{2} << 20;  // as JSON values they take 24 times as much
  constexpr int kDeepest = 4;
  if (bytes.size() > kLargest)
    core::refuse(path.string(), "it is larger than any results of cuvae bench", mend);
  try {
    const auto* begin = reinterpret_cast<const char*>(bytes.data());
    const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
      if (depth > kDeepest)
        core::refuse(path.string(), "it is nested too deep for results of cuvae bench", mend);
      return true;
    };
    const Json json = Json::parse(begin, begin + bytes.size(), shallow);
    if (const int format = json.at("format").get<int>(); format != kReportFormat) {
      core::refuse(
          path.string(),
          "it is in format " + std::to_string(format) + ", this cuvae reads " + std::to_string(kReportFormat),
          "Measure again with the older program, or compare with a newer cuvae.");
    }
    Report report;
    report.version = json.at("version").get<std::string>();
    report.commit = json.at("commit").get<std::string>();
    report.facts.device = json.at("device").get<std::string>();
    report.facts.name = json.at("name").get<std::string>();
    if (json.at("driver").is_string()) report.facts.driver = json.at("driver").get<std::string>();
    for (const Json& row : json.at("rows")) {
      report.rows.push_back(row_of(row));
      const Row& read = report.rows.back();
      if (!(read.median_us > 0 && read.percent_copy > 0 && read.noise_percent >= 0))
        core::refuse(path.string(), "row " + std::to_string(report.rows.size()) + " has a time that is none",
                     mend);
    }
    return report;
  } catch (const Json::exception& error) {
    const std::string_view reason = error.what();  // begins with its number, in brackets
    core::refuse(path.string(),
                 "it is no results of cuvae bench: " + std::string(reason.substr(reason.find(']') + 2)),
                 mend);
  }
}

}  // namespace cuvae::bench
