#include "src/cuda/context.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "cuvae/error.hpp"

namespace cuvae::cuda {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

cudaDeviceProp properties_of(int device) {
  int count = 0;
  CUVAE_CUDA_CHECK(cudaGetDeviceCount(&count));
  if (device < 0 || device >= count) {
    throw Error(Errc::device, "device cuda:" + std::to_string(device) + ": there " +
                                  (count == 1 ? "is one GPU" : "are " + std::to_string(count) + " GPUs") +
                                  ", counted from 0\n`cuvae devices` lists them.");
  }
  cudaDeviceProp properties{};
  CUVAE_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
  if (properties.major < kOldestMajor) {
    throw Error(Errc::device, "device cuda:" + std::to_string(device) + ": " + properties.name +
                                  " has compute capability " + std::to_string(properties.major) + "." +
                                  std::to_string(properties.minor) + "; cuvae needs " +
                                  std::to_string(kOldestMajor) + ".0 or later\nUse --device cpu.");
  }
  return properties;
}

void require_sound(const Resources& resources) {
  if ((resources.allocator.allocate == nullptr) != (resources.allocator.deallocate == nullptr))
    throw Error(Errc::invalid_argument, "Resources: an allocator needs both its functions, or none");
  if (reinterpret_cast<std::uintptr_t>(resources.workspace) % DeviceMemory::kAlignment != 0 ||
      (resources.workspace == nullptr) != (resources.workspace_bytes == 0)) {
    throw Error(
        Errc::invalid_argument,
        "Resources: a workspace needs a pointer aligned to 256 bytes and its size in bytes, or neither");
  }
}

}  // namespace

OwnStream make_stream() {
  cudaStream_t stream = nullptr;
  CUVAE_CUDA_CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return OwnStream(stream);
}

Event make_event() {
  cudaEvent_t event = nullptr;
  CUVAE_CUDA_CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return Event(event);
}

Context::Context(const Resources& resources) : resources_(resources) {
  require_sound(resources);
  properties_ = properties_of(resources.device);
  const OnDevice guard(device());
  if (resources.stream == nullptr) own_main_ = make_stream();
  main_ = resources.stream == nullptr ? own_main_.get() : resources.stream;
  side_ = make_stream(), copies_ = make_stream(), capture_ = make_stream();
  memory_.emplace(resources.allocator, main_);
  if (resources.workspace != nullptr) {
    workspace_ = resources.workspace;
    workspace_bytes_ = resources.workspace_bytes / 2 / DeviceMemory::kAlignment * DeviceMemory::kAlignment;
  } else {
    workspace_bytes_ = is_hopper_or_later() ? 32 * kMiB : 4 * kMiB;  // NVIDIA's recommendation for cuBLASLt
    workspace_ = own_workspace_ = memory_->allocate(2 * workspace_bytes_);
  }
}

// Waits, so that nothing of this context is under way when its streams, and perhaps the caller's, are gone.
Context::~Context() {
  const OnDevice guard(device(), std::nothrow);
  static_cast<void>(cudaStreamSynchronize(main_));
  if (own_workspace_ != nullptr) memory_->release(own_workspace_);
}

// What was freed on the stream is in the pool once the stream is there; so is what the pool keeps.
std::int64_t Context::available_memory() const {
  if (resources_.allocator.allocate != nullptr) return std::numeric_limits<std::int64_t>::max() / 2;
  CUVAE_CUDA_CHECK(cudaStreamSynchronize(main_));
  cudaMemPool_t pool = nullptr;
  std::uint64_t reserved = 0, used = 0;
  std::size_t available = 0, all = 0;
  CUVAE_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, device()));
  CUVAE_CUDA_CHECK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &reserved));
  CUVAE_CUDA_CHECK(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used));
  CUVAE_CUDA_CHECK(cudaMemGetInfo(&available, &all));
  return static_cast<std::int64_t>(available + (reserved - used));
}

Workspace Context::side_workspace() const {
  return {static_cast<std::byte*>(workspace_) + workspace_bytes_, workspace_bytes_};
}

}  // namespace cuvae::cuda
