#pragma once

#include <memory>
#include <string>

#include "src/data/value_stream.hpp"

namespace cuvae::data {

// One array of an archive of numpy.savez: `key`, with or without .npy; empty: the only one there is, or all
// of them together where they are a sparse matrix of scipy.sparse.save_npz, in CSR. Throws Error(data).
[[nodiscard]] std::unique_ptr<ValueStream> open_npz(const std::string& path, const std::string& key);

}  // namespace cuvae::data
