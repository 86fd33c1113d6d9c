#include "src/cli/signals.hpp"

namespace cuvae::cli {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

void on_signal(int signal) {
  if (signal == SIGINT && stop_requested != 0) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  stop_requested = 1;
}

}  // namespace

StopSignals::StopSignals() {
  stop_requested = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGTERM, &action, &old_terminate_);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

bool StopSignals::requested() noexcept { return stop_requested != 0; }

}  // namespace cuvae::cli
