// Memory of the host GPU: full of NaN until something is written there, and from its stream's point of view
// there only between the allocation and the release.
#include <cstdlib>
#include <cstring>

#include "engine/host_gpu/work.hpp"

using namespace cuvae::host_gpu;

namespace {

constexpr std::size_t kAlignment = 512;
constexpr int kNan = 0xFF;

Gpu& gpu() { return Gpu::instance(); }

Heap& heap() { return gpu().heap; }

void* take(std::size_t bytes) {
  if (bytes > settings().memory || heap().used > settings().memory - bytes) return nullptr;
  void* memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  heap().sizes[memory] = bytes;
  heap().used += bytes;
  return memory;
}

void give_back(void* memory) {
  const auto found = heap().sizes.find(memory);
  heap().used -= found->second;
  heap().sizes.erase(found);
  std::free(memory);
}

bool is_page_locked(const void* address) {
  const auto* byte = static_cast<const std::byte*>(address);
  auto after = heap().page_locked.upper_bound(byte);
  if (after == heap().page_locked.begin()) return false;
  --after;
  return byte < after->first + after->second;
}

// With ordinary memory: it may be used again at once, but what was read there need not have arrived.
cudaError_t copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  if (kind == cudaMemcpyDeviceToHost) {
    const cudaError_t error = gpu().queue(stream, Kind::other, [=] { std::memcpy(to, from, bytes); });
    return error != cudaSuccess ? error : gpu().wait_for(*gpu().find(stream));
  }
  const auto* first = static_cast<const std::byte*>(from);
  return gpu().queue(stream, Kind::other, [to, staged = std::vector<std::byte>(first, first + bytes)] {
    std::memcpy(to, staged.data(), staged.size());
  });
}

}  // namespace

cudaError_t cudaMemGetInfo(std::size_t* available, std::size_t* all) {
  const std::lock_guard lock(gpu().mutex);
  *all = settings().memory;
  *available = *all > heap().used ? *all - heap().used : 0;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
  *pool = nullptr;
  return cudaSuccess;
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
  const std::lock_guard lock(gpu().mutex);
  const std::uint64_t used = heap().used;  // the pool keeps nothing
  std::memcpy(value, &used, sizeof(used));
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  const std::lock_guard lock(gpu().mutex);
  *memory = take(bytes);
  if (*memory == nullptr) return cudaErrorMemoryAllocation;
  std::memset(*memory, kNan, bytes);
  return gpu().failure;
}
cudaError_t cudaFree(void* memory) {
  const std::lock_guard lock(gpu().mutex);
  gpu().drain();
  if (memory != nullptr) give_back(memory);
  return gpu().failure;
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  const std::lock_guard lock(gpu().mutex);
  *memory = std::malloc(bytes);
  heap().page_locked[static_cast<std::byte*>(*memory)] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
  const std::lock_guard lock(gpu().mutex);
  gpu().drain();
  heap().page_locked.erase(static_cast<std::byte*>(memory));
  std::free(memory);
  return cudaSuccess;
}

cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  if (gpu().find(stream)->capture)
    return refuse(cudaErrorStreamCaptureUnsupported, "memory that is allocated in a capture");
  *memory = take(bytes);
  if (*memory == nullptr) return cudaErrorMemoryAllocation;
  return gpu().queue(stream, Kind::other, [to = *memory, bytes] { std::memset(to, kNan, bytes); });
}
cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  if (gpu().find(stream)->capture)
    return refuse(cudaErrorStreamCaptureUnsupported, "memory that is released in a capture");
  return gpu().queue(stream, Kind::other, [memory] { give_back(memory); });
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  const std::lock_guard lock(gpu().mutex);
  return copy(to, from, bytes, kind, nullptr);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  if (kind == cudaMemcpyDeviceToDevice)
    return gpu().queue(stream, Kind::other, [=] { std::memcpy(to, from, bytes); });
  if (is_page_locked(kind == cudaMemcpyHostToDevice ? from : to))
    return gpu().queue(stream, Kind::other, [=] { std::memcpy(to, from, bytes); });
  return copy(to, from, bytes, kind, stream);
}
cudaError_t cudaMemsetAsync(void* memory, int byte, std::size_t bytes, cudaStream_t stream) {
  const std::lock_guard lock(gpu().mutex);
  return gpu().queue(stream, Kind::other, [=] { std::memset(memory, byte, bytes); });
}
