#include "src/cli/live_line.hpp"

#include <algorithm>

namespace cuvae::cli {
namespace {

constexpr std::size_t kBarWidth = 20;

std::string bar(double part, bool colour) {
  const auto full = static_cast<std::size_t>(part * static_cast<double>(kBarWidth));
  const std::string head = full < kBarWidth ? ">" : "";
  const std::string rest(kBarWidth - full - head.size(), ' ');
  const std::string filled = std::string(full, '=') + head;
  return "[" + (colour ? "\x1b[32m" + filled + "\x1b[0m" : filled) + rest + "]";
}

}  // namespace

std::string line_with_bar(const std::string& head, double part, const std::string& tail,
                          const Terminal& terminal) {
  const auto columns = static_cast<std::size_t>(std::max(terminal.columns, 1));
  const bool fits = head.size() + kBarWidth + 4 + tail.size() < columns;
  if (!fits) return (head + " " + tail).substr(0, columns - 1);
  return head + " " + bar(std::clamp(part, 0.0, 1.0), terminal.colour) + " " + tail;
}

}  // namespace cuvae::cli
