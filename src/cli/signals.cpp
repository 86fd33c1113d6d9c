#include "src/cli/signals.hpp"

namespace cuvae::cli {
namespace {

volatile std::sig_atomic_t stop_requested = 0;
bool in_force = false;

void on_signal(int signal) {
  if (signal == SIGINT && stop_requested != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  stop_requested = 1;
}

}  // namespace

StopSignals::StopSignals() : outermost_(!in_force) {
  if (!outermost_) return;
  in_force = true;
  stop_requested = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kStops.size(); ++i) {
    sigaction(kStops[i], nullptr, &old_[i]);
    if (old_[i].sa_handler != SIG_IGN) sigaction(kStops[i], &action, nullptr);
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, &old_pipe_);
}

StopSignals::~StopSignals() {
  if (!outermost_) return;
  in_force = false;
  for (std::size_t i = 0; i < kStops.size(); ++i) sigaction(kStops[i], &old_[i], nullptr);
  sigaction(SIGPIPE, &old_pipe_, nullptr);
}

bool StopSignals::requested() noexcept { return stop_requested != 0; }

}  // namespace cuvae::cli
