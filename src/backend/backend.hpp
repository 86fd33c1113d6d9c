// The seam: what a model asks of a device. Everything above it is written once, everything below it is one of
// two families of loops that run the same ops (kernels/ops).
//
// Pointers are memory of the backend (allocate). Calls are queued in order; only download and synchronize
// wait. No call but allocate allocates. Matrices are row-major; every leading dimension is a
// multiple of 8 elements and the padding of a row is always zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "cuvae/config.hpp"
#include "cuvae/device.hpp"
#include "kernels/ops/noise.hpp"
#include "kernels/ops/row_op.hpp"
#include "kernels/ops/row_order.hpp"
#include "kernels/ops/step_state.hpp"

namespace cuvae {

namespace cuda {
struct Resources;
}

struct Matrix {
  void* data = nullptr;
  std::int64_t rows = 0;
  std::int32_t cols = 0;
  std::int64_t ld = 0;
  ops::Element element = ops::Element::f32;

  [[nodiscard]] float* floats() const { return static_cast<float*>(data); }  // of an f32 matrix
  [[nodiscard]] ops::Input in() const { return {data, ld, element}; }
  [[nodiscard]] ops::Output out() const { return {data, ld, element}; }
};

// Rows of a data set, or of a batch of one, where the device can read them: u8 or f32.
struct RowSource {
  const void* values = nullptr;
  ops::Element element = ops::Element::f32;
  std::int64_t ld =
      0;            // elements from row to row; any on a device that reads host memory, else a multiple of 16
  float scale = 1;  // of stored values
};

// One pass's place in the run: its state, and the data-set row behind each row of the batch.
struct PassContext {
  ops::StepState* state = nullptr;
  std::int64_t* row_ids = nullptr;
};

enum class GradientMode { overwrite, accumulate };

// A dense layer's tensors: weight [out, in], bias [out]. out and in include their padding. The weight, and a
// second bias, are as products read them (ParameterArenas).
struct DenseWeights {
  Matrix weight;
  float* bias = nullptr;
  const void* product_bias = nullptr;
};

// What a hidden layer keeps for its backward: its output, or its input where the derivative needs that, or a
// bit for each positive output. data is null of what is not kept.
struct Activations {
  Matrix output;
  Matrix input;
  Matrix mask;
};

// Rows and widths around a hidden layer; `next` is the width of the layer above it. Padding included.
struct LayerShape {
  std::int64_t rows = 0, in = 0, out = 0, next = 0;
};

enum class LayerFunction { identity, relu, tanh, gelu, silu, softplus };

[[nodiscard]] LayerFunction layer_function(Activation activation);
[[nodiscard]] bool keeps_input(LayerFunction function);

// One arena per role, all with the same layout.
struct ParameterArenas {
  float* parameters = nullptr;
  float* gradients = nullptr;
  float* first_moments = nullptr;
  float* second_moments = nullptr;
  std::int64_t size = 0;         // elements, a multiple of 64
  std::byte* scratch = nullptr;  // of reductions over an arena, scratch_bytes(size) of them
  // The parameters as products read them: themselves, or a bf16 copy that update and refresh_products keep.
  void* products = nullptr;
  ops::Element product_element = ops::Element::f32;
};

// Work that was recorded, to be done again: on a GPU as one graph.
class Recording {
 public:
  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  virtual ~Recording() = default;
  virtual void replay() = 0;
};

// Rows on their way to the device while it computes on others: a piece of host memory, and one of the
// device's.
class Staging {
 public:
  Staging() = default;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  virtual ~Staging() = default;
  [[nodiscard]] virtual std::byte* device() const = 0;
  virtual std::byte* host() = 0;  // to be filled; waits until what was sent last has left
  virtual void send() = 0;        // queued: work queued after this finds it in device()
  virtual void release() = 0;     // work queued so far was the last to read it
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
  // Bytes that can still be allocated.
  [[nodiscard]] virtual std::int64_t available_memory() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Staging> staging(std::int64_t bytes) = 0;

  // Does `work`, which queues calls of this backend, and returns what does the same again. On a GPU the work
  // is only recorded; nothing in it may wait.
  [[nodiscard]] virtual std::unique_ptr<Recording> record(std::function<void()> work) = 0;
  // Steps that are worth recording together: 1 where each is done when it returns.
  [[nodiscard]] virtual std::int64_t steps_per_launch() const = 0;

  // How products read their operands, and whether a ReLU of this shape is better kept as bits.
  [[nodiscard]] virtual ops::Element product_element() const = 0;
  [[nodiscard]] virtual bool keeps_mask(const LayerShape& shape) = 0;
  // Which algorithms products are computed by: lines of text, empty where there is no choice. Restoring
  // throws Error(data) for text that is none, and for an algorithm that was chosen here but cannot be used
  // any more.
  [[nodiscard]] virtual std::string product_plans() const = 0;
  virtual void restore_product_plans(const std::string& plans) = 0;

  // Scratch of a reduction over an arena.
  [[nodiscard]] virtual std::int64_t scratch_bytes(std::int64_t size) const = 0;
  // The first of `size` values that is not finite, or -1. Waits.
  [[nodiscard]] virtual std::int64_t first_non_finite(const float* values, std::int64_t size) = 0;

  // The order of a step. begin_pass takes the next pass of the table, and its rows from the order.
  virtual void begin_pass(PassContext pass, const ops::PassPlan* table, const ops::RowOrder& order,
                          std::int64_t rows) = 0;
  virtual void add_losses(PassContext pass, const float* row_nll, const float* row_kl, std::int64_t rows) = 0;
  // Judges the gradient and counts the step; update applies what was judged.
  virtual void end_step(PassContext pass, const ParameterArenas& arenas, double clip_norm) = 0;
  virtual void update(PassContext pass, const ParameterArenas& arenas, const TrainConfig& config) = 0;
  // After parameters came from elsewhere than update().
  virtual void refresh_products(const ParameterArenas& arenas) = 0;

  // x = scaled, binarized rows. With Gather::by_row_id row r is source row row_ids[r], else source row r; the
  // noise is that of row_ids[r] either way. product_x: the same as products read it, where that is another
  // form.
  enum class Gather { by_row_id, in_place };
  virtual void load_input(PassContext pass, const RowSource& source, Gather gather, Binarize binarize,
                          const ops::NoiseSource& noise, Matrix x, Matrix product_x) = 0;

  // Dense layers: out = function(x W^T + b), and the two halves of the backward. Every row is computed,
  // active or not: where d_y is zero, so is what the backward makes of it.
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

  // Likelihoods: the row's loss, and the gradient, which may lie in place of the decoder's output.
  virtual void bernoulli_nll(PassContext pass, Matrix logits, Matrix x, Matrix d_logits, float* row_nll) = 0;
  // log_var: one row for all; d_log_var: null data where it is not learned.
  virtual void gaussian_nll(PassContext pass, Matrix mean, Matrix x, const float* log_var, Matrix d_mean,
                            Matrix d_log_var, float* row_nll) = 0;
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

struct BackendOptions {
  Products products = Products::fastest;
  Precision precision = Precision::fp32;
};

// Throws Error(device) or Error(unsupported), saying why.
[[nodiscard]] std::unique_ptr<Backend> make_backend(const Device& device, const BackendOptions& options = {});
// On a GPU, with what the caller lends (cuvae/cuda.hpp).
[[nodiscard]] std::unique_ptr<Backend> make_backend(const cuda::Resources& lent,
                                                    const BackendOptions& options);

}  // namespace cuvae
