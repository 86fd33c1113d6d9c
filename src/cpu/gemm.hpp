// Matrix products through CBLAS, tiled over the output: a tile's shape depends on the product's shape alone,
// and no sum is ever split, so the bits are the same for any number of threads.
#pragma once

#include "src/backend/gemm.hpp"

namespace cuvae::cpu {

void gemm(const Gemm& product, int threads, Products products);

// The BLAS in use, for people: name, version, kernel.
[[nodiscard]] const char* blas_description();

}  // namespace cuvae::cpu
