// The fused kernels for other networks (cuvae/cuda.hpp).
#include <array>

#include "cuvae/cuda.hpp"
#include "kernels/cuda/checked_io.cuh"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"

namespace cuvae::cuda {
namespace {

using ops::Bf16;

template <class Op>
using IoOf = ops::RowIo<Op::kIn, Op::kOut>;

// Rows are written up to their columns: what lies beyond is the caller's.
template <class Op>
void finish(IoOf<Op>& io, Shape shape, float* row_loss) {
  io.row_loss = row_loss;
  io.rows = shape.rows;
  io.cols = io.width = shape.cols;
}

template <class In, class Out, class Op>
void run(const Op& op, const IoOf<Op>& io, const RowPass& pass, Stream stream) {
  row_map_reduce_unaligned<Op, In, Out>(op, io, pass, Queue{stream});
}

// The purpose is that of training, so that a network trained with these sees cuvae's own noise.
RowPass pass_of(const NoiseKey& key) {
  RowPass pass;
  pass.noise = {key.seed, ops::Purpose::latent, key.sample};
  pass.first_row = key.first_row;
  pass.step = key.step;
  return pass;
}

constexpr std::int64_t kMostRows = std::int64_t{1} << 40;  // kernels/ops/noise.hpp
constexpr std::uint32_t kMostSamples = 1u << 16;

void check_noise(const CheckedIo& check, Shape shape, const NoiseKey& noise) {
  if (noise.sample >= kMostSamples) check.refuse("noise", "sample must be below 65536");
  if (noise.first_row < 0 || noise.first_row > kMostRows - shape.rows)
    check.refuse("noise", "rows must lie between 0 and 2^40");
}

}  // namespace

void bernoulli_nll(Shape shape, ConstRows logits, ConstRows x, Rows d_logits, float* row_nll,
                   float row_weight, Stream stream) {
  const CheckedIo check("bernoulli_nll", shape);
  check.require_type("x", x.type, Type::f32, "but data is f32");
  check.require_type("d_logits", d_logits.type, logits.type, "logits are not");
  using Op = ops::BernoulliNll;
  IoOf<Op> io{{check.in("logits", logits), check.in("x", x)}, {check.out("d_logits", d_logits)}};
  finish<Op>(io, shape, row_nll);
  if (logits.type == Type::bf16) {
    run<Types<Bf16, float>, Types<Bf16>>(Op{row_weight}, io, {}, stream);
  } else {
    run<Types<float, float>, Types<float>>(Op{row_weight}, io, {}, stream);
  }
}

void gaussian_nll(Shape shape, ConstRows mean, ConstRows x, const float* log_var, Rows d_mean, Rows d_log_var,
                  float* row_nll, float row_weight, Stream stream) {
  const CheckedIo check("gaussian_nll", shape);
  check.require_type("mean", mean.type, Type::f32, "but must be f32");
  check.require_type("x", x.type, Type::f32, "but data is f32");
  const std::array<ops::Input, 3> in{check.in("mean", mean), check.in("x", x), check.row("log_var", log_var)};
  const ops::Output out = check.out("d_mean", d_mean);
  const bool narrow = d_mean.type == Type::bf16;
  using In = Types<float, float, float>;
  if (d_log_var.data == nullptr) {
    using Op = ops::GaussianNll;
    IoOf<Op> io{{in[0], in[1], in[2]}, {out}};
    finish<Op>(io, shape, row_nll);
    narrow ? run<In, Types<Bf16>>(Op{row_weight}, io, {}, stream)
           : run<In, Types<float>>(Op{row_weight}, io, {}, stream);
  } else {
    check.require_type("d_log_var", d_log_var.type, Type::f32, "but must be f32");
    using Op = ops::GaussianNllLearned;
    IoOf<Op> io{{in[0], in[1], in[2]}, {out, check.out("d_log_var", d_log_var)}};
    finish<Op>(io, shape, row_nll);
    narrow ? run<In, Types<Bf16, float>>(Op{row_weight}, io, {}, stream)
           : run<In, Types<float, float>>(Op{row_weight}, io, {}, stream);
  }
}

void sample_latent(Shape shape, ConstRows mean, ConstRows log_var, NoiseKey noise, Rows z, float* row_kl,
                   Stream stream) {
  const CheckedIo check("sample_latent", shape);
  check_noise(check, shape, noise);
  check.require_type("log_var", log_var.type, mean.type, "mean is not");
  if (mean.type == Type::bf16) check.require_type("z", z.type, Type::bf16, "mean is not");
  using Op = ops::SampleLatent;
  IoOf<Op> io{{check.in("mean", mean), check.in("log_var", log_var)}, {check.out("z", z)}};
  finish<Op>(io, shape, row_kl);
  const RowPass pass = pass_of(noise);
  if (mean.type == Type::bf16) return run<Types<Bf16, Bf16>, Types<Bf16>>(Op{}, io, pass, stream);
  if (z.type == Type::bf16) return run<Types<float, float>, Types<Bf16>>(Op{}, io, pass, stream);
  run<Types<float, float>, Types<float>>(Op{}, io, pass, stream);
}

void latent_backward(Shape shape, ConstRows mean, ConstRows log_var, ConstRows d_z, NoiseKey noise,
                     Rows d_mean, Rows d_log_var, float kl_weight, Stream stream) {
  const CheckedIo check("latent_backward", shape);
  check_noise(check, shape, noise);
  check.require_type("log_var", log_var.type, mean.type, "mean is not");
  check.require_type("d_z", d_z.type, mean.type, "mean is not");
  check.require_type("d_log_var", d_log_var.type, d_mean.type, "d_mean is not");
  if (mean.type == Type::bf16) check.require_type("d_mean", d_mean.type, Type::bf16, "mean is not");
  using Op = ops::LatentBackward;
  IoOf<Op> io{{check.in("mean", mean), check.in("log_var", log_var), check.in("d_z", d_z)},
              {check.out("d_mean", d_mean), check.out("d_log_var", d_log_var)}};
  finish<Op>(io, shape, nullptr);
  const RowPass pass = pass_of(noise);
  if (mean.type == Type::bf16)
    return run<Types<Bf16, Bf16, Bf16>, Types<Bf16, Bf16>>(Op{kl_weight}, io, pass, stream);
  if (d_mean.type == Type::bf16)
    return run<Types<float, float, float>, Types<Bf16, Bf16>>(Op{kl_weight}, io, pass, stream);
  run<Types<float, float, float>, Types<float, float>>(Op{kl_weight}, io, pass, stream);
}

}  // namespace cuvae::cuda
