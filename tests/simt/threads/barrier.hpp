// Where threads of the system meet.
#pragma once

#include <barrier>

namespace cuvae::simt {

using Barrier = std::barrier<>;

}  // namespace cuvae::simt
