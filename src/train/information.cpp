#include "src/train/information.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "kernels/ops/log_sum_exp.hpp"
#include "kernels/ops/permutation.hpp"

namespace cuvae::train {
namespace {

// A factor over the chosen rows, its levels counted from 0.
struct Levels {
  std::vector<std::size_t> of_row;
  std::vector<double> rows;  // with each level

  Levels(const Factors& factors, std::size_t factor, const std::vector<std::int64_t>& chosen) {
    std::map<std::int32_t, std::size_t> number;
    for (const std::int64_t row : chosen) {
      const std::int32_t level =
          factors.levels[static_cast<std::size_t>(row) * factors.names.size() + factor];
      of_row.push_back(number.try_emplace(level, number.size()).first->second);
      rows.resize(number.size());
      ++rows[of_row.back()];
    }
  }
  [[nodiscard]] double entropy() const {
    double sum = 0;
    for (const double count : rows) sum -= count * std::log(count / static_cast<double>(of_row.size()));
    return sum / static_cast<double>(of_row.size());
  }
};

// Of one dimension: q(z_at|x_n) of every row n, over the largest.
std::vector<double> densities(const ChosenDraws& draws, std::size_t at, std::size_t dimension) {
  std::vector<double> values(draws.rows());
  for (std::size_t of = 0; of < values.size(); ++of) values[of] = draws.log_density(of, at, dimension);
  const double most = *std::ranges::max_element(values);
  for (double& value : values) value = std::exp(value - most);
  return values;
}

// The mean of the densities over the rows with the level of row `at`.
double given(const Levels& levels, std::size_t at, const std::vector<double>& densities) {
  const std::size_t level = levels.of_row[at];
  double sum = 0;
  for (std::size_t of = 0; of < densities.size(); ++of)
    sum += levels.of_row[of] == level ? densities[of] : 0.0;
  return sum / levels.rows[level];
}

// [factors, latent]
std::vector<std::vector<double>> informations(const ChosenDraws& draws, const std::vector<Levels>& factors) {
  const auto rows = static_cast<double>(draws.rows());
  std::vector<std::vector<double>> sums(factors.size(), std::vector<double>(draws.latent()));
  for (std::size_t i = 0; i < draws.latent(); ++i) {
    for (std::size_t at = 0; at < draws.rows(); ++at) {
      const std::vector<double> q = densities(draws, at, i);
      double marginal = 0;
      for (const double density : q) marginal += density / rows;
      for (std::size_t k = 0; k < factors.size(); ++k)
        sums[k][i] += (std::log(given(factors[k], at, q)) - std::log(marginal)) / rows;
    }
  }
  return sums;
}

FactorInformation best_two(const std::vector<double>& information, double entropy) {
  FactorInformation result;
  result.entropy = entropy;
  const auto most = std::ranges::max_element(information);
  result.unit = static_cast<std::int32_t>(most - information.begin());
  result.information = *most;
  for (std::size_t i = 0; i < information.size(); ++i) {
    const auto unit = static_cast<std::int32_t>(i);
    if (unit == result.unit || (result.next_unit >= 0 && information[i] <= result.next_information)) continue;
    result.next_unit = unit;
    result.next_information = information[i];
  }
  result.gap = (result.information - result.next_information) / entropy;
  return result;
}

}  // namespace

std::vector<std::int64_t> chosen_rows(std::int64_t rows, std::uint64_t seed) {
  constexpr std::int64_t kMost = 1024;
  std::vector<std::int64_t> chosen;
  const ops::Permutation drawn(seed, ops::Purpose::choose, 0, rows);
  for (std::int64_t i = 0; i < std::min(rows, kMost); ++i) chosen.push_back(drawn(i));
  std::ranges::sort(chosen);
  return chosen;
}

void ChosenDraws::add(std::int64_t row, const Posterior& q, std::span<const float> z) {
  if (rows() == chosen_.size() || row != chosen_[rows()]) return;
  for (std::size_t i = 0; i < latent_; ++i) {
    mean_.push_back(q.mean[i]);
    log_var_.push_back(q.log_var[i]);
    precision_.push_back(std::exp(-q.log_var[i]));
    z_.push_back(static_cast<double>(z[i]));
  }
}

double mutual_information(const ChosenDraws& draws) {
  const std::size_t rows = draws.rows();
  const auto log_density = [&](std::size_t of, std::size_t at) {
    double sum = 0;
    for (std::size_t i = 0; i < draws.latent(); ++i) sum += draws.log_density(of, at, i);
    return sum;
  };
  double sum = 0;
  for (std::size_t at = 0; at < rows; ++at) {
    ops::LogSumExp<double> marginal;
    for (std::size_t of = 0; of < rows; ++of) marginal.add(log_density(of, at));
    sum += log_density(at, at) - marginal.value() + std::log(static_cast<double>(rows));
  }
  return rows > 0 ? sum / static_cast<double>(rows) : 0;
}

std::optional<InformationGap> information_gap(const ChosenDraws& draws, const Factors& factors) {
  std::vector<Levels> levels;
  std::vector<std::string> names;
  InformationGap result;
  for (std::size_t factor = 0; factor < factors.names.size(); ++factor) {
    Levels one(factors, factor, draws.chosen());
    const bool varies = one.rows.size() > 1;
    (varies ? names : result.left_out).push_back(factors.names[factor]);
    if (varies) levels.push_back(std::move(one));
  }
  if (levels.empty()) return std::nullopt;
  const std::vector<std::vector<double>> information = informations(draws, levels);
  result.rows = static_cast<std::int64_t>(draws.rows());
  for (std::size_t k = 0; k < levels.size(); ++k) {
    result.factors.push_back(best_two(information[k], levels[k].entropy()));
    result.factors.back().name = names[k];
    result.mean += result.factors.back().gap / static_cast<double>(levels.size());
  }
  return result;
}

}  // namespace cuvae::train
