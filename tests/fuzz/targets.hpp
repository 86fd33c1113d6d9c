// What is fuzzed: each reader of files, from the door that users go through.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace cuvae::fuzz {

using Bytes = std::span<const std::byte>;

struct Target {
  std::string_view name;  // of its corpus, too
  // Opens a file of these bytes and reads all that is in it.
  void (*read)(Bytes bytes);
};

[[nodiscard]] std::span<const Target> targets();
// Throws std::out_of_range.
[[nodiscard]] const Target& target(std::string_view name);

enum class Outcome { taken, refused };

// Whatever is thrown is a bug: of bad bytes a reader says so, in an Error(data), (invalid_argument) or
// (out_of_memory) of one to four lines, and that is Outcome::refused.
[[nodiscard]] Outcome try_bytes(const Target& target, Bytes bytes);

}  // namespace cuvae::fuzz
