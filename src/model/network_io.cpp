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
  std::vector<float> padded(static_cast<std::size_t>((rows - 1) * matrix.ld + matrix.cols));
  backend_->download(padded.data(), matrix.data, static_cast<std::int64_t>(padded.size() * sizeof(float)));
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(rows * matrix.cols));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto begin = padded.begin() + row * matrix.ld;
    values.insert(values.end(), begin, begin + matrix.cols);
  }
  return values;
}

void Network::upload_rows(Matrix matrix, std::span<const float> values) {
  const std::int64_t rows = static_cast<std::int64_t>(values.size()) / matrix.cols;
  std::vector<float> padded(static_cast<std::size_t>(matrix.rows * matrix.ld), 0.0f);
  for (std::int64_t row = 0; row < rows; ++row) {
    std::copy_n(values.begin() + row * matrix.cols, matrix.cols, padded.begin() + row * matrix.ld);
  }
  backend_->upload(matrix.data, padded.data(), static_cast<std::int64_t>(padded.size() * sizeof(float)));
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
  if (arena == nullptr) return {};
  std::vector<float> image(static_cast<std::size_t>(arenas_.size));
  backend_->download(image.data(), arena, static_cast<std::int64_t>(image.size() * sizeof(float)));
  for (const Parameter& parameter : layout_->to_parameters(image)) {
    if (!all_finite(parameter.values)) return parameter.name;
  }
  return all_finite(image) ? std::string() : "the arena's padding";
}

std::string Network::non_finite_parameter() const { return non_finite_in(arenas_.parameters); }

std::string Network::first_non_finite() const {
  if (const std::string name = non_finite_parameter(); !name.empty()) return "parameter " + name;
  for (const NetworkPlan::Item& item : plan_.items) {
    if (item.name.starts_with("d_")) break;
    const Matrix values = matrix(item.name);
    if (!all_finite(download(values, values.rows))) {
      return item.name == "output" && arenas_.gradients != nullptr ? "gradient of the decoder's output"
                                                                   : "activation " + item.name;
    }
  }
  if (const std::string name = non_finite_in(arenas_.gradients); !name.empty()) return "gradient of " + name;
  return {};
}

}  // namespace cuvae::model
