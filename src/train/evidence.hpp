// What the draws of one row say about it, gathered in double.
#pragma once

#include <algorithm>
#include <cmath>

#include "cuvae/vae.hpp"
#include "kernels/ops/importance.hpp"

namespace cuvae::train {

// Mean and variance by Welford's (1962) updates.
class Moments {
 public:
  void add(double value) {
    ++count_;
    const double change = value - mean_;
    mean_ += change / count_;
    square_ += change * (value - mean_);
  }
  [[nodiscard]] double count() const { return count_; }
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double variance() const { return count_ > 1 ? square_ / (count_ - 1) : 0; }  // unbiased

 private:
  double count_ = 0, mean_ = 0, square_ = 0;
};

class Evidence {
 public:
  // How a row's KL is known: in closed form, or by the mean of the draws.
  enum class Kl { closed, drawn };

  void add(double nll, double kl_of_draw) {
    const double log_weight = ops::LogWeight{}(nll, kl_of_draw);
    weights_.add(log_weight);
    squares_.add(2 * log_weight);
    nll_.add(nll);
    kl_.add(kl_of_draw);
    elbo_.add(log_weight);
  }

  // closed_kl counts where that is how the KL is known.
  [[nodiscard]] RowEvaluation row(Kl kl, double closed_kl) const {
    const double reconstruction = -nll_.mean(), known = kl == Kl::closed ? closed_kl : kl_.mean();
    return {reconstruction - known, weights_.value() - std::log(draws()), reconstruction, known,
            effective_samples()};
  }
  // Variances over other draws of the row's ELBO and of its L_K; 0 for a single draw. The latter by the delta
  // method.
  [[nodiscard]] double elbo_variance(Kl kl) const {
    return (kl == Kl::closed ? nll_ : elbo_).variance() / draws();
  }
  [[nodiscard]] double iwae_variance() const {
    const double k = draws();
    return k > 1 ? std::max(0.0, 1 / effective_samples() - 1 / k) * k / (k - 1) : 0;
  }

 private:
  [[nodiscard]] double draws() const { return nll_.count(); }
  [[nodiscard]] double effective_samples() const { return std::exp(2 * weights_.value() - squares_.value()); }

  ops::LogSumExp<double> weights_, squares_;
  Moments nll_, kl_, elbo_;
};

// A mean over rows with its errors.
class MeanOfRows {
 public:
  void add(double value, double variance_of_draws) {
    rows_.add(value);
    draws_ += variance_of_draws;
  }
  [[nodiscard]] Estimate estimate() const {
    return {rows_.mean(), std::sqrt(rows_.variance() / rows_.count()), std::sqrt(draws_) / rows_.count()};
  }

 private:
  Moments rows_;
  double draws_ = 0;
};

}  // namespace cuvae::train
