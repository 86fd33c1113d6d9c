#include "src/cuda/branches.hpp"

#include <utility>

namespace cuvae::cuda {

Branches::Branches(Context& context, Overlap overlap)
    : context_(context), overlap_(overlap), trunk_(context.main()), current_(context.main()) {
  const OnDevice guard(context.device());
  fork_ = make_event();
  for (Event& end : ends_) end = make_event();
}

Branches::Capturing::Capturing(Branches& branches) : branches_(branches) {
  branches_.trunk_ = branches_.current_ = branches_.context_.capture();
  branches_.begun_ = branches_.joined_ = 0;
  branches_.own_was_last_ = false;
}

Branches::Capturing::~Capturing() {
  branches_.trunk_ = branches_.current_ = branches_.context_.main();
  branches_.begun_ = branches_.joined_ = 0;
  branches_.own_was_last_ = false;
}

Branches::Aside::Aside(Branches& branches) : branches_(branches) {
  CUVAE_CUDA_CHECK(cudaEventRecord(branches.fork_.get(), branches.trunk_));
  CUVAE_CUDA_CHECK(cudaStreamWaitEvent(branches.context_.side(), branches.fork_.get(), 0));
  branches.current_ = branches.context_.side();
  branches.own_was_last_ = false;
}

Branches::Aside::~Aside() {
  branches_.current_ = branches_.trunk_;
  branches_.own_was_last_ = false;
}

void Branches::Aside::end() {
  const Event& done = branches_.ends_[static_cast<std::size_t>(branches_.begun_++ % 2)];
  CUVAE_CUDA_CHECK(cudaEventRecord(done.get(), branches_.context_.side()));
}

void Branches::join() {
  if (joined_ < begun_) wait_for(begun_ - 1);
}

void Branches::join(std::nothrow_t) noexcept {
  if (joined_ == begun_) return;
  static_cast<void>(cudaStreamWaitEvent(trunk_, ends_[static_cast<std::size_t>((begun_ - 1) % 2)].get(), 0));
  joined_ = begun_;
}

void Branches::join_but_last() {
  if (joined_ < begun_ - 1) wait_for(begun_ - 2);
}

// Branches share a stream, so one that has ended has all before it behind it.
void Branches::wait_for(std::int64_t branch) {
  CUVAE_CUDA_CHECK(cudaStreamWaitEvent(trunk_, ends_[static_cast<std::size_t>(branch % 2)].get(), 0));
  joined_ = branch + 1;
  own_was_last_ = false;
}

Queue Branches::own() {
  const bool captured = trunk_ == context_.capture();
  return {current_, std::exchange(own_was_last_, true) && captured && overlap_ == Overlap::allowed};
}

cudaStream_t Branches::foreign() {
  own_was_last_ = false;
  return current_;
}

Workspace Branches::workspace() const {
  return current_ == trunk_ ? context_.main_workspace() : context_.side_workspace();
}

}  // namespace cuvae::cuda
