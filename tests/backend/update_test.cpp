// One update of every parameter: its values, and that a gradient that is not finite leaves everything as it
// was.
#include <gtest/gtest.h>

#include <limits>

#include "backend/batch.hpp"
#include "backend/on_each_machine.hpp"
#include "support/arenas.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

class Update : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, Update, testing::ValuesIn(machines()), machine_name);

template <class Row>
void check_values(Backend& on, const Row& row, std::int64_t size) {
  using Op = typename Row::Op;
  SCOPED_TRACE(std::string(row.name) + ", " + std::to_string(size));
  const auto in = draw_inputs(row, {1, 1, static_cast<std::int32_t>(size)}, 71);
  const Arenas arenas(on, in);
  const Pass pass(on, table_state(), {0});
  on.update(pass.context(), arenas.get(), config_of(row.op));
  const Op op = ops::bind(row.op, table_state());
  std::vector<std::vector<float>> actual;
  for (std::size_t k = 0; k < Op::kOut; ++k) actual.push_back(arenas.values(k));
  for (std::size_t i = 0; i < in[0].size(); ++i) {
    double values[Op::kIn];
    for (std::size_t k = 0; k < Op::kIn; ++k) values[k] = static_cast<double>(in[k][i]);
    const auto expected = expected_map(op, values);
    for (std::size_t k = 0; k < Op::kOut; ++k) {
      ASSERT_TRUE(is_close(static_cast<double>(actual[k][i]), expected[k], row.tolerance))
          << "output " << k << ", element " << i << ": " << actual[k][i] << " instead of "
          << expected[k].value;
    }
  }
  EXPECT_TRUE(same_bits(arenas.values(Op::kIn - 1), in.back())) << "gradients are read only";
  EXPECT_TRUE(arenas.surroundings_are_untouched());
}

TEST_P(Update, AgreesWithTheDoubleOracle) {
  const auto on = backend();
  for_each(map_ops(), [&](const auto& row) {
    for (const std::int64_t size : {64, 192, 16384, 16384 + 64}) check_values(*on, row, size);
  });
}

TEST_P(Update, GivesTheSameBitsForAnyNumberOfThreads) {
  for_each(map_ops(), [&](const auto& row) {
    const auto in = draw_inputs(row, {1, 1, 100'032}, 72);
    const auto updated = [&](int threads) {
      const auto on = backend(threads);
      const Arenas arenas(*on, in);
      const Pass pass(*on, table_state(), {0});
      on->update(pass.context(), arenas.get(), config_of(row.op));
      return arenas.values(0);
    };
    const auto alone = updated(1);
    for (const int threads : {2, 3, 4}) EXPECT_TRUE(same_bits(alone, updated(threads))) << row.name;
  });
}

TEST_P(Update, NanInTheLastGradientChangesNothing) {
  const auto on = backend();
  for_each(map_ops(), [&](const auto& row) {
    SCOPED_TRACE(row.name);
    auto in = draw_inputs(row, {1, 1, 16384 + 64}, 73);
    in.back().back() = std::numeric_limits<float>::quiet_NaN();
    const Arenas arenas(*on, in);
    const Pass pass(*on, table_state(), {0});
    on->end_step(pass.context(), arenas.get(), 1.0);
    on->update(pass.context(), arenas.get(), config_of(row.op));
    for (std::size_t k = 0; k < in.size(); ++k)
      EXPECT_TRUE(same_bits(arenas.values(k), in[k])) << "arena " << k;
    EXPECT_EQ(pass.state().skipped, 1);
    EXPECT_EQ(pass.state().step, table_state().step + 1);
  });
}

TEST_P(Update, PassesAreTakenFromTheTable) {
  const auto on = backend();
  const Pass pass(*on, {}, {0});
  const ops::PassPlan table[] = {{.active_rows = 128}, {.first_position = 128, .active_rows = 7}};
  const auto memory = on->allocate(sizeof(table));
  on->upload(memory.get(), table, sizeof(table));
  on->begin_pass(pass.context(), reinterpret_cast<const ops::PassPlan*>(memory.get()), {}, 1);
  on->begin_pass(pass.context(), reinterpret_cast<const ops::PassPlan*>(memory.get()), {}, 1);
  EXPECT_EQ(pass.state().pass.active_rows, 7);
  EXPECT_EQ(pass.state().passes, 2);
}

// Whole, whichever rows of the pass are active; nothing over nothing is nothing.
TEST_P(Update, DividesAGradientByItsNorm) {
  const auto on = backend();
  const Batch batch(*on, {3, 0, 1});
  for (const std::int32_t size : {1, 2, 8, 13, 100, 1024, 1025, 5000}) {
    SCOPED_TRACE(size);
    Draws draws(92);
    for (const float scale : {1.0f, 1e-12f, 1e12f, 0.0f}) {
      Values gradient = draws.floats(size, kGradient);
      for (float& value : gradient) value *= scale;
      const Tensor values = batch.vector(gradient), square = batch.vector(1);
      on->normalize(batch.pass(), values.matrix(), square.data());
      double wanted_square = 0;
      for (const float value : gradient) wanted_square += wide(value) * wide(value);
      EXPECT_NEAR(wide(square.values()[0]), wanted_square, 2e-6 * wanted_square);
      std::vector<Expected> wanted;
      for (const float value : gradient) {
        const double normalized = wide(value) / (std::sqrt(wanted_square) + 1e-7);
        wanted.push_back({normalized, std::abs(normalized)});
      }
      expect_all_close(values.values(), wanted, "value");
      if (scale == 0) {
        EXPECT_EQ(values.values(), Values(gradient.size(), 0.0f));
      }
      expect_clean(values);
      EXPECT_TRUE(square.surroundings_are_untouched());
    }
  }
}

}  // namespace
}  // namespace cuvae::test
