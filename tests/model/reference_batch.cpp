#include "model/reference_batch.hpp"

#include <cmath>
#include <numbers>

namespace cuvae::test {
namespace {

double normal_density(double z, double mean, double log_var) {
  return std::exp(-0.5 * (z - mean) * (z - mean) / std::exp(log_var)) /
         std::sqrt(2 * std::numbers::pi * std::exp(log_var));
}

double mean_kernel(const Latents& a, const Latents& b) {
  double sum = 0;
  for (const auto& one : a) {
    for (const auto& other : b) {
      double square = 0;
      for (std::size_t d = 0; d < one.size(); ++d) square += (one[d] - other[d]) * (one[d] - other[d]);
      sum += std::exp(-square / (2 * static_cast<double>(one.size())));
    }
  }
  return sum / static_cast<double>(a.size() * b.size());
}

}  // namespace

std::vector<double> mean_kl(const std::vector<Code>& codes) {
  std::vector<double> kl(codes[0].mean.size());
  for (const Code& code : codes) {
    for (std::size_t d = 0; d < kl.size(); ++d) {
      const double mean = code.mean[d], log_var = code.log_var[d];
      kl[d] += 0.5 * (mean * mean + std::exp(log_var) - 1 - log_var) / static_cast<double>(codes.size());
    }
  }
  return kl;
}

double total_correlation(const std::vector<Code>& codes, const Latents& z, double data_rows,
                         Estimate estimate) {
  const std::size_t rows = codes.size(), latent = z[0].size();
  const double b = static_cast<double>(rows), others = b - 1;
  const auto weight = [&](std::size_t i, std::size_t j) {
    if (estimate == Estimate::weighted) return 1 / (data_rows * b);
    if (j == i) return 1 / data_rows;
    return j == (i + 1) % rows ? (data_rows - others) / (data_rows * others) : 1 / others;
  };
  double sum = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    double joint = 0, log_product = 0;
    for (std::size_t d = 0; d < latent; ++d) {
      double marginal = 0;
      for (std::size_t j = 0; j < rows; ++j)
        marginal += weight(i, j) * normal_density(z[i][d], codes[j].mean[d], codes[j].log_var[d]);
      log_product += std::log(marginal);
    }
    for (std::size_t j = 0; j < rows; ++j) {
      double density = weight(i, j);
      for (std::size_t d = 0; d < latent; ++d)
        density *= normal_density(z[i][d], codes[j].mean[d], codes[j].log_var[d]);
      joint += density;
    }
    sum += std::log(joint) - log_product;
  }
  return sum / b;
}

double discrepancy(const Latents& z, const Latents& p) {
  return mean_kernel(z, z) + mean_kernel(p, p) - 2 * mean_kernel(z, p);
}

}  // namespace cuvae::test
