// Other people's readers as judges of what we write.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cuvae::test {

// Why a test skips where run_python() returns nothing.
inline constexpr const char* kNoPython = "no Python with numpy: apt-get install python3-numpy";

// What Python prints for these arguments; failing is a failure of the test. Empty where there is no Python
// with numpy.
[[nodiscard]] std::optional<std::string> run_python(std::vector<std::string> args);

}  // namespace cuvae::test
