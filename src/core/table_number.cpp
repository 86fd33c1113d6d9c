#include "src/core/table_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <system_error>

namespace cuvae::core {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool begins_a_number(const char* at, const char* end) {
  if (at < end && *at == '-') ++at;
  return at < end && (is_digit(*at) || (*at == '.' && at + 1 < end && is_digit(at[1])));
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 8> kWords{"", "na", "n/a", "nan", "<na>", "null", "none", "?"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return same_word(text, word); });
}

// Of a number in digits, a point and an exponent: about the power of ten of its first digit that is not 0.
std::int64_t decimal_exponent(std::string_view text) {
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  const std::size_t letter = text.find_first_of("eE");
  const std::string_view digits = text.substr(0, letter);
  const std::size_t first = digits.find_first_of("123456789"),
                    point = std::min(digits.find('.'), digits.size());
  const std::int64_t place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  if (first == std::string_view::npos) return -kFar;
  if (letter == std::string_view::npos) return place;
  std::string_view power = text.substr(letter + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  std::int64_t written = 0;
  if (std::from_chars(power.data(), power.data() + power.size(), written).ec != std::errc() ||
      std::abs(written) > kFar)
    return power.starts_with('-') ? -kFar : kFar;
  return place + written;
}

// A number beyond the range of float: infinite, or so small that it is 0.
float beyond(std::string_view text, bool negative) {
  double wide = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wide);
  if (error == std::errc()) return static_cast<float>(wide);
  if (decimal_exponent(text) < 0) return negative ? -0.0f : 0.0f;
  return negative ? -kInfinity : kInfinity;
}

}  // namespace

bool loses_digits(std::string_view text, float value) {
  if (!(std::abs(value) >= kFirstGap)) return false;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t whole = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, whole);
  if (end != last) return false;
  constexpr float kEnd = 0x1p63f;
  return error != std::errc() || value < -kEnd || value >= kEnd || static_cast<std::int64_t>(value) != whole;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

const char* plain_number(const char* begin, const char* end, float& value) {
  const char* at = begin;
  std::uint32_t whole = 0;  // most values are whole and short
  for (; at < end && at < begin + 7 && is_digit(*at); ++at)
    whole = whole * 10 + static_cast<std::uint32_t>(*at - '0');
  if (at > begin && at < end && !is_digit(*at) && *at != '.' && *at != 'e' && *at != 'E') {
    value = static_cast<float>(whole);
    return at;
  }
  if (!begins_a_number(begin, end)) return nullptr;
  const auto [stop, error] = std::from_chars(begin, end, value);
  return error == std::errc() ? stop : nullptr;
}

std::optional<float> to_float(std::string_view text) {
  text = trimmed(text);
  if (is_missing(text)) return std::numeric_limits<float>::quiet_NaN();
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  const std::string_view size = text.substr(negative ? 1 : 0);
  if (same_word(size, "inf") || same_word(size, "infinity")) return negative ? -kInfinity : kInfinity;
  const char* const end = text.data() + text.size();
  if (!begins_a_number(text.data(), end)) return std::nullopt;
  float value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end) return std::nullopt;
  return error == std::errc() ? value : beyond(text, negative);
}

}  // namespace cuvae::core
