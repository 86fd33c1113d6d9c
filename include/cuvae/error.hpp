// The one exception type of cuvae. The library never prints, exits or aborts: whatever goes wrong arrives
// here.
#pragma once

#include <stdexcept>
#include <string>

namespace cuvae {

enum class Errc {
  invalid_argument,  // a configuration or an argument that makes no sense
  data,              // data or a checkpoint that cannot be read, or does not fit
  io,                // a file that cannot be written
  device,            // a device that is absent or fails
  out_of_memory,     // host or device memory does not suffice
  unsupported,       // asked of a build or device that does not have it
  numerics,          // loss or gradient kept being non-finite
  internal,          // a bug of cuvae
};

// what() says what happened, where, why, and how to mend it, in at most four lines.
class Error : public std::runtime_error {
 public:
  Error(Errc code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] Errc code() const noexcept { return code_; }

 private:
  Errc code_;
};

}  // namespace cuvae
