// The buffers of a network: planned by name, then allocated at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "src/backend/backend.hpp"

namespace cuvae::model {

enum class Use { inference, training };

// How a backend wants what a network computes to be stored.
struct Forms {
  ops::Element products = ops::Element::f32;            // operands of matrix products
  std::function<bool(const LayerShape&)> keeps_mask{};  // of a ReLU; none: never
};
[[nodiscard]] Forms forms_of(Backend& backend);

// Sizes of every buffer of a network, before anything is allocated.
struct NetworkPlan {
  struct Item {
    std::string name;
    std::int64_t rows = 0;
    std::int32_t cols = 0;
    ops::Element element = ops::Element::f32;
  };
  std::vector<Item> items;
  [[nodiscard]] std::int64_t bytes() const;

  void add(const std::string& name, std::int64_t rows, std::int32_t cols,
           ops::Element element = ops::Element::f32) {
    items.push_back({name, rows, cols, element});
  }
  // A number for each of so many rows, or pairs of rows. Throws Error(invalid_argument) where loops could not
  // count them.
  void add_vector(const std::string& name, std::int64_t rows);
};

class Buffers {
 public:
  Buffers(Backend& backend, NetworkPlan plan);

  [[nodiscard]] const NetworkPlan& plan() const { return plan_; }
  [[nodiscard]] Matrix matrix(const std::string& name) const;  // null data where none was planned
  [[nodiscard]] float* vector(const std::string& name) const { return matrix(name).floats(); }

 private:
  NetworkPlan plan_;
  Backend::Buffer memory_;
};

// Columns first .. first + cols of a matrix.
[[nodiscard]] Matrix columns(Matrix whole, std::int64_t first, std::int32_t cols);

// A head holds mean and log_var side by side, each padded on its own.
struct Halves {
  Matrix mean, log_var;
};
[[nodiscard]] Halves halves(Matrix head, std::int32_t cols);

}  // namespace cuvae::model
