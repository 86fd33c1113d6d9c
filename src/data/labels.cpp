#include "src/data/labels.hpp"

#include <algorithm>
#include <cmath>

#include "cuvae/error.hpp"
#include "src/core/read_error.hpp"
#include "src/data/class_names.hpp"
#include "src/data/from_memory.hpp"
#include "src/data/heap_block.hpp"
#include "src/data/scan.hpp"

namespace cuvae::data {
namespace {

constexpr float kMostInteger = 1 << 24;     // to which floats tell integers apart
constexpr std::int32_t kMostUnused = 1024;  // classes of which no row is, however few are used

constexpr const char* kNumberThem = "Number the classes from 0 without gaps.";

bool holds_classes(const Dataset::Impl& file) { return file.cols == 1 && holds_integers(file); }

std::string beyond(std::int64_t row, float value) {
  return "row " + std::to_string(row) + " (from 0) is of class " + text_of(value);
}

std::vector<std::int32_t> classes_in(const Dataset::Impl& file) {
  if (file.cols != 1)
    core::refuse(file.source,
                 "there are " + std::to_string(file.cols) + " columns, and the class of a row is one number",
                 "Name the column of the classes, such as 'table.csv:species'.");
  std::vector<std::int32_t> classes(static_cast<std::size_t>(file.rows));
  for (std::int64_t row = 0; row < file.rows; ++row) {
    float value = 0;
    file.read(row, &value);
    if (value < 0 || value > kMostInteger || std::trunc(value) != value)
      core::refuse(file.source, beyond(row, value), kNumberThem);
    classes[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(value);
  }
  return classes;
}

// As they are, in an order and a type that a device reads.
std::shared_ptr<const Dataset::Impl> side_by_side(const Dataset::Impl& file) {
  const auto bytes = file.rows * file.cols * static_cast<std::int64_t>(sizeof(float));
  std::shared_ptr<std::byte[]> block = allocate_block(bytes, file.source);
  auto* values = reinterpret_cast<float*>(block.get());
  for (std::int64_t row = 0; row < file.rows; ++row) file.read(row, values + row * file.cols);
  return from_memory(
      {std::move(block), ElementType::f32, file.rows, file.cols, {}, file.source, "numbers beside each row"});
}

// Each class is a column: of identifiers or years nearly all would be zeros.
void require_used(std::span<const std::int32_t> classes, std::int32_t columns, const std::string& source) {
  std::vector<bool> used(static_cast<std::size_t>(columns));
  for (const std::int32_t one : classes) used[static_cast<std::size_t>(one)] = true;
  const std::int64_t count = std::ranges::count(used, true);
  if (columns - count <= std::max<std::int64_t>(kMostUnused, count)) return;
  core::refuse(
      source,
      "of the classes from 0 to " + std::to_string(columns - 1) + " only " + std::to_string(count) + " occur",
      kNumberThem);
}

Labels labels_of_words(const NamedClasses& named, const LabelOptions& options, const std::string& source) {
  if (options.count > 0 && options.names.empty())
    core::refuse(source,
                 "its classes are words, such as '" + named.names.front() +
                     "', where they are numbers from 0 to " + std::to_string(options.count - 1),
                 "Number them as in training.");
  Labels labels = labels_of_classes(named.classes, static_cast<std::int32_t>(named.names.size()), source);
  labels.names = named.names;
  return labels;
}

}  // namespace

Labels labels_of_classes(std::span<const std::int32_t> classes, std::int32_t count,
                         const std::string& source) {
  if (classes.empty()) core::refuse(source, "there are zero labels", "Give one for each row.");
  const std::int32_t most = count > 0 ? count - 1 : std::max(0, std::ranges::max(classes));
  if (most >= kMostClasses)
    core::refuse(source,
                 "there would be " + std::to_string(std::int64_t{most} + 1) + " classes, more than " +
                     std::to_string(kMostClasses),
                 kNumberThem);
  const std::int64_t rows = std::ssize(classes);
  const std::int32_t columns = most + 1;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int32_t one = classes[static_cast<std::size_t>(row)];
    if (one < 0 || one > most)
      core::refuse(source, beyond(row, static_cast<float>(one)),
                   "The classes go from 0 to " + std::to_string(most) + ".");
  }
  if (count == 0) require_used(classes, columns, source);
  std::shared_ptr<std::byte[]> block = allocate_block(rows * columns, source);
  std::fill_n(block.get(), rows * columns, std::byte{0});
  for (std::int64_t row = 0; row < rows; ++row)
    block[row * columns + classes[static_cast<std::size_t>(row)]] = std::byte{1};
  return {from_memory({std::move(block),
                       ElementType::u8,
                       rows,
                       columns,
                       {},
                       source,
                       std::to_string(columns) + " classes",
                       1.0f}),
          true,
          {}};
}

void require_one_for_each(std::int64_t labels, const std::string& source, const Dataset& data) {
  if (labels == data.rows()) return;
  core::refuse(source,
               "there are " + std::to_string(labels) + " labels for the " + std::to_string(data.rows()) +
                   " rows of " + data.source(),
               "Give the labels of these rows, one for each, in the same order.");
}

Labels read_labels(const std::string& path, const LabelOptions& options, const Dataset& data) {
  if (options.kind != LabelKind::real) {
    if (const auto named = read_named_classes(path, options.names, data.rows())) {
      require_one_for_each(std::ssize(named->classes), path, data);
      return labels_of_words(*named, options, path);
    }
  }
  const Dataset file = Dataset::open(path, {.scale = 1.0f});
  require_one_for_each(file.rows(), path, data);
  file.require_finite();
  const bool classes = options.kind ? *options.kind == LabelKind::one_hot : holds_classes(file.impl());
  if (!classes) return {side_by_side(file.impl()), false, {}};
  try {
    Labels labels = labels_of_classes(classes_in(file.impl()), options.count, path);
    labels.names = options.names;
    return labels;
  } catch (const Error& error) {
    if (options.kind) throw;  // else they may be meant as numbers
    throw Error(error.code(), error.what() + std::string(" Labels that are no classes: --label-kind real."));
  }
}

}  // namespace cuvae::data
