#include "train/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace cuvae::test {
namespace {

// Makes a[p, q] zero by a rotation of rows and columns p and q.
void rotate(std::vector<double>& a, std::size_t n, std::size_t p, std::size_t q) {
  if (a[p * n + q] == 0.0) return;
  const double theta = 0.5 * std::atan2(2 * a[p * n + q], a[q * n + q] - a[p * n + p]);
  const double c = std::cos(theta), s = std::sin(theta);
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[k * n + p], y = a[k * n + q];
    a[k * n + p] = c * x - s * y, a[k * n + q] = s * x + c * y;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[p * n + k], y = a[q * n + k];
    a[p * n + k] = c * x - s * y, a[q * n + k] = s * x + c * y;
  }
}

std::vector<double> covariance(const std::vector<float>& rows, std::size_t cols) {
  const double n = static_cast<double>(rows.size() / cols);
  std::vector<double> mean(cols), result(cols * cols);
  for (std::size_t i = 0; i < rows.size(); ++i) mean[i % cols] += static_cast<double>(rows[i]) / n;
  for (std::size_t begin = 0; begin < rows.size(); begin += cols) {
    for (std::size_t i = 0; i < cols; ++i) {
      for (std::size_t j = 0; j < cols; ++j) {
        result[i * cols + j] += (static_cast<double>(rows[begin + i]) - mean[i]) *
                                (static_cast<double>(rows[begin + j]) - mean[j]) / n;
      }
    }
  }
  return result;
}

}  // namespace

std::vector<double> eigenvalues(std::vector<double> matrix, std::size_t n) {
  for (int sweep = 0; sweep < 30; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) rotate(matrix, n, p, q);
    }
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(matrix[i * n + i]);
  std::sort(values.rbegin(), values.rend());
  return values;
}

double best_log_likelihood(const std::vector<float>& rows, std::size_t cols, std::size_t q) {
  const std::vector<double> lambda = eigenvalues(covariance(rows, cols), cols);
  const double d = static_cast<double>(cols), discarded = d - static_cast<double>(q);
  const double noise =
      std::accumulate(lambda.begin() + static_cast<std::ptrdiff_t>(q), lambda.end(), 0.0) / discarded;
  double log_determinant = discarded * std::log(noise);
  for (std::size_t j = 0; j < q; ++j) log_determinant += std::log(lambda[j]);
  return -0.5 * (d * std::log(2 * std::numbers::pi) + log_determinant + d);
}

}  // namespace cuvae::test
