// Blocks by threads of the system.
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include "executor.hpp"

namespace cuvae::simt {
namespace {

// The threads of a block; they wait for launches, as it takes longer to make a thread than to run a kernel.
class Crew {
 public:
  explicit Crew(unsigned size) : size_(size), between_(size, NextBlock{this}) {
    for (unsigned thread = 0; thread < size; ++thread)
      threads_.emplace_back([this, thread] { serve(thread); });
  }
  ~Crew() {
    next_launch_ = nullptr;
    posted_.release();
  }

  void run(const Launch& launch, const std::function<void()>& kernel) {
    const std::lock_guard one_at_a_time(running_);
    next_launch_ = &launch;
    kernel_ = &kernel;
    failure_ = nullptr;
    posted_.release();
    done_.acquire();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  // By the last thread to end its block while the others wait.
  struct NextBlock {
    Crew* crew;
    void operator()() noexcept { crew->next_block(); }
  };

  void next_block() {
    if (launch_ != nullptr && ++block_index_ < launch_->end_block && !failure_) {
      block_.emplace(size_);
      return;
    }
    if (launch_ != nullptr) done_.release();
    posted_.acquire();
    launch_ = next_launch_;
    if (launch_ == nullptr) return;
    block_index_ = launch_->first_block;
    block_.emplace(size_);
  }

  void serve(unsigned thread) {
    threadIdx = {thread, 0, 0};
    blockDim = {size_, 1, 1};
    while (true) {
      between_.arrive_and_wait();
      if (launch_ == nullptr) return;
      blockIdx = {static_cast<unsigned>(block_index_), 0, 0};
      gridDim = {static_cast<unsigned>(launch_->grid_blocks), 1, 1};
      one_block(thread);
    }
  }

  void one_block(unsigned thread) {
    self = {.block = &*block_};
    try {
      (*kernel_)();
      require(self.waited, "a thread ends without wait_for_kernel_before()");
    } catch (...) {
      const std::lock_guard lock(failing_);
      if (!failure_) failure_ = std::current_exception();
    }
    block_->leave(thread);
  }

  const unsigned size_;
  std::mutex running_, failing_;
  std::binary_semaphore posted_{0}, done_{0};
  const Launch* next_launch_ = nullptr;  // null, once posted: there will be no more
  const std::function<void()>* kernel_ = nullptr;
  const Launch* launch_ = nullptr;  // under way; the crew's own, as is all that follows
  std::int64_t block_index_ = 0;
  std::exception_ptr failure_;
  std::optional<Block> block_;
  std::barrier<NextBlock> between_;
  std::vector<std::jthread> threads_;
};

Crew& crew_of(unsigned size) {
  static std::mutex mutex;
  static std::map<unsigned, Crew> crews;
  const std::lock_guard lock(mutex);
  return crews.try_emplace(size, size).first->second;
}

}  // namespace

void run_blocks(const Launch& launch, const std::function<void()>& kernel) {
  crew_of(launch.threads).run(launch, kernel);
}

}  // namespace cuvae::simt
