// map_kernel over the map ops of the table.
#include <gtest/gtest.h>

#include "framed.hpp"
#include "kernels/cuda/map.cuh"
#include "support/compare.hpp"
#include "support/draws.hpp"

namespace cuvae::test {
namespace {

constexpr std::int64_t kSizes[] = {8, 16, 2040, 2048, 2056, 4104};

template <class Row>
class Arenas {
 public:
  using Op = typename Row::Op;

  Arenas(const Row& row, std::int64_t size) : size_(size), copy_(size, Fill::output) {
    Draws draws(7);
    for (std::size_t k = 0; k < Op::kIn; ++k) {
      const auto& values = drawn_.emplace_back(draws.floats(size, row.inputs[k]));
      std::copy(values.begin(), values.end(), in_.emplace_back(size, Fill::input).data());
    }
    for (int k = 0; k < Op::kOut; ++k) out_.emplace_back(size, Fill::output);
  }

  ops::MapIo<Op::kIn, Op::kOut> io() {
    ops::MapIo<Op::kIn, Op::kOut> io{.size = size_, .copy = copy_.data()};
    for (std::size_t k = 0; k < Op::kIn; ++k) io.in[k] = in_[k].data();
    for (std::size_t k = 0; k < Op::kOut; ++k) io.out[k] = out_[k].data();
    return io;
  }

  // Outputs k over inputs k, as an optimizer has them.
  ops::MapIo<Op::kIn, Op::kOut> in_place() {
    auto result = io();
    result.copy = nullptr;
    for (std::size_t k = 0; k < Op::kOut; ++k) result.out[k] = in_[k].data();
    return result;
  }

  void expect_updated(const Row& row, const ops::StepState& state) const {
    const Op op = ops::bind(row.op, state);
    for (std::int64_t i = 0; i < size_; ++i) {
      double values[Op::kIn];
      for (std::size_t k = 0; k < Op::kIn; ++k)
        values[k] = static_cast<double>(drawn_[k][static_cast<std::size_t>(i)]);
      const auto expected = expected_map(op, values);
      for (std::size_t k = 0; k < Op::kOut; ++k)
        ASSERT_TRUE(is_close(static_cast<double>(out_[k][i]), expected[k], row.tolerance))
            << "output " << k << ", element " << i << ": " << out_[k][i] << " instead of "
            << expected[k].value;
      ASSERT_EQ(copy_[i].bits, ops::Bf16::from(out_[0][i]).bits) << "copy of element " << i;
    }
  }
  void expect_frames_untouched() const {
    for (const auto& in : in_) EXPECT_TRUE(in.frame_is_untouched());
    for (const auto& out : out_) EXPECT_TRUE(out.frame_is_untouched());
    EXPECT_TRUE(copy_.frame_is_untouched());
  }
  void expect_no_output() const {
    for (const auto& out : out_) EXPECT_TRUE(out.is_untouched(0, size_));
    EXPECT_TRUE(copy_.is_untouched(0, size_));
  }
  void expect_in_place_as(const Arenas& apart) const {
    for (std::size_t k = 0; k < Op::kOut; ++k) {
      EXPECT_EQ(0, std::memcmp(in_[k].data(), apart.out_[k].data(), static_cast<std::size_t>(size_) * 4));
      EXPECT_TRUE(out_[k].is_untouched(0, size_));
    }
    EXPECT_TRUE(copy_.is_untouched(0, size_)) << "there was no copy to be made";
  }

 private:
  std::int64_t size_;
  std::vector<std::vector<float>> drawn_;
  std::vector<Framed<float>> in_, out_;
  Framed<ops::Bf16> copy_;
};

TEST(MapKernel, AgreesWithTheDoubleOracle) {
  const ops::StepState state = table_state();
  for_each(map_ops(), [&]<class Row>(const Row& row) {
    for (const std::int64_t size : kSizes) {
      SCOPED_TRACE(testing::Message() << row.name << ", " << size);
      Arenas<Row> arenas(row, size);
      cuda::map(row.op, arenas.io(), &state, {});
      arenas.expect_updated(row, state);
      arenas.expect_frames_untouched();
    }
  });
}

TEST(MapKernel, GivesTheSameBitsInPlaceAndForAnOpBoundBefore) {
  const ops::StepState state = table_state();
  for_each(map_ops(), [&]<class Row>(const Row& row) {
    SCOPED_TRACE(row.name);
    Arenas<Row> apart(row, 2056), place(row, 2056), bound(row, 2056);
    cuda::map(row.op, apart.io(), &state, {});
    cuda::map(row.op, place.in_place(), &state, {});
    cuda::map(ops::bind(row.op, state), bound.in_place(), nullptr, {});
    place.expect_in_place_as(apart);
    bound.expect_in_place_as(apart);
    place.expect_frames_untouched();
  });
}

TEST(MapKernel, WritesNothingWhereTheUpdateIsSkipped) {
  ops::StepState state = table_state();
  state.finite = 0;
  for_each(map_ops(), [&]<class Row>(const Row& row) {
    Arenas<Row> arenas(row, 2056);
    cuda::map(row.op, arenas.io(), &state, {});
    arenas.expect_no_output();
  });
}

TEST(MapKernel, TakesAnEmptyArena) {
  const ops::MapIo<3, 2> io;
  EXPECT_NO_THROW(cuda::map(ops::Sgd{}, io, nullptr, {}));
}

}  // namespace
}  // namespace cuvae::test
