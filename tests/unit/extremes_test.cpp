// Whatever a network puts out, losses and gradients stay finite; what is not a number stays visible.
#include <gtest/gtest.h>

#include <limits>

#include "support/compare.hpp"
#include "support/op_table.hpp"

namespace cuvae::test {
namespace {

template <class Real, int kOut>
bool all_finite(const ops::Term<Real, kOut>& term) {
  bool finite = std::isfinite(term.loss) && std::isfinite(term.factor);
  for (const Real& out : term.out) finite = finite && std::isfinite(out);
  return finite;
}

template <class Real>
void expect_finite_at_extremes() {
  for (const Real logit : {Real(-1e30f), Real(-100), Real(100), Real(1e30f)}) {
    for (const Real x : {Real(0), Real(1)}) {
      const auto term = apply<Real>(ops::BernoulliNll{}, {logit, x}, 0);
      EXPECT_TRUE(all_finite(term)) << logit << " " << x;
      EXPECT_GE(term.loss, Real(0));
      EXPECT_LE(std::abs(term.out[0]), Real(1));
    }
    EXPECT_TRUE(all_finite(apply<Real>(ops::Sigmoid{}, {logit}, 0))) << logit;
    for (const Real x : {Real(0), Real(0.5f), Real(1)}) {
      const auto term = apply<Real>(ops::ContinuousBernoulliNll{}, {logit, x}, 0);
      EXPECT_TRUE(all_finite(term)) << logit << " " << x;
      EXPECT_LE(std::abs(term.out[0]), Real(1));
    }
    const Real mean = apply<Real>(ops::ContinuousBernoulliMean{}, {logit}, 0).out[0];
    EXPECT_TRUE(mean >= Real(0) && mean <= Real(1)) << logit;
  }
  for (const Real raw : {Real(-1e30f), Real(-1e4), Real(-15), Real(15), Real(1e4), Real(1e30f)}) {
    SCOPED_TRACE(raw);
    EXPECT_TRUE(all_finite(apply<Real>(ops::SampleLatent{}, {Real(3), raw}, Real(5))));
    EXPECT_TRUE(all_finite(apply<Real>(ops::LatentBackward{}, {Real(3), raw, Real(2)}, Real(5))));
    EXPECT_TRUE(all_finite(apply<Real>(ops::GaussianNll{}, {Real(1e6), Real(-1), raw}, 0)));
    EXPECT_TRUE(all_finite(apply<Real>(ops::GaussianNllLearned{}, {Real(1e6), Real(-1), raw}, 0)));
    for (const Real location : {Real(-1e6), Real(0), Real(0.5f), Real(1), Real(1e6)}) {
      EXPECT_TRUE(all_finite(apply<Real>(ops::LaplaceNllLearned{}, {location, Real(1), raw}, 0)));
      for (const Real x : {Real(0), Real(0.5f), Real(1)}) {
        const auto term = apply<Real>(ops::DiscretizedLogisticNllLearned{}, {location, x, raw}, 0);
        EXPECT_TRUE(all_finite(term)) << location << " " << x;
        EXPECT_GE(term.loss, Real(0)) << "the logarithm of a probability";
      }
    }
  }
}

TEST(Extremes, GiveFiniteLossesAndGradients) {
  expect_finite_at_extremes<float>();
  expect_finite_at_extremes<double>();
}

// Each input of each op with a loss in turn.
TEST(Extremes, NanInAnyInputMakesTheLossNan) {
  int losses = 0;
  for_each(row_ops(), [&](const auto& row) {
    using Op = typename std::decay_t<decltype(row)>::Op;
    if (row.loss == RowLoss::none) return;
    ++losses;
    for (int which = 0; which < Op::kIn; ++which) {
      float in[Op::kIn];
      for (float& value : in) value = 0.5f;
      in[which] = std::numeric_limits<float>::quiet_NaN();
      EXPECT_TRUE(std::isnan(apply<float>(row.op, in, 0.5f).loss)) << row.name << ", input " << which;
    }
  });
  EXPECT_EQ(losses, 11);
}

}  // namespace
}  // namespace cuvae::test
