// What is said where memory does not suffice.
#include "src/train/memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "src/backend/backend.hpp"
#include "src/model/parameters.hpp"
#include "src/train/trainer_impl.hpp"

namespace cuvae::train {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

ModelConfig large_model() {
  ModelConfig model;
  model.data_dim = 16384;
  model.encoder_hidden = model.decoder_hidden = {8192, 8192, 8192};
  model.latent = 512;
  return model;
}

constexpr Device::Kind kGpu = Device::Kind::cuda;

TrainConfig training(std::int32_t batch, Precision precision = Precision::fp32) {
  TrainConfig train;
  train.batch = batch;
  train.precision = precision;
  return train;
}

TEST(OutOfMemory, NamesTheThreeLargestPartsAndTheLargestBatch) {
  const ModelConfig model = large_model();
  const TrainConfig train = training(1 << 20);
  const std::string message = out_of_memory_message(model, train, "cuda:0", 16 * kGiB);
  const std::int32_t batch = largest_batch(model, train, 16 * kGiB);
  EXPECT_LE(bytes_of_training(model, training(batch), kGpu), 16 * kGiB);
  EXPECT_GT(bytes_of_training(model, training(batch + 1), kGpu), 16 * kGiB);
  for (const std::string& part :
       {std::string("cuda:0"), std::string("activations, training ("),
        std::string("activations, evaluation ("), std::string("optimizer moments ("),
        "--batch " + std::to_string(batch), std::string("16384 MiB are free")})
    EXPECT_NE(message.find(part), std::string::npos) << part << " is not in: " << message;
  EXPECT_EQ(message.find("gradients ("), std::string::npos) << "three parts, not four";
  EXPECT_LE(std::ranges::count(message, '\n'), 3);
}

TEST(OutOfMemory, CountsTheMicroBatchWhereThereIsOne) {
  TrainConfig train = training(1 << 20);
  train.micro_batch = 1 << 19;
  const std::string message = out_of_memory_message(large_model(), train, "cuda:0", 16 * kGiB);
  EXPECT_NE(message.find("--micro-batch "), std::string::npos) << message;
}

TEST(OutOfMemory, SaysWhereNoBatchFits) {
  EXPECT_EQ(largest_batch(large_model(), training(128), kGiB), 0);
  const std::string message = out_of_memory_message(large_model(), training(128), "cuda:0", kGiB);
  EXPECT_NE(message.find("No batch fits"), std::string::npos) << message;
}

// Of a caller's allocator nothing is known but that it refused.
TEST(OutOfMemory, SaysLessWhereItIsNotKnownWhatThereIs) {
  const std::string message = out_of_memory_message(large_model(), training(128), "cuda:0", std::nullopt);
  EXPECT_NE(message.find("The largest parts: optimizer moments ("), std::string::npos) << message;
  EXPECT_EQ(message.find("free"), std::string::npos) << message;
}

TEST(OutOfMemory, WhatFitsIsSaidToFit) {
  EXPECT_EQ(largest_batch(large_model(), training(128), 1000 * kGiB), 128);
}

// 549.5 million parameters: beyond 2^31 bytes in each arena, and 2^31 activations with a batch of 2^18.
TEST(MemoryOfTraining, CountsBeyond32Bits) {
  const model::Layout layout(large_model());
  EXPECT_NEAR(static_cast<double>(layout.parameter_count()), 549.5e6, 0.1e6);
  EXPECT_GT(bytes_of_training(large_model(), training(1 << 18), kGpu), 1 << 30);
  for (const MemoryItem& item : memory_of_training(large_model(), training(1 << 18), kGpu))
    EXPECT_GT(item.bytes, std::int64_t{1} << 31) << item.what;
}

TEST(MemoryOfTraining, OfBf16IsLessForActivationsAndHasACopyOfTheParameters) {
  const auto wide = memory_of_training(large_model(), training(8192), kGpu),
             narrow = memory_of_training(large_model(), training(8192, Precision::bf16), kGpu);
  ASSERT_EQ(narrow.size(), wide.size() + 1);
  EXPECT_EQ(narrow.back().bytes, wide[0].bytes / 2);
  EXPECT_EQ(narrow[0].bytes, wide[0].bytes);
  EXPECT_LT(narrow[3].bytes, wide[3].bytes * 7 / 10);
}

// A bit for each hidden unit of each row, rows of a multiple of 128.
TEST(MemoryOfTraining, OnAGpuCountsTheMasksOfReluWhetherOrNotTheyAreKept) {
  ModelConfig model;
  model.data_dim = 784;
  model.encoder_hidden = {400, 130};
  model.decoder_hidden = {};
  const auto difference = [&] {
    return bytes_of_training(model, training(64), kGpu) -
           bytes_of_training(model, training(64), Device::Kind::cpu);
  };
  EXPECT_EQ(difference(), 64 * (512 + 256) / 8);
  model.activation = Activation::tanh;
  EXPECT_EQ(difference(), 0);
}

TEST(MemoryOfTraining, IsWhatATrainerAllocates) {
  ModelConfig model;
  model.data_dim = 13;
  const TrainConfig train = training(20);
  Trainer trainer(model, train, Device::cpu(1));
  const auto items = memory_of_training(model, train, Device::Kind::cpu);
  EXPECT_EQ(items[0].bytes, trainer.impl().parameters.arenas().size * 4);
  EXPECT_EQ(items[3].bytes, model::plan_network(model, 20, model::Use::training).bytes());
}

}  // namespace
}  // namespace cuvae::train
