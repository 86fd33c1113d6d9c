// Every kernel that cuvae starts, once per type of what is stored; compiled and read, never run.
#include "kernels/cuda/column_sum.cuh"
#include "kernels/cuda/group_map_reduce.cuh"
#include "kernels/cuda/map.cuh"
#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/cuda/row_sum.cuh"
#include "kernels/cuda/step.cuh"
#include "kernels/cuda/weigh.cuh"
#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/discrepancy.hpp"
#include "kernels/ops/discretized_logistic_nll.hpp"
#include "kernels/ops/element_wise.hpp"
#include "kernels/ops/gaussian_density.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/glu.hpp"
#include "kernels/ops/held_kl.hpp"
#include "kernels/ops/importance.hpp"
#include "kernels/ops/laplace_nll.hpp"
#include "kernels/ops/optimizer.hpp"
#include "kernels/ops/pairs.hpp"
#include "kernels/ops/total_correlation.hpp"

namespace cuvae::cuda {
namespace {

using ops::Bf16;
using U8 = std::uint8_t;

template <class Op, class In, class Out>
void rows() {
  row_map_reduce<Op, In, Out>(Op{}, {}, {}, {});
}

template <class Density>
void locations() {
  rows<ops::LocationNll<Density, 1>, Types<float, float, float>, Types<float>>();
  rows<ops::LocationNll<Density, 1>, Types<float, float, float>, Types<Bf16>>();
  rows<ops::LocationNll<Density, 2>, Types<float, float, float>, Types<float, float>>();
  rows<ops::LocationNll<Density, 2>, Types<float, float, float>, Types<Bf16, float>>();
}

template <class Op, class In, class Out>
void groups() {
  group_map_reduce<Op, In, Out>(Op{}, {}, 2, {}, {});
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
void sums() {
  row_sum<Op, In, Out>(Op{}, {}, {}, {});
}

// Of one sample and of several.
template <class Op, class In = Types<float, float, float>>
void latent_backward() {
  rows<Op, In, Types<float, float>>();
  rows<Op, In, Types<Bf16, Bf16>>();
  sums<Op, In, Types<float, float>>();
  sums<Op, In, Types<Bf16, Bf16>>();
}

template <class Z>
void mixture() {
  using In = Types<Z, float, float>;
  rows<ops::ComponentDensity, In, Types<>>();
  sums<ops::ComponentToLatent, In, Types<float>>();
  sums<ops::LatentToComponent, In, Types<float, float>>();
}

void batch_losses() {
  using One = Types<float>;
  using Two = Types<float, float>;
  using Three = Types<float, float, float>;
  using Four = Types<float, float, float, float>;
  rows<ops::KlOfElement, Two, One>();
  rows<ops::FreeBits, One, One>();
  rows<ops::KlCapacity, One, One>();
  rows<ops::PairCost, Two, Types<>>();
  sums<ops::DimensionDensity, Three, One>();
  rows<ops::LogOfMean, One, Types<>>();
  sums<ops::DimensionsToLatent, Four, One>();
  sums<ops::DimensionsToPosterior, Four, Two>();
  rows<ops::WeighTotalCorrelation, One, One>();
  rows<ops::KernelCost, Two, Types<>>();
  rows<ops::KernelMean, One, One>();
  sums<ops::KernelToLatent, Two, One>();
  rows<ops::Discrepancy, Three, One>();
}

template <class Op, class In, class Out>
void rows_of_a_caller() {
  row_map_reduce_unaligned<Op, In, Out>(Op{}, {}, {}, {});
}

// cuvae/cuda.hpp: operands of every alignment, and of more types than cuvae's own.
void fused_kernels() {
  using Floats = Types<float, float, float>;
  rows_of_a_caller<ops::BernoulliNll, Types<float, float>, Types<float>>();
  rows_of_a_caller<ops::BernoulliNll, Types<Bf16, float>, Types<Bf16>>();
  rows_of_a_caller<ops::GaussianNll, Floats, Types<float>>();
  rows_of_a_caller<ops::GaussianNll, Floats, Types<Bf16>>();
  rows_of_a_caller<ops::GaussianNllLearned, Floats, Types<float, float>>();
  rows_of_a_caller<ops::GaussianNllLearned, Floats, Types<Bf16, float>>();
  rows_of_a_caller<ops::SampleLatent, Types<float, float>, Types<float>>();
  rows_of_a_caller<ops::SampleLatent, Types<float, float>, Types<Bf16>>();
  rows_of_a_caller<ops::SampleLatent, Types<Bf16, Bf16>, Types<Bf16>>();
  rows_of_a_caller<ops::LatentBackward, Floats, Types<float, float>>();
  rows_of_a_caller<ops::LatentBackward, Floats, Types<Bf16, Bf16>>();
  rows_of_a_caller<ops::LatentBackward, Types<Bf16, Bf16, Bf16>, Types<Bf16, Bf16>>();
}

template <class Rule>
void inputs() {
  rows<ops::LoadInput<Rule, 1>, Types<U8>, Types<float>>();
  rows<ops::LoadInput<Rule, 1>, Types<float>, Types<float>>();
  rows<ops::LoadInput<Rule, 2>, Types<U8>, Types<float, Bf16>>();
  rows<ops::LoadInput<Rule, 2>, Types<float>, Types<float, Bf16>>();
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
  rows<ops::ContinuousBernoulliNll, Types<float, float>, Types<float>>();
  rows<ops::ContinuousBernoulliNll, Types<Bf16, float>, Types<Bf16>>();
  rows<ops::ContinuousBernoulliMean, Types<float>, Types<float>>();
  locations<ops::Gaussian>();
  locations<ops::Laplace>();
  locations<ops::DiscretizedLogistic>();
  groups<ops::CategoricalNll, Types<float, float>, Types<float>>();
  groups<ops::CategoricalNll, Types<Bf16, float>, Types<Bf16>>();
  groups<ops::Softmax, Types<float>, Types<float>>();
  rows<ops::SampleLatent, Types<float, float>, Types<float>>();
  rows<ops::SampleLatent, Types<float, float>, Types<Bf16>>();
  rows<ops::SampleLatentAlone, Types<float, float>, Types<float>>();
  rows<ops::SampleLatentAlone, Types<float, float>, Types<Bf16>>();
  latent_backward<ops::LatentBackward>();
  latent_backward<ops::LatentAloneBackward<ops::SampleGradient::total>>();
  latent_backward<ops::LatentAloneBackward<ops::SampleGradient::path>>();
  latent_backward<ops::LatentAloneBackward<ops::SampleGradient::doubly>>();
  latent_backward<ops::GatedLatentBackward, Types<float, float, float, float>>();
  rows<ops::GaussianDensity, Types<float, float, float>, Types<float, float, float>>();
  rows<ops::GaussianDensity, Types<Bf16, float, float>, Types<float, Bf16, Bf16>>();
  mixture<float>();
  mixture<Bf16>();
  rows<ops::Sum, Types<float, float>, Types<float>>();
  rows<ops::KeepValue, Types<float>, Types<float>>();
  rows<ops::KeepValue, Types<float>, Types<Bf16>>();
  rows<ops::ClampUnit, Types<float>, Types<float>>();
  rows<ops::ClampUnit, Types<float>, Types<Bf16>>();
  rows<ops::ClampUnitBackward, Types<float, float>, Types<float>>();
  rows<ops::ScaleRow, Types<float>, Types<float>>();
  rows<ops::ScaleRow, Types<Bf16>, Types<Bf16>>();
  weigh(ops::LogWeight{}, {}, {}, {});
  weigh(ops::PairLogWeight{}, {}, {}, {});
  batch_losses();
  rows<ops::BoundLogVar, Types<float>, Types<float>>();
  rows<ops::PriorSample, Types<float>, Types<float>>();

  activations<ops::Identity>();
  activations<ops::Relu>();
  activations<ops::Tanh>();
  activations<ops::Softplus>();
  activations<ops::Silu>();
  activations<ops::Gelu>();
  rows<ops::Glu, Types<float, float>, Types<float>>();
  rows<ops::Glu, Types<Bf16, Bf16>, Types<Bf16>>();
  rows<ops::GluBackward, Types<float, float, float>, Types<float, float>>();
  rows<ops::GluBackward, Types<Bf16, Bf16, Bf16>, Types<Bf16, Bf16>>();

  inputs<ops::KeepValue>();
  inputs<ops::BinarizeDynamic>();
  inputs<ops::BinarizeThreshold>();

  maps<ops::Adam>();
  maps<ops::IwaeAdam>();
  maps<ops::AdaMax>();
  maps<ops::RmsProp>();
  maps<ops::Sgd>();
  maps<ops::KeepParameter>();
  rows<ops::SumOfSquares, Types<float>, Types<>>();
  rows<ops::DivideByNorm, Types<float>, Types<float>>();

  fused_kernels();

  column_sum<float>({}, {});
  column_sum<Bf16>({}, {});

  launch(begin_pass_kernel, 1, kBlockThreads, {}, ops::BeginPass{nullptr}, nullptr, {}, nullptr, 0);
  launch(add_losses_kernel, 1, kBlockThreads, {}, RowLosses{}, nullptr);
  launch(broadcast_kernel, 1, kBlockThreads, {}, nullptr, nullptr, 0);
  launch(total_kernel, 1, kBlockThreads, {}, nullptr, 0, nullptr, SumMode::overwrite);
  launch(end_step_kernel, 1, 32, {}, nullptr, 0.0, nullptr);
}

}  // namespace cuvae::cuda
