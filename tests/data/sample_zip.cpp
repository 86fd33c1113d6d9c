#include "data/sample_zip.hpp"

#include <zlib.h>

#include <stdexcept>

namespace cuvae::test {
namespace {

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::uint32_t crc_of(std::string_view content) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
}

// What local and central headers have in common.
std::string shared_fields(const ZipSample& member, std::size_t stored) {
  return u16(20) + u16(member.flags) + u16(member.method) + u32(0x58210000) +
         u32(member.crc.value_or(crc_of(member.content))) + u32(member.compressed.value_or(stored)) +
         u32(member.size.value_or(member.content.size())) + u16(member.name.size()) + u16(0);
}

}  // namespace

std::string u16(std::uint64_t value) { return little_endian(value, 2); }
std::string u32(std::uint64_t value) { return little_endian(value, 4); }
std::string u64(std::uint64_t value) { return little_endian(value, 8); }

std::string deflated(std::string_view content) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib");
  return out;
}

std::string zip_of(const std::vector<ZipSample>& members) {
  std::string archive, directory;
  for (const ZipSample& member : members) {
    const std::string stored = member.method == 8 ? deflated(member.content) : member.content;
    const std::string fields = shared_fields(member, stored.size());
    directory += "PK\x01\x02" + u16(20 | 3 << 8) + fields + u16(0) + u16(0) + u16(0) +
                 u32(std::uint64_t{member.mode} << 16) + u32(archive.size()) + member.name;
    archive += "PK\x03\x04" + fields + member.name + stored;
  }
  return archive + directory + "PK\x05\x06" + u32(0) + u16(members.size()) + u16(members.size()) +
         u32(directory.size()) + u32(archive.size()) + u16(0);
}

}  // namespace cuvae::test
