#pragma once

#include <string>
#include <string_view>

namespace cuvae::data {

// Throws Error(data): "cannot read 'source': what", and on a second line how to mend it.
[[noreturn]] void refuse(std::string_view source, std::string_view what, std::string_view mend);

}  // namespace cuvae::data
