// What a training run keeps in memory, and what to say where there is not enough.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cuvae/config.hpp"
#include "cuvae/trainer.hpp"

namespace cuvae::train {

// Everything a Trainer allocates, but for what depends on the data.
[[nodiscard]] std::vector<MemoryItem> memory_of_training(const ModelConfig& model, const TrainConfig& train);

[[nodiscard]] std::int64_t bytes_of_training(const ModelConfig& model, const TrainConfig& train);

// The largest batch (or micro-batch, where there is one) with which a run fits; 0: none does.
[[nodiscard]] std::int32_t largest_batch(const ModelConfig& model, const TrainConfig& train,
                                         std::int64_t available);

// Names the three largest consumers and, where it is known what there is, the largest batch that fits.
[[nodiscard]] std::string out_of_memory_message(const ModelConfig& model, const TrainConfig& train,
                                                const std::string& device,
                                                std::optional<std::int64_t> available);

}  // namespace cuvae::train
