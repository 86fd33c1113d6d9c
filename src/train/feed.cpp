#include "src/train/feed.hpp"

#include "kernels/ops/row_op.hpp"
#include "src/data/dataset_impl.hpp"

namespace cuvae::train {

Feed::Feed(Backend& backend, const Dataset& data, std::int64_t rows) : backend_(&backend), data_(data) {
  const Dataset::Impl& stored = data.impl();
  const bool bytes = stored.type == data::ElementType::u8;
  if (stored.contiguous()) {
    source_ = {stored.base, bytes ? RowSource::Type::u8 : RowSource::Type::f32, data.cols(), stored.scale};
    if (backend.reads_host_memory()) return;
    const auto size = static_cast<std::int64_t>(data.bytes());
    buffer_ = backend.allocate(size);
    backend.upload(buffer_.get(), stored.base, size);
    source_.values = buffer_.get();
    return;
  }
  const std::int64_t ld = ops::padded(data.cols());
  buffer_ = backend.allocate(rows * ld * static_cast<std::int64_t>(sizeof(float)));
  staging_.resize(static_cast<std::size_t>(rows * ld));
  ids_.resize(static_cast<std::size_t>(rows));
  source_ = {buffer_.get(), RowSource::Type::f32, ld, 1.0f};
  gather_ = Backend::Gather::in_place;
}

void Feed::connect(model::Network& network) const {
  network.input().source = source_;
  network.input().gather = gather_;
}

void Feed::stage(model::Network& network, std::int64_t active_rows) {
  if (gather_ == Backend::Gather::by_row_id) return;
  const auto cols = static_cast<std::size_t>(data_.cols());
  network.download_row_ids(ids_);
  for (std::int64_t row = 0; row < active_rows; ++row) {
    float* out = staging_.data() + row * source_.ld;
    data_.read_row(ids_[static_cast<std::size_t>(row)], {out, cols});
  }
  backend_->upload(buffer_.get(), staging_.data(),
                   static_cast<std::int64_t>(staging_.size() * sizeof(float)));
}

}  // namespace cuvae::train
