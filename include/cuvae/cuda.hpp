// cuvae for programs that know CUDA: training on their stream, with their memory; and, for networks of their
// own, the fused kernels on their pointers.
//
// Needs no CUDA header: streams are forward-declared. The kernels are in the target cuvae::kernels, which
// needs the CUDA runtime alone and exists where cuvae was built with CUDA; make_trainer is in cuvae::cuvae,
// and throws Error(unsupported) where it was not.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cuvae/config.hpp"
#include "cuvae/trainer.hpp"

struct CUstream_st;

namespace cuvae::cuda {

using Stream = CUstream_st*;  // cudaStream_t

// Training

// Memory from the caller, ordered by the stream it is given. allocate returns null, or throws, where there is
// none; both are told the size that was asked for.
struct Allocator {
  void* (*allocate)(void* user, Stream stream, std::size_t bytes, std::size_t alignment) = nullptr;
  void (*deallocate)(void* user, Stream stream, void* memory, std::size_t bytes,
                     std::size_t alignment) = nullptr;
  void* user = nullptr;
};

// What a trainer works with; what is left out it makes for itself.
struct Resources {
  int device = 0;
  // Work is queued here, and waited for only where a number is asked for. Null: a stream of cuvae's own; the
  // default stream is cudaStreamLegacy or cudaStreamPerThread. Must outlive the trainer.
  Stream stream = nullptr;
  Allocator allocator{};  // null functions: cudaMallocAsync
  // Scratch of matrix products, aligned to 256 bytes; two halves serve two streams. It decides over
  // algorithms: the same size gives the same bits. Null: 64 MiB, before compute capability 9.0 8 MiB.
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;
};

// A Trainer on these resources. Throws as Trainer's constructor does, and Error(invalid_argument) for an
// allocator with one function, or a workspace that is not aligned.
[[nodiscard]] Trainer make_trainer(const ModelConfig& model, const TrainConfig& train,
                                   const Resources& resources);

// Fused kernels
//
// Each call queues one kernel on the stream, on the calling thread's current device, and returns. Pointers
// are device memory, row-major, of any alignment; where data is aligned to 16 bytes and cols and every
// leading dimension are multiples of 4 (of 8 with bf16), accesses are 128 bits wide. Arithmetic is fp32
// whatever is stored. Outputs may lie in place of inputs of the same type and leading dimension. Sums have a
// fixed order: the same call gives the same bits. Throw Error(invalid_argument), naming the argument, and
// Error(device) where the kernel cannot be started.

enum class Type : std::uint8_t { f32, bf16 };

// ld: elements from row to row, at least the columns.
struct ConstRows {
  const void* data = nullptr;
  std::int64_t ld = 0;
  Type type = Type::f32;
};
struct Rows {
  void* data = nullptr;
  std::int64_t ld = 0;
  Type type = Type::f32;
};

struct Shape {
  std::int64_t rows = 0;
  std::int32_t cols = 0;
};

// Where epsilon comes from: Philox4x32-10 of (seed, step, row, sample, column), as in training by cuvae. Row
// r of a call is row first_row + r of the noise, so a batch may be divided in any way. The backward is given
// the same.
struct NoiseKey {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;
  std::uint32_t sample = 0;    // below 2^16
  std::int64_t first_row = 0;  // rows up to 2^40
};

// row_nll[r] = sum_c softplus(l) - x l, which is -log p(x | l) of a Bernoulli with logit l, x in [0, 1]; and
// d_logits = row_weight (sigmoid(l) - x). (Kingma & Welling, 2014, appendix C.1.)
// logits, d_logits [rows, cols]: both f32 or both bf16; x [rows, cols]: f32. row_nll [rows], may be null.
// Nats.
void bernoulli_nll(Shape shape, ConstRows logits, ConstRows x, Rows d_logits, float* row_nll,
                   float row_weight, Stream stream);

// row_nll[r] = sum_c ((x - mean)^2 exp(-v) + v + log 2 pi) / 2, which is -log N(x; mean, exp(v)), v the
// bounded log-variance of the column; and d_mean = row_weight (mean - x) exp(-v). mean, x, log_var: f32;
// log_var [cols], one row for all, before its bound (below). d_mean: f32 or bf16. d_log_var [rows, cols],
// f32, data null where it is not learned: each row's gradient with respect to log_var.
void gaussian_nll(Shape shape, ConstRows mean, ConstRows x, const float* log_var, Rows d_mean, Rows d_log_var,
                  float* row_nll, float row_weight, Stream stream);

// z = mean + exp(v / 2) epsilon, and row_kl[r] = sum_c (mean^2 + exp(v) - 1 - v) / 2, which is
// KL(N(mean, exp(v)) || N(0, 1)). (Kingma & Welling, 2014, appendix B.)
// v is log_var within a soft bound: log_var itself up to 10 in absolute value, then
// sign(log_var) (10 + 5 tanh((|log_var| - 10) / 5)). mean, log_var: both f32 or both bf16; z: f32 or bf16,
// bf16 where they are. row_kl [rows], may be null. Nats.
void sample_latent(Shape shape, ConstRows mean, ConstRows log_var, NoiseKey noise, Rows z, float* row_kl,
                   Stream stream);

// Its backward, epsilon drawn again: d_mean = d_z + kl_weight mean, and d_log_var = (d_z exp(v / 2) epsilon +
// kl_weight (exp(v) - 1)) / 2 times the derivative of the bound. kl_weight: that of the KL in the objective,
// times the row's weight. mean, log_var, d_z: all f32 or all bf16; d_mean, d_log_var: both f32 or both bf16,
// bf16 where they are.
void latent_backward(Shape shape, ConstRows mean, ConstRows log_var, ConstRows d_z, NoiseKey noise,
                     Rows d_mean, Rows d_log_var, float kl_weight, Stream stream);

}  // namespace cuvae::cuda
