// The content of a file, or of a part of one, from front to back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cuvae::data {

class ByteReader {
 public:
  ByteReader() = default;
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;
  virtual ~ByteReader() = default;

  // Fills `out`, less only where the content ends; returns how much. Throws Error(data) for damage.
  [[nodiscard]] virtual std::size_t read(std::span<std::byte> out) = 0;

  // More bytes than these cannot come, whatever a header inside the content says.
  [[nodiscard]] virtual std::int64_t most() const = 0;
};

}  // namespace cuvae::data
