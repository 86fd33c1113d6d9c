// Probabilistic PCA in closed form (Tipping & Bishop, 1999).
#pragma once

#include <cstdint>
#include <vector>

namespace cuvae::test {

// Eigenvalues of a symmetric n x n matrix, largest first, by Jacobi's rotations.
[[nodiscard]] std::vector<double> eigenvalues(std::vector<double> matrix, std::size_t n);

// The largest log-likelihood, in nats per row, that any model x = W z + mean + sigma eps with q latents gives
// these rows; sigma^2 is then the mean of the discarded eigenvalues of their covariance.
[[nodiscard]] double best_log_likelihood(const std::vector<float>& rows, std::size_t cols, std::size_t q);

}  // namespace cuvae::test
