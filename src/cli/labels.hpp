// Labels of a conditional model on the command line: of the rows of DATA by a file, or one for all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"
#include "src/cli/model_use.hpp"

namespace cuvae::cli {

void add_labels(CommandLine& line, ModelUse& use);  // --labels FILE
void add_label(CommandLine& line, ModelUse& use);   // --label L

// DATA with its labels, where the model takes some. Throws Error(invalid_argument) where --labels is missing
// or has no use, Error(data) where the file does not fit.
[[nodiscard]] Dataset with_labels(const ModelUse& use, const Vae& vae, const Dataset& data);
// What --label says, label_dim values; none, where the model takes none. Throws Error(invalid_argument) where
// it is missing, has no use, or is no label of this model.
[[nodiscard]] std::vector<float> label_of(const ModelUse& use, const Vae& vae);

// One label for each of so many rows.
[[nodiscard]] std::vector<float> repeated(const std::vector<float>& label, std::int64_t rows);
// Of rows first, first + 1, ... of the data, which begins anew at its end.
[[nodiscard]] std::vector<float> labels_of(const Dataset& data, std::int64_t first, std::int64_t rows);

}  // namespace cuvae::cli
