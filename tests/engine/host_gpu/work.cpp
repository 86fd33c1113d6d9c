#include "engine/host_gpu/work.hpp"

#include <algorithm>
#include <exception>
#include <iostream>

namespace cuvae::host_gpu {

int& current_device() {
  static thread_local int device = 0;
  return device;
}

cudaError_t refuse(cudaError_t error, std::string_view why) {
  std::cerr << "host GPU: " << why << '\n';
  return error;
}

Run::Run(std::shared_ptr<const Nodes> nodes)
    : nodes_(std::move(nodes)), done_(nodes_->size()), left_(nodes_->size()) {}

void Run::one(std::mt19937& order) {
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < nodes_->size(); ++i) {
    const auto& after = (*nodes_)[i].after;
    if (!done_[i] && std::all_of(after.begin(), after.end(), [&](std::size_t k) { return done_[k]; }))
      ready.push_back(i);
  }
  const std::size_t chosen = ready[order() % ready.size()];
  done_[chosen] = true;
  --left_;
  (*nodes_)[chosen].run();
}

Gpu& Gpu::instance() {
  static Gpu gpu;
  return gpu;
}

cudaStream_t Gpu::add_stream(int device) {
  streams_.push_back(std::make_unique<CUstream_st>());
  streams_.back()->device = device;
  return streams_.back().get();
}

cudaStream_t Gpu::find(cudaStream_t stream) {
  if (stream != nullptr) return stream;
  cudaStream_t& own = default_streams_[current_device()];
  if (own == nullptr) own = add_stream(current_device());
  return own;
}

cudaError_t Gpu::queue(cudaStream_t stream, Kind kind, std::function<void()> work) {
  if (failure != cudaSuccess) return failure;
  CUstream_st& on = *find(stream);
  if (on.destroyed) return refuse(cudaErrorInvalidResourceHandle, "work for a stream that was destroyed");
  on.kernel_was_last = kind == Kind::kernel;
  if (on.capture) {
    on.capture->nodes.push_back({kind, std::move(work), on.tails});
    on.tails = {on.capture->nodes.size() - 1};
    return cudaSuccess;
  }
  auto nodes = std::make_shared<Nodes>();
  nodes->push_back({kind, std::move(work), {}});
  queue(&on, Item{.run = Run(std::move(nodes))});
  return cudaSuccess;
}

void Gpu::queue(cudaStream_t stream, Item item) {
  stream->items.push_back(std::move(item));
  advance_by_chance();
}

bool Gpu::is_ready(const Item& item) { return item.run || item.records || item.event->reached >= item.time; }

bool Gpu::advance() {
  std::vector<CUstream_st*> ready;
  for (const auto& stream : streams_) {
    if (!stream->items.empty() && is_ready(stream->items.front())) ready.push_back(stream.get());
  }
  if (ready.empty() || failure != cudaSuccess) return false;
  CUstream_st& stream = *ready[order_() % ready.size()];
  Item& item = stream.items.front();
  try {
    if (item.run && !item.run->is_over()) item.run->one(order_);
  } catch (const std::exception& error) {
    failure = refuse(cudaErrorLaunchFailure, error.what());
    return false;
  }
  if (item.records) {
    item.event->reached = std::max(item.event->reached, item.time);
    item.event->when = std::chrono::steady_clock::now();
  }
  if (!item.run || item.run->is_over()) stream.items.pop_front();
  if (stream.destroyed && stream.items.empty())
    std::erase_if(streams_, [&](const auto& owned) { return owned.get() == &stream; });
  return true;
}

void Gpu::advance_by_chance() {
  while (order_() % 4 == 0 && advance()) {
  }
}

cudaError_t Gpu::wait_for(const CUstream_st& stream) {
  while (!stream.items.empty()) {
    if (!advance()) return failure != cudaSuccess ? failure : refuse(cudaErrorLaunchFailure, "a deadlock");
  }
  return failure;
}

cudaError_t Gpu::wait_for(const EventState& event, std::uint64_t time) {
  while (event.reached < time) {
    if (!advance()) return failure != cudaSuccess ? failure : refuse(cudaErrorLaunchFailure, "a deadlock");
  }
  return failure;
}

void Gpu::drain() {
  while (advance()) {
  }
}

void Gpu::leave(const Capture& capture) {
  for (const auto& stream : streams_) {
    if (stream->capture.get() != &capture) continue;
    stream->capture.reset();
    stream->tails.clear();
    stream->kernel_was_last = false;
  }
}

void Gpu::restart(const Settings& chosen) {
  drain();
  failure = cudaSuccess;
  settings = chosen;
  order_.seed(chosen.order);
}

void set_up(const Settings& settings) {
  Gpu& gpu = Gpu::instance();
  const std::lock_guard lock(gpu.mutex);
  gpu.restart(settings);
}

const Settings& settings() { return Gpu::instance().settings; }

cudaError_t queue(cudaStream_t stream, std::function<void()> work) {
  Gpu& gpu = Gpu::instance();
  const std::lock_guard lock(gpu.mutex);
  return gpu.queue(stream, Kind::other, std::move(work));
}

int device_of(cudaStream_t stream) {
  Gpu& gpu = Gpu::instance();
  const std::lock_guard lock(gpu.mutex);
  return gpu.find(stream)->device;
}

}  // namespace cuvae::host_gpu
