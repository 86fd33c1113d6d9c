#include <gtest/gtest.h>

#include "cuvae/trainer.hpp"
#include "support/test_data.hpp"

namespace cuvae::test {
namespace {

// A first look at the reference job, 784-400-20-400-784; bench/ holds it against PyTorch over ten epochs.
TEST(Mnist, OneEpochOfTheReferenceJobLearns) {
  const auto folder = data_dir();
  const auto images = [&](const char* name) { return *folder / "mnist" / name; };
  if (!folder || !std::filesystem::exists(images("train-images-idx3-ubyte.gz"))) {
    GTEST_SKIP() << "no MNIST: scripts/get_mnist.sh fetches it, CUVAE_DATA_DIR says where it is";
  }
  ModelConfig model;
  model.data_dim = 784;
  TrainConfig train;
  train.epochs = 1;
  Trainer trainer(model, train,
                  Device::cpu(1));  // two threads that wait for each other are slow on a busy machine
  const FitResult result = trainer.fit(Dataset::open(images("train-images-idx3-ubyte.gz")));
  EXPECT_EQ(result.steps, 469);
  EXPECT_EQ(result.history.at(0).skipped_updates, 0);
  Vae vae = trainer.model();
  const Evaluation test = vae.evaluate(Dataset::open(images("t10k-images-idx3-ubyte.gz")));
  EXPECT_EQ(test.rows, 10'000);
  EXPECT_GT(test.mean.elbo, -130);
  EXPECT_LT(test.mean.elbo, -100) << "no model of this size is that good after one epoch";
}

}  // namespace
}  // namespace cuvae::test
