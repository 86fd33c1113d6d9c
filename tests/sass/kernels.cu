// Every kernel that cuvae starts, once per type of what is stored; compiled and read, never run.
#include "kernels/cuda/column_sum.cuh"
#include "kernels/cuda/map.cuh"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/cuda/step.cuh"
#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/optimizer.hpp"

namespace cuvae::cuda {
namespace {

using ops::Bf16;
using U8 = std::uint8_t;

template <class Op, class In, class Out>
void rows() {
  row_map_reduce<Op, In, Out>(Op{}, {}, {}, {});
}

template <class Function>
void activations() {
  using Forward = ops::BiasActivation<Function>;
  using Backward = ops::ActivationBackward<Function>;
  if constexpr (Function::kKeepsInput) {
    rows<Forward, Types<float, float>, Types<float, float>>();
    rows<Forward, Types<Bf16, float>, Types<Bf16, Bf16>>();
  } else {
    rows<Forward, Types<float, float>, Types<float>>();
    rows<Forward, Types<Bf16, float>, Types<Bf16>>();
  }
  rows<Backward, Types<float, float>, Types<float>>();
  rows<Backward, Types<Bf16, Bf16>, Types<Bf16>>();
}

template <class Op, class In, class Out>
void rows_of_a_caller() {
  row_map_reduce_unaligned<Op, In, Out>(Op{}, {}, {}, {});
}

template <class Rule>
void inputs() {
  rows_of_a_caller<ops::LoadInput<Rule, 1>, Types<U8>, Types<float>>();
  rows_of_a_caller<ops::LoadInput<Rule, 1>, Types<float>, Types<float>>();
  rows_of_a_caller<ops::LoadInput<Rule, 2>, Types<U8>, Types<float, Bf16>>();
  rows_of_a_caller<ops::LoadInput<Rule, 2>, Types<float>, Types<float, Bf16>>();
}

template <class Op>
void maps() {
  map<Op>(Op{}, {}, nullptr, {});
}

}  // namespace

void start_every_kernel() {
  rows<ops::BernoulliNll, Types<float, float>, Types<float>>();
  rows<ops::BernoulliNll, Types<Bf16, float>, Types<Bf16>>();
  rows<ops::Sigmoid, Types<float>, Types<float>>();
  rows<ops::GaussianNll, Types<float, float, float>, Types<float>>();
  rows<ops::GaussianNll, Types<float, float, float>, Types<Bf16>>();
  rows<ops::GaussianNllLearned, Types<float, float, float>, Types<float, float>>();
  rows<ops::GaussianNllLearned, Types<float, float, float>, Types<Bf16, float>>();
  rows<ops::SampleLatent, Types<float, float>, Types<float>>();
  rows<ops::SampleLatent, Types<float, float>, Types<Bf16>>();
  rows<ops::LatentBackward, Types<float, float, float>, Types<float, float>>();
  rows<ops::LatentBackward, Types<float, float, float>, Types<Bf16, Bf16>>();
  rows<ops::BoundLogVar, Types<float>, Types<float>>();
  rows<ops::PriorSample, Types<float>, Types<float>>();

  activations<ops::Identity>();
  activations<ops::Relu>();
  activations<ops::Tanh>();
  activations<ops::Softplus>();
  activations<ops::Silu>();
  activations<ops::Gelu>();

  inputs<ops::KeepValue>();
  inputs<ops::BinarizeDynamic>();
  inputs<ops::BinarizeThreshold>();

  maps<ops::Adam>();
  maps<ops::Sgd>();

  column_sum<float>({}, {});
  column_sum<Bf16>({}, {});

  launch(begin_pass_kernel, 1, kBlockThreads, {}, ops::BeginPass{nullptr}, nullptr, {}, nullptr, 0);
  launch(add_losses_kernel, 1, kBlockThreads, {}, nullptr, nullptr, 0, nullptr);
  launch(broadcast_kernel, 1, kBlockThreads, {}, nullptr, nullptr, 0);
  launch(total_kernel, 1, kBlockThreads, {}, nullptr, 0, nullptr, SumMode::overwrite);
  launch(end_step_kernel, 1, 32, {}, nullptr, 0.0, nullptr);
}

}  // namespace cuvae::cuda
