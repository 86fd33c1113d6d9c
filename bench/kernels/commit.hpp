// Which commit of cuvae this is.
#pragma once

#include <string>

namespace cuvae::bench {

// "1a2b3c4"; "-dirty" behind it where files differed when it was built; "unknown" where it was no clone.
[[nodiscard]] std::string commit();

}  // namespace cuvae::bench
