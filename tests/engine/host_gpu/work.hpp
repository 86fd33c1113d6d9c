// What streams hold, and the order it runs in.
#pragma once

#include <cuda_runtime_api.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

#include "engine/host_gpu/gpu.hpp"

namespace cuvae::host_gpu {

// Kernels of cuvae may ask to start before the one before them has ended; nothing else may come before them
// then.
enum class Kind { kernel, other };

struct Node {
  Kind kind = Kind::other;
  std::function<void()> run;
  std::vector<std::size_t> after;
};
using Nodes = std::vector<Node>;

// Times an event was recorded, and times the device got there.
struct EventState {
  std::uint64_t recorded = 0, reached = 0;
  std::chrono::steady_clock::time_point when = {};  // it got there last
};

// A capture under way, on the streams that take part in it.
struct Capture {
  cudaStream_t origin = nullptr;
  Nodes nodes;
};

// A graph that is being run: node by node, others in between.
class Run {
 public:
  explicit Run(std::shared_ptr<const Nodes> nodes);
  [[nodiscard]] bool is_over() const { return left_ == 0; }
  void one(std::mt19937& order);

 private:
  std::shared_ptr<const Nodes> nodes_;
  std::vector<bool> done_;
  std::size_t left_;
};

// One of: a run, an event to record, an event to wait for.
struct Item {
  std::optional<Run> run = {};
  std::shared_ptr<EventState> event = {};
  std::uint64_t time = 0;
  bool records = false;
};

}  // namespace cuvae::host_gpu

struct CUstream_st {
  int device = 0;
  bool destroyed = false;
  std::deque<cuvae::host_gpu::Item> items;
  bool kernel_was_last = false;
  std::shared_ptr<cuvae::host_gpu::Capture> capture;
  std::vector<std::size_t> tails;  // in the capture
};

struct CUevent_st {
  int device = 0;
  bool is_timed = false;
  std::shared_ptr<cuvae::host_gpu::EventState> state = std::make_shared<cuvae::host_gpu::EventState>();
  std::shared_ptr<cuvae::host_gpu::Capture> capture = {};  // where it was recorded last, if in one
  std::vector<std::size_t> tails = {};
};

namespace cuvae::host_gpu {

struct Heap {
  std::map<void*, std::size_t> sizes;  // of what is allocated
  std::size_t used = 0;
  std::map<const std::byte*, std::size_t> page_locked;
};

// All devices. Every call of the interface holds `mutex`.
class Gpu {
 public:
  static Gpu& instance();
  Gpu() = default;
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;
  ~Gpu() { drain(); }

  std::mutex mutex;
  Settings settings;
  Heap heap;
  cudaError_t failure = cudaSuccess;  // from then on, every call's

  cudaStream_t add_stream(int device);
  // The default stream of the device that is current, for null.
  cudaStream_t find(cudaStream_t stream);

  cudaError_t queue(cudaStream_t stream, Kind kind, std::function<void()> work);
  void queue(cudaStream_t stream, Item item);
  // Both return what went wrong.
  cudaError_t wait_for(const CUstream_st& stream);
  cudaError_t wait_for(const EventState& event, std::uint64_t time);
  void drain();
  // Its streams are captured no more.
  void leave(const Capture& capture);

  void restart(const Settings& chosen);

 private:
  // Something that may run now; whether there was anything.
  bool advance();
  void advance_by_chance();
  [[nodiscard]] static bool is_ready(const Item& item);

  std::vector<std::unique_ptr<CUstream_st>> streams_;
  cudaStream_t default_streams_[kDevices] = {};
  std::mt19937 order_{1};
};

// Of the calling thread.
int& current_device();

}  // namespace cuvae::host_gpu
