// Names that a checkpoint keeps of its data: of classes, of columns.
#pragma once

#include <string>
#include <vector>

#include "cuvae/dataset.hpp"
#include "cuvae/vae.hpp"

namespace cuvae::cli {

// In its metadata, one name to a line.
inline constexpr const char* kLabelNamesNote = "label_names";
inline constexpr const char* kColumnNamesNote = "column_names";
[[nodiscard]] std::string text_of_names(const std::vector<std::string>& names);
[[nodiscard]] std::vector<std::string> names_in(const std::string& text);
[[nodiscard]] std::string shown_names(
    const std::vector<std::string>& names);  // the first of them, for people

// As the note has them; empty where the data has none, or a checkpoint cannot hold them: longer than 512 KiB,
// no UTF-8, or with control characters.
[[nodiscard]] std::string text_of_columns(const Dataset& data);
// Of the data that the model was trained on; empty where nobody knows.
[[nodiscard]] std::vector<std::string> columns_of(const Vae& vae);

// Throws Error(data) where the columns have the same names in another order; a note on stderr says where they
// have others. Names that are not known are as they should be.
void require_same_columns(const Dataset& data, const std::vector<std::string>& trained,
                          const std::string& trained_on);

}  // namespace cuvae::cli
