// The categorical likelihood and its mean through a backend, against the formulas in double on each group.
#include <gtest/gtest.h>

#include <limits>

#include "backend/on_each_machine.hpp"
#include "kernels/ops/categorical_nll.hpp"
#include "support/compare.hpp"
#include "support/draws.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

class GroupOps : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, GroupOps, testing::ValuesIn(machines()), machine_name);

struct Groups {
  Shape shape;
  std::int32_t categories;
};

// Groups that are narrower and wider than a vector, a team and a warp, that end inside one, and that are a
// row.
constexpr Groups kAll[] = {{{1, 1, 2}, 2},      {{5, 5, 6}, 3},      {{9, 5, 15}, 5},    {{3, 3, 21}, 7},
                           {{8, 0, 16}, 8},     {{5, 5, 27}, 9},     {{2, 2, 62}, 31},   {{3, 2, 64}, 32},
                           {{4, 4, 99}, 33},    {{3, 3, 784}, 16},   {{2, 2, 300}, 300}, {{130, 129, 40}, 10},
                           {{2, 1, 2580}, 258}, {{5000, 5000, 6}, 2}};

struct Result {
  std::vector<float> gradient, row_nll, mean;
  bool padding_is_zero = false, surroundings_are_untouched = false;
};

struct Values {
  std::vector<float> logits, x;
};

Values draw(const Groups& groups) {
  const std::int64_t count = groups.shape.rows * groups.shape.cols;
  Draws draws(71);
  return {draws.floats(count, kLogit), draws.floats(count, kProbability)};
}

Result run(Backend& backend, const Groups& groups, const Values& in) {
  const Shape& shape = groups.shape;
  ops::StepState state = table_state();
  state.pass.active_rows = static_cast<std::int32_t>(shape.active_rows);
  const Pass pass(backend, state, some_row_ids(shape.rows));
  const Tensor x(backend, shape.rows, shape.cols, in.x),
      row_nll(backend, 1, static_cast<std::int32_t>(shape.rows));
  Tensor d_logits(backend, shape.rows, shape.cols), mean(backend, shape.rows, shape.cols);
  d_logits.fill(in.logits), mean.fill(in.logits);
  backend.nll(pass.context(), Likelihood::categorical,
              {.output = d_logits.matrix(),
               .x = x.matrix(),
               .categories = groups.categories,
               .d_output = d_logits.matrix(),
               .row_nll = row_nll.data()});
  backend.likelihood_mean(pass.context(), Likelihood::categorical, groups.categories, mean.matrix());
  return {d_logits.values(), row_nll.values(), mean.values(),
          d_logits.padding_is_zero() && mean.padding_is_zero(),
          d_logits.surroundings_are_untouched() && mean.surroundings_are_untouched() &&
              row_nll.surroundings_are_untouched()};
}

// sum over a group of x (log sum exp - l), (sum(x) softmax - x) row_weight, softmax: as they are written.
struct Wanted {
  std::vector<double> gradient, row_nll, mean;
};

Wanted wanted(const Groups& groups, const Values& in) {
  const auto cols = static_cast<std::size_t>(groups.shape.cols),
             rows = static_cast<std::size_t>(groups.shape.rows);
  const auto categories = static_cast<std::size_t>(groups.categories);
  const auto weight = static_cast<double>(table_state().pass.row_weight);
  Wanted all{std::vector<double>(rows * cols), std::vector<double>(rows), std::vector<double>(rows * cols)};
  for (std::size_t row = 0; row < static_cast<std::size_t>(groups.shape.active_rows); ++row) {
    for (std::size_t begin = row * cols; begin < (row + 1) * cols; begin += categories) {
      double sum = 0, of_x = 0;
      for (std::size_t i = begin; i < begin + categories; ++i) {
        sum += std::exp(static_cast<double>(in.logits[i]));
        of_x += static_cast<double>(in.x[i]);
      }
      for (std::size_t i = begin; i < begin + categories; ++i) {
        const double logit = static_cast<double>(in.logits[i]), x = static_cast<double>(in.x[i]);
        all.mean[i] = std::exp(logit) / sum;
        all.gradient[i] = weight * (of_x * all.mean[i] - x);
        all.row_nll[row] += x * (std::log(sum) - logit);
      }
    }
  }
  return all;
}

void expect_near(const std::vector<float>& actual, const std::vector<double>& expected, double tolerance,
                 const char* what) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(actual[i]), expected[i], tolerance * (1 + std::abs(expected[i])))
        << what << " " << i;
  }
}

TEST_P(GroupOps, AgreeWithTheFormulasInDouble) {
  const auto on = backend();
  for (const Groups& groups : kAll) {
    SCOPED_TRACE(testing::Message() << groups.shape.rows << " x " << groups.shape.cols << ", active "
                                    << groups.shape.active_rows << ", " << groups.categories
                                    << " categories");
    const Values in = draw(groups);
    const Result actual = run(*on, groups, in);
    const Wanted expected = wanted(groups, in);
    EXPECT_TRUE(actual.padding_is_zero);
    EXPECT_TRUE(actual.surroundings_are_untouched);
    expect_near(actual.gradient, expected.gradient, 2e-6, "gradient");
    expect_near(actual.row_nll, expected.row_nll, 2e-6, "loss of row");
    expect_near(actual.mean, expected.mean, 1e-5, "mean");
  }
}

TEST_P(GroupOps, AreFiniteForHugeLogits) {
  const Result result = run(*backend(), {{1, 1, 4}, 4}, {{1e30f, -1e30f, 1e30f, 0}, {0.5f, 0, 0.5f, 0}});
  EXPECT_EQ(result.mean, (std::vector<float>{0.5f, 0, 0.5f, 0}));
  EXPECT_NEAR(static_cast<double>(result.row_nll[0]), std::log(2), 1e-6);
}

TEST_P(GroupOps, PassANanOnToItsGroupAndToTheRowsLoss) {
  const auto on = backend();
  const Groups groups{{3, 3, 26}, 13};
  for (std::int32_t col = 0; col < 26; ++col) {
    for (const bool of_x : {false, true}) {
      Values in = draw(groups);
      const auto at = static_cast<std::size_t>(26 + col);
      (of_x ? in.x : in.logits)[at] = std::numeric_limits<float>::quiet_NaN();
      const Result result = run(*on, groups, in);
      EXPECT_TRUE(std::isnan(result.row_nll[1])) << col;
      EXPECT_FALSE(std::isnan(result.row_nll[0]) || std::isnan(result.row_nll[2])) << col;
      for (std::size_t i = 0; i < result.gradient.size(); ++i)
        EXPECT_EQ(std::isnan(result.gradient[i]), i / 13 == at / 13) << col << ", element " << i;
    }
  }
}

TEST_P(GroupOps, GiveTheSameBitsForAnyNumberOfThreads) {
  const Groups groups{{130, 127, 1020}, 12};
  const Values in = draw(groups);
  const Result alone = run(*backend(1), groups, in);
  for (const int threads : {2, 3, 4}) {
    const Result shared = run(*backend(threads), groups, in);
    EXPECT_TRUE(same_bits(alone.gradient, shared.gradient) && same_bits(alone.row_nll, shared.row_nll) &&
                same_bits(alone.mean, shared.mean))
        << threads;
  }
}

}  // namespace
}  // namespace cuvae::test
