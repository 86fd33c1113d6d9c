// SIGINT and SIGTERM ask for a stop at the next step; a second SIGINT ends the process at once.
#pragma once

#include <csignal>

namespace cuvae::cli {

// In force for its lifetime; one at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  [[nodiscard]] static bool requested() noexcept;

 private:
  struct sigaction old_interrupt_ {
  }, old_terminate_{};
};

}  // namespace cuvae::cli
