#include "src/cli/progress.hpp"

#include <algorithm>
#include <cmath>

namespace cuvae::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto kRedraw = 100ms;
constexpr auto kPlainLine = 10s;

std::string epoch_of(std::int32_t epoch, std::int32_t epochs) {
  const std::string last = std::to_string(epochs), now = std::to_string(epoch);
  return "epoch " + std::string(last.size() - std::min(last.size(), now.size()), ' ') + now + "/" + last;
}

double done(const Progress& progress) {
  const auto total = static_cast<double>(std::max<std::int64_t>(progress.total_steps, 1));
  return std::clamp(static_cast<double>(progress.step) / total, 0.0, 1.0);
}

std::string speed(double rows_per_second) { return fixed(rows_per_second, 0) + " rows/s"; }

std::string after_bar(const Progress& p) {
  return fixed(100.0 * done(p), 0) + "%  elbo " + fixed(p.running.elbo, 2) + "  " + speed(p.rows_per_second) +
         "  " + human_seconds(p.seconds_left) + " left";
}

std::string plain_line(const Progress& p) {
  return epoch_of(p.epoch, p.epochs) + "  step " + std::to_string(p.step) + "/" +
         std::to_string(p.total_steps) + "  " + after_bar(p) + "\n";
}

std::string epoch_line(const EpochMetrics& metrics, std::int32_t epochs) {
  std::string line = epoch_of(metrics.epoch, epochs) + "  step " + std::to_string(metrics.step) + "  elbo " +
                     fixed(metrics.train.elbo, 2) + " (reconstruction " +
                     fixed(metrics.train.reconstruction, 2) + ", kl " + fixed(metrics.train.kl, 2) + ")";
  if (std::abs(metrics.objective - metrics.train.elbo) >= 0.005)
    line += "  objective " + fixed(metrics.objective, 2);
  if (metrics.validation) {
    line += "  validation " + fixed(metrics.validation->elbo, 2) + (metrics.best ? " (best)" : "");
  }
  line += "  " + std::to_string(metrics.active_units);
  if (metrics.active_top_units) line += " + " + std::to_string(*metrics.active_top_units);
  line += " active  " + speed(metrics.rows_per_second);
  if (metrics.skipped_updates == 0) return line + "\n";
  return line + "  " + std::to_string(metrics.skipped_updates) + " updates skipped\n";
}

}  // namespace

std::string live_line(const Progress& progress, const Terminal& terminal) {
  return line_with_bar(epoch_of(progress.epoch, progress.epochs), done(progress), after_bar(progress),
                       terminal);
}

ProgressDisplay::ProgressDisplay(Terminal terminal, Stream epochs)
    : terminal_(terminal), epochs_(epochs), shown_(Clock::now()) {}

void ProgressDisplay::show(const Progress& progress) {
  if (progress.event == Progress::Event::epoch) {
    epoch(*progress.metrics, progress);
  } else {
    step(progress);
  }
}

void ProgressDisplay::step(const Progress& progress) {
  const auto now = Clock::now();
  if (now - shown_ < (terminal_.live ? Clock::duration(kRedraw) : Clock::duration(kPlainLine))) return;
  shown_ = now;
  if (!terminal_.live) return print(plain_line(progress), Stream::err);
  line_.draw(live_line(progress, terminal_), live_line(progress, {true, false, terminal_.columns}).size());
}

void ProgressDisplay::epoch(const EpochMetrics& metrics, const Progress& progress) {
  line_.erase();
  print(epoch_line(metrics, progress.epochs), epochs_);
}

}  // namespace cuvae::cli
