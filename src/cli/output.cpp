#include "src/cli/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cuvae/error.hpp"

namespace cuvae::cli {
namespace {

std::size_t widest(const Rows& rows, std::string Rows::value_type::*column) {
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, (row.*column).size());
  return width;
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

void print(std::string_view text, Stream stream) {
  std::FILE* file = stream == Stream::out ? stdout : stderr;
  const bool written =
      std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
  if (!written && stream == Stream::out) {
    throw Error(Errc::io, std::string("stdout: cannot be written: ") + std::strerror(errno) +
                              "\nSend the output to another place (> FILE).");
  }
}

void print_after_stop(std::string_view text, Stream stream) {
  try {
    print(text, stream);
  } catch (const Error&) {
  }
}

Terminal terminal(Stream stream) {
  const int descriptor = stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO;
  const char* kind = std::getenv("TERM");
  Terminal found;
  found.live = isatty(descriptor) == 1 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
  found.colour = found.live && !is_set("NO_COLOR");
  winsize size{};
  if (found.live && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) found.columns = size.ws_col;
  return found;
}

std::string two_columns(const Rows& rows) {
  const std::size_t width = widest(rows, &Rows::value_type::first) + 2;
  std::string text;
  for (const auto& [left, right] : rows) {
    text += left + (right.empty() ? "" : std::string(width - left.size(), ' ') + right) + "\n";
  }
  return text;
}

std::string two_columns_right_aligned(const Rows& rows) {
  const std::size_t width = widest(rows, &Rows::value_type::second);
  Rows padded = rows;
  for (auto& [left, right] : padded) right.insert(0, width - right.size(), ' ');
  return two_columns(padded);
}

std::string significant(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*g", digits, value);
  return text.data();
}

std::string fixed(double value, int decimals) {
  std::array<char, 400> text{};  // the largest double has 309 digits
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string hexadecimal(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) text[text.size() - 1 - i] = kDigits[(value >> (4 * i)) & 15];
  return text;
}

std::string human_bytes(std::int64_t bytes) {
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024.0 && unit + 1 < kUnits.size()) {
    value /= 1024.0;
    ++unit;
  }
  return fixed(value, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

std::string human_seconds(double seconds) {
  if (!(seconds >= 0.0 && seconds < 1e9)) return "?";
  const auto whole = static_cast<std::int64_t>(std::lround(seconds));
  const auto two = [](std::int64_t number) {
    return std::string(number < 10 ? "0" : "").append(std::to_string(number));
  };
  const std::string minutes_seconds = two(whole / 60 % 60) + ":" + two(whole % 60);
  return whole < 3600 ? std::to_string(whole / 60) + ":" + two(whole % 60)
                      : std::to_string(whole / 3600) + ":" + minutes_seconds;
}

std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%";
  if (word.starts_with('-')) return shell_word("./" + word);
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace cuvae::cli
