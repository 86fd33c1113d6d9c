#include "train/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

namespace cuvae::test {
namespace {

// Makes a[p, q] zero by a rotation of rows and columns p and q, in which the vectors' columns take part.
void rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t n, std::size_t p,
            std::size_t q) {
  if (a[p * n + q] == 0.0) return;
  const double theta = 0.5 * std::atan2(2 * a[p * n + q], a[q * n + q] - a[p * n + p]);
  const double c = std::cos(theta), s = std::sin(theta);
  const auto turn_columns = [&](std::vector<double>& m) {
    for (std::size_t k = 0; k < n; ++k) {
      const double x = m[k * n + p], y = m[k * n + q];
      m[k * n + p] = c * x - s * y, m[k * n + q] = s * x + c * y;
    }
  };
  turn_columns(a);
  turn_columns(vectors);
  for (std::size_t k = 0; k < n; ++k) {
    const double x = a[p * n + k], y = a[q * n + k];
    a[p * n + k] = c * x - s * y, a[q * n + k] = s * x + c * y;
  }
}

}  // namespace

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

Eigen eigen(std::vector<double> matrix, std::size_t n) {
  std::vector<double> vectors(n * n);
  for (std::size_t i = 0; i < n; ++i) vectors[i * n + i] = 1;
  for (int sweep = 0; sweep < 30; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) rotate(matrix, vectors, n, p, q);
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::ranges::greater(), [&](std::size_t i) { return matrix[i * n + i]; });
  Eigen sorted{{}, std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    sorted.values.push_back(matrix[order[i] * n + order[i]]);
    for (std::size_t k = 0; k < n; ++k) sorted.vectors[k * n + i] = vectors[k * n + order[i]];
  }
  return sorted;
}

double best_log_likelihood(const std::vector<double>& covariance, std::size_t cols, std::size_t q) {
  const std::vector<double> lambda = eigen(covariance, cols).values;
  const double d = static_cast<double>(cols), discarded = d - static_cast<double>(q);
  const double noise =
      std::accumulate(lambda.begin() + static_cast<std::ptrdiff_t>(q), lambda.end(), 0.0) / discarded;
  double log_determinant = discarded * std::log(noise);
  for (std::size_t j = 0; j < q; ++j) log_determinant += std::log(lambda[j]);
  return -0.5 * (d * std::log(2 * std::numbers::pi) + log_determinant + d);
}

std::vector<double> orthonormal(std::vector<double> m, std::size_t rows, std::size_t cols) {
  const auto dot = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t k = 0; k < rows; ++k) sum += m[k * cols + i] * m[k * cols + j];
    return sum;
  };
  for (std::size_t i = 0; i < cols; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double part = dot(i, j);
      for (std::size_t k = 0; k < rows; ++k) m[k * cols + i] -= part * m[k * cols + j];
    }
    const double length = std::sqrt(dot(i, i));
    for (std::size_t k = 0; k < rows; ++k) m[k * cols + i] /= length;
  }
  return m;
}

double largest_angle(const std::vector<double>& a, const std::vector<double>& b, std::size_t rows,
                     std::size_t cols) {
  std::vector<double> product(cols * cols), square(cols * cols);
  for (std::size_t i = 0; i < cols; ++i) {
    for (std::size_t j = 0; j < cols; ++j) {
      for (std::size_t k = 0; k < rows; ++k) product[i * cols + j] += a[k * cols + i] * b[k * cols + j];
    }
  }
  for (std::size_t i = 0; i < cols; ++i) {
    for (std::size_t j = 0; j < cols; ++j) {
      for (std::size_t k = 0; k < cols; ++k)
        square[i * cols + j] += product[k * cols + i] * product[k * cols + j];
    }
  }
  const double cosine_square = std::min(1.0, eigen(square, cols).values.back());
  return std::acos(std::sqrt(std::max(0.0, cosine_square))) * 180 / std::numbers::pi;
}

}  // namespace cuvae::test
