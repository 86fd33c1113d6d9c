// A file, opened for what its first bytes say it is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/core/mapped_file.hpp"
#include "src/data/byte_reader.hpp"
#include "src/data/spec.hpp"

namespace cuvae::data {

struct DataFile {
  enum class Kind { packed, table, archive };  // IDX or NPY; text; zip

  std::shared_ptr<const core::MappedFile> file;
  Kind kind = Kind::packed;
  bool compressed = false;  // by gzip

  // From its front, inflated.
  [[nodiscard]] std::unique_ptr<ByteReader> content(const std::string& source) const;
};

// Throws Error(data) for a file that is not there, not readable, empty, or none of these.
[[nodiscard]] DataFile open_data_file(const Spec& spec);

}  // namespace cuvae::data
