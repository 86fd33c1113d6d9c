#include "src/io/temporary_name.hpp"

#include <unistd.h>

#include <charconv>
#include <string>

namespace cuvae::io {
namespace {

constexpr std::string_view kMark = ".tmp-";

}  // namespace

std::filesystem::path temporary_name(const std::filesystem::path& target) {
  std::filesystem::path name = target;
  name += std::string(kMark) + std::to_string(::getpid());
  return name;
}

std::optional<pid_t> writer_of(std::string_view file_name) {
  const std::size_t mark = file_name.rfind(kMark);
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view digits = file_name.substr(mark + kMark.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  const bool is_pid = error == std::errc() && end == digits.data() + digits.size() && pid > 0;
  return is_pid ? std::optional(pid) : std::nullopt;
}

}  // namespace cuvae::io
