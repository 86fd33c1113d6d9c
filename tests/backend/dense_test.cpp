// Dense layers, forward and backward, against a triple loop in double.
#include <gtest/gtest.h>

#include "backend/on_each_machine.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

class Dense : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, Dense, testing::ValuesIn(machines()), machine_name);

struct Layer {
  std::int32_t rows, in, out;
};

std::vector<Layer> layers() {
  return {{1, 1, 1},   {1, 300, 7},   {3, 2, 5},    {5, 8, 8},     {8, 13, 50},
          {9, 64, 31}, {33, 100, 20}, {130, 17, 3}, {128, 50, 65}, {300, 300, 300}};
}

std::vector<float> draw(std::uint64_t seed, std::int64_t rows, std::int64_t cols) {
  return Draws(seed).floats(rows * cols, {-1, 1});
}

// A padded weight or weight gradient: zeros beyond out x in.
std::vector<float> padded_matrix(const std::vector<float>& values, std::int64_t out, std::int64_t in) {
  std::vector<float> padded(static_cast<std::size_t>(ops::padded(out) * in));
  std::copy(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(out * in), padded.begin());
  return padded;
}

// The tensors of one layer in a backend's memory.
struct LayerTensors {
  LayerTensors(Backend& on, const Layer& l)
      : x_values(draw(81, l.rows, l.in)),
        weight_values(draw(82, l.out, l.in)),
        bias_values(draw(83, 1, l.out)),
        d_y_values(draw(84, l.rows, l.out)),
        x(on, l.rows, l.in, x_values),
        weight(on, ops::padded(l.out), l.in, padded_matrix(weight_values, l.out, l.in)),
        bias(on, 1, l.out, bias_values),
        d_y(on, l.rows, l.out, d_y_values),
        pass(on, state_of(l), some_row_ids(l.rows)) {}

  static ops::StepState state_of(const Layer& l) {
    ops::StepState state;
    state.pass.active_rows = l.rows;
    return state;
  }
  DenseWeights weights(const Layer& l) const {
    return {with_padding_as_rows(weight.matrix(), l.in), bias.data(), bias.data()};
  }

  std::vector<float> x_values, weight_values, bias_values, d_y_values;
  Tensor x, weight, bias, d_y;
  Pass pass;
};

// sum over k of a(k) b(k), with a bound on what float may make of it.
template <class Product>
Expected sum_of_products(std::int32_t terms, const Product& product) {
  Expected sum;
  for (std::int32_t k = 0; k < terms; ++k) {
    const double value = product(static_cast<std::size_t>(k));
    sum += {value, std::abs(value)};
  }
  return sum;
}

template <class Element>
void expect_elements(const Tensor& actual, std::int32_t rows, std::int32_t cols, const Element& expected) {
  const std::vector<float> values = actual.values();
  for (std::int32_t row = 0; row < rows; ++row) {
    for (std::int32_t col = 0; col < cols; ++col) {
      const float value = values[static_cast<std::size_t>(row * cols + col)];
      const Expected element = expected(static_cast<std::size_t>(row), static_cast<std::size_t>(col));
      ASSERT_TRUE(is_close(static_cast<double>(value), element, 2e-6))
          << "[" << row << ", " << col << "]: " << value << " instead of " << element.value;
    }
  }
  EXPECT_TRUE(actual.padding_is_zero());
  EXPECT_TRUE(actual.surroundings_are_untouched());
}

std::string to_string(const Layer& l) {
  return std::to_string(l.rows) + " rows, " + std::to_string(l.in) + " -> " + std::to_string(l.out);
}

TEST_P(Dense, ForwardIsTheProductPlusTheBias) {
  const auto on = backend();
  for (const Layer& l : layers()) {
    SCOPED_TRACE(to_string(l));
    const LayerTensors t(*on, l);
    const Tensor y(*on, l.rows, l.out);
    on->dense_forward(t.pass.context(), t.x.matrix(), t.weights(l), LayerFunction::identity,
                      {y.matrix(), {}, {}});
    const auto in = static_cast<std::size_t>(l.in);
    expect_elements(y, l.rows, l.out, [&](std::size_t row, std::size_t col) {
      Expected sum = sum_of_products(l.in, [&](std::size_t k) {
        return static_cast<double>(t.x_values[row * in + k]) *
               static_cast<double>(t.weight_values[col * in + k]);
      });
      return sum += {static_cast<double>(t.bias_values[col]), 1};
    });
  }
}

TEST_P(Dense, BackwardOfTheWeightsOverwritesOrAccumulates) {
  const auto on = backend();
  for (const Layer& l : layers()) {
    for (const GradientMode mode : {GradientMode::overwrite, GradientMode::accumulate}) {
      SCOPED_TRACE(to_string(l) + (mode == GradientMode::overwrite ? ", overwrite" : ", accumulate"));
      const LayerTensors t(*on, l);
      const std::vector<float> before(static_cast<std::size_t>(l.out * l.in), 3.0f);
      const Tensor d_weight(*on, ops::padded(l.out), l.in, padded_matrix(before, l.out, l.in));
      const Tensor d_bias(*on, 1, l.out, std::vector<float>(static_cast<std::size_t>(l.out), 3.0f));
      on->dense_backward_weights(t.pass.context(), t.d_y.matrix(), t.x.matrix(),
                                 {with_padding_as_rows(d_weight.matrix(), l.in), d_bias.data(), nullptr},
                                 mode);
      const Expected start = mode == GradientMode::accumulate ? Expected{3, 3} : Expected{};
      const auto in = static_cast<std::size_t>(l.in), out = static_cast<std::size_t>(l.out);
      const auto d_y = [&](std::size_t row, std::size_t col) {
        return static_cast<double>(t.d_y_values[row * out + col]);
      };
      expect_elements(d_weight, l.out, l.in, [&](std::size_t row, std::size_t col) {
        return sum_of_products(l.rows, [&](std::size_t k) {
                 return d_y(k, row) * static_cast<double>(t.x_values[k * in + col]);
               }) += start;
      });
      expect_elements(d_bias, 1, l.out, [&](std::size_t, std::size_t col) {
        return sum_of_products(l.rows, [&](std::size_t k) { return d_y(k, col); }) += start;
      });
    }
  }
}

TEST_P(Dense, BackwardOfTheInputIsTheProductTimesTheDerivativeBelow) {
  const auto on = backend();
  for (const Layer& l : layers()) {
    SCOPED_TRACE(to_string(l));
    const LayerTensors t(*on, l);  // x is the output of a tanh below
    const Tensor d_x(*on, l.rows, l.in);
    on->dense_backward_input(t.pass.context(), t.d_y.matrix(), t.weights(l), LayerFunction::tanh,
                             {t.x.matrix(), {}, {}}, d_x.matrix());
    const auto in = static_cast<std::size_t>(l.in), out = static_cast<std::size_t>(l.out);
    expect_elements(d_x, l.rows, l.in, [&](std::size_t row, std::size_t col) {
      const double h = static_cast<double>(t.x_values[row * in + col]);
      const Expected d_h = sum_of_products(l.out, [&](std::size_t k) {
        return static_cast<double>(t.d_y_values[row * out + k]) *
               static_cast<double>(t.weight_values[k * in + col]);
      });
      return Expected{d_h.value * (1 - h * h), d_h.slack};  // 1 - h^2 cancels near 1
    });
  }
}

// Large enough for several tiles of the products and more than one thread.
template <class MakeBackend>
void expect_the_same_bits_for_any_number_of_threads(const MakeBackend& backend, Products products) {
  for (const Layer& l : {Layer{300, 257, 500}, Layer{128, 784, 400}, Layer{9, 64, 31}}) {
    SCOPED_TRACE(to_string(l));
    const auto results = [&](int threads) {
      const auto on = backend(threads, products);
      const LayerTensors t(*on, l);
      const Tensor y(*on, l.rows, l.out), kept(*on, l.rows, l.out), d_x(*on, l.rows, l.in);
      const Tensor d_weight(*on, ops::padded(l.out), l.in), d_bias(*on, 1, l.out);
      on->dense_forward(t.pass.context(), t.x.matrix(), t.weights(l), LayerFunction::silu,
                        {y.matrix(), kept.matrix(), {}});
      on->dense_backward_weights(t.pass.context(), t.d_y.matrix(), t.x.matrix(),
                                 {with_padding_as_rows(d_weight.matrix(), l.in), d_bias.data(), nullptr},
                                 GradientMode::overwrite);
      on->dense_backward_input(t.pass.context(), t.d_y.matrix(), t.weights(l), LayerFunction::silu,
                               {{}, t.x.matrix(), {}}, d_x.matrix());
      return std::vector{y.values(), kept.values(), d_weight.values(), d_bias.values(), d_x.values()};
    };
    const auto alone = results(1);
    for (const int threads : {2, 3, 4}) {
      const auto shared = results(threads);
      for (std::size_t i = 0; i < alone.size(); ++i)
        EXPECT_TRUE(same_bits(alone[i], shared[i])) << threads << ", " << i;
    }
  }
}

TEST_P(Dense, GivesTheSameBitsForAnyNumberOfThreads) {
  expect_the_same_bits_for_any_number_of_threads(backend, Products::fastest);
}

TEST_P(Dense, GivesTheSameBitsForAnyNumberOfThreadsWithIndependentRows) {
  expect_the_same_bits_for_any_number_of_threads(backend, Products::independent_rows);
}

// A GPU may choose another algorithm for another number of rows; there, Vae always asks for as many.
TEST_P(Dense, IndependentRowsKeepTheirBitsHoweverManyFollow) {
  if (on_gpu()) GTEST_SKIP() << "promised of the CPU's products alone";
  const auto on = backend(2, Products::independent_rows);
  const Layer many{256, 784, 400}, few{64, 784, 400};
  const LayerTensors t(*on, many);
  const Tensor y(*on, many.rows, many.out), beginning(*on, few.rows, few.out);
  on->dense_forward(t.pass.context(), t.x.matrix(), t.weights(many), LayerFunction::relu,
                    {y.matrix(), {}, {}});
  Matrix x = t.x.matrix();
  x.rows = few.rows;
  on->dense_forward(t.pass.context(), x, t.weights(few), LayerFunction::relu, {beginning.matrix(), {}, {}});
  std::vector<float> first = y.values();
  first.resize(static_cast<std::size_t>(few.rows * few.out));
  EXPECT_TRUE(same_bits(first, beginning.values()));
}

}  // namespace
}  // namespace cuvae::test
