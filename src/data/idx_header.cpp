#include "src/data/idx_header.hpp"

#include "src/core/read_error.hpp"

namespace cuvae::data {
namespace {

constexpr std::size_t kMagicBytes = 4;

ElementType element_type(unsigned code, const std::string& source) {
  switch (code) {
    case 0x08:
      return ElementType::u8;
    case 0x09:
      return ElementType::i8;
    case 0x0B:
      return ElementType::i16;
    case 0x0C:
      return ElementType::i32;
    case 0x0D:
      return ElementType::f32;
    case 0x0E:
      return ElementType::f64;
    default:
      core::refuse(
          source, "byte 2 of its IDX header, the type, is " + std::to_string(code) + ", which means none",
          "Known are 8 (u8), 9 (i8), 11 (i16), 12 (i32), 13 (f32) and 14 (f64): write the file again.");
  }
}

}  // namespace

bool is_idx(std::span<const std::byte> start) noexcept {
  return start.size() >= kMagicBytes && start[0] == std::byte{0} && start[1] == std::byte{0};
}

Header read_idx_header(std::span<const std::byte> start, const std::string& source) {
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(start[i]); };
  Header header{.format = Format::idx,
                .type = element_type(byte(2), source),
                .order = byte_order(std::endian::big),
                .layout = Layout::c,
                .shape = {},
                .offset = 0};
  const std::size_t end = kMagicBytes + 4 * byte(3);
  if (start.size() < end) {
    core::refuse(source,
                 "it is truncated: its IDX header is " + std::to_string(end) + " bytes long, the file has " +
                     std::to_string(start.size()),
                 "Write or download the file again.");
  }
  for (std::size_t i = kMagicBytes; i < end; i += 4) {
    header.shape.push_back((byte(i) << 24) | (byte(i + 1) << 16) | (byte(i + 2) << 8) | byte(i + 3));
  }
  header.offset = static_cast<std::int64_t>(end);
  return header;
}

}  // namespace cuvae::data
