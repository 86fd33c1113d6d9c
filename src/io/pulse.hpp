#pragma once

#include <functional>

namespace cuvae::io {

// Called now and then while something takes long; what it throws ends the writing.
using Pulse = std::function<void()>;

}  // namespace cuvae::io
