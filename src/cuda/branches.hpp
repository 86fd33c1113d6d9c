// Which stream a call is queued on: the main one, or the one that is captured in its place, or a branch
// beside it.
#pragma once

#include <array>
#include <cstdint>
#include <new>

#include "kernels/cuda/launch.cuh"
#include "src/cuda/context.hpp"

namespace cuvae::cuda {

// Whether a kernel of ours may begin before the one before it has ended.
enum class Overlap { none, allowed };

class Branches {
 public:
  Branches(Context& context, Overlap overlap);

  // As long as it lives, calls go to the stream that is captured.
  class Capturing {
   public:
    explicit Capturing(Branches& branches);
    ~Capturing();
    Capturing(const Capturing&) = delete;
    Capturing& operator=(const Capturing&) = delete;

   private:
    Branches& branches_;
  };

  // As long as it lives, calls go to a branch that begins here. One that was not ended, because its work
  // failed, is never waited for.
  class Aside {
   public:
    explicit Aside(Branches& branches);
    ~Aside();
    void end();
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;

   private:
    Branches& branches_;
  };

  // What comes next waits for all branches, or for all but the last.
  void join();
  void join(std::nothrow_t) noexcept;  // for what must not fail; where CUDA does, there is nothing left to do
  void join_but_last();

  // For a kernel of ours: in a capture it may overlap with the one before it, if that is one of ours too.
  // (Elsewhere copies and graphs come between, which do not pass here.)
  [[nodiscard]] Queue own();
  // For a library's kernels, and its scratch.
  [[nodiscard]] cudaStream_t foreign();
  [[nodiscard]] Workspace workspace() const;

 private:
  void wait_for(std::int64_t branch);

  Context& context_;
  Overlap overlap_;
  cudaStream_t trunk_, current_;
  bool own_was_last_ = false;
  Event fork_;
  std::array<Event, 2> ends_;            // of the last two branches
  std::int64_t begun_ = 0, joined_ = 0;  // branches
};

}  // namespace cuvae::cuda
