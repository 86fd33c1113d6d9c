// The fused kernels on a caller's pointers and stream, against the ops in double; any alignment and leading
// dimension.
#include <gtest/gtest.h>

#include "gpu/device_array.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "support/compare.hpp"
#include "support/draws.hpp"
#include "support/gpu.hpp"

namespace cuvae::test {
namespace {

using FusedKernelsOnGpu = OnGpu;
using Place = DeviceArray::Place;

constexpr double kTolerance = 2e-6,
                 kNarrow = 0x1p-8;  // of float; half a unit of bf16 in the last place, relative

// Aligned and not; every row width of a kernel.
std::vector<std::pair<cuda::Shape, Place>> places(cuda::Type type) {
  std::vector<std::pair<cuda::Shape, Place>> all;
  for (const std::int32_t cols : {1, 8, 13, 64, 784, 1500}) {
    all.push_back({{5, cols}, {cols, 0, type}});
    all.push_back({{5, cols}, {cols + 3, 1, type}});
    all.push_back({{5, cols}, {(cols + 15) / 8 * 8, 8, type}});
  }
  return all;
}

std::vector<float> draw(std::uint64_t seed, cuda::Shape shape, const Input& input, cuda::Type type) {
  std::vector<float> values = Draws(seed).floats(shape.rows * shape.cols, input);
  if (type == cuda::Type::bf16) {
    for (float& value : values) value = ops::Bf16::from(value).value();
  }
  return values;
}

void expect_close(float actual, const Expected& expected, cuda::Type type) {
  const double allowed = allowed_error(expected, kTolerance) +
                         (type == cuda::Type::bf16 ? kNarrow * std::abs(expected.value) : 0);
  ASSERT_NEAR(static_cast<double>(actual), expected.value, allowed);
}

TEST_F(FusedKernelsOnGpu, BernoulliIsThatOfTheOp) {
  const OwnedStream stream;
  for (const cuda::Type type : {cuda::Type::f32, cuda::Type::bf16}) {
    for (const auto& [shape, place] : places(type)) {
      SCOPED_TRACE(std::to_string(shape.cols) + ", ld " + std::to_string(place.ld));
      const auto logits = draw(1, shape, kLogit, type), x = draw(2, shape, kProbability, cuda::Type::f32);
      const DeviceArray in(shape, place, logits), data(shape, {place.ld, place.offset}, x), out(shape, place),
          loss({1, 5}, {5});
      cuda::bernoulli_nll(shape, in.const_rows(), data.const_rows(), out.rows(), loss.floats(), 0.25f,
                          stream.get());
      const auto gradient = out.values(stream.get()), row_nll = loss.values(stream.get());
      EXPECT_TRUE(out.guards_are_untouched(stream.get()));
      const ops::BernoulliNll op{0.25f};
      for (std::int64_t row = 0; row < shape.rows; ++row) {
        Expected sum;
        for (std::int64_t col = 0; col < shape.cols; ++col) {
          const auto i = static_cast<std::size_t>(row * shape.cols + col);
          const auto term = expected_term(op, {static_cast<double>(logits[i]), static_cast<double>(x[i])}, 0);
          expect_close(gradient[i], term[0], type);
          sum += term[1];
        }
        expect_close(row_nll[static_cast<std::size_t>(row)], sum, cuda::Type::f32);
      }
    }
  }
}

// Forward and backward with the same key; rows as part of a larger batch.
TEST_F(FusedKernelsOnGpu, LatentsAreThoseOfTheOp) {
  const OwnedStream stream;
  const cuda::NoiseKey key{.seed = 7, .step = 11, .sample = 3, .first_row = 100};
  const ops::NoiseSource source{key.seed, ops::Purpose::latent, key.sample};
  for (const auto& [shape, place] : places(cuda::Type::f32)) {
    SCOPED_TRACE(std::to_string(shape.cols) + ", ld " + std::to_string(place.ld));
    const auto mean = draw(3, shape, kValue, place.type), log_var = draw(4, shape, kLogVar, place.type),
               d_z = draw(5, shape, kGradient, place.type);
    const DeviceArray m(shape, place, mean), v(shape, place, log_var), g(shape, place, d_z), z(shape, place),
        d_m(shape, place), d_v(shape, place), kl({1, 5}, {5});
    cuda::sample_latent(shape, m.const_rows(), v.const_rows(), key, z.rows(), kl.floats(), stream.get());
    cuda::latent_backward(shape, m.const_rows(), v.const_rows(), g.const_rows(), key, d_m.rows(), d_v.rows(),
                          0.5f, stream.get());
    const auto z_values = z.values(stream.get()), d_mean = d_m.values(stream.get()),
               d_log_var = d_v.values(stream.get());
    EXPECT_TRUE(z.guards_are_untouched(stream.get()) && d_v.guards_are_untouched(stream.get()));
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i) / shape.cols;
      const auto col = static_cast<std::int32_t>(static_cast<std::int64_t>(i) % shape.cols);
      const double eps = noise_at(ops::Noise::normal, source, key.step, key.first_row + row, col);
      const double in[] = {static_cast<double>(mean[i]), static_cast<double>(log_var[i])};
      expect_close(z_values[i], expected_term(ops::SampleLatent{}, in, eps)[0], cuda::Type::f32);
      const double back[] = {in[0], in[1], static_cast<double>(d_z[i])};
      const auto term = expected_term(ops::LatentBackward{0.5f}, back, eps);
      expect_close(d_mean[i], term[0], cuda::Type::f32);
      expect_close(d_log_var[i], term[1], cuda::Type::f32);
    }
  }
}

TEST_F(FusedKernelsOnGpu, GaussianIsThatOfTheOpWithAndWithoutALearnedVariance) {
  const OwnedStream stream;
  for (const auto& [shape, place] : places(cuda::Type::f32)) {
    SCOPED_TRACE(std::to_string(shape.cols) + ", ld " + std::to_string(place.ld));
    const auto mean = draw(6, shape, kValue, place.type), x = draw(7, shape, kValue, place.type),
               log_var = draw(8, {1, shape.cols}, kLogVar, place.type);
    const DeviceArray m(shape, place, mean), data(shape, place, x), v({1, shape.cols}, {shape.cols}, log_var),
        d_m(shape, place), d_v(shape, place), d_m2(shape, place), nll({1, 5}, {5}), nll2({1, 5}, {5});
    cuda::gaussian_nll(shape, m.const_rows(), data.const_rows(), v.floats(), d_m.rows(), d_v.rows(),
                       nll.floats(), 0.5f, stream.get());
    cuda::gaussian_nll(shape, m.const_rows(), data.const_rows(), v.floats(), d_m2.rows(), {}, nll2.floats(),
                       0.5f, stream.get());
    EXPECT_EQ(d_m.values(stream.get()), d_m2.values(stream.get()));
    EXPECT_EQ(nll.values(stream.get()), nll2.values(stream.get()));
    const auto d_mean = d_m.values(stream.get()), d_log_var = d_v.values(stream.get());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const std::size_t col = i % static_cast<std::size_t>(shape.cols);
      const double in[] = {static_cast<double>(mean[i]), static_cast<double>(x[i]),
                           static_cast<double>(log_var[col])};
      const auto term = expected_term(ops::GaussianNllLearned{0.5f}, in, 0);
      expect_close(d_mean[i], term[0], cuda::Type::f32);
      expect_close(d_log_var[i], term[1], cuda::Type::f32);
    }
  }
}

}  // namespace
}  // namespace cuvae::test
