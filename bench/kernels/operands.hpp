// What an operation reads and writes, as shapes first and then in a device's memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/kernels/machine.hpp"

namespace cuvae::bench {

struct Shape {
  std::int64_t rows = 0;
  std::int32_t cols = 0;
  friend bool operator==(const Shape&, const Shape&) = default;
};
[[nodiscard]] std::string to_string(const Shape& shape);  // "128x784"

enum class Type { fp32, bf16 };
[[nodiscard]] const char* to_string(Type type);

// What an operand is stored as: always fp32, as products read and write it, or bytes.
enum class Stored { fp32, as_type, u8 };
[[nodiscard]] ops::Element element_of(Stored stored, Type type);

struct Operand {
  Stored stored = Stored::fp32;
  double low = 0, high = 0;  // of an input's values
  bool one_row = false;      // which repeats
};

// A value per element, the same on every run. They repeat after a prime number of elements, so that no two
// rows are alike and the host need not keep them all.
class Values {
 public:
  static constexpr std::int64_t kPeriod = 65537;

  Values(const Operand& operand, Type type, std::uint64_t seed);
  [[nodiscard]] float at(std::int64_t index) const {
    return values_[static_cast<std::size_t>(index % kPeriod)];
  }
  // So many elements, as they are stored, to memory of the backend.
  void upload(Backend& backend, std::byte* to, std::int64_t elements) const;

 private:
  ops::Element element_;
  std::vector<float> values_;
};

// One set of operands: a matrix each, all in one piece of memory.
class Operands {
 public:
  struct Layout {
    std::vector<Matrix> matrices;       // with null data
    std::vector<std::int64_t> offsets;  // of each, in bytes
    std::int64_t bytes = 0;
  };
  [[nodiscard]] static Layout layout(const std::vector<Operand>& operands, const Shape& shape, Type type);

  Operands(Backend& backend, Layout layout);
  [[nodiscard]] Matrix operator[](std::size_t which) const;
  [[nodiscard]] std::byte* memory() const { return memory_.get(); }
  [[nodiscard]] std::int64_t bytes() const { return layout_.bytes; }

 private:
  Layout layout_;
  Backend::Buffer memory_;
};

}  // namespace cuvae::bench
