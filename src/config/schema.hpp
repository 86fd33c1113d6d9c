// Every setting of a model and of its training, in the order in which they are written.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cuvae/config.hpp"
#include "src/config/key.hpp"

namespace cuvae::config {

struct Settings {
  ModelConfig model;
  TrainConfig train;
};

inline ModelConfig& part_of(Settings& settings, ModelConfig*) { return settings.model; }
inline TrainConfig& part_of(Settings& settings, TrainConfig*) { return settings.train; }
inline const ModelConfig& part_of(const Settings& settings, ModelConfig*) { return settings.model; }
inline const TrainConfig& part_of(const Settings& settings, TrainConfig*) { return settings.train; }

using Key = BasicKey<Settings>;

// Shorthands come before what they set, so that setting in this order lets the specific key win.
[[nodiscard]] std::span<const Key> keys();

// The settings as text, and back: what checkpoints keep. Reading looks up its own keys and no others.
// Throws Error(data), naming the key, where one is missing or has no valid value.
using Fields = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Fields to_fields(const ModelConfig& config);
[[nodiscard]] Fields to_fields(const TrainConfig& config);
[[nodiscard]] ModelConfig model_from_fields(const std::map<std::string, std::string>& fields);
[[nodiscard]] TrainConfig train_from_fields(const std::map<std::string, std::string>& fields);

// Throw Error(invalid_argument), naming the key, where one value by itself is not allowed.
void check_each(const ModelConfig& config);
void check_each(const TrainConfig& config);

}  // namespace cuvae::config
