#pragma once

#include "src/data/byte_reader.hpp"

namespace cuvae::data {

inline constexpr const char* kStandardInput = "-";  // as a spec names it

// What another program writes. Throws Error(data) where it is a terminal.
class StandardInput final : public ByteReader {
 public:
  StandardInput();
  [[nodiscard]] std::size_t read(std::span<std::byte> out) override;
  [[nodiscard]] std::int64_t most() const override;
};

}  // namespace cuvae::data
