// The noise the loops draw, against the contract by hand.
#include <gtest/gtest.h>

#include "backend/on_each_machine.hpp"
#include "support/row_op_run.hpp"

namespace cuvae::test {
namespace {

class LoopNoise : public OnEachMachine {};
INSTANTIATE_TEST_SUITE_P(On, LoopNoise, testing::ValuesIn(machines()), machine_name);

ops::StepState state_at(std::int64_t step, std::int64_t rows) {
  ops::StepState state;
  state.step = step;
  state.pass.active_rows = static_cast<std::int32_t>(rows);
  return state;
}

std::vector<float> draw_normals(Backend& backend, std::int64_t step, const std::vector<std::int64_t>& row_ids,
                                std::int32_t cols, const ops::NoiseSource& source = kNoiseSource) {
  const auto rows = static_cast<std::int64_t>(row_ids.size());
  const Pass pass(backend, state_at(step, rows), row_ids);
  const Tensor z(backend, rows, cols);
  backend.sample_prior(pass.context(), source, z.matrix());
  return z.values();
}

TEST_P(LoopNoise, IsThatOfSeedPurposeStepRowSampleAndColumn) {
  const auto on = backend();
  const std::vector<std::int64_t> row_ids = {0, 7, (std::int64_t{3} << 32) + 1};
  for (const ops::NoiseSource& source :
       {ops::NoiseSource{}, {.seed = 9}, {.purpose = ops::Purpose::prior}, {.sample = 65535}, kNoiseSource}) {
    for (const std::int64_t step : {0, 1, 100'000}) {
      const std::int32_t cols = 270;  // more than two runs of the drawing loop
      const std::vector<float> drawn = draw_normals(*on, step, row_ids, cols, source);
      for (std::size_t i = 0; i < drawn.size(); ++i) {
        const auto col = static_cast<std::int32_t>(i % 270);
        ASSERT_NEAR(static_cast<double>(drawn[i]),
                    noise_at(ops::Noise::normal, source, step, row_ids[i / 270], col),
                    on_gpu() ? 8e-6 : 4e-6)  // sin and cos to 2^-20.5, times a radius up to 5.8
            << "step " << step << ", row " << i / 270 << ", column " << col;
      }
    }
  }
}

TEST_P(LoopNoise, OfARowDependsOnNeitherItsPlaceNorItsWidth) {
  const auto on = backend();
  const std::vector<float> all = draw_normals(*on, 4, {10, 11, 12}, 50);
  EXPECT_TRUE(same_bits(draw_normals(*on, 4, {12}, 50), {all.begin() + 100, all.end()}));
  EXPECT_TRUE(same_bits(draw_normals(*on, 4, {12}, 3), {all.begin() + 100, all.begin() + 103}));
  EXPECT_FALSE(same_bits(draw_normals(*on, 5, {12}, 3), {all.begin() + 100, all.begin() + 103}));
}

// Forward and backward must agree on epsilon: at d_z = 1 and KL weight 0, d_log_var = (z - mean) / 2.
TEST_P(LoopNoise, IsRedrawnTheSameInTheBackward) {
  const auto on = backend();
  const std::int64_t rows = 5;
  const std::int32_t cols = 150;
  ops::StepState state = state_at(77, rows);
  state.pass.kl_weight = 0;
  state.pass.row_weight = 1;
  const Pass pass(*on, state, some_row_ids(rows));
  const std::vector<float> zeros(750), ones(750, 1.0f);
  const Tensor mean(*on, rows, cols, zeros), log_var(*on, rows, cols, zeros), d_z(*on, rows, cols, ones);
  const Tensor z(*on, rows, cols), d_mean(*on, rows, cols), d_log_var(*on, rows, cols), row_kl(*on, 1, 8);
  on->sample_latent(pass.context(), LatentKl{}, mean.matrix(), log_var.matrix(), kNoiseSource, z.matrix(),
                    row_kl.data());
  on->latent_backward(pass.context(), LatentKl{}, mean.matrix(), log_var.matrix(), d_z.matrix(), nullptr,
                      kNoiseSource, d_mean.matrix(), d_log_var.matrix());
  std::vector<float> doubled = d_log_var.values();
  for (float& value : doubled) value *= 2;
  EXPECT_TRUE(same_bits(doubled, z.values()));
}

}  // namespace
}  // namespace cuvae::test
