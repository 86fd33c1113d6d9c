// The arenas of an update with values of a test's choice.
#pragma once

#include <vector>

#include "support/tensor.hpp"

namespace cuvae::test {

// Parameters, first moments [, second moments], gradients: the order of the ops' inputs.
class Arenas {
 public:
  Arenas(Backend& on, const std::vector<std::vector<float>>& in)
      : size_(static_cast<std::int64_t>(in[0].size())) {
    for (const auto& values : in) tensors_.emplace_back(on, 1, static_cast<std::int32_t>(size_), values);
    scratch_ = on.allocate(on.scratch_bytes(size_));
  }
  [[nodiscard]] ParameterArenas get() const {
    const bool two_moments = tensors_.size() == 4;
    return {tensors_[0].data(),
            tensors_.back().data(),
            tensors_[1].data(),
            two_moments ? tensors_[2].data() : nullptr,
            size_,
            scratch_.get(),
            tensors_[0].data()};
  }
  [[nodiscard]] std::vector<float> values(std::size_t which) const { return tensors_[which].values(); }
  [[nodiscard]] bool surroundings_are_untouched() const {
    for (const Tensor& tensor : tensors_) {
      if (!tensor.surroundings_are_untouched()) return false;
    }
    return true;
  }

 private:
  std::int64_t size_;
  std::vector<Tensor> tensors_;
  Backend::Buffer scratch_;
};

}  // namespace cuvae::test
