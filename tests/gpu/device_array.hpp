// Values in device memory, at any offset from its alignment, with rows apart; and a stream of the test's own.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <vector>

#include "cuvae/cuda.hpp"

namespace cuvae::test {

class OwnedStream {
 public:
  OwnedStream();
  ~OwnedStream();
  OwnedStream(const OwnedStream&) = delete;
  OwnedStream& operator=(const OwnedStream&) = delete;
  [[nodiscard]] cuda::Stream get() const { return stream_; }

 private:
  cuda::Stream stream_ = nullptr;
};

// rows x cols values between guards that nobody may touch.
class DeviceArray {
 public:
  struct Place {
    std::int64_t ld = 0, offset = 0;  // elements
    cuda::Type type = cuda::Type::f32;
  };
  DeviceArray(cuda::Shape shape, const Place& place, const std::vector<float>& values = {});
  ~DeviceArray();
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  [[nodiscard]] void* data() const;
  [[nodiscard]] cuda::Rows rows() const { return {data(), place_.ld, place_.type}; }
  [[nodiscard]] cuda::ConstRows const_rows() const { return {data(), place_.ld, place_.type}; }
  [[nodiscard]] float* floats() const { return static_cast<float*>(data()); }

  // After the stream's work. Values as floats, without what is between rows.
  [[nodiscard]] std::vector<float> values(cuda::Stream stream) const;
  [[nodiscard]] bool guards_are_untouched(cuda::Stream stream) const;

 private:
  [[nodiscard]] std::vector<float> download(cuda::Stream stream) const;
  [[nodiscard]] bool is_inside(std::int64_t index) const;
  [[nodiscard]] std::int64_t size() const { return place_.offset + shape_.rows * place_.ld + 8; }

  cuda::Shape shape_;
  Place place_;
  void* memory_ = nullptr;
};

}  // namespace cuvae::test
