// The checkpoints of a run as `cuvae train` saves them, of made-up weights that tell their step.
#pragma once

#include <cstdint>
#include <filesystem>

namespace cuvae::test {

// model.safetensors and state.safetensors, with the one before it. Throws Error(io).
void save_checkpoint(const std::filesystem::path& folder, std::int64_t step);

// What a resumed run would begin with: its step. Throws Error(data) where there is nothing, or a value is of
// another step.
[[nodiscard]] std::int64_t step_to_resume(const std::filesystem::path& folder);

// Of one checkpoint. Throws Error(data).
[[nodiscard]] std::int64_t step_of_model(const std::filesystem::path& file);
[[nodiscard]] std::int64_t step_of_state(const std::filesystem::path& file);

}  // namespace cuvae::test
