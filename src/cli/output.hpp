// What the executable prints, and how it looks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cuvae::cli {

enum class Stream { out, err };

// Writes and flushes. Throws Error(io) where stdout takes it no longer; stderr is best effort.
void print(std::string_view text, Stream stream = Stream::out);
// What is said after a stop by a signal, which may have ended the reader of a pipe too.
void print_after_stop(std::string_view text, Stream stream = Stream::out);

// What a stream is connected to.
struct Terminal {
  bool live = false;    // a line may be redrawn
  bool colour = false;  // and coloured: not where NO_COLOR is set
  int columns = 80;
};
[[nodiscard]] Terminal terminal(Stream stream);

using Rows = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string two_columns(const Rows& rows);                // the left one padded
[[nodiscard]] std::string two_columns_right_aligned(const Rows& rows);  // the right one flush right

[[nodiscard]] std::string fixed(double value, int decimals);
[[nodiscard]] std::string significant(double value, int digits);  // as %g
[[nodiscard]] std::string hexadecimal(std::uint64_t value);       // 16 digits
[[nodiscard]] std::string human_bytes(std::int64_t bytes);        // "12.3 MiB"
[[nodiscard]] std::string human_seconds(double seconds);          // "0:42", "1:02:03"
[[nodiscard]] std::string shell_word(const std::string& word);    // quoted where a shell needs it

}  // namespace cuvae::cli
