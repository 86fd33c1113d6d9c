// Where threads that take turns meet.
#pragma once

#include <cstddef>

namespace cuvae::simt {

// The turn of the others.
void yield();

class Barrier {
 public:
  explicit Barrier(std::ptrdiff_t expected) : expected_(expected) {}

  void arrive_and_wait() {
    const std::size_t phase = phase_;
    ++arrived_;
    open_if_all_are_here();
    while (phase_ == phase) yield();
  }
  void arrive_and_drop() {
    --expected_;
    open_if_all_are_here();
  }

 private:
  void open_if_all_are_here() {
    if (arrived_ < expected_) return;
    arrived_ = 0;
    ++phase_;
  }

  std::ptrdiff_t expected_, arrived_ = 0;
  std::size_t phase_ = 0;
};

}  // namespace cuvae::simt
