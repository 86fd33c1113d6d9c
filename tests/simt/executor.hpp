// Runs a kernel on the host: a thread for each CUDA thread of a block, the blocks one after another. What a
// kernel must not do (leave a shuffle a lane short, skip the wait for the kernel before) is an exception.
//
// The threads are the system's (threads/), so that sanitizers see what is not ordered; or they take turns
// (fibers/), which is many times as fast.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>

#include "barrier.hpp"

namespace cuvae::simt {

inline constexpr unsigned kWarp = 32;

struct Dim3 {
  unsigned x = 0, y = 0, z = 0;
};

// Throws std::logic_error.
void require(bool condition, std::string_view otherwise);

// Lanes that trade values. A lane that leaves is waited for no more.
class Warp {
 public:
  explicit Warp(std::ptrdiff_t lanes) : meet_(lanes) {}

  // What lane `from` gave in the same turn; turns are counted by the lanes, from 1 on.
  std::uint64_t exchange(unsigned lane, unsigned from, unsigned turn, std::uint64_t value);
  void leave() { meet_.arrive_and_drop(); }

 private:
  struct Slot {
    std::uint64_t value = 0;
    unsigned turn = 0;
  };
  Barrier meet_;
  std::array<std::array<Slot, kWarp>, 2> slots_;  // turn by turn: one is read while the next is written
};

class Block {
 public:
  explicit Block(unsigned threads);

  void meet() { meet_.arrive_and_wait(); }
  Warp& warp_of(unsigned thread) { return warps_[thread / kWarp]; }
  void leave(unsigned thread);

 private:
  Barrier meet_;
  std::deque<Warp> warps_;
};

// The thread that runs, in its block.
struct Self {
  Block* block = nullptr;
  unsigned turn = 0;    // of the warp's exchanges
  bool waited = false;  // for the kernel before
};
inline constinit thread_local Self self;

// Blocks first_block .. end_block of a grid of grid_blocks.
struct Launch {
  std::int64_t grid_blocks = 0, first_block = 0, end_block = 0;
  unsigned threads = 0;  // of a block
};

// kernel() is called by every thread of every block. The first exception of a thread ends the launch after
// its block and is thrown again here.
void run(const Launch& launch, const std::function<void()>& kernel);

// The same, of a launch that makes sense: threads/ or fibers/.
void run_blocks(const Launch& launch, const std::function<void()>& kernel);

}  // namespace cuvae::simt

// The names that CUDA gives them.
inline constinit thread_local cuvae::simt::Dim3 threadIdx, blockIdx, blockDim, gridDim;
