#include "src/cpu/gemm.hpp"

#include <cblas.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>

#include "src/cpu/parallel.hpp"

namespace cuvae::cpu {
namespace {

// Multiplications of a tile, at most: half as many would let more threads share a product, and cost a few
// percent on one (docs/performance.md).
constexpr double kTileWork = 24e6;
constexpr std::int64_t kIndependentRows = 64;

struct Tile {
  std::int64_t rows, cols;
};

// Below this many in a whole product, it is done before a second thread has woken.
constexpr std::int64_t kWorthThreads = 4 << 20;

// Rounded up to a multiple of 16.
std::int64_t half(std::int64_t length) { return (length + 31) / 32 * 16; }

// Halves the longer side, because the shorter one is packed once per tile.
Tile tile_of(const Gemm& p, Products products) {
  const bool fixed_rows = products == Products::independent_rows;
  Tile tile{fixed_rows ? kIndependentRows : p.m, p.n};
  const auto work = [&] {
    return static_cast<double>(tile.rows) * static_cast<double>(tile.cols) * static_cast<double>(p.k);
  };
  while (work() > kTileWork && std::max(tile.rows, tile.cols) > kIndependentRows) {
    std::int64_t& longer = fixed_rows || tile.cols >= tile.rows ? tile.cols : tile.rows;
    longer = half(longer);
  }
  return tile;
}

// One thread per BLAS call. The limit is the calling thread's own (an OpenMP task's), not the process's;
// inside a parallel region OpenBLAS stays on its thread anyway.
class OneBlasThread {
 public:
#ifdef _OPENMP
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;
  OneBlasThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneBlasThread() { omp_set_num_threads(before_); }

 private:
  int before_;
#endif
};

int blas_int(std::int64_t value) { return static_cast<int>(value); }

void multiply_tile(const Gemm& p, std::int64_t row, std::int64_t rows, std::int64_t col, std::int64_t cols) {
  const bool transpose_a = p.layout_a == Layout::transposed, transpose_b = p.layout_b == Layout::transposed;
  const float* a = static_cast<const float*>(p.a.data) + (transpose_a ? row : row * p.a.ld);
  const float* b = static_cast<const float*>(p.b.data) + (transpose_b ? col * p.b.ld : col);
  float* c = static_cast<float*>(p.c.data) + row * p.c.ld + col;
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
              blas_int(rows), blas_int(cols), blas_int(p.k), 1.0f, a, blas_int(p.a.ld), b, blas_int(p.b.ld),
              p.mode == GradientMode::accumulate ? 1.0f : 0.0f, c, blas_int(p.c.ld));
}

}  // namespace

void gemm(const Gemm& p, int threads, Products products) {
  const auto [rows, cols] = tile_of(p, products);
  const std::int64_t row_tiles = (p.m + rows - 1) / rows, col_tiles = (p.n + cols - 1) / cols;
  const int useful_threads = p.m * p.n * p.k < kWorthThreads ? 1 : threads;
  for_each_piece(row_tiles * col_tiles, useful_threads, [&](std::int64_t tile) {
    const std::int64_t row = tile / col_tiles * rows, col = tile % col_tiles * cols;
    const OneBlasThread one_thread;
    multiply_tile(p, row, std::min(rows, p.m - row), col, std::min(cols, p.n - col));
  });
}

const char* blas_description() { return openblas_get_config(); }

}  // namespace cuvae::cpu
