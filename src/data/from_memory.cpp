#include "src/data/from_memory.hpp"

#include <utility>

namespace cuvae::data {

std::shared_ptr<Dataset::Impl> from_memory(InMemory values) {
  auto impl = std::make_shared<Dataset::Impl>();
  const std::int64_t size = size_of(values.type);
  impl->base = values.block.get();
  impl->storage = std::move(values.block);
  impl->type = values.type;
  impl->rows = values.rows;
  impl->cols = values.cols;
  impl->row_stride = values.cols * size;
  impl->columns = {{values.cols, size}};
  impl->scale = values.scale.value_or(values.type == ElementType::u8 ? kPixelScale : 1.0f);
  impl->image = values.image;
  impl->source = std::move(values.source);
  impl->description = std::move(values.description);
  (void)impl->facts();
  return impl;
}

}  // namespace cuvae::data
