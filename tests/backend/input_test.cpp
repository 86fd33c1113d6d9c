// Rows of a data set become rows of a batch: which, scaled how, binarized with whose noise.
#include <gtest/gtest.h>

#include "backend/on_each_machine.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kSourceRows = 20, kSourceLd = 32, kRows = 9, kActive = 7;
constexpr std::int32_t kCols = 21;
constexpr float kScale = 1.0f / 255;

class LoadInput : public OnEachMachine {
 protected:
  LoadInput() : bytes_(kSourceRows * kSourceLd), floats_(bytes_.size()) {
    Draws draws(41);
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      bytes_[i] = static_cast<std::uint8_t>(draws.below(256));
      floats_[i] = static_cast<float>(draws.uniform(0, 1));
    }
  }

  RowSource u8() const { return {bytes_.data(), ops::Element::u8, kSourceLd, kScale}; }
  RowSource f32() const { return {floats_.data(), ops::Element::f32, kSourceLd, 0.5f}; }
  float value(const RowSource& source, std::int64_t row, std::int64_t col) const {
    const auto i = static_cast<std::size_t>(row * kSourceLd + col);
    return (source.element == ops::Element::u8 ? static_cast<float>(bytes_[i]) : floats_[i]) * source.scale;
  }

  std::vector<float> load(const RowSource& source, Backend::Gather gather, Binarize binarize,
                          int threads = 1) {
    const auto on = backend(threads);
    const std::int64_t bytes = kSourceRows * kSourceLd * ops::size_of(source.element);
    const auto stored = on->allocate(bytes);
    on->upload(stored.get(), source.values, bytes);
    const RowSource on_device{stored.get(), source.element, source.ld, source.scale};
    ops::StepState state;
    state.step = 12;
    state.pass.active_rows = kActive;
    const Pass pass(*on, state, row_ids_);
    const Tensor x(*on, kRows, kCols, Surroundings::none);
    on->load_input(pass.context(), on_device, gather, binarize, kNoiseSource, x.matrix(), {});
    EXPECT_TRUE(x.padding_is_zero());
    EXPECT_TRUE(x.surroundings_are_untouched());
    return x.values();
  }

  // expected(row of the source, row id, column) for the active rows, zeros for the others.
  template <class Value>
  void expect_rows(const std::vector<float>& x, Backend::Gather gather, const Value& expected) const {
    for (std::int64_t row = 0; row < kRows; ++row) {
      const std::int64_t id = row_ids_[static_cast<std::size_t>(row)];
      const std::int64_t from = gather == Backend::Gather::by_row_id ? id : row;
      for (std::int32_t col = 0; col < kCols; ++col) {
        EXPECT_EQ(x[static_cast<std::size_t>(row * kCols + col)],
                  row < kActive ? expected(from, id, col) : 0.0f)
            << row << " " << col;
      }
    }
  }

  static constexpr Backend::Gather kGathers[] = {Backend::Gather::by_row_id, Backend::Gather::in_place};
  const std::vector<std::int64_t> row_ids_ = {19, 0, 3, 3, 11, 7, 18, 0, 0};

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<float> floats_;
};
INSTANTIATE_TEST_SUITE_P(On, LoadInput, testing::ValuesIn(machines()), machine_name);

TEST_P(LoadInput, GathersAndScales) {
  for (const Backend::Gather gather : kGathers) {
    for (const RowSource& source : {u8(), f32()}) {
      expect_rows(load(source, gather, Binarize::none), gather,
                  [&](std::int64_t row, std::int64_t, std::int32_t col) { return value(source, row, col); });
    }
  }
}

TEST_P(LoadInput, ThresholdIsAboveOneHalf) {
  for (const Backend::Gather gather : kGathers) {
    expect_rows(load(u8(), gather, Binarize::threshold), gather,
                [&](std::int64_t row, std::int64_t, std::int32_t col) {
                  return value(u8(), row, col) > 0.5f ? 1.0f : 0.0f;
                });
  }
}

// With in_place, too, the noise is that of the data-set row behind the row.
TEST_P(LoadInput, DynamicBinarizationDrawsByTheRowId) {
  for (const Backend::Gather gather : kGathers) {
    for (const RowSource& source : {u8(), f32()}) {
      expect_rows(load(source, gather, Binarize::dynamic), gather,
                  [&](std::int64_t row, std::int64_t id, std::int32_t col) {
                    const double u = noise_at(ops::Noise::uniform, kNoiseSource, 12, id, col);
                    return u < static_cast<double>(value(source, row, col)) ? 1.0f : 0.0f;
                  });
    }
  }
}

TEST_P(LoadInput, GivesTheSameBitsForAnyNumberOfThreads) {
  for (const Binarize binarize : {Binarize::none, Binarize::dynamic, Binarize::threshold}) {
    const auto alone = load(u8(), Backend::Gather::by_row_id, binarize);
    for (const int threads : {2, 3, 4}) {
      EXPECT_TRUE(same_bits(alone, load(u8(), Backend::Gather::by_row_id, binarize, threads)));
    }
  }
}

TEST_P(LoadInput, RowsArePickedByTheOrderAtThePassesPosition) {
  const auto on = backend();
  ops::StepState state;
  state.epoch = 3;
  state.passes = 1;
  const Pass pass(*on, state, std::vector<std::int64_t>(8, -1));
  const ops::RowOrder order{.seed = 6, .total_rows = 45, .rows = 45, .visit = ops::RowOrder::Visit::shuffled};
  const ops::PassPlan table[] = {{}, {.first_position = 40, .active_rows = 5}};
  const auto on_device = on->allocate(sizeof(table));
  on->upload(on_device.get(), table, sizeof(table));
  on->begin_pass(pass.context(), reinterpret_cast<const ops::PassPlan*>(on_device.get()), order, 8);
  EXPECT_EQ(pass.state().passes, 2);
  EXPECT_EQ(pass.state().pass.first_position, 40);
  std::int64_t picked[8];
  on->download(picked, pass.context().row_ids, sizeof(picked));
  for (std::int64_t row = 0; row < 5; ++row) EXPECT_EQ(picked[row], order.row(40 + row, 3));
  for (std::int64_t row = 5; row < 8; ++row) EXPECT_GE(picked[row], 0) << "must be a row that can be read";
}

}  // namespace
}  // namespace cuvae::test
