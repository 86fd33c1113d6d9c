// What the host puts into a network's buffers and takes out of them.
#include <algorithm>
#include <cmath>

#include "src/model/network.hpp"

namespace cuvae::model {
namespace {

bool all_finite(const std::vector<float>& values) {
  for (const float value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

}  // namespace

std::vector<float> Network::download(Matrix matrix, std::int64_t rows) const {
  const auto count = static_cast<std::size_t>((rows - 1) * matrix.ld + matrix.cols);
  std::vector<float> padded(count);
  if (matrix.element == ops::Element::bf16) {
    std::vector<ops::Bf16> stored(count);
    backend_->download(stored.data(), matrix.data, static_cast<std::int64_t>(count * sizeof(ops::Bf16)));
    std::transform(stored.begin(), stored.end(), padded.begin(),
                   [](ops::Bf16 value) { return value.value(); });
  } else {
    backend_->download(padded.data(), matrix.data, static_cast<std::int64_t>(count * sizeof(float)));
  }
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(rows * matrix.cols));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto begin = padded.begin() + row * matrix.ld;
    values.insert(values.end(), begin, begin + matrix.cols);
  }
  return values;
}

void Network::upload_rows(const Part& first, const Part& behind) {
  const Matrix whole = first.matrix;
  std::vector<float> padded(static_cast<std::size_t>(whole.rows * whole.ld), 0.0f);
  for (const Part& part : {first, behind}) {
    if (part.values.empty()) continue;
    const std::int64_t begin = part.matrix.floats() - whole.floats(), cols = part.matrix.cols;
    const std::int64_t rows = static_cast<std::int64_t>(part.values.size()) / cols;
    for (std::int64_t row = 0; row < rows; ++row)
      std::copy_n(part.values.begin() + row * cols, cols, padded.begin() + row * whole.ld + begin);
  }
  backend_->upload(whole.data, padded.data(), static_cast<std::int64_t>(padded.size() * sizeof(float)));
}

void Network::set_state(const ops::StepState& state) { backend_->upload(state_, &state, sizeof(state)); }

ops::StepState Network::state() const {
  ops::StepState state;
  backend_->download(&state, state_, sizeof(state));
  return state;
}

void Network::set_row_ids(std::span<const std::int64_t> ids) {
  backend_->upload(row_ids_, ids.data(), static_cast<std::int64_t>(ids.size_bytes()));
}

void Network::download_row_ids(std::span<std::int64_t> ids) const {
  backend_->download(ids.data(), row_ids_, static_cast<std::int64_t>(ids.size_bytes()));
}

std::string Network::non_finite_in(const float* arena) const {
  const std::int64_t found = arena == nullptr ? -1 : backend_->first_non_finite(arena, arenas_.size);
  return found < 0 ? std::string() : layout_->name_at(found);
}

std::string Network::non_finite_parameter() const { return non_finite_in(arenas_.parameters); }

std::string Network::first_non_finite() const {
  if (const std::string name = non_finite_parameter(); !name.empty()) return "parameter " + name;
  for (const NetworkPlan::Item& item : buffers_.plan().items) {
    if (item.name.starts_with("d_")) break;
    if (item.name.ends_with(".mask")) continue;
    const Matrix values = buffers_.matrix(item.name);
    if (!all_finite(download(values, values.rows))) {
      return item.name == "output" && arenas_.gradients != nullptr ? "gradient of the decoder's output"
                                                                   : "activation " + item.name;
    }
  }
  if (const std::string name = non_finite_in(arenas_.gradients); !name.empty()) return "gradient of " + name;
  return {};
}

}  // namespace cuvae::model
