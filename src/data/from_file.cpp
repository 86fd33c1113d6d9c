#include "src/data/from_file.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "src/data/data_file.hpp"
#include "src/data/layout.hpp"
#include "src/data/load.hpp"
#include "src/data/map_values.hpp"
#include "src/data/open_stream.hpp"
#include "src/data/standard_input.hpp"

namespace cuvae::data {
namespace {

// The axes of one row, outermost first, less those of a single step.
std::vector<Axis> column_axes(const Header& header) {
  const std::int64_t size = size_of(header.type);
  if (header.layout == Layout::c) return {{header.columns(), size}};
  std::vector<Axis> axes;
  std::int64_t stride = header.rows() * size;
  for (std::size_t axis = 1; axis < header.shape.size(); ++axis) {
    if (header.shape[axis] > 1) axes.push_back({header.shape[axis], stride});
    stride *= header.shape[axis];
  }
  if (axes.empty()) axes.push_back({1, size});
  return axes;
}

// Of one file that lies on the disk as it is needed.
std::optional<Loaded> mapped_values(const std::vector<Spec>& specs) {
  const Spec& first = specs.front();
  std::error_code ignored;
  if (specs.size() > 1 || first.path == kStandardInput || std::filesystem::is_directory(first.path, ignored))
    return std::nullopt;
  const DataFile opened = open_data_file(first);
  if (opened.kind != DataFile::Kind::packed || opened.compressed) return std::nullopt;
  return map_values(opened, first.text);
}

// The bytes of an NPY file that are all 0 and 1 are values already, not shades. (An IDX file of the same
// bytes is other data.)
bool holds_values(const Loaded& file) {
  if (file.header.format != Format::npy) return false;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(file.values);
  return std::all_of(bytes, bytes + file.header.payload(), [](unsigned char byte) { return byte <= 1; });
}

}  // namespace

void lay_out(Dataset::Impl& impl, const Header& header) {
  const std::int64_t size = size_of(header.type);
  impl.type = header.type;
  impl.order = header.order;
  impl.rows = header.rows();
  impl.cols = static_cast<std::int32_t>(header.columns());
  impl.columns = column_axes(header);
  impl.row_stride = header.layout == Layout::c ? impl.cols * size : size;
  impl.table = header.format == Format::csv;
  impl.scale = header.type == ElementType::u8 ? kPixelScale : 1.0f;
  const Pictures pictures = pictures_of(header);
  impl.image = pictures.image;
  impl.image_if_unit = pictures.if_unit;
}

bool is_mapped(const std::vector<Spec>& specs) { return mapped_values(specs).has_value(); }

std::shared_ptr<const Dataset::Impl> from_file(const std::string& text) {
  const std::vector<Spec> specs = specs_of(text);
  const std::optional<Loaded> mapped = mapped_values(specs);
  Loaded file =
      mapped ? *mapped : load([&] { return open_stream(specs); }, stored_bytes(specs), name_of(specs));
  const Header& header = file.header;
  auto impl = std::make_shared<Dataset::Impl>();
  impl->storage = file.owner;
  impl->base = file.values;
  lay_out(*impl, header);
  impl->source = name_of(specs);
  impl->column_names = std::move(file.column_names);
  impl->description = file.description + (mapped ? "" : ", in memory");
  impl->mapped = mapped.has_value();
  if (header.type == ElementType::u8 && holds_values(file)) impl->scale = 1.0f;
  return impl;
}

}  // namespace cuvae::data
