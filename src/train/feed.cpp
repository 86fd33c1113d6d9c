#include "src/train/feed.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "cuvae/error.hpp"
#include "src/data/dataset_impl.hpp"

namespace cuvae::train {
namespace {

// A device reads rows in vectors; this many elements fill its widest one, whatever they are.
constexpr std::int64_t kRowMultiple = 16;
// Of device memory, left to whoever else needs some.
constexpr std::int64_t kReserve = std::int64_t{256} << 20;
// Rows on their way to the device, at a time.
constexpr std::int64_t kChunkBytes = std::int64_t{16} << 20;

// Rows with a leading dimension of their own, in pieces.
void upload_rows(Backend& backend, std::byte* to, const std::byte* from, std::int64_t rows,
                 std::int64_t row_bytes, std::int64_t padded_bytes) {
  if (row_bytes == padded_bytes) return backend.upload(to, from, rows * row_bytes);
  const std::int64_t at_once = std::max<std::int64_t>(1, kChunkBytes / padded_bytes);
  std::vector<std::byte> chunk(static_cast<std::size_t>(std::min(at_once, rows) * padded_bytes));
  for (std::int64_t first = 0; first < rows; first += at_once) {
    const std::int64_t count = std::min(at_once, rows - first);
    for (std::int64_t row = 0; row < count; ++row) {
      std::memcpy(chunk.data() + row * padded_bytes, from + (first + row) * row_bytes,
                  static_cast<std::size_t>(row_bytes));
    }
    backend.upload(to + first * padded_bytes, chunk.data(), count * padded_bytes);
  }
}

RowSource in_place(const Dataset::Impl& rows) {
  const bool bytes = rows.type == data::ElementType::u8;
  return {rows.base, bytes ? ops::Element::u8 : ops::Element::f32, rows.cols, rows.scale};
}

// From the host's memory to that of a device, where it is from then on. Throws Error(out_of_memory).
Backend::Buffer take_over(Backend& backend, RowSource& source, std::int64_t rows, std::int64_t cols) {
  const std::int64_t size = ops::size_of(source.element), ld = Feed::padded_row(cols);
  Backend::Buffer all = backend.allocate(rows * ld * size);
  upload_rows(backend, all.get(), static_cast<const std::byte*>(source.values), rows, cols * size, ld * size);
  source.values = all.get();
  source.ld = ld;
  return all;
}

}  // namespace

std::int64_t Feed::padded_row(std::int64_t cols) {
  return (cols + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
}

Feed::Feed(Backend& backend, const Dataset& data, std::int64_t step_rows, std::int64_t pass_rows)
    : backend_(&backend), data_(data), pass_rows_(pass_rows) {
  if (data.label_cols() > 0) keep_labels();
  const Dataset::Impl& stored = data.impl();
  if (stored.contiguous()) {
    const std::int64_t ld = padded_row(data.cols());
    source_ = in_place(stored);
    if (backend.reads_host_memory()) return;
    if (data.rows() * ld * ops::size_of(source_.element) + kReserve <= backend.available_memory() &&
        keep_resident())
      return;
  }
  source_ = {nullptr, ops::Element::f32, padded_row(data.cols()), 1.0f};
  for (auto& place : places_) {
    place = backend.staging(step_rows * source_.ld * static_cast<std::int64_t>(sizeof(float)));
    if (backend.reads_host_memory()) return;  // nothing is under way while the host works: one will do
  }
}

bool Feed::keep_resident() {
  try {
    all_ = take_over(*backend_, source_, data_.rows(), data_.cols());
  } catch (const Error& error) {
    if (error.code() != Errc::out_of_memory) throw;
    return false;
  }
  return true;
}

void Feed::keep_labels() {
  labels_ = in_place(*data_.impl().labels);
  if (!backend_->reads_host_memory())
    all_labels_ = take_over(*backend_, labels_, data_.rows(), data_.label_cols());
}

int Feed::hand_out(const ops::RowOrder& order, std::int32_t epoch, std::int64_t first, std::int64_t rows) {
  const int place = next_;
  if (places_[1] != nullptr) next_ = 1 - next_;
  Staging& staging = *places_[static_cast<std::size_t>(place)];
  auto* out = reinterpret_cast<float*>(staging.host());
  for (std::int64_t row = 0; row < rows; ++row)
    data_.read_row(order.row(first + row, epoch),
                   {out + row * source_.ld, static_cast<std::size_t>(data_.cols())});
  staging.send();
  return place;
}

void Feed::release(int place) {
  if (!is_resident()) places_[static_cast<std::size_t>(place)]->release();
}

void Feed::connect(model::Network& network, int place, std::int64_t pass) const {
  RowSource source = source_;
  if (!is_resident()) {
    source.values = reinterpret_cast<const float*>(places_[static_cast<std::size_t>(place)]->device()) +
                    pass * pass_rows_ * source.ld;
  }
  network.input().source = source;
  network.input().labels = labels_;
  network.input().gather = is_resident() ? Backend::Gather::by_row_id : Backend::Gather::in_place;
}

}  // namespace cuvae::train
