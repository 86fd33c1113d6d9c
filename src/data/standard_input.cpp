#include "src/data/standard_input.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "src/core/read_error.hpp"

namespace cuvae::data {

StandardInput::StandardInput() {
  if (::isatty(STDIN_FILENO) != 0)
    core::refuse(kStandardInput, "stdin is a terminal, not an NPY file",
                 "Let another program write it (make_data.py | cuvae ...), or name a file.");
}

std::size_t StandardInput::read(std::span<std::byte> out) {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // Linux takes no more than 2 GiB
  std::size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got = ::read(STDIN_FILENO, out.data() + filled, std::min(out.size() - filled, kMostAtOnce));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) core::refuse_system(kStandardInput, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

std::int64_t StandardInput::most() const { return std::numeric_limits<std::int64_t>::max(); }

}  // namespace cuvae::data
