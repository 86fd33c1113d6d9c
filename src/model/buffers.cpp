#include "src/model/buffers.hpp"

#include <limits>
#include <utility>

#include "cuvae/error.hpp"

namespace cuvae::model {
namespace {

// Rounded up, so that every buffer begins at a multiple of 256.
std::int64_t bytes_of(const NetworkPlan::Item& item) {
  return (item.rows * ops::padded(item.cols) * ops::size_of(item.element) + 255) / 256 * 256;
}

}  // namespace

Forms forms_of(Backend& backend) {
  return {backend.product_element(),
          [&backend](const LayerShape& shape) { return backend.keeps_mask(shape); }};
}

std::int64_t NetworkPlan::bytes() const {
  std::int64_t total = 0;
  for (const Item& item : items) total += bytes_of(item);
  return total;
}

void NetworkPlan::add_vector(const std::string& name, std::int64_t rows) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max() - ops::kPadding;
  if (rows > kMost) {
    throw Error(
        Errc::invalid_argument,
        "batch: a pass would take " + std::to_string(rows) + " numbers of '" + name +
            "', of which there can be " + std::to_string(kMost) +
            "\nTake a smaller batch (or micro_batch), fewer samples, or fewer components of the prior.");
  }
  items.push_back({name, 1, static_cast<std::int32_t>(rows)});
}

Buffers::Buffers(Backend& backend, NetworkPlan plan)
    : plan_(std::move(plan)), memory_(backend.allocate(plan_.bytes())) {}

Matrix Buffers::matrix(const std::string& name) const {
  std::int64_t offset = 0;
  for (const NetworkPlan::Item& item : plan_.items) {
    if (item.name == name)
      return {memory_.get() + offset, item.rows, item.cols, ops::padded(item.cols), item.element};
    offset += bytes_of(item);
  }
  return {};
}

Matrix columns(Matrix whole, std::int64_t first, std::int32_t cols) {
  auto* data = static_cast<std::byte*>(whole.data);
  if (data != nullptr) data += first * ops::size_of(whole.element);
  return {data, whole.rows, cols, whole.ld, whole.element};
}

Halves halves(Matrix head, std::int32_t cols) {
  return {columns(head, 0, cols), columns(head, head.ld / 2, cols)};
}

}  // namespace cuvae::model
