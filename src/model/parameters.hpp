// The arenas of a model on a backend.
#pragma once

#include <span>
#include <vector>

#include "src/backend/backend.hpp"
#include "src/model/layout.hpp"

namespace cuvae::model {

// The values alone, for a model that is used; with gradients and moments, for one that is trained.
enum class Arenas { values, training };

class Parameters {
 public:
  Parameters(Backend& backend, const Layout& layout, Arenas arenas);

  [[nodiscard]] const ParameterArenas& arenas() const { return arenas_; }
  [[nodiscard]] static std::int64_t arena_bytes(const Layout& layout);

  // A whole arena to and from the host, padding included.
  [[nodiscard]] std::vector<float> download(const float* arena) const;
  void upload(float* arena, std::span<const float> image);

 private:
  float* add_arena();

  Backend* backend_;
  std::vector<Backend::Buffer> buffers_;
  ParameterArenas arenas_;
};

}  // namespace cuvae::model
