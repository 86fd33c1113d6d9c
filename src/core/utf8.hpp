#pragma once

#include <string_view>

namespace cuvae::core {

// Whether all of it is UTF-8, as files that other programs read have to be.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace cuvae::core
