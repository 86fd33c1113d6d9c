#pragma once

#include <string>
#include <string_view>

namespace cuvae::io {

// Appends `text` as a JSON string in quotes, on one line. What is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace cuvae::io
