#include "src/model/parameters.hpp"

namespace cuvae::model {

Parameters::Parameters(Backend& backend, const Layout& layout, Arenas arenas) : backend_(&backend) {
  arenas_.size = layout.size();
  arenas_.parameters = add_arena();
  if (arenas == Arenas::values) return;
  arenas_.gradients = add_arena();
  arenas_.first_moments = add_arena();
  arenas_.second_moments = add_arena();
  const auto partial_bytes = partial_sums(arenas_.size) * static_cast<std::int64_t>(sizeof(double));
  arenas_.partials = reinterpret_cast<double*>(buffers_.emplace_back(backend.allocate(partial_bytes)).get());
}

std::int64_t Parameters::arena_bytes(const Layout& layout) {
  return layout.size() * static_cast<std::int64_t>(sizeof(float));
}

float* Parameters::add_arena() {
  const std::int64_t bytes = arenas_.size * static_cast<std::int64_t>(sizeof(float));
  return reinterpret_cast<float*>(buffers_.emplace_back(backend_->allocate(bytes)).get());
}

std::vector<float> Parameters::download(const float* arena) const {
  std::vector<float> image(static_cast<std::size_t>(arenas_.size));
  backend_->download(image.data(), arena, static_cast<std::int64_t>(image.size() * sizeof(float)));
  return image;
}

void Parameters::upload(float* arena, std::span<const float> image) {
  backend_->upload(arena, image.data(), static_cast<std::int64_t>(image.size_bytes()));
}

}  // namespace cuvae::model
