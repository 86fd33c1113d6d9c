#include "fuzz/mutation.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace cuvae::fuzz {
namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer mutated(std::span<const std::uint8_t> bytes, std::size_t most) {
  Buffer buffer(most);
  std::ranges::copy(bytes.first(std::min(bytes.size(), most)), buffer.begin());
  buffer.resize(LLVMFuzzerMutate(buffer.data(), std::min(bytes.size(), most), most));
  return buffer;
}

std::uint64_t number(std::span<const std::uint8_t> bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value = value << 8 | bytes[big_endian ? i : bytes.size() - 1 - i];
  return value;
}

// Of safetensors, the text of the header, with the length before it; or empty.
Buffer mutate_safetensors(std::span<const std::uint8_t> bytes, std::size_t most) {
  constexpr std::size_t kLength = 8;
  if (bytes.size() < kLength || most <= bytes.size() + kLength) return {};
  const std::span<const std::uint8_t> rest = bytes.subspan(kLength);
  const std::uint64_t length = number(bytes.first(kLength), false);
  if (length > rest.size()) return {};
  const std::span<const std::uint8_t> text = rest.first(length), values = rest.subspan(length);
  const Buffer changed = mutated(text, most - kLength - values.size());
  Buffer out;
  for (std::size_t i = 0; i < kLength; ++i)
    out.push_back(static_cast<std::uint8_t>(changed.size() >> (8 * i) & 0xFF));
  out.insert(out.end(), changed.begin(), changed.end());
  out.insert(out.end(), values.begin(), values.end());
  return out;
}

// Of gzip, what it holds; or empty.
Buffer mutate_gzip(std::span<const std::uint8_t> bytes, std::size_t most) {
  constexpr int kGzip = 15 + 16;
  Buffer content(most);
  z_stream stream{};
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = content.data();
  stream.avail_out = static_cast<uInt>(content.size());
  if (inflateInit2(&stream, kGzip) != Z_OK) return {};
  const int status = inflate(&stream, Z_FINISH);
  content.resize(content.size() - stream.avail_out);
  inflateEnd(&stream);
  if (status != Z_STREAM_END) return {};

  content = mutated(content, most);
  Buffer out(most);
  stream = {};
  stream.next_in = content.data();
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflateInit2(&stream, 1, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  const bool fits = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(fits ? out.size() - stream.avail_out : 0);
  deflateEnd(&stream);
  return out;
}

// Of PNG, anything, with the checksums of its chunks put right; or empty.
Buffer mutate_png(std::span<const std::uint8_t> bytes, std::size_t most) {
  constexpr std::size_t kSignature = 8, kFrame = 12;  // length, type and checksum
  Buffer out = mutated(bytes, most);
  for (std::size_t at = kSignature; at + kFrame <= out.size();) {
    const std::uint64_t length = number(std::span(out).subspan(at, 4), true);
    if (length > out.size() - at - kFrame) break;
    const auto sum = static_cast<std::uint32_t>(crc32(0, &out[at + 4], static_cast<uInt>(length + 4)));
    for (std::size_t i = 0; i < 4; ++i)
      out[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (8 * (3 - i)) & 0xFF);
    at += kFrame + length;
  }
  return out;
}

Buffer mutate_inside(std::string_view target, std::span<const std::uint8_t> bytes, std::size_t most) {
  if (target == "safetensors" || target == "state") return mutate_safetensors(bytes, most);
  if (target == "png") return mutate_png(bytes, most);
  return mutate_gzip(bytes, most);
}

}  // namespace

std::size_t mutate(std::string_view target, std::span<std::uint8_t> room, std::size_t size, unsigned seed) {
  if (seed % 4 != 0) {
    const Buffer changed = mutate_inside(target, room.first(size), room.size());
    if (!changed.empty() && changed.size() <= room.size()) {
      std::ranges::copy(changed, room.begin());
      return changed.size();
    }
  }
  return LLVMFuzzerMutate(room.data(), size, room.size());
}

}  // namespace cuvae::fuzz
