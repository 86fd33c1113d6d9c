#include "src/io/npz_writer.hpp"

#include <utility>

#include "src/io/npy_header.hpp"
#include "src/io/zip_file.hpp"

namespace cuvae::io {

NpzWriter::NpzWriter(const std::filesystem::path& path, ArrayLayout layout)
    : ArrayWriter(std::move(layout)), path_(path), file_(path), header_(npy_header(this->layout())) {
  file_.require_seek("a .npz archive is not written in the order of its bytes");
  values_.emplace(path);
  values_->write(std::as_bytes(std::span(header_)));
}

void NpzWriter::write(std::span<const std::byte> values) { values_->write(values); }

void NpzWriter::finish(const Pulse& pulse) {
  const std::string header = npy_header(layout(), header_.size());
  values_->seek(0);
  values_->write(std::as_bytes(std::span(header)));
  write_zip(file_, path_, "arr_0.npy", *values_, pulse);
  file_.commit();
}

}  // namespace cuvae::io
