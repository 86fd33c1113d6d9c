// Checks of what a caller got wrong. The message says why; the place is added for bug reports.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "cuvae/error.hpp"

namespace cuvae::detail {

[[noreturn]] void fail(Errc code, std::string_view why, const char* expression, const char* file, int line);

// "did you mean 'x'?" for the candidate nearest to `word`, or nothing where none is near.
template <class Strings>
std::string did_you_mean(std::string_view word, const Strings& candidates);

// Edits (insert, delete, replace, swap neighbours) between two words.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

template <class Strings>
std::string did_you_mean(std::string_view word, const Strings& candidates) {
  std::string_view best;
  std::size_t best_distance = std::min(word.size() / 3 + 2, word.size());  // not another word altogether
  for (std::string_view candidate : candidates) {
    const std::size_t a = word.size(), b = candidate.size();
    if ((a > b ? a - b : b - a) >= best_distance) continue;  // so many edits at least
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best.empty() ? std::string() : "did you mean '" + std::string(best) + "'?";
}

}  // namespace cuvae::detail

#define CUVAE_REQUIRE(condition, why)                                                                \
  do {                                                                                               \
    if (!(condition)) {                                                                              \
      ::cuvae::detail::fail(::cuvae::Errc::invalid_argument, (why), #condition, __FILE__, __LINE__); \
    }                                                                                                \
  } while (false)
