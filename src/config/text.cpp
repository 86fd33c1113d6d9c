#include "src/config/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "cuvae/error.hpp"
#include "src/core/shown.hpp"

namespace cuvae::config {
namespace {

// The whole of `text` as a number, or nothing. Independent of the locale.
template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::optional<double> finite(std::string_view text) {
  const std::optional<double> value = whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw Error(Errc::invalid_argument, "'" + core::shown(text) + "' " + why);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

const char* separator(const std::string& before) { return before.empty() ? "" : ","; }

}  // namespace

std::int64_t to_integer(const std::string& text) {
  if (const auto value = whole<std::int64_t>(text)) return *value;
  refuse(text, "is no whole number");
}

std::vector<std::int64_t> to_integers(const std::string& text) {
  std::vector<std::int64_t> numbers;
  for (const std::string_view part : split(text, ',')) {
    const auto number = whole<std::int64_t>(part);
    if (!number) refuse(text, "is no list of whole numbers; write e.g. 0,3,7");
    numbers.push_back(*number);
  }
  return numbers;
}

std::uint64_t to_seed(const std::string& text) {
  if (const auto value = whole<std::uint64_t>(text)) return *value;
  refuse(text, "is no seed; allowed: whole numbers from 0 to 18446744073709551615");
}

double to_number(const std::string& text) {
  if (const auto value = finite(text)) return *value;
  refuse(text, "is no finite number");
}

double to_fraction(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return to_number(text);
  const std::string_view all = text;
  const std::optional<double> above = finite(all.substr(0, slash)), below = finite(all.substr(slash + 1));
  if (above && below && std::isfinite(*above / *below)) return *above / *below;
  refuse(text, "is no fraction; write e.g. 1/255");
}

bool is_number(const std::string& text) { return finite(text).has_value(); }

std::vector<std::int32_t> to_widths(const std::string& text) {
  std::vector<std::int32_t> widths;
  if (text == "none") return widths;
  for (const std::string_view part : split(text, ',')) {
    const auto width = whole<std::int32_t>(part);
    if (!width)
      refuse(text, "is no list of layer widths; write e.g. 400 or 400,200, or none for a linear network");
    widths.push_back(*width);
  }
  return widths;
}

LearningRateSchedule to_schedule(const std::string& text) {
  if (text == "constant") return {};
  if (text == "cosine") return {LearningRateSchedule::Kind::cosine, {}};
  LearningRateSchedule schedule{LearningRateSchedule::Kind::steps, {}};
  for (const std::string_view part : split(text, ',')) {
    const std::size_t colon = part.find(':');
    const auto epoch = whole<std::int32_t>(part.substr(0, colon));
    const auto factor = colon == std::string_view::npos ? std::nullopt : finite(part.substr(colon + 1));
    if (!epoch || !factor)
      refuse(text, "is no schedule; write constant, cosine or EPOCH:FACTOR,... such as 5:0.1,8:0.1");
    schedule.steps.emplace_back(*epoch, *factor);
  }
  return schedule;
}

std::string format(double number) {
  std::array<char, 32> buffer{};
  const auto [end, problem] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end};
}

std::string format(const std::vector<std::int32_t>& widths) {
  std::string text;
  for (const std::int32_t width : widths) text.append(separator(text)).append(std::to_string(width));
  return text.empty() ? "none" : text;
}

std::string format(const LearningRateSchedule& schedule) {
  if (schedule.kind == LearningRateSchedule::Kind::constant) return "constant";
  if (schedule.kind == LearningRateSchedule::Kind::cosine) return "cosine";
  std::string text;
  for (const auto& [epoch, factor] : schedule.steps) {
    text.append(separator(text)).append(std::to_string(epoch)).append(":").append(format(factor));
  }
  return text;
}

}  // namespace cuvae::config
