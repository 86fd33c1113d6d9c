#include "src/cli/row_watch.hpp"

#include <algorithm>
#include <utility>

namespace cuvae::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kRedraw = 100ms;
constexpr auto kPlainLine = 10s;

}  // namespace

RowWatch::RowWatch(std::string verb, std::int64_t rows)
    : verb_(std::move(verb)),
      rows_(rows),
      terminal_(terminal(Stream::err)),
      start_(Clock::now()),
      shown_(start_) {}

void RowWatch::done(std::int64_t rows) {
  if (StopSignals::requested()) throw Stopped{};
  const auto now = Clock::now();
  if (now - shown_ < (terminal_.live ? Clock::duration(kRedraw) : Clock::duration(kPlainLine))) return;
  shown_ = now;
  const double part = static_cast<double>(rows) / static_cast<double>(rows_);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string text = verb_ + " row " + std::to_string(rows) + "/" + std::to_string(rows_) + "  " +
                           fixed(100.0 * part, 0) + "%  " + human_seconds(seconds / part - seconds) + " left";
  if (!terminal_.live) return print(text + "\n", Stream::err);
  const std::string shown = text.substr(0, static_cast<std::size_t>(std::max(terminal_.columns - 1, 0)));
  line_.draw(shown, shown.size());
}

}  // namespace cuvae::cli
