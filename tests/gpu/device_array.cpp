#include "gpu/device_array.hpp"

#include <stdexcept>

#include "kernels/ops/element.hpp"

namespace cuvae::test {
namespace {

constexpr float kGuard = -1024.0f;  // exact in bf16

void require(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}

// cudaMemcpy returns when it has read ordinary memory, not when all has arrived; streams of tests do not wait
// for it.
void upload(void* to, const void* from, std::size_t bytes) {
  require(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice));
  require(cudaStreamSynchronize(nullptr));
}

std::int64_t bytes_of(cuda::Type type) { return type == cuda::Type::bf16 ? 2 : 4; }

}  // namespace

OwnedStream::OwnedStream() { require(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
OwnedStream::~OwnedStream() { static_cast<void>(cudaStreamDestroy(stream_)); }

DeviceArray::DeviceArray(cuda::Shape shape, const Place& place, const std::vector<float>& values)
    : shape_(shape), place_(place) {
  std::vector<float> all(static_cast<std::size_t>(size()), kGuard);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    all[static_cast<std::size_t>(place.offset + index / shape.cols * place.ld + index % shape.cols)] =
        values[i];
  }
  require(cudaMalloc(&memory_, static_cast<std::size_t>(size() * bytes_of(place.type))));
  if (place.type == cuda::Type::f32) {
    upload(memory_, all.data(), all.size() * 4);
    return;
  }
  std::vector<ops::Bf16> narrow;
  for (const float value : all) narrow.push_back(ops::Bf16::from(value));
  upload(memory_, narrow.data(), narrow.size() * 2);
}

DeviceArray::~DeviceArray() { static_cast<void>(cudaFree(memory_)); }

void* DeviceArray::data() const {
  return static_cast<std::byte*>(memory_) + place_.offset * bytes_of(place_.type);
}

std::vector<float> DeviceArray::download(cuda::Stream stream) const {
  require(cudaStreamSynchronize(stream));
  std::vector<float> all(static_cast<std::size_t>(size()));
  if (place_.type == cuda::Type::f32) {
    require(cudaMemcpy(all.data(), memory_, all.size() * 4, cudaMemcpyDeviceToHost));
    return all;
  }
  std::vector<ops::Bf16> narrow(all.size());
  require(cudaMemcpy(narrow.data(), memory_, narrow.size() * 2, cudaMemcpyDeviceToHost));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = narrow[i].value();
  return all;
}

bool DeviceArray::is_inside(std::int64_t index) const {
  const std::int64_t at = index - place_.offset;
  return at >= 0 && at / place_.ld < shape_.rows && at % place_.ld < shape_.cols;
}

std::vector<float> DeviceArray::values(cuda::Stream stream) const {
  const std::vector<float> all = download(stream);
  std::vector<float> inner;
  for (std::int64_t i = 0; i < size(); ++i) {
    if (is_inside(i)) inner.push_back(all[static_cast<std::size_t>(i)]);
  }
  return inner;
}

bool DeviceArray::guards_are_untouched(cuda::Stream stream) const {
  const std::vector<float> all = download(stream);
  for (std::int64_t i = 0; i < size(); ++i) {
    if (!is_inside(i) && all[static_cast<std::size_t>(i)] != kGuard) return false;
  }
  return true;
}

}  // namespace cuvae::test
