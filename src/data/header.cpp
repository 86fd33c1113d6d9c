#include "src/data/header.hpp"

#include <limits>
#include <ranges>

#include "src/core/read_error.hpp"
#include "src/data/idx_header.hpp"
#include "src/data/npy_header.hpp"

namespace cuvae::data {
namespace {

constexpr std::int64_t kMostBytes =
    std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(kHeaderBytes);

void check_shape(const Header& header, const std::string& source) {
  const std::string shape = "its shape is " + shape_text(header);
  if (header.shape.empty())
    core::refuse(source, "it holds a single value, no rows", "Save an array of rows x columns.");
  if (header.rows() == 0)
    core::refuse(source, "it has zero rows (" + shape + ")", "Give data with at least one row.");
  std::int64_t columns = 1;
  for (std::size_t axis = 1; axis < header.shape.size(); ++axis) {
    const std::int64_t extent = header.shape[axis];
    if (extent == 0)
      core::refuse(source, "its rows are empty (" + shape + ")", "Give rows with at least one value.");
    if (extent > std::numeric_limits<std::int32_t>::max() / columns) {
      core::refuse(source, "its rows have more than 2^31 - 1 values (" + shape + ")",
                   "The first dimension must be the rows.");
    }
    columns *= extent;
  }
  if (header.rows() > kMostBytes / size_of(header.type) / columns) {
    core::refuse(source, "its header declares more values than any file can hold (" + shape + ")",
                 "The header is damaged: write or download the file again.");
  }
}

}  // namespace

std::int64_t Header::columns() const {
  std::int64_t product = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) product *= shape[axis];
  return product;
}

bool is_packed(std::span<const std::byte> start) noexcept { return is_npy(start) || is_idx(start); }

Header read_header(std::span<const std::byte> start, const std::string& source) {
  if (start.empty()) core::refuse(source, "its content is empty", "Write or download the file again.");
  if (!is_packed(start))
    core::refuse(source, "its first bytes are those of neither IDX nor NPY",
                 "Give an IDX file (MNIST's format) or one written by numpy.save('data.npy', array).");
  Header header = is_npy(start) ? read_npy_header(start, source) : read_idx_header(start, source);
  if (size_of(header.type) == 1) header.order = ByteOrder::native;
  check_shape(header, source);
  return header;
}

std::string shape_text(const Header& header) {
  constexpr std::size_t kMostShown = 8;
  std::string text;
  for (const std::int64_t extent : header.shape | std::views::take(kMostShown))
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  const std::size_t dimensions = header.shape.size();
  return dimensions > kMostShown ? text + " x ... (" + std::to_string(dimensions) + " dimensions)" : text;
}

}  // namespace cuvae::data
