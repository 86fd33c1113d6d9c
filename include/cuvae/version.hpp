#pragma once

namespace cuvae {

// The one place of the version: CMake reads it from here.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace cuvae
