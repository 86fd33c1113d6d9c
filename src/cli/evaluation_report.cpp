#include "src/cli/evaluation_report.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "src/cli/output.hpp"
#include "src/io/json_line.hpp"

namespace cuvae::cli {
namespace {

std::string rows_text(std::int64_t rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

// "-86.123 +- 0.021": the error of the draws, where there are enough of them to tell.
std::string with_error(const Estimate& estimate) {
  const std::string value = fixed(estimate.value, 3);
  return estimate.draw_error > 0 ? value + " +- " + fixed(estimate.draw_error, 3) : value;
}

// Dimensions of z by their KL, the largest first; those that hold next to nothing are only counted.
void add_kl_by_dimension(Rows& rows, std::string title, const std::string& z,
                         const std::vector<LatentUnit>& units) {
  constexpr double kLittle = 0.005;
  constexpr std::size_t kPerLine = 6;
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return units[a].kl > units[b].kl; });
  std::string line;
  const auto finish = [&] {
    if (!line.empty()) rows.emplace_back(std::exchange(title, ""), std::exchange(line, ""));
  };
  std::size_t told = 0;
  for (; told < order.size() && units[order[told]].kl >= kLittle; ++told) {
    if (told > 0 && told % kPerLine == 0) finish();
    line +=
        (line.empty() ? z : ", " + z) + std::to_string(order[told]) + " " + fixed(units[order[told]].kl, 2);
  }
  finish();
  if (told == order.size()) return;
  const std::string left = std::to_string(order.size() - told);
  rows.emplace_back(title, (told > 0 ? left + " more" : "all " + left) + " below " + fixed(kLittle, 3));
}

std::vector<double> of_units(const std::vector<LatentUnit>& units, double LatentUnit::*field) {
  std::vector<double> values;
  for (const LatentUnit& unit : units) values.push_back(unit.*field);
  return values;
}

io::JsonObject json_of(const InformationGap& gap) {
  io::JsonObject factors;
  for (const FactorInformation& factor : gap.factors) {
    factors.add(factor.name, io::JsonObject()
                                 .add("gap", factor.gap)
                                 .add("entropy", factor.entropy)
                                 .add("unit", factor.unit)
                                 .add("information", factor.information)
                                 .add("next_unit", factor.next_unit)
                                 .add("next_information", factor.next_information));
  }
  return io::JsonObject()
      .add("mean", gap.mean)
      .add("rows", gap.rows)
      .add("factors", factors)
      .add("left_out", gap.left_out);
}

void add_gap(Rows& rows, const InformationGap& gap) {
  rows.emplace_back("mig", fixed(gap.mean, 3) + " (mutual information gap, of " + rows_text(gap.rows) + ")");
  for (const FactorInformation& factor : gap.factors) {
    std::string text = fixed(factor.gap, 3) + " (of " + fixed(factor.entropy, 3) + " nats z" +
                       std::to_string(factor.unit) + " knows " + fixed(factor.information, 3);
    if (factor.next_unit >= 0)
      text += ", z" + std::to_string(factor.next_unit) + " " + fixed(factor.next_information, 3);
    rows.emplace_back("  " + factor.name, text + ")");
  }
  for (const std::string& name : gap.left_out)
    rows.emplace_back("  " + name, "left out: it does not vary over these rows");
}

}  // namespace

std::string active_units_text(const Evaluation& result) {
  const auto both = [&](std::int64_t first, std::int64_t second) {
    return std::to_string(first) + (result.top_units.empty() ? "" : " + " + std::to_string(second));
  };
  return both(result.active_units, result.active_top_units) + " of " +
         both(std::ssize(result.units), std::ssize(result.top_units));
}

std::string EvaluationReport::as_json() const {
  io::JsonObject json;
  const auto of_several = [&](double value) {  // one draw does not tell
    return result.samples > 1 ? std::optional(value) : std::nullopt;
  };
  json.add("elbo", result.mean.elbo)
      .add("elbo_draw_error", of_several(result.elbo.draw_error))
      .add("elbo_row_error", result.elbo.row_error)
      .add("reconstruction", result.mean.reconstruction)
      .add("kl", result.mean.kl)
      .add("log_prior", result.log_prior)
      .add("entropy", result.entropy)
      .add("iwae", result.iwae.value)
      .add("iwae_draw_error", of_several(result.iwae.draw_error))
      .add("iwae_row_error", result.iwae.row_error)
      .add("samples", result.samples)
      .add("effective_samples", result.effective_samples)
      .add("inference_gap", of_several(result.inference_gap))
      .add("mutual_information", result.mutual_information)
      .add("information_rows", result.information_rows)
      .add("rows", result.rows)
      .add("active_units", result.active_units)
      .add("latent", static_cast<std::int64_t>(result.units.size()))
      .add("kl_per_dimension", of_units(result.units, &LatentUnit::kl))
      .add("mean_variance_per_dimension", of_units(result.units, &LatentUnit::mean_variance))
      .add("seed", use.seed)
      .add("binarize", to_string(binarize))
      .add("checkpoint", use.checkpoint)
      .add("data", use.data);
  if (!result.top_units.empty()) {
    json.add("active_top_units", result.active_top_units)
        .add("top_latent", static_cast<std::int64_t>(result.top_units.size()))
        .add("top_kl_per_dimension", of_units(result.top_units, &LatentUnit::kl))
        .add("top_mean_variance_per_dimension", of_units(result.top_units, &LatentUnit::mean_variance));
  }
  if (result.information_gap) json.add("mig", json_of(*result.information_gap));
  return json.str() + "\n";
}

std::string EvaluationReport::as_table() const {
  const std::string draws =
      result.samples == 1 ? "one draw of z" : std::to_string(result.samples) + " draws of z";
  const bool two_layers = !result.top_units.empty();
  const std::string prior = two_layers ? "E log p(z|z2) p(z2) / q(z2|z)" : "E log p(z)";
  Rows rows{
      {"elbo", with_error(result.elbo) + " nats per row, " + draws + " each"},
      {"  reconstruction", fixed(result.mean.reconstruction, 3) + " (E log p(x|z))"},
      {"  kl", fixed(result.mean.kl, 3) + " (" + prior + " = " + fixed(result.log_prior, 3) +
                   ", entropy of q = " + fixed(result.entropy, 3) + ")"},
  };
  add_kl_by_dimension(rows, "  each to N(0, 1)", "z", result.units);
  if (two_layers) add_kl_by_dimension(rows, "  z2, likewise", "z2.", result.top_units);
  if (result.samples > 1) {
    rows.emplace_back("iwae", with_error(result.iwae) + " (L_" + std::to_string(result.samples) + ", " +
                                  fixed(result.effective_samples, 1) + " effective samples)");
    rows.emplace_back("inference gap", fixed(result.inference_gap, 3) + " (iwae - elbo)");
  }
  rows.emplace_back("mutual information",
                    fixed(result.mutual_information, 3) + " nats between x and z (of " +
                        rows_text(result.information_rows) + ", so " +
                        fixed(std::log(static_cast<double>(result.information_rows)), 3) + " at most)");
  rows.emplace_back("active units", active_units_text(result));
  if (result.information_gap) add_gap(rows, *result.information_gap);
  rows.emplace_back("rows", std::to_string(result.rows));
  rows.emplace_back("over rows", "+- " + fixed(result.elbo.row_error, 3) + " (standard error of the elbo)");
  rows.emplace_back("binarize", std::string(to_string(binarize)));
  return two_columns(rows);
}

}  // namespace cuvae::cli
