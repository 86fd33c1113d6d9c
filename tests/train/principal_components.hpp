// Probabilistic PCA in closed form (Tipping & Bishop, 1999).
#pragma once

#include <cstdint>
#include <vector>

namespace cuvae::test {

// Of a symmetric n x n matrix, by Jacobi's rotations: eigenvalues, largest first, and their vectors, side by
// side as columns.
struct Eigen {
  std::vector<double> values, vectors;
};
[[nodiscard]] Eigen eigen(std::vector<double> matrix, std::size_t n);

[[nodiscard]] std::vector<double> covariance(const std::vector<float>& rows, std::size_t cols);

// The largest log-likelihood, in nats per row, that any model x = W z + mean + sigma eps with q latents gives
// rows of this covariance; sigma^2 is then the mean of the discarded eigenvalues.
[[nodiscard]] double best_log_likelihood(const std::vector<double>& covariance, std::size_t cols,
                                         std::size_t q);

// The columns of a rows x cols matrix, made orthonormal one after the other (Gram & Schmidt).
[[nodiscard]] std::vector<double> orthonormal(std::vector<double> matrix, std::size_t rows, std::size_t cols);

// The largest principal angle, in degrees, between the spans of two sets of orthonormal columns (Bjorck &
// Golub, 1973).
[[nodiscard]] double largest_angle(const std::vector<double>& a, const std::vector<double>& b,
                                   std::size_t rows, std::size_t cols);

}  // namespace cuvae::test
