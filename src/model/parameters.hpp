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
  [[nodiscard]] static std::int64_t arena_bytes(const Layout& layout,
                                                ops::Element element = ops::Element::f32);

  // A whole arena to and from the host, padding included. What products read follows the parameters.
  [[nodiscard]] std::vector<float> download(const float* arena) const;
  void upload(float* arena, std::span<const float> image);

 private:
  float* add_arena();
  std::byte* add_buffer(std::int64_t bytes);

  Backend* backend_;
  std::vector<Backend::Buffer> buffers_;
  ParameterArenas arenas_;
};

}  // namespace cuvae::model
