// Watches over work that goes through rows.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "src/cli/live_line.hpp"
#include "src/cli/signals.hpp"

namespace cuvae::cli {

// Thrown where a signal ended a work that leaves nothing behind.
struct Stopped {};

// Throws Stopped where a signal has asked for that.
void stop_if_asked();

// Shows how far it is, where it takes long; ends it where a signal asks for that.
class RowWatch {
 public:
  RowWatch(std::string verb, std::int64_t rows);  // less than 0: nobody knows yet
  // Called now and then. Throws Stopped.
  void done(std::int64_t rows);

 private:
  using Clock = std::chrono::steady_clock;
  void show(std::int64_t rows, double seconds);
  void show_part(std::int64_t rows, double part, const std::string& left);

  StopSignals signals_;
  std::string verb_;
  std::int64_t rows_;
  Terminal terminal_;
  Clock::time_point start_, shown_;
  LiveLine line_;
};

}  // namespace cuvae::cli
