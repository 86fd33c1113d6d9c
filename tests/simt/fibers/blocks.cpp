// Blocks by threads that take turns, on one thread of the system.
#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>

#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "executor.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace cuvae::simt {
namespace {

using boost::context::fiber;

constexpr std::size_t kStackBytes = std::size_t{64} << 10;

// Of a thread, as Boost asks for it; kept from block to block.
class Stack {
 public:
  [[nodiscard]] boost::context::stack_context context() const {
    boost::context::stack_context context;
    context.size = kStackBytes;
    context.sp = memory_.get() + kStackBytes;
    return context;
  }
  [[nodiscard]] const std::byte* bottom() const { return memory_.get(); }

 private:
  std::unique_ptr<std::byte[]> memory_ = std::make_unique<std::byte[]>(kStackBytes);
};
struct StackOf {
  const Stack* stack;
  [[nodiscard]] boost::context::stack_context allocate() const { return stack->context(); }
  void deallocate(boost::context::stack_context&) const {}
};

// AddressSanitizer wants to be told when the stack is another one.
class StackSwitch {
 public:
#ifdef __SANITIZE_ADDRESS__
  // To a stack that is given, or from a thread's for good.
  static void begin(void** frames, const void* bottom, std::size_t bytes) {
    __sanitizer_start_switch_fiber(frames, bottom, bytes);
  }
  static void end(void* frames, const void** bottom, std::size_t* bytes) {
    __sanitizer_finish_switch_fiber(frames, bottom, bytes);
  }
#else
  static void begin(void**, const void*, std::size_t) {}
  static void end(void*, const void**, std::size_t*) {}
#endif
};

class Turns {
 public:
  explicit Turns(unsigned threads) : threads_(threads) {}

  void run(const Launch& launch, const std::function<void()>& kernel) {
    blockDim = {launch.threads, 1, 1};
    gridDim = {static_cast<unsigned>(launch.grid_blocks), 1, 1};
    for (std::int64_t block = launch.first_block; block < launch.end_block; ++block) {
      blockIdx = {static_cast<unsigned>(block), 0, 0};
      one_block(kernel);
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }
  }

  // From the thread that runs.
  void yield() {
    Thread& thread = *running_;
    thread.self = self;
    leave(&thread.frames);
    thread.rest_of_block = std::move(thread.rest_of_block).resume();
    arrive(thread.frames);
  }

 private:
  struct Thread {
    Stack stack;
    fiber body, rest_of_block;
    Self self;
    void* frames = nullptr;
    bool ended = false;
  };

  void one_block(const std::function<void()>& kernel) {
    Block block(static_cast<unsigned>(threads_.size()));
    for (unsigned index = 0; index < threads_.size(); ++index) {
      Thread& thread = threads_[index];
      thread.self = {.block = &block};
      thread.ended = false;
      thread.body = fiber(std::allocator_arg, StackOf{&thread.stack}, [&, index](fiber&& rest) {
        thread.rest_of_block = std::move(rest);
        arrive(nullptr);
        live(index, block, kernel);
        leave(nullptr);
        return std::move(thread.rest_of_block);
      });
    }
    for (std::size_t left = threads_.size(); left > 0;) {
      for (unsigned index = 0; index < threads_.size(); ++index) {
        if (threads_[index].ended) continue;
        give_turn(index);
        if (threads_[index].ended) --left;
      }
    }
  }

  void live(unsigned index, Block& block, const std::function<void()>& kernel) {
    try {
      kernel();
      require(self.waited, "a thread ends without wait_for_kernel_before()");
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
    }
    block.leave(index);
    threads_[index].ended = true;
  }

  void give_turn(unsigned index) {
    Thread& thread = threads_[index];
    running_ = &thread;
    threadIdx = {index, 0, 0};
    self = thread.self;
    void* frames = nullptr;
    StackSwitch::begin(&frames, thread.stack.bottom(), kStackBytes);
    thread.body = std::move(thread.body).resume();
    StackSwitch::end(frames, nullptr, nullptr);
  }

  void leave(void** frames) { StackSwitch::begin(frames, own_stack_, own_bytes_); }
  void arrive(void* frames) { StackSwitch::end(frames, &own_stack_, &own_bytes_); }

  std::vector<Thread> threads_;
  Thread* running_ = nullptr;
  const void* own_stack_ = nullptr;  // of the thread of the system
  std::size_t own_bytes_ = 0;
  std::exception_ptr failure_;
};

thread_local Turns* turns = nullptr;

}  // namespace

void yield() { turns->yield(); }

void run_blocks(const Launch& launch, const std::function<void()>& kernel) {
  static thread_local std::map<unsigned, Turns> of_size;
  turns = &of_size.try_emplace(launch.threads, launch.threads).first->second;
  turns->run(launch, kernel);
}

}  // namespace cuvae::simt
