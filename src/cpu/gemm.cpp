#include "src/cpu/gemm.hpp"

#include <cblas.h>

#include <algorithm>

#include "src/cpu/parallel.hpp"

namespace cuvae::cpu {
namespace {

// Measured on batches of 128: two row tiles cost a few percent of one, more cost more (docs/performance.md).
std::int64_t tile_rows(std::int64_t m) {
  if (m <= 256) return 64;
  return std::min<std::int64_t>(512, (m / 4 + 15) / 16 * 16);
}

std::int64_t tile_cols(std::int64_t n) { return n <= 1024 ? n : 512; }

int blas_int(std::int64_t value) { return static_cast<int>(value); }

void multiply_tile(const Gemm& p, std::int64_t row, std::int64_t rows, std::int64_t col, std::int64_t cols) {
  const bool transpose_a = p.layout_a == Layout::transposed, transpose_b = p.layout_b == Layout::transposed;
  const float* a = p.a + (transpose_a ? row : row * p.lda);
  const float* b = p.b + (transpose_b ? col * p.ldb : col);
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
              blas_int(rows), blas_int(cols), blas_int(p.k), 1.0f, a, blas_int(p.lda), b, blas_int(p.ldb),
              p.mode == GradientMode::accumulate ? 1.0f : 0.0f, p.c + row * p.ldc + col, blas_int(p.ldc));
}

}  // namespace

void gemm(const Gemm& p, int threads) {
  const std::int64_t rows = tile_rows(p.m), cols = tile_cols(p.n);
  const std::int64_t row_tiles = (p.m + rows - 1) / rows, col_tiles = (p.n + cols - 1) / cols;
  for_each_piece(row_tiles * col_tiles, threads, [&](std::int64_t tile) {
    const std::int64_t row = tile / col_tiles * rows, col = tile % col_tiles * cols;
    multiply_tile(p, row, std::min(rows, p.m - row), col, std::min(cols, p.n - col));
  });
}

const char* blas_description() { return openblas_get_config(); }

}  // namespace cuvae::cpu
