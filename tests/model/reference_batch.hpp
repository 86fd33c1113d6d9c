// What objectives ask of a batch as a whole, in plain double precision, written from the formulas of the
// papers.
#pragma once

#include <vector>

#include "model/reference_model.hpp"

namespace cuvae::test {

using Latents = std::vector<std::vector<double>>;

// KL(q(z|x) || N(0, I)) of each dimension, the mean over rows.
[[nodiscard]] std::vector<double> mean_kl(const std::vector<Code>& codes);

// log q(z_i) - sum log q(z_id), the mean over the batch's rows (Chen et al., 2018): minibatch-weighted (their
// equation 4), or stratified (their appendix C.2), the row after i being the one that stands for the rest.
enum class Estimate { weighted, stratified };
[[nodiscard]] double total_correlation(const std::vector<Code>& codes, const Latents& z, double data_rows,
                                       Estimate estimate);

// Between draws of q(z) and of p(z), under exp(-|a - b|^2 / (2 Z)).
[[nodiscard]] double discrepancy(const Latents& z, const Latents& p);

}  // namespace cuvae::test
