// The seam: what a model asks of a device. Everything above it is written once, everything below it is one of
// two families of loops that run the same ops (kernels/ops).
//
// Pointers are memory of the backend (allocate). Calls are queued in order; only download and synchronize
// wait. No call but allocate allocates. Matrices are row-major; every leading dimension is a
// multiple of 8 elements and the padding of a row is always zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "cuvae/config.hpp"
#include "cuvae/device.hpp"
#include "kernels/ops/noise.hpp"
#include "kernels/ops/row_order.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae {

struct Matrix {
  float* data = nullptr;
  std::int64_t rows = 0;
  std::int32_t cols = 0;
  std::int64_t ld = 0;
};

// Rows of a data set, or of a batch of one, where the device can read them.
struct RowSource {
  enum class Type : std::uint8_t { u8, f32 };
  const void* values = nullptr;
  Type type = Type::f32;
  std::int64_t ld = 0;  // elements from row to row
  float scale = 1;      // of stored values
};

// One pass's place in the run: its state, and the data-set row behind each row of the batch.
struct PassContext {
  ops::StepState* state = nullptr;
  std::int64_t* row_ids = nullptr;
};

enum class GradientMode { overwrite, accumulate };

// A dense layer's tensors: weight [out, in], bias [out]. out and in include their padding.
struct DenseWeights {
  Matrix weight;
  float* bias = nullptr;
};

// What a hidden layer keeps for its backward: its output, or its input where the derivative needs that.
struct Activations {
  Matrix output;
  Matrix input;  // data is null where it is not kept
};

enum class LayerFunction { identity, relu, tanh, gelu, silu, softplus };

[[nodiscard]] LayerFunction layer_function(Activation activation);
[[nodiscard]] bool keeps_input(LayerFunction function);

// Scratch a fixed-order reduction over `size` floats may use.
[[nodiscard]] constexpr std::int64_t partial_sums(std::int64_t size) { return size / (1 << 14) + 1; }

// One arena per role, all with the same layout.
struct ParameterArenas {
  float* parameters = nullptr;
  float* gradients = nullptr;
  float* first_moments = nullptr;
  float* second_moments = nullptr;
  std::int64_t size = 0;       // floats, a multiple of 64
  double* partials = nullptr;  // scratch of reductions over an arena, partial_sums(size) of them
};

class Backend {
 public:
  struct Release {
    Backend* backend = nullptr;
    void operator()(std::byte* memory) const noexcept { backend->release(memory); }
  };
  using Buffer = std::unique_ptr<std::byte, Release>;

  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend();  // out of line, so that exactly one translation unit owns the type

  [[nodiscard]] virtual Device device() const = 0;

  // Zeroed memory, aligned to 256 bytes. Throws Error(out_of_memory).
  [[nodiscard]] virtual Buffer allocate(std::int64_t bytes) = 0;
  virtual void upload(void* to, const void* from, std::int64_t bytes) = 0;
  virtual void download(void* to, const void* from, std::int64_t bytes) = 0;
  virtual void synchronize() = 0;
  // True where ordinary host memory can be read in place, so that data need not be copied.
  [[nodiscard]] virtual bool reads_host_memory() const = 0;

  // The order of a step.
  virtual void begin_pass(PassContext pass, const ops::PassPlan* table) = 0;
  virtual void pick_rows(PassContext pass, const ops::RowOrder& order, std::int64_t rows) = 0;
  virtual void add_losses(PassContext pass, const float* row_nll, const float* row_kl, std::int64_t rows) = 0;
  virtual void judge_gradient(PassContext pass, const ParameterArenas& arenas, double clip_norm) = 0;
  virtual void update(PassContext pass, const ParameterArenas& arenas, const TrainConfig& config) = 0;
  virtual void advance_step(PassContext pass) = 0;

  // x = scaled, binarized rows. With Gather::by_row_id row r is source row row_ids[r], else source row r; the
  // noise is that of row_ids[r] either way.
  enum class Gather { by_row_id, in_place };
  virtual void load_input(PassContext pass, const RowSource& source, Gather gather, Binarize binarize,
                          const ops::NoiseSource& noise, Matrix x) = 0;

  // Dense layers: out = function(x W^T + b), and the two halves of the backward.
  virtual void dense_forward(PassContext pass, Matrix x, const DenseWeights& weights, LayerFunction function,
                             const Activations& out) = 0;
  // gradients.weight (+)= d_y^T x, gradients.bias (+)= column sums of d_y
  virtual void dense_backward_weights(PassContext pass, Matrix d_y, Matrix x, const DenseWeights& gradients,
                                      GradientMode mode) = 0;
  // d_x = (d_y W) times the derivative of the layer below, whose activations are `below`.
  virtual void dense_backward_input(PassContext pass, Matrix d_y, const DenseWeights& weights,
                                    LayerFunction function_below, const Activations& below, Matrix d_x) = 0;

  // The latent layer; mean and log_var are halves of one matrix.
  virtual void sample_latent(PassContext pass, Matrix mean, Matrix log_var, const ops::NoiseSource& noise,
                             Matrix z, float* row_kl) = 0;
  virtual void latent_backward(PassContext pass, Matrix mean, Matrix log_var, Matrix d_z,
                               const ops::NoiseSource& noise, Matrix d_mean, Matrix d_log_var) = 0;
  virtual void bound_log_var(PassContext pass, Matrix log_var, Matrix bounded) = 0;
  virtual void sample_prior(PassContext pass, const ops::NoiseSource& noise, Matrix z) = 0;

  // Likelihoods: the row's loss, and the gradient in place of the decoder's output.
  virtual void bernoulli_nll(PassContext pass, Matrix logits, Matrix x, float* row_nll) = 0;
  // log_var: one row for all; d_log_var: null data where it is not learned.
  virtual void gaussian_nll(PassContext pass, Matrix mean, Matrix x, const float* log_var, Matrix d_log_var,
                            float* row_nll) = 0;
  virtual void sigmoid(PassContext pass, Matrix logits) = 0;

  // sums[c] (+)= sum over rows of matrix[r, c]; fixed order.
  virtual void column_sum(PassContext pass, Matrix matrix, float* sums, GradientMode mode) = 0;
  // values[0 .. cols) = *value
  virtual void broadcast(PassContext pass, const float* value, float* values, std::int32_t cols) = 0;
  // *sum (+)= sum of values[0 .. cols); fixed order.
  virtual void total(PassContext pass, const float* values, std::int32_t cols, float* sum,
                     GradientMode mode) = 0;

 protected:
  virtual void release(std::byte* memory) noexcept = 0;
};

// How products are computed: as fast as they can be, or so that the bits of a row depend on its place alone,
// not on how many rows follow it.
enum class Products { fastest, independent_rows };

// Throws Error(device) or Error(unsupported), saying why.
[[nodiscard]] std::unique_ptr<Backend> make_backend(const Device& device,
                                                    Products products = Products::fastest);

}  // namespace cuvae
