#include "src/cli/labels.hpp"

#include <algorithm>
#include <sstream>

#include "src/cli/names.hpp"
#include "src/config/text.hpp"
#include "src/core/check.hpp"
#include "src/core/shown.hpp"
#include "src/core/table_number.hpp"

namespace cuvae::cli {
namespace {

using Names = std::vector<std::string>;

// What the classes of the model are called; none, where they are numbers.
Names names_of(const Vae& vae, const std::string& checkpoint) {
  const auto note = vae.metadata().find(kLabelNamesNote);
  if (note == vae.metadata().end()) return {};
  Names names = names_in(note->second);
  const ModelConfig& model = vae.config();
  if (model.label_kind != LabelKind::one_hot || std::ssize(names) != model.label_dim)
    throw Error(Errc::data,
                checkpoint + ": its " + kLabelNamesNote + " are not those of its " +
                    std::to_string(model.label_dim) +
                    " classes\nThe file was changed since it was written; take another checkpoint.");
  return names;
}

// What a label of this model is.
std::string kind_of(const ModelConfig& model, const Names& names) {
  const std::string count = std::to_string(model.label_dim);
  if (!names.empty()) return "a class: " + shown_names(names);
  if (model.label_kind == LabelKind::one_hot)
    return "a class from 0 to " + std::to_string(model.label_dim - 1);
  return count + (model.label_dim == 1 ? " number" : " numbers");
}

[[noreturn]] void refuse_use(const std::string& flag, const ModelUse& use) {
  throw Error(Errc::invalid_argument,
              flag + ": " + use.checkpoint + " was trained without labels; leave it out");
}

[[noreturn]] void refuse_missing(const std::string& flag, const std::string& hint, const ModelUse& use,
                                 const Vae& vae) {
  throw Error(Errc::invalid_argument, flag + " is missing: the label of a row of " + use.checkpoint + " is " +
                                          kind_of(vae.config(), names_of(vae, use.checkpoint)) + "\n" + hint);
}

[[noreturn]] void refuse_name(const std::string& text, const Names& names) {
  const std::string hint = detail::did_you_mean(text, names);
  throw Error(Errc::invalid_argument, "'" + core::shown(text) + "' is none of " + shown_names(names) +
                                          (hint.empty() ? "" : "; " + hint));
}

std::vector<float> one_hot(const std::string& text, std::int32_t classes, const Names& names) {
  const auto named = std::ranges::find(names, text);
  if (named == names.end() && !names.empty() && !core::to_float(text)) refuse_name(text, names);
  const std::int64_t one = named == names.end() ? config::to_integer(text) : named - names.begin();
  if (one < 0 || one >= classes)
    throw Error(Errc::invalid_argument, "there is no class " + std::to_string(one) + "; there are 0 to " +
                                            std::to_string(classes - 1));
  std::vector<float> label(static_cast<std::size_t>(classes));
  label[static_cast<std::size_t>(one)] = 1.0f;
  return label;
}

std::vector<float> numbers(const std::string& text, const ModelConfig& model) {
  std::vector<float> label;
  std::istringstream parts(text);
  std::string part;
  while (std::getline(parts, part, ',')) label.push_back(static_cast<float>(config::to_number(part)));
  if (std::ssize(label) != model.label_dim)
    throw Error(Errc::invalid_argument,
                "'" + core::shown(text) + "' is not " + kind_of(model, {}) + "; write them as 0.5,2");
  return label;
}

}  // namespace

void add_labels(CommandLine& line, ModelUse& use) {
  line.option("--labels", "FILE", "of the rows of DATA, for a conditional model",
              [&](const std::string& text) { use.labels = text; });
}

void add_label(CommandLine& line, ModelUse& use) {
  line.option("--label", "L", "of a conditional model: a class, or X,X,...",
              [&](const std::string& text) { use.label = text; });
}

Dataset with_labels(const ModelUse& use, const Vae& vae, const Dataset& data) {
  const ModelConfig& model = vae.config();
  if (model.label_dim == 0) {
    if (!use.labels.empty()) refuse_use("--labels", use);
    return data;
  }
  if (use.labels.empty())
    refuse_missing("--labels", "Give a file with the label of each row of " + data.source() + ".", use, vae);
  const bool classes = model.label_kind == LabelKind::one_hot;
  Dataset labelled = data.with_labels_of(use.labels, {.kind = model.label_kind,
                                                      .count = classes ? model.label_dim : 0,
                                                      .names = names_of(vae, use.checkpoint)});
  if (labelled.label_cols() != model.label_dim) {
    throw Error(Errc::data, use.labels + ": a label has " + std::to_string(labelled.label_cols()) +
                                " columns; those that " + use.checkpoint + " was trained with are " +
                                kind_of(model, {}) + "\nGive the same columns, such as 'table.csv:x,y'.");
  }
  return labelled;
}

std::vector<float> label_of(const ModelUse& use, const Vae& vae) {
  const ModelConfig& model = vae.config();
  if (model.label_dim == 0) {
    if (!use.label.empty()) refuse_use("--label", use);
    return {};
  }
  const bool classes = model.label_kind == LabelKind::one_hot;
  const Names names = names_of(vae, use.checkpoint);
  const std::string one = names.empty() ? "0" : "'" + names.front() + "'";
  if (use.label.empty())
    refuse_missing("--label",
                   classes ? "Choose one, e.g. --label " + one + "." : "Give them, e.g. --label 0.5,2.", use,
                   vae);
  std::vector<float> label;
  config::labelled("--label", [&] {
    label = classes ? one_hot(use.label, model.label_dim, names) : numbers(use.label, model);
  });
  return label;
}

std::vector<float> repeated(const std::vector<float>& label, std::int64_t rows) {
  std::vector<float> all;
  for (std::int64_t row = 0; row < rows; ++row) all.insert(all.end(), label.begin(), label.end());
  return all;
}

std::vector<float> labels_of(const Dataset& data, std::int64_t first, std::int64_t rows) {
  const auto cols = static_cast<std::size_t>(data.label_cols());
  std::vector<float> all(static_cast<std::size_t>(rows) * cols);
  for (std::int64_t row = 0; row < rows && cols > 0; ++row)
    data.read_labels((first + row) % data.rows(),
                     std::span(all).subspan(static_cast<std::size_t>(row) * cols, cols));
  return all;
}

}  // namespace cuvae::cli
