#include "model/padding.hpp"

#include <algorithm>

namespace cuvae::test {

std::vector<bool> padding_of(const model::Layout& layout) {
  std::vector<bool> padding(static_cast<std::size_t>(layout.size()), true);
  for (const model::Tensor& tensor : layout.tensors()) {
    for (std::int64_t row = 0; row < tensor.rows; ++row) {
      std::fill_n(padding.begin() + tensor.offset + row * tensor.ld, tensor.cols, false);
    }
  }
  return padding;
}

int dirty_padding(const model::Layout& layout, const std::vector<float>& arena) {
  const std::vector<bool> padding = padding_of(layout);
  int dirty = 0;
  for (std::size_t i = 0; i < arena.size(); ++i) dirty += padding[i] && arena[i] != 0.0f ? 1 : 0;
  return dirty;
}

}  // namespace cuvae::test
