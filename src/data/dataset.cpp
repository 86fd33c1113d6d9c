#include "cuvae/dataset.hpp"

#include <xxhash.h>

#include <charconv>
#include <cstring>
#include <iterator>

#include "cuvae/error.hpp"
#include "src/core/check.hpp"
#include "src/core/read_error.hpp"
#include "src/data/builtin_shapes.hpp"
#include "src/data/dataset_impl.hpp"
#include "src/data/from_file.hpp"
#include "src/data/from_memory.hpp"
#include "src/data/heap_block.hpp"
#include "src/data/labels.hpp"
#include "src/data/layout.hpp"
#include "src/data/scan.hpp"
#include "src/data/spec.hpp"

namespace cuvae {
namespace {

// A copy of the caller's rows.
template <class T>
std::shared_ptr<const Dataset::Impl> copy_rows(std::span<const T> values, data::ElementType type,
                                               std::int32_t cols, ImageShape image) {
  const std::string source = "values in memory";
  CUVAE_REQUIRE(cols > 0, "a data set needs at least one column");
  CUVAE_REQUIRE(image == ImageShape{} || image.values() == cols,
                "the image shape must have as many pixels, times channels, as a row has columns");
  const auto count = static_cast<std::int64_t>(values.size());
  if (count == 0) core::refuse(source, "there are zero rows", "Give at least one row.");
  if (count % cols != 0) {
    core::refuse(source,
                 std::to_string(count) + " values are no multiple of " + std::to_string(cols) + " columns",
                 "Give whole rows.");
  }
  std::shared_ptr<std::byte[]> block =
      data::allocate_block(static_cast<std::int64_t>(values.size_bytes()), source);
  std::memcpy(block.get(), values.data(), values.size_bytes());
  return data::from_memory({.block = std::move(block),
                            .type = type,
                            .rows = count / cols,
                            .cols = cols,
                            .image = image,
                            .source = source,
                            .description = std::string(data::name_of(type)) + ", in memory"});
}

Dataset labelled(const Dataset& data, data::Labels labels) {
  data::require_one_for_each(labels.rows->rows, labels.rows->source, data);
  auto impl = std::make_shared<Dataset::Impl>(data.impl());
  impl->labels = std::move(labels.rows);
  impl->labels_are_classes = labels.are_classes;
  impl->label_names = std::move(labels.names);
  return Dataset(std::move(impl));
}

}  // namespace

Dataset Dataset::first(std::int64_t rows) const {
  CUVAE_REQUIRE(rows > 0, "the first rows of a data set are at least one");
  if (rows == impl_->rows) return *this;
  if (rows > impl_->rows) {
    core::refuse(source(),
                 "there are " + std::to_string(impl_->rows) + " rows, fewer than the first " +
                     std::to_string(rows) + " that were asked for",
                 "Ask for fewer, or give all of the data.");
  }
  auto impl = std::make_shared<Impl>(*impl_);
  impl->rows = rows;
  impl->description += ", the first " + std::to_string(rows) + " rows";
  impl->labels = nullptr;
  impl->part = true;
  impl->facts_once = std::make_shared<data::FactsOnce>();
  Dataset some(std::move(impl));
  if (!impl_->labels) return some;
  return labelled(some,
                  {Dataset(impl_->labels).first(rows).impl_, impl_->labels_are_classes, impl_->label_names});
}

Dataset Dataset::with_labels(std::span<const float> labels, std::int32_t cols) const {
  return labelled(*this, {from_values(labels, cols).impl_, false, {}});
}

Dataset Dataset::with_classes(std::span<const std::int32_t> classes, std::int32_t count) const {
  CUVAE_REQUIRE(count >= 0, "a number of classes is 0 or more");
  return labelled(*this, data::labels_of_classes(classes, count, "classes in memory"));
}

Dataset Dataset::with_labels_of(const std::string& path, const LabelOptions& options) const {
  CUVAE_REQUIRE(options.count >= 0, "a number of classes is 0 or more");
  CUVAE_REQUIRE(options.names.empty() || options.count == std::ssize(options.names),
                "there are as many names of classes as classes");
  return labelled(*this, data::read_labels(path, options, *this));
}

std::int32_t Dataset::label_cols() const noexcept { return impl_->labels ? impl_->labels->cols : 0; }
const std::vector<std::string>& Dataset::column_names() const noexcept { return impl_->column_names; }
const std::vector<std::string>& Dataset::label_names() const noexcept { return impl_->label_names; }
bool Dataset::labels_are_classes() const noexcept { return impl_->labels_are_classes; }

void Dataset::read_labels(std::int64_t row, std::span<float> out) const {
  CUVAE_REQUIRE(impl_->labels, "'" + source() + "' has no labels");
  Dataset(impl_->labels).read_row(row, out);
}

std::string data::text_of(float value) {
  char text[32];
  return {text, std::to_chars(std::begin(text), std::end(text), value).ptr};
}

Dataset Dataset::open(const std::string& spec, const ReadOptions& options) {
  data::require_valid(options);
  const bool builtin = data::is_builtin(spec) && spec.find('\n') == std::string::npos;
  if (!builtin) return Dataset(data::read_as(options, data::from_file(spec)));
  auto shapes = std::make_shared<Impl>(builtin_shapes(data::builtin_rows(spec)).impl());
  shapes->source = spec;
  return Dataset(data::read_as(options, std::move(shapes)));
}

Dataset Dataset::builtin_shapes(std::int64_t rows, std::uint64_t seed) {
  constexpr std::int64_t kMostRows = std::int64_t{1} << 40;  // of the random numbers
  CUVAE_REQUIRE(rows > 0 && rows <= kMostRows, "builtin:shapes has 1 to 2^40 rows");
  const std::string source = "builtin:shapes:" + std::to_string(rows);
  std::shared_ptr<std::byte[]> block = data::allocate_block(rows * data::kShapesPixels, source);
  auto* pixels = reinterpret_cast<std::uint8_t*>(block.get());
  for (std::int64_t row = 0; row < rows; ++row, pixels += data::kShapesPixels) {
    data::render_shape(data::shape_factors(seed, row), std::span<std::uint8_t, data::kShapesPixels>(
                                                           pixels, std::size_t{data::kShapesPixels}));
  }
  auto impl = data::from_memory({.block = std::move(block),
                                 .type = data::ElementType::u8,
                                 .rows = rows,
                                 .cols = data::kShapesPixels,
                                 .image = {data::kShapesSide, data::kShapesSide},
                                 .source = source,
                                 .description = "built-in shapes, u8, in memory"});
  impl->shapes_seed = seed;
  return Dataset(std::move(impl));
}

Dataset Dataset::from_values(std::span<const float> values, std::int32_t cols, ImageShape image) {
  return Dataset(copy_rows(values, data::ElementType::f32, cols, image));
}

Dataset Dataset::from_bytes(std::span<const std::uint8_t> pixels, std::int32_t cols, ImageShape image) {
  return Dataset(copy_rows(pixels, data::ElementType::u8, cols, image));
}

std::int64_t Dataset::rows() const noexcept { return impl_->rows; }
std::int32_t Dataset::cols() const noexcept { return impl_->cols; }
ImageShape Dataset::image() const {
  return impl_->image_if_unit && !impl_->in_unit_interval() ? ImageShape{} : impl_->image;
}
const std::string& Dataset::source() const noexcept { return impl_->source; }
std::string Dataset::description() const { return impl_->description; }
std::uint64_t Dataset::fingerprint() const {
  if (!impl_->labels) return impl_->facts().fingerprint;
  const std::uint64_t both[] = {impl_->facts().fingerprint, impl_->labels->facts().fingerprint};
  return XXH3_64bits(both, sizeof both);
}

void Dataset::require_finite() const { (void)impl_->facts(); }

std::size_t Dataset::bytes() const noexcept {
  return static_cast<std::size_t>(impl_->rows * impl_->cols * data::size_of(impl_->type));
}

void Dataset::read_row(std::int64_t row, std::span<float> out) const {
  CUVAE_REQUIRE(row >= 0 && row < rows(), "row " + std::to_string(row) + " of '" + source() +
                                              "', which has " + std::to_string(rows()) + " rows");
  CUVAE_REQUIRE(out.size() == static_cast<std::size_t>(cols()),
                "a row of '" + source() + "' has " + std::to_string(cols()) + " values, the place for it " +
                    std::to_string(out.size()));
  impl_->read(row, out.data());
}

void Dataset::require_unit_interval() const {
  if (impl_->in_unit_interval()) return;
  const auto outside = [](float value) { return value < 0 || value > 1; };
  const data::Place place = data::find_value(*impl_, outside).value();
  core::refuse(source(),
               "row " + std::to_string(place.row) + ", column " + std::to_string(place.col) +
                   " (from 0) is " + data::text_of(place.value) +
                   ", but the likelihood needs values in [0, 1]",
               "Use a likelihood of any values (--likelihood gaussian, laplace), or scale the data to [0, 1] "
               "(--scale 1/255).");
}

ShapeFactors Dataset::factors(std::int64_t row) const {
  CUVAE_REQUIRE(impl_->shapes_seed.has_value(),
                "'" + source() + "' has no known factors; builtin:shapes has");
  CUVAE_REQUIRE(row >= 0 && row < rows(), "row " + std::to_string(row) + " of '" + source() +
                                              "', which has " + std::to_string(rows()) + " rows");
  return data::shape_factors(*impl_->shapes_seed, row);
}

std::optional<Factors> Dataset::known_factors() const {
  if (!impl_->shapes_seed) return std::nullopt;
  Factors known{{data::kShapeFactorNames.begin(), data::kShapeFactorNames.end()}, {}};
  for (std::int64_t row = 0; row < rows(); ++row) {
    const auto levels = data::shape_levels(factors(row));
    known.levels.insert(known.levels.end(), levels.begin(), levels.end());
  }
  return known;
}

}  // namespace cuvae
