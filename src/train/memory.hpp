// What a training run keeps in memory, and what to say where there is not enough.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/trainer.hpp"

namespace cuvae::train {

// Everything a Trainer allocates, but for what depends on the data. On a GPU at most: whether a ReLU is kept
// as bits, its library decides; and without the scratch of products, which its backend has before.
[[nodiscard]] std::vector<MemoryItem> memory_of_training(const ModelConfig& model, const TrainConfig& train,
                                                         Device::Kind on);

[[nodiscard]] std::int64_t bytes_of_training(const ModelConfig& model, const TrainConfig& train,
                                             Device::Kind on);

// The largest batch (or micro-batch, where there is one) with which a run fits on a GPU; 0: none does.
[[nodiscard]] std::int32_t largest_batch(const ModelConfig& model, const TrainConfig& train,
                                         std::int64_t available);

// Of a GPU. Names the three largest consumers and, where it is known what there is, the largest batch that
// fits.
[[nodiscard]] std::string out_of_memory_message(const ModelConfig& model, const TrainConfig& train,
                                                const std::string& device,
                                                std::optional<std::int64_t> available);

}  // namespace cuvae::train
