#include "src/cli/row_watch.hpp"

#include <utility>

namespace cuvae::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kRedraw = 100ms;
constexpr auto kPlainLine = 10s;

}  // namespace

void stop_if_asked() {
  if (StopSignals::requested()) throw Stopped{};
}

RowWatch::RowWatch(std::string verb, std::int64_t rows)
    : verb_(std::move(verb)),
      rows_(rows),
      terminal_(terminal(Stream::err)),
      start_(Clock::now()),
      shown_(start_) {}

void RowWatch::done(std::int64_t rows) {
  stop_if_asked();
  const auto now = Clock::now();
  if (now - shown_ < (terminal_.live ? Clock::duration(kRedraw) : Clock::duration(kPlainLine))) return;
  shown_ = now;
  show(rows, std::chrono::duration<double>(now - start_).count());
}

void RowWatch::show(std::int64_t rows, double seconds) {
  if (rows_ >= 0) {
    const double part = static_cast<double>(rows) / static_cast<double>(rows_);
    return show_part(rows, part, human_seconds(seconds / part - seconds));
  }
  if (!terminal_.live) return print(verb_ + " row " + std::to_string(rows) + "\n", Stream::err);
  const std::string line = verb_ + " " + std::to_string(rows) + " rows, " + human_seconds(seconds);
  line_.draw(line, line.size());
}

void RowWatch::show_part(std::int64_t rows, double part, const std::string& left) {
  const std::string percent = fixed(100.0 * part, 0) + "%  ", now = std::to_string(rows),
                    all = std::to_string(rows_);
  if (!terminal_.live)
    return print(verb_ + " row " + now + "/" + all + "  " + percent + left + " left\n", Stream::err);
  const auto line = [&](const Terminal& on) {
    return line_with_bar(verb_, part, percent + now + " of " + all + " rows, " + left + " left", on);
  };
  line_.draw(line(terminal_), line({true, false, terminal_.columns}).size());
}

}  // namespace cuvae::cli
