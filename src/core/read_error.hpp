// The messages of a file or data set that cannot be read: which, what is wrong with it, how to mend it.
#pragma once

#include <string_view>

namespace cuvae::core {

// Throws Error(data): "cannot read 'source': what", and on a second line how to mend it.
[[noreturn]] void refuse(std::string_view source, std::string_view what, std::string_view mend);

// The same for a system call that failed with `error` (an errno).
[[noreturn]] void refuse_system(std::string_view source, int error);

}  // namespace cuvae::core
