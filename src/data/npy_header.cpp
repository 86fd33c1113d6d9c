#include "src/data/npy_header.hpp"

#include <string_view>

#include "src/core/read_error.hpp"
#include "src/core/shown.hpp"

namespace cuvae::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostText = 10'000;  // numpy's own limit

struct NamedType {
  std::string_view name;
  ElementType type;
};
constexpr NamedType kTypes[] = {
    {"f4", ElementType::f32}, {"f8", ElementType::f64}, {"u1", ElementType::u8},     {"u2", ElementType::u16},
    {"u4", ElementType::u32}, {"u8", ElementType::u64}, {"i1", ElementType::i8},     {"i2", ElementType::i16},
    {"i4", ElementType::i32}, {"i8", ElementType::i64}, {"b1", ElementType::boolean}};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[noreturn]] void refuse_type(std::string_view descr, const std::string& source) {
  const bool objects = descr.find('O') != std::string_view::npos;
  core::refuse(source,
               "its values are of type '" + core::shown(descr) + "'" +
                   (objects ? ", Python objects, which are never unpickled" : ", which is not supported"),
               "Save plain numbers: numpy.save(path, array.astype('float32')).");
}

void read_descr(std::string_view descr, Header& header, const std::string& source) {
  std::string_view name = descr;
  if (!name.empty() && std::string_view("<>|=").find(name[0]) != std::string_view::npos)
    name.remove_prefix(1);
  for (const NamedType& known : kTypes) {
    if (known.name != name) continue;
    header.type = known.type;
    header.order = descr[0] == '<'   ? byte_order(std::endian::little)
                   : descr[0] == '>' ? byte_order(std::endian::big)
                                     : ByteOrder::native;
    return;
  }
  refuse_type(descr, source);
}

struct TextPlace {
  std::size_t begin, size;
};

TextPlace locate_text(std::span<const std::byte> start, const std::string& source) {
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(start[i]); };
  const auto need = [&](std::size_t bytes) {
    if (start.size() >= bytes) return;
    core::refuse(source,
                 "it is truncated: its NPY header is at least " + std::to_string(bytes) +
                     " bytes long, the file has " + std::to_string(start.size()),
                 "Write the file again with numpy.save.");
  };
  need(10);
  const std::size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    core::refuse(source,
                 "it is of NPY version " + std::to_string(version) + "." + std::to_string(byte(7)) +
                     ", known are 1.0, 2.0 and 3.0",
                 "Write the file again with numpy.save.");
  }
  if (version > 1) need(12);
  const TextPlace place = version == 1
                              ? TextPlace{10, byte(8) | (byte(9) << 8)}
                              : TextPlace{12, byte(8) | (byte(9) << 8) | (byte(10) << 16) | (byte(11) << 24)};
  if (place.size > kMostText) {
    core::refuse(source, "its NPY header claims " + std::to_string(place.size) + " bytes, more than 10,000",
                 "The header is damaged or of records: save plain numbers with numpy.save.");
  }
  need(place.begin + place.size);
  return place;
}

}  // namespace

bool is_npy(std::span<const std::byte> start) noexcept { return as_text(start).starts_with(kMagic); }

NpyText read_npy_text(std::span<const std::byte> start, const std::string& source) {
  const TextPlace place = locate_text(start, source);
  return {parse_npy_dict(as_text(start).substr(place.begin, place.size), place.begin, source),
          place.begin + place.size};
}

Header read_npy_header(std::span<const std::byte> start, const std::string& source) {
  NpyText text = read_npy_text(start, source);
  Header header{.format = Format::npy,
                .type = {},
                .order = {},
                .layout = text.dict.layout,
                .shape = std::move(text.dict.shape),
                .offset = static_cast<std::int64_t>(text.end)};
  constexpr std::size_t kMostDimensions = 64;
  if (header.shape.size() > kMostDimensions)
    core::refuse(source,
                 "it has " + std::to_string(header.shape.size()) + " dimensions, NumPy has at most 64",
                 "Save it with fewer: numpy.save(path, array.reshape(len(array), -1)).");
  read_descr(text.dict.descr, header, source);
  return header;
}

}  // namespace cuvae::data
