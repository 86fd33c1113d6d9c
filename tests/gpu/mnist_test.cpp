// The reference job on real data, one epoch: the marks of the CUDA engine.
#include <gtest/gtest.h>

#include <filesystem>

#include "cuvae/trainer.hpp"
#include "support/gpu.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

using MnistOnGpu = OnGpu;

double elbo_after_one_epoch(const Dataset& data, Precision precision, const Device& device) {
  TrainConfig train;
  train.epochs = 1;
  train.precision = precision;
  Trainer trainer({.data_dim = data.cols()}, train, device);
  return trainer.fit(data).history.back().train.elbo;
}

TEST_F(MnistOnGpu, HasTheCurveOfTheCpu) {
  const auto folder = data_dir();
  const std::string path = folder ? (*folder / "mnist" / "train-images-idx3-ubyte.gz").string() : "";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no MNIST in CUVAE_DATA_DIR or ../shared/data";
  const Dataset data = Dataset::open(path);
  const double expected = elbo_after_one_epoch(data, Precision::fp32, Device::cpu());
  EXPECT_NEAR(elbo_after_one_epoch(data, Precision::fp32, Device::cuda()), expected, 0.05);
  EXPECT_NEAR(elbo_after_one_epoch(data, Precision::tf32, Device::cuda()), expected, 0.3);
  EXPECT_NEAR(elbo_after_one_epoch(data, Precision::bf16, Device::cuda()), expected, 0.3);
}

}  // namespace
}  // namespace cuvae::test
