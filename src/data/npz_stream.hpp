#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/data/value_stream.hpp"

namespace cuvae::data {

// One array of an archive of numpy.savez: `key`, with or without .npy; empty: the only one there is, or all
// of them together where they are a sparse matrix of scipy.sparse.save_npz, in CSR. Throws Error(data).
[[nodiscard]] std::unique_ptr<ValueStream> open_npz(const std::string& path, const std::string& key);

struct NamedArray {
  std::string name;
  std::string type;  // as numpy writes it, "<f4"; empty: its header cannot be read
  std::vector<std::int64_t> shape;
};

// Those of an archive of which open_npz() needs to be told one; none where it does not. Throws Error(data).
[[nodiscard]] std::vector<NamedArray> arrays_to_choose_from(const std::string& path);

}  // namespace cuvae::data
