#include "src/io/npy_writer.hpp"

#include "src/io/npy_header.hpp"

namespace cuvae::io {

NpyWriter::NpyWriter(const std::filesystem::path& path, ArrayLayout layout)
    : ArrayWriter(std::move(layout)), file_(path), header_(npy_header(this->layout())) {
  if (this->layout().shape.size() > 0 && this->layout().shape[0] == kRowsToCome)
    file_.require_seek("a .npy file begins with the number of rows, which is known at their end");
  file_.write(header_);
}

void NpyWriter::write(std::span<const std::byte> values) { file_.write(values); }

void NpyWriter::finish(const Pulse&) {
  if (const std::string header = npy_header(layout(), header_.size()); header != header_) {
    file_.seek(0);
    file_.write(header);
  }
  file_.commit();
}

void write_npy(const std::filesystem::path& path, std::span<const float> values,
               std::span<const std::int64_t> shape) {
  NpyWriter file(path, {.shape = {shape.begin(), shape.end()}});
  file.append(values);
  file.commit();
}

}  // namespace cuvae::io
