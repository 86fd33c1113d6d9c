// toml++ 3.3 takes some letters for impossible where they are not allowed, and then does anything at all (its
// issues 190 and 295). It gets others in their place, with which it is right, and what it says is turned
// back.
#pragma once

#include <string>
#include <string_view>

namespace cuvae::cli {

// Of UTF-8: each letter beyond ASCII of the basic plane becomes the one as far into plane 15, which is for
// private use. What is not UTF-8, and a byte order mark at the front, stay as they are.
[[nodiscard]] std::string disguised(std::string_view text);
[[nodiscard]] std::string undisguised(std::string_view text);

}  // namespace cuvae::cli
