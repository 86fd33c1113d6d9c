#include "executor.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace cuvae::simt {

void require(bool condition, std::string_view otherwise) {
  if (!condition) throw std::logic_error(std::string(otherwise));
}

std::uint64_t Warp::exchange(unsigned lane, unsigned from, unsigned turn, std::uint64_t value) {
  auto& slots = slots_[turn % 2];
  slots[lane] = {value, turn};
  meet_.arrive_and_wait();
  require(slots[from].turn == turn, "a shuffle reads from a lane that takes no part in it");
  return slots[from].value;
}

Block::Block(unsigned threads) : meet_(threads) {
  for (unsigned first = 0; first < threads; first += kWarp)
    warps_.emplace_back(std::min(kWarp, threads - first));
}

void Block::leave(unsigned thread) {
  warp_of(thread).leave();
  meet_.arrive_and_drop();
}

void run(const Launch& launch, const std::function<void()>& kernel) {
  require(launch.threads > 0 && launch.threads <= 1024, "a block has 1 to 1024 threads");
  require(launch.grid_blocks < std::int64_t{1} << 31, "a grid has fewer than 2^31 blocks");
  require(0 <= launch.first_block && launch.first_block < launch.end_block &&
              launch.end_block <= launch.grid_blocks,
          "a launch runs blocks of its grid");
  run_blocks(launch, kernel);
}

}  // namespace cuvae::simt
