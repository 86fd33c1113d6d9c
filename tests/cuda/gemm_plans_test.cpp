// How products are planned, against a library that is made up.
#include "src/cuda/gemm_plans.hpp"

#include <gtest/gtest.h>

#include <set>

#include "config/expect_error.hpp"
#include "kernels/ops/row_op.hpp"
#include "src/backend/dense.hpp"

namespace cuvae::cuda {
namespace {

using std::string_literals::operator""s;
using test::expect_error;

// Offers what is not in `lacks`; its algorithms are numbered in the order of the questions.
class FakeLibrary final : public ProductLibrary {
 public:
  std::string name = "Fake 1.0 on Nothing";
  std::set<Epilogue> lacks;
  bool accepting = true;
  std::uint64_t asked = 0;

  [[nodiscard]] std::string identity() const override { return name; }
  [[nodiscard]] std::optional<Algorithm> best(const Problem& problem) override {
    ++asked;
    if (lacks.contains(problem.epilogue)) return std::nullopt;
    return Algorithm{{asked, ~std::uint64_t{0}, 0, 0, 0, 0, 0, 0xABCDEF}};
  }
  [[nodiscard]] bool accepts(const Problem&, const Algorithm&) override { return accepting; }
};

Problem some_problem(std::int64_t rows, Epilogue epilogue = Epilogue::none) {
  return {.m = rows, .n = 400, .k = 784, .lda = 784, .ldb = 784, .ldc = 400, .epilogue = epilogue};
}

TEST(GemmPlans, AskOnceForEachProblem) {
  FakeLibrary library;
  GemmPlans plans(library);
  const Algorithm first = plans.plan(some_problem(128));
  EXPECT_TRUE(plans.offers(some_problem(128)));
  EXPECT_EQ(plans.plan(some_problem(128)), first);
  EXPECT_EQ(library.asked, 1u);
  EXPECT_NE(plans.plan(some_problem(64)), first);
  EXPECT_NE(plans.plan(some_problem(128, Epilogue::bias)), first);
  EXPECT_EQ(library.asked, 3u);
}

TEST(GemmPlans, WhatTheLibraryLacksIsNotOfferedAndAskedForOnce) {
  FakeLibrary library;
  library.lacks = {Epilogue::bias_relu};
  GemmPlans plans(library);
  EXPECT_FALSE(plans.offers(some_problem(128, Epilogue::bias_relu)));
  EXPECT_FALSE(plans.offers(some_problem(128, Epilogue::bias_relu)));
  EXPECT_TRUE(plans.offers(some_problem(128, Epilogue::bias)));
  EXPECT_EQ(library.asked, 2u);
}

TEST(GemmPlans, AProductWithoutAnyAlgorithmIsAnError) {
  FakeLibrary library;
  library.lacks = {Epilogue::none};
  GemmPlans plans(library);
  expect_error(Errc::unsupported, {"Fake 1.0 on Nothing", "128 x 784", "784 x 400", "--precision"},
               [&] { static_cast<void>(plans.plan(some_problem(128))); });
}

TEST(GemmPlans, EveryPartOfAProblemCounts) {
  const Matrix x{nullptr, 128, 784, 784}, weight{nullptr, 400, 784, 784}, y{nullptr, 128, 400, 400};
  const Gemm forward = forward_product(x, weight, y);
  std::set<Problem> different{problem_of(forward, Precision::fp32), problem_of(forward, Precision::tf32)};
  std::size_t count = 2;
  const auto expect_other = [&](const Gemm& product) {
    different.insert(problem_of(product, Precision::fp32));
    EXPECT_EQ(different.size(), ++count);
  };
  Gemm changed = forward;
  changed.mode = GradientMode::accumulate;
  expect_other(changed);
  changed = forward, changed.epilogue = Epilogue::bias_relu;
  expect_other(changed);
  changed.aux = {&changed, 16};
  expect_other(changed);
  changed = forward, changed.c.element = ops::Element::bf16;
  expect_other(changed);
  changed = forward, changed.a.ld = 800;
  expect_other(changed);
  changed = forward, changed.layout_b = Layout::as_is;
  expect_other(changed);
}

// Resuming takes the same decisions, those against an epilogue among them, without asking.
TEST(GemmPlans, ComeBackFromTheirText) {
  FakeLibrary library;
  library.lacks = {Epilogue::bias_gradient};
  GemmPlans plans(library);
  const Algorithm plain = plans.plan(some_problem(128));
  static_cast<void>(plans.offers(some_problem(128, Epilogue::bias_gradient)));
  FakeLibrary later;
  later.asked = 100;
  GemmPlans restored(later);
  restored.restore(plans.text());
  EXPECT_EQ(restored.plan(some_problem(128)), plain);
  EXPECT_FALSE(restored.offers(some_problem(128, Epilogue::bias_gradient)));
  EXPECT_EQ(later.asked, 100u);
  EXPECT_EQ(restored.text(), plans.text());
}

TEST(GemmPlans, OfAnotherLibraryOrDeviceAreMadeAnew) {
  FakeLibrary library, other;
  GemmPlans plans(library);
  static_cast<void>(plans.plan(some_problem(128)));
  other.name = "Fake 2.0 on Nothing";
  GemmPlans restored(other);
  restored.restore(plans.text());
  static_cast<void>(restored.plan(some_problem(128)));
  EXPECT_EQ(other.asked, 1u);
  restored.restore("");  // a state of the CPU
}

TEST(GemmPlans, ThatAreNotAcceptedOrUnreadableAreErrors) {
  FakeLibrary library;
  GemmPlans plans(library);
  static_cast<void>(plans.plan(some_problem(128)));
  const std::string text = plans.text();
  library.accepting = false;
  GemmPlans again(library);
  expect_error(Errc::data, {"does not accept it", "Resume where"}, [&] { again.restore(text); });
  library.accepting = true;
  for (const std::string& line :
       {std::string("128 400"), std::string("what"), text.substr(text.find('\n') + 1, 40),
        "128 400 784 784 784 400 0 0 0 0 0 0 0 9 0 not-offered"s,
        "128 400 784 784 784 400 0 0 0 0 0 0 0 0 0 zz 1 2 3 4 5 6 7"s}) {
    SCOPED_TRACE(line);
    expect_error(Errc::data, {"another form"}, [&] { again.restore(library.name + "\n" + line + "\n"); });
  }
}

// A ReLU is kept as bits only where both products around it are offered.
TEST(MaskedProducts, AreThoseOfTheLayersBeforeAndAfter) {
  const auto [forward, backward] = masked_products({128, 784, 400, 24}, ops::Element::bf16);
  const Problem f = problem_of(forward, Precision::bf16), b = problem_of(backward, Precision::bf16);
  EXPECT_EQ((std::array{f.m, f.n, f.k, f.lda, f.ldb, f.ldc, f.ld_aux}),
            (std::array<std::int64_t, 7>{128, 400, 784, 784, 784, 400, 16}));
  EXPECT_EQ((std::array{b.m, b.n, b.k, b.lda, b.ldb, b.ldc, b.ld_aux}),
            (std::array<std::int64_t, 7>{128, 400, 24, 24, 400, 400, 16}));
  EXPECT_EQ(f.epilogue, Epilogue::bias_relu);
  EXPECT_EQ(b.epilogue, Epilogue::relu_backward);
  EXPECT_EQ(mask_columns(400), 16);  // 512 bits
  EXPECT_EQ(mask_columns(128), 4);
}

}  // namespace
}  // namespace cuvae::cuda
