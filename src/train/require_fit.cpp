#include "src/train/require_fit.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "cuvae/error.hpp"
#include "src/config/likelihood.hpp"

namespace cuvae::train {
namespace {

std::string of_labels(std::int32_t cols, LabelKind kind) {
  if (cols == 0) return "no labels";
  if (kind == LabelKind::one_hot) return "labels of " + std::to_string(cols) + " classes";
  return "labels of " + std::to_string(cols) + (cols == 1 ? " number" : " numbers");
}

void require_labels_that_fit(const ModelConfig& config, const Dataset& data) {
  const LabelKind kind = data.labels_are_classes() ? LabelKind::one_hot : LabelKind::real;
  const bool fits =
      data.label_cols() == config.label_dim && (config.label_dim == 0 || kind == config.label_kind);
  if (fits) return;
  throw Error(Errc::data,
              data.source() + ": it has " + of_labels(data.label_cols(), kind) + ", the model takes " +
                  of_labels(config.label_dim, config.label_kind) +
                  (config.label_dim > 0 ? "\nGive the labels of these rows, of that kind (--labels)."
                                        : "\nLeave the labels out, or train a model with them."));
}

bool is_one(std::span<const float> group) {
  double sum = 0;
  for (const float value : group) sum += static_cast<double>(value);
  return std::abs(sum - 1) < 1e-3;
}

void require_groups_of_rows(const Dataset& data, std::int32_t categories) {
  std::vector<float> row(static_cast<std::size_t>(data.cols()));
  for (std::int64_t number = 0; number < data.rows(); ++number) {
    data.read_row(number, row);
    require_groups(row, categories, data.source(), number);
  }
}

}  // namespace

void require_groups(std::span<const float> row, std::int32_t categories, const std::string& source,
                    std::int64_t number) {
  const auto size = static_cast<std::size_t>(categories);
  for (std::size_t first = 0; first < row.size(); first += size) {
    if (is_one(row.subspan(first, size))) continue;
    throw Error(Errc::data,
                source + ": row " + std::to_string(number) + ", columns " + std::to_string(first) + " to " +
                    std::to_string(first + size - 1) + " (from 0) do not sum to 1, as one of " +
                    std::to_string(categories) +
                    " categories has to\nGive one-hot groups (or shares of their categories), and "
                    "categories as they are.");
  }
}

void require_fit(const ModelConfig& config, const Dataset& data, Binarize binarize) {
  if (data.cols() != config.data_dim) {
    throw Error(Errc::data, data.source() + ": its rows have " + std::to_string(data.cols()) +
                                " values, the model takes " + std::to_string(config.data_dim) +
                                "\nUse the data the model was trained on, or train a model for these rows.");
  }
  data.require_finite();
  require_labels_that_fit(config, data);
  const bool unit_interval =
      binarize == Binarize::dynamic || binarize == Binarize::once ||
      (config::traits_of(config.likelihood).needs_unit_interval && binarize == Binarize::none);
  if (unit_interval) data.require_unit_interval();
  if (config.likelihood == Likelihood::categorical) require_groups_of_rows(data, config.categories);
}

void require_label_values(const ModelConfig& config, std::span<const float> labels, std::int64_t rows,
                          const std::string& call) {
  const std::int64_t wanted = rows * config.label_dim;
  if (static_cast<std::int64_t>(labels.size()) != wanted) {
    throw Error(Errc::invalid_argument, call + ": " + std::to_string(labels.size()) +
                                            " values are not the labels of " + std::to_string(rows) +
                                            (rows == 1 ? " row" : " rows") + ", the model takes " +
                                            of_labels(config.label_dim, config.label_kind));
  }
  const auto bad = std::ranges::find_if(labels, [](float value) { return !std::isfinite(value); });
  if (bad != labels.end())
    throw Error(Errc::data, call + ": the label of row " +
                                std::to_string((bad - labels.begin()) / config.label_dim) +
                                " (from 0) is not finite");
}

}  // namespace cuvae::train
