// SIGINT, SIGTERM and SIGHUP ask for a stop at the next step; a second SIGINT ends the process at once.
// A pipe that nobody reads any more is an error of writing meanwhile, so that what is to be saved is saved.
// One that was ignored before (nohup, a shell's background job) stays so.
#pragma once

#include <array>
#include <csignal>

namespace cuvae::cli {

// In force for its lifetime. One inside another changes nothing: a stop that was asked for stays so.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  [[nodiscard]] static bool requested() noexcept;

 private:
  static constexpr std::array kStops{SIGINT, SIGTERM, SIGHUP};
  bool outermost_;
  std::array<struct sigaction, kStops.size()> old_{};
  struct sigaction old_pipe_ {};
};

}  // namespace cuvae::cli
