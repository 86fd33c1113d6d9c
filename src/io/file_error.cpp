#include "src/io/file_error.hpp"

#include <cerrno>
#include <system_error>

#include "cuvae/error.hpp"
#include "src/core/shown.hpp"
#include "src/io/json_string.hpp"

namespace cuvae::io {
namespace {

std::string strerror_text(int error) { return std::generic_category().message(error); }

std::string_view mend_for_writing(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "Free space, or choose another place.";
    case EFBIG:
      return "Raise the limit of file sizes (ulimit -f), or choose another place.";
    case EACCES:
    case EPERM:
    case EROFS:
      return "Choose a place where you may write.";
    case ENOENT:
    case ENOTDIR:
      return "Create the folder first, or choose another place.";
    case EISDIR:
      return "Name a file inside it.";
    case EIO:
      return "The disk or its connection fails: check it (dmesg), or choose another place.";
    default:
      return "Choose another place.";
  }
}

}  // namespace

void fail_write(const std::filesystem::path& path, std::string_view call, int error) {
  std::string message =
      "cannot write '" + core::shown(path.string(), core::kLongestPath) + "': " + strerror_text(error);
  message.append(" (").append(call).append(")\n").append(mend_for_writing(error));
  throw Error(Errc::io, message);
}

std::string in_quotes(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  std::string text;
  append_json_string(text, name.substr(0, kLongest));
  if (name.size() > kLongest) text.insert(text.size() - 1, "...");
  return text;
}

}  // namespace cuvae::io
