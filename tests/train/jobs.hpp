// Small training jobs, and what of a run must be the same to the last bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cuvae/trainer.hpp"

namespace cuvae::test {

inline constexpr std::int32_t kColumns = 13;  // no multiple of anything

struct Job {
  ModelConfig model;  // 13 - 11 - 3 - 9 - 13, tanh
  TrainConfig train;  // 3 epochs of batches of 20
  Dataset data;       // 70 rows: three batches and a half
  std::optional<Dataset> validation;
};
[[nodiscard]] Job small_job();

// The model with each p(z) that is not N(0, I).
struct NamedModel {
  std::string name;
  ModelConfig model;
};
[[nodiscard]] std::vector<NamedModel> with_every_other_prior(const ModelConfig& model);

[[nodiscard]] std::vector<float> random_values(std::int64_t count, std::uint32_t seed, float low = 0.0f,
                                               float high = 1.0f);
[[nodiscard]] Dataset random_rows(std::int64_t rows, std::uint32_t seed);

// Each row with a class of four, or with two numbers.
[[nodiscard]] Job with_classes(Job job);
[[nodiscard]] Job with_numbers(Job job);
[[nodiscard]] std::vector<float> label_of(const Dataset& data, std::int64_t row);

// With a learning rate that changes no weight, so that what a run reports can be told beforehand.
void freeze(Job& job);

FitResult fit(Trainer& trainer, const Job& job, const std::function<Control(const Progress&)>& callback = {});
[[nodiscard]] Trainer trainer_of(const Job& job, int threads = 1);

// Bit patterns of every parameter; of every arena that survives a step (parameters and moments, with
// padding).
[[nodiscard]] std::vector<std::uint32_t> bits(const std::vector<float>& values);
[[nodiscard]] std::vector<std::uint32_t> bits(const std::vector<Parameter>& parameters);
[[nodiscard]] std::vector<std::uint32_t> arena_bits(Trainer& trainer);

// Everything in the metrics but time, exactly.
[[nodiscard]] std::string describe(const EpochMetrics& metrics);
[[nodiscard]] std::vector<std::string> describe(const std::vector<EpochMetrics>& history);

}  // namespace cuvae::test
