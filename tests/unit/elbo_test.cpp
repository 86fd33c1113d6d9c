// The identities the objective rests on, where everything is known in closed form: sampled and analytic KL,
// and linear-Gaussian models, whose posterior is a Gaussian (docs/theory.md).
#include <gtest/gtest.h>

#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "support/compare.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

constexpr double kLogTwoPi = 1.8378770664093454836;
constexpr double kRounded = 1e-6;  // the ops' constants are floats

TEST(SampledKl, AgreesWithTheAnalyticWithinItsStandardError) {
  constexpr int kDraws = 200'000;
  for (const auto& [mean, raw] : {std::pair(0.0, 0.0), {1.5, -2.0}, {-0.5, 1.0}, {0.25, -4.0}}) {
    double sum = 0, squares = 0, analytic = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double eps = noise_at(ops::Noise::normal, {.seed = 3}, 0, i, 0);
      const auto term = ops::SampleLatent{}({mean, raw}, eps);
      const double z = term.out[0], log_q = -0.5 * (eps * eps + raw + kLogTwoPi);
      const double ratio = log_q + 0.5 * (z * z + kLogTwoPi);
      ASSERT_NEAR(ops::SampleLatentAlone{}({mean, raw}, eps).loss, ratio, 1e-12)
          << "the op that is trained with";
      sum += ratio;
      squares += ratio * ratio;
      analytic = term.loss;
    }
    const double average = sum / kDraws, variance = squares / kDraws - average * average;
    EXPECT_NEAR(average, analytic, 4 * std::sqrt(std::max(variance, 0.0) / kDraws) + 1e-9)
        << mean << " " << raw;
  }
}

// Symmetric 2 x 2 matrices and the Gaussians over them; a 1-D model is one whose second column is 0.
struct Vector {
  double x, y;
};

struct Symmetric {
  double xx, xy, yy;
  double determinant() const { return xx * yy - xy * xy; }
  Symmetric inverse() const { return {yy / determinant(), -xy / determinant(), xx / determinant()}; }
  Vector times(Vector v) const { return {xx * v.x + xy * v.y, xy * v.x + yy * v.y}; }
  double quadratic(Vector v) const { return v.x * times(v).x + v.y * times(v).y; }
};

double log_normal(Vector at, Vector mean, const Symmetric& covariance) {
  const Vector difference{at.x - mean.x, at.y - mean.y};
  return -0.5 *
         (covariance.inverse().quadratic(difference) + std::log(covariance.determinant()) + 2 * kLogTwoPi);
}

// q = N(mean, diag(exp(log_var)))
struct Encoded {
  Vector mean, log_var;
};

// x = W z + offset + noise of variance exp(log_var), W = [[a, b], [c, d]], z ~ N(0, I)
struct LinearGaussian {
  double a, b, c, d;
  Vector offset;
  double log_var;

  Vector decode(Vector z) const { return {a * z.x + b * z.y + offset.x, c * z.x + d * z.y + offset.y}; }
  double log_likelihood(Vector x, Vector z) const {
    const Vector mean = decode(z);
    return -apply<double>(ops::GaussianNll{}, {mean.x, x.x, log_var}, 0).loss -
           apply<double>(ops::GaussianNll{}, {mean.y, x.y, log_var}, 0).loss;
  }
  double log_evidence(Vector x) const {
    const double noise = std::exp(log_var);
    return log_normal(x, offset, {a * a + b * b + noise, a * c + b * d, c * c + d * d + noise});
  }
  Symmetric posterior_covariance() const {
    const double precision = std::exp(-log_var);
    return Symmetric{1 + (a * a + c * c) * precision, (a * b + c * d) * precision,
                     1 + (b * b + d * d) * precision}
        .inverse();
  }
  Vector posterior_mean(Vector x) const {
    const double precision = std::exp(-log_var);
    const Vector difference{(x.x - offset.x) * precision, (x.y - offset.y) * precision};
    return posterior_covariance().times(
        {a * difference.x + c * difference.y, b * difference.x + d * difference.y});
  }
};

// E_q log p(x | z): three Gauss-Hermite points per dimension are exact for a quadratic.
double reconstruction(const LinearGaussian& model, Vector x, const Encoded& q) {
  constexpr double kPoints[] = {-1.7320508075688772, 0, 1.7320508075688772},
                   kWeights[] = {1.0 / 6, 2.0 / 3, 1.0 / 6};
  double sum = 0;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const Vector z{ops::SampleLatent{}({q.mean.x, q.log_var.x}, kPoints[i]).out[0],
                     ops::SampleLatent{}({q.mean.y, q.log_var.y}, kPoints[j]).out[0]};
      sum += kWeights[i] * kWeights[j] * model.log_likelihood(x, z);
    }
  }
  return sum;
}

double kl_to_prior(const Encoded& q) {
  return ops::SampleLatent{}({q.mean.x, q.log_var.x}, 0.0).loss +
         ops::SampleLatent{}({q.mean.y, q.log_var.y}, 0.0).loss;
}

double kl_to_posterior(const LinearGaussian& model, Vector x, const Encoded& q) {
  const Symmetric covariance = model.posterior_covariance(), precision = covariance.inverse();
  const Vector mean = model.posterior_mean(x), difference{mean.x - q.mean.x, mean.y - q.mean.y};
  const double trace = precision.xx * std::exp(q.log_var.x) + precision.yy * std::exp(q.log_var.y);
  return 0.5 * (trace + precision.quadratic(difference) - 2 + std::log(covariance.determinant()) -
                q.log_var.x - q.log_var.y);
}

LinearGaussian draw_model(Draws& draws, bool one_dimensional) {
  const auto weight = [&] { return draws.uniform(-2, 2); };
  LinearGaussian model{weight(), weight(), weight(), weight(), {weight(), weight()}, draws.uniform(-2, 1)};
  if (one_dimensional) model.b = model.d = 0;
  return model;
}

TEST(LinearGaussianModel, EvidenceIsTheElboPlusTheKlToThePosterior) {
  Draws draws(7);
  for (int i = 0; i < 2000; ++i) {
    const LinearGaussian model = draw_model(draws, i % 2 == 0);
    const Vector x{draws.of(kValue), draws.of(kValue)};
    const Encoded q{{draws.of(kValue), draws.of(kValue)}, {draws.uniform(-4, 2), draws.uniform(-4, 2)}};
    const double elbo = reconstruction(model, x, q) - kl_to_prior(q), gap = kl_to_posterior(model, x, q);
    EXPECT_GE(gap, 0);
    EXPECT_NEAR(model.log_evidence(x), elbo + gap, kRounded * (1 + std::abs(elbo)));
    EXPECT_LE(elbo, model.log_evidence(x) + kRounded);
  }
}

TEST(LinearGaussianModel, GapVanishesAtThePosterior) {
  Draws draws(8);
  for (int i = 0; i < 1000; ++i) {
    const LinearGaussian model = draw_model(draws, true);  // whose posterior is diagonal
    const Vector x{draws.of(kValue), draws.of(kValue)};
    const Symmetric covariance = model.posterior_covariance();
    const Encoded q{model.posterior_mean(x), {std::log(covariance.xx), std::log(covariance.yy)}};
    EXPECT_NEAR(reconstruction(model, x, q) - kl_to_prior(q), model.log_evidence(x),
                kRounded * (1 + std::abs(model.log_evidence(x))));
  }
}

TEST(LinearGaussianModel, JointOverPosteriorIsTheEvidenceAtEveryPoint) {
  Draws draws(9);
  for (int i = 0; i < 2000; ++i) {
    const LinearGaussian model = draw_model(draws, i % 2 == 0);
    const Vector x{draws.of(kValue), draws.of(kValue)}, z{draws.of(kValue), draws.of(kValue)};
    const double log_prior = -0.5 * (z.x * z.x + z.y * z.y) - kLogTwoPi;
    const double log_joint = model.log_likelihood(x, z) + log_prior;
    const double log_posterior = log_normal(z, model.posterior_mean(x), model.posterior_covariance());
    EXPECT_NEAR(log_joint - log_posterior, model.log_evidence(x), kRounded * (1 + std::abs(log_joint)));
  }
}

}  // namespace
}  // namespace cuvae::test
