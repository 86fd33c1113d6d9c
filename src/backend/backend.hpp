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
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/noise.hpp"
#include "kernels/ops/pairs.hpp"
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

// One pass's place in the run: its state, and the data-set row behind each row of the batch. Matrices may
// have several rows for each of these: its samples, one after the other.
struct PassContext {
  ops::StepState* state = nullptr;
  std::int64_t* row_ids = nullptr;
  std::int32_t samples = 1;
  enum class Rows { of_the_batch, all } rows = Rows::of_the_batch;  // which are active

  // Rows of a matrix that are, of so many.
  [[nodiscard]] std::int64_t active(const ops::StepState& at, std::int64_t of) const {
    return rows == Rows::all ? of : std::int64_t{at.pass.active_rows} * samples;
  }
};

// What a latent layer puts into its rows' KL: the KL in closed form, or log q(z|x) - log p(z) at each sample,
// with one of its gradients (kernels/ops/gaussian_latent.hpp). p(z) is N(0, I), or is added by another call.
struct LatentKl {
  enum class Form { closed, sampled } form = Form::closed;
  ops::SampleGradient gradient = ops::SampleGradient::total;
  enum class Prior { standard_normal, elsewhere } prior = Prior::standard_normal;
  ops::RowLoss row_kl = ops::RowLoss::overwrite;
  const float* gates = nullptr;  // of each dimension's KL in closed form, factors of its gradient; null: 1
};

// What stands for the KL among what is minimised (kernels/ops/held_kl.hpp): each dimension's, or their sum,
// no less than `least`; or the sum's distance from the pass's capacity. All of the mean over the batch.
struct KlHold {
  enum class Form { dimensions, total, capacity } form = Form::dimensions;
  float least = 0;
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

// A likelihood's operands. `output` is the decoder's, logits or locations; log_var: one row for all rows, of
// a likelihood that has a variance; categories: columns of a group, of the categorical one.
struct NllOperands {
  Matrix output = {}, x = {};
  const float* log_var = nullptr;
  std::int32_t categories = 0;
  Matrix d_output = {};   // may lie in place of the output
  Matrix d_log_var = {};  // null data where it is not learned
  float* row_nll = nullptr;
};

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
  // The means over each row's samples are added. row_objective [rows]: what is minimised, instead of the
  // nll + kl_weight kl of the rows; may be null.
  struct RowLosses {
    const float* nll = nullptr;  // [rows, samples]
    const float* kl = nullptr;   // [rows, samples]
    const float* objective = nullptr;
    std::int64_t rows = 0;
    const float* extra = nullptr;  // so many more parts of what is minimised; may be null
    std::int64_t extras = 0;
  };
  virtual void add_losses(PassContext pass, const RowLosses& losses) = 0;
  // Judges the gradient and counts the step; update applies what was judged.
  virtual void end_step(PassContext pass, const ParameterArenas& arenas, double clip_norm) = 0;
  virtual void update(PassContext pass, const ParameterArenas& arenas, const TrainConfig& config) = 0;
  // One row of values over its norm, whose square is left in *square.
  virtual void normalize(PassContext pass, Matrix values, float* square) = 0;
  // After parameters came from elsewhere than update().
  virtual void refresh_products(const ParameterArenas& arenas) = 0;

  // x = scaled, binarized rows. With Gather::by_row_id row r is source row row_ids[r], else source row r; the
  // noise is that of row_ids[r] either way. product_x: the same as products read it, where that is another
  // form.
  enum class Gather { by_row_id, in_place };
  virtual void load_input(PassContext pass, const RowSource& source, Gather gather, Binarize binarize,
                          const ops::NoiseSource& noise, Matrix x, Matrix product_x) = 0;

  // Each row of `from` to as many rows of `to` as there are samples of it.
  virtual void copy_rows(PassContext pass, Matrix from, Matrix to) = 0;

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
  // h = a sigmoid(g), and the gradients to a and g, of which one may lie in place of d_h.
  virtual void glu(PassContext pass, Matrix a, Matrix g, Matrix h) = 0;
  virtual void glu_backward(PassContext pass, Matrix d_h, Matrix a, Matrix g, Matrix d_a, Matrix d_g) = 0;

  // A latent layer; mean and log_var are halves of one matrix, with a row for each row of z, or one for each
  // of equal runs of them: their samples. weights: of z's rows, 1 where null.
  virtual void sample_latent(PassContext pass, const LatentKl& kl, Matrix mean, Matrix log_var,
                             const ops::NoiseSource& noise, Matrix z, float* row_kl) = 0;
  virtual void latent_backward(PassContext pass, const LatentKl& kl, Matrix mean, Matrix log_var, Matrix d_z,
                               const float* weights, const ops::NoiseSource& noise, Matrix d_mean,
                               Matrix d_log_var) = 0;
  // A part of the rows' KL, added to row_kl: -log N(z; mean, exp(log_var)) row by row, and its gradients.
  virtual void gaussian_density(PassContext pass, Matrix z, Matrix mean, Matrix log_var, Matrix d_z,
                                Matrix d_mean, Matrix d_log_var, float* row_kl) = 0;
  // The same of a mixture in equal parts, whose components are the rows of mean and log_var. pair_nll and
  // shares [rows of z, components]: of each z under each component, and of each component in p(z).
  struct Mixture {
    Matrix mean, log_var;
    float* pair_nll = nullptr;
    float* shares = nullptr;
    const float* costs = nullptr;  // of pairs, minus the logarithms of their parts; null: equal parts
    float factor = 1;              // of -log p(z) among what is minimised
  };
  virtual void mixture_density(PassContext pass, Matrix z, const Mixture& mixture, float* row_kl,
                               ops::RowLoss loss = ops::RowLoss::add) = 0;
  // weights: of z's rows, 1 where null. Leaves the shares times the weights.
  virtual void mixture_backward(PassContext pass, Matrix z, const Mixture& mixture, const float* weights,
                                Matrix d_z, Matrix d_mean, Matrix d_log_var) = 0;

  // Of a batch as a whole; z, mean and log_var have a row for each of its rows, vectors of pairs are
  // [rows, rows]. numbers [rows, 1]: 0, 1, 2, ...
  struct HeldKl {
    Matrix elements = {};    // [rows, latent]
    float* sums = nullptr;   // [latent]
    float* total = nullptr;  // [1]
    float* gates = nullptr;  // [latent]
    float* extra = nullptr;  // [1]
  };
  virtual void hold_kl(PassContext pass, const KlHold& hold, Matrix mean, Matrix log_var,
                       const HeldKl& held) = 0;
  virtual void pair_costs(PassContext pass, ops::PairWeights weights, Matrix numbers, float* costs) = 0;
  // densities [rows, latent]: of each z_d under the mixture's marginal, but for a constant; the row's sum of
  // their logarithms is added to row_sum.
  virtual void dimension_densities(PassContext pass, Matrix z, const Mixture& mixture, Matrix densities,
                                   float* row_sum) = 0;
  virtual void dimensions_backward(PassContext pass, Matrix z, const Mixture& mixture, Matrix densities,
                                   Matrix d_z, Matrix d_mean, Matrix d_log_var) = 0;
  // row_values = -factor kl_weight row_values
  virtual void weigh_total_correlation(PassContext pass, float factor, float* row_values,
                                       std::int64_t rows) = 0;
  // means [rows]: of k(a_i, b_j) over j (kernels/ops/discrepancy.hpp). kernels: of pairs, over how many rows
  // there are.
  struct Kernel {
    const float* costs = nullptr;  // of pairs
    float* distances = nullptr;    // of pairs
    float* kernels = nullptr;      // of pairs
  };
  virtual void kernel_means(PassContext pass, Matrix a, Matrix b, const Kernel& kernel, float* means) = 0;
  // d_a = factor times the gradient of the mean over i of means[i], b held.
  virtual void kernel_backward(PassContext pass, Matrix a, Matrix b, const Kernel& kernel, float factor,
                               Matrix d_a) = 0;
  virtual void discrepancy(PassContext pass, float factor, const float* means_of_z, const float* means_of_p,
                           const float* means_of_both, float* row_values, std::int64_t rows) = 0;

  virtual void bound_log_var(PassContext pass, Matrix log_var, Matrix bounded) = 0;
  // Of each row's samples: weights [rows, samples], which sum to 1, and the negative log-mean-exp of their
  // log-weights (kernels/ops/importance.hpp).
  virtual void weigh_samples(PassContext pass, const float* row_nll, const float* row_kl, std::int64_t rows,
                             float* weights, float* row_objective) = 0;
  // Each row of the matrix times its factor.
  virtual void scale_rows(PassContext pass, Matrix matrix, const float* factors) = 0;
  virtual void sample_prior(PassContext pass, const ops::NoiseSource& noise, Matrix z) = 0;

  // Each row's -log p(x | output) and its gradients.
  virtual void nll(PassContext pass, Likelihood likelihood, const NllOperands& operands) = 0;
  // output = mean of p(x | output)
  virtual void likelihood_mean(PassContext pass, Likelihood likelihood, std::int32_t categories,
                               Matrix output) = 0;

  // to (+)= from
  virtual void add_rows(PassContext pass, Matrix from, Matrix to, GradientMode mode) = 0;
  // Values kept in [0, 1], and d_values = d_clamped where they lie inside.
  virtual void clamp_unit(PassContext pass, Matrix values, Matrix clamped) = 0;
  virtual void clamp_unit_backward(PassContext pass, Matrix d_clamped, Matrix values, Matrix d_values) = 0;

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
