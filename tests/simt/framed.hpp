// Memory for a kernel to read and write, between guards: AddressSanitizer reports the first element beyond,
// and without it the guards show what was written there.
#pragma once

#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

#include "kernels/ops/element.hpp"

namespace cuvae::test {

// Bytes that memory is filled with. Unwritten outputs are no number that a kernel would give; where an input
// holds nothing, it is NaN.
enum class Fill : int { output = 0xC7, input = 0xFF };

template <class T>
class Framed {
 public:
  // data() lies `offset` elements behind a multiple of 64 bytes.
  Framed(std::int64_t count, Fill fill, std::int64_t offset = 0)
      : fill_(fill),
        front_(kGuard + static_cast<std::size_t>(offset) * sizeof(T)),
        size_(static_cast<std::size_t>(count) * sizeof(T)),
        bytes_(static_cast<std::byte*>(::operator new(total(), kAlignment))) {
    std::memset(bytes_.get(), static_cast<int>(fill), total());
    ASAN_POISON_MEMORY_REGION(bytes_.get(), front_);
    ASAN_POISON_MEMORY_REGION(bytes_.get() + front_ + size_, kGuard);
  }
  Framed(Framed&&) noexcept = default;
  Framed& operator=(Framed&&) = delete;
  ~Framed() {
    if (bytes_) ASAN_UNPOISON_MEMORY_REGION(bytes_.get(), total());
  }

  [[nodiscard]] T* data() const { return reinterpret_cast<T*>(bytes_.get() + front_); }
  T& operator[](std::int64_t i) const { return data()[i]; }

  // Elements from .. to hold what they were filled with.
  [[nodiscard]] bool is_untouched(std::int64_t from, std::int64_t to) const {
    return is_filled(reinterpret_cast<const std::byte*>(data() + from),
                     reinterpret_cast<const std::byte*>(data() + to));
  }
  // Nothing was written around them. For the end of a test: the guards are guarded no more.
  [[nodiscard]] bool frame_is_untouched() const {
    ASAN_UNPOISON_MEMORY_REGION(bytes_.get(), total());
    return is_filled(bytes_.get(), bytes_.get() + front_) &&
           is_filled(bytes_.get() + front_ + size_, bytes_.get() + total());
  }

 private:
  static constexpr std::size_t kGuard = 64;
  static constexpr std::align_val_t kAlignment{64};

  [[nodiscard]] std::size_t total() const { return front_ + size_ + kGuard; }
  [[nodiscard]] bool is_filled(const std::byte* from, const std::byte* to) const {
    return std::all_of(from, to, [this](std::byte byte) { return byte == static_cast<std::byte>(fill_); });
  }

  struct Delete {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, kAlignment); }
  };
  Fill fill_;
  std::size_t front_, size_;
  std::unique_ptr<std::byte, Delete> bytes_;
};

template <class T>
T stored(double value) {
  if constexpr (std::is_same_v<T, ops::Bf16>) {
    return ops::Bf16::from(static_cast<float>(value));
  } else {
    return static_cast<T>(value);
  }
}

inline double value_of(ops::Bf16 element) { return static_cast<double>(element.value()); }
template <class T>
double value_of(T element) {
  return static_cast<double>(element);
}

// How rows lie in memory.
struct Layout {
  std::int32_t width = 0;
  std::int64_t ld = 0, offset = 0;
};

// Rows of a matrix, framed.
template <class T>
class Matrix {
 public:
  Matrix(std::int64_t rows, std::int32_t cols, const Layout& layout, Fill fill)
      : rows_(rows),
        cols_(cols),
        layout_(layout),
        elements_((rows - 1) * layout.ld + layout.width, fill, layout.offset) {}

  [[nodiscard]] T* data() const { return elements_.data(); }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t ld() const { return layout_.ld; }
  T& at(std::int64_t row, std::int32_t col) const { return elements_[row * layout_.ld + col]; }

  // Columns cols .. width of every row are 0.
  [[nodiscard]] bool padding_is_zero() const {
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int32_t col = cols_; col < layout_.width; ++col)
        if (value_of(at(row, col)) != 0) return false;
    }
    return true;
  }
  // Nothing was written between the rows, before or behind them.
  [[nodiscard]] bool surroundings_are_untouched() const {
    for (std::int64_t row = 0; row + 1 < rows_; ++row) {
      if (!elements_.is_untouched(row * layout_.ld + layout_.width, (row + 1) * layout_.ld)) return false;
    }
    return elements_.frame_is_untouched();
  }

 private:
  std::int64_t rows_;
  std::int32_t cols_;
  Layout layout_;
  Framed<T> elements_;
};

}  // namespace cuvae::test
