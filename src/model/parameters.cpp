#include "src/model/parameters.hpp"

namespace cuvae::model {

Parameters::Parameters(Backend& backend, const Layout& layout, Arenas arenas) : backend_(&backend) {
  arenas_.size = layout.size();
  arenas_.parameters = add_arena();
  arenas_.product_element = backend.product_element();
  arenas_.products = arenas_.product_element == ops::Element::f32
                         ? static_cast<void*>(arenas_.parameters)
                         : add_buffer(arena_bytes(layout, arenas_.product_element));
  if (arenas == Arenas::values) return;
  arenas_.gradients = add_arena();
  arenas_.first_moments = add_arena();
  arenas_.second_moments = add_arena();
  arenas_.scratch = add_buffer(backend.scratch_bytes(arenas_.size));
}

std::int64_t Parameters::arena_bytes(const Layout& layout, ops::Element element) {
  return layout.size() * ops::size_of(element);
}

float* Parameters::add_arena() {
  return reinterpret_cast<float*>(add_buffer(arenas_.size * static_cast<std::int64_t>(sizeof(float))));
}

std::byte* Parameters::add_buffer(std::int64_t bytes) {
  return buffers_.emplace_back(backend_->allocate(bytes)).get();
}

std::vector<float> Parameters::download(const float* arena) const {
  std::vector<float> image(static_cast<std::size_t>(arenas_.size));
  backend_->download(image.data(), arena, static_cast<std::int64_t>(image.size() * sizeof(float)));
  return image;
}

void Parameters::upload(float* arena, std::span<const float> image) {
  backend_->upload(arena, image.data(), static_cast<std::int64_t>(image.size_bytes()));
  if (arena == arenas_.parameters) backend_->refresh_products(arenas_);
}

}  // namespace cuvae::model
