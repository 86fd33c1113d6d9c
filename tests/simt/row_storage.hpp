// What the operands of an op are stored as.
#pragma once

#include <type_traits>
#include <utility>

#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/glu.hpp"
#include "kernels/ops/location_nll.hpp"

namespace cuvae::test {

// How an op may store its operands beside float: outputs in half the width, and what comes from a matrix
// product; biases, log-variances and data stay float.
template <class Op>
struct Narrow {
  using In = cuda::Types<ops::Bf16>;
  using Out = cuda::Types<ops::Bf16>;
};
template <class Function>
struct Narrow<ops::BiasActivation<Function>> {
  using In = cuda::Types<ops::Bf16, float>;
  using Out =
      std::conditional_t<Function::kKeepsInput, cuda::Types<ops::Bf16, ops::Bf16>, cuda::Types<ops::Bf16>>;
};
template <class Function>
struct Narrow<ops::ActivationBackward<Function>> {
  using In = cuda::Types<ops::Bf16, ops::Bf16>;
  using Out = cuda::Types<ops::Bf16>;
};
template <>
struct Narrow<ops::BernoulliNll> {
  using In = cuda::Types<ops::Bf16, float>;
  using Out = cuda::Types<ops::Bf16>;
};
template <>
struct Narrow<ops::ContinuousBernoulliNll> : Narrow<ops::BernoulliNll> {};
template <class Density>
struct Narrow<ops::LocationNll<Density, 1>> {
  using In = cuda::Types<ops::Bf16, float, float>;
  using Out = cuda::Types<ops::Bf16>;
};
template <class Density>
struct Narrow<ops::LocationNll<Density, 2>> {
  using In = cuda::Types<ops::Bf16, float, float>;
  using Out = cuda::Types<ops::Bf16, float>;
};
template <>
struct Narrow<ops::SampleLatent> {
  using In = cuda::Types<float, float>;
  using Out = cuda::Types<ops::Bf16>;
};
template <>
struct Narrow<ops::LatentBackward> {
  using In = cuda::Types<float, float, ops::Bf16>;
  using Out = cuda::Types<ops::Bf16, ops::Bf16>;
};

template <>
struct Narrow<ops::Glu> {
  using In = cuda::Types<ops::Bf16, ops::Bf16>;
  using Out = cuda::Types<ops::Bf16>;
};
template <>
struct Narrow<ops::GluBackward> {
  using In = cuda::Types<ops::Bf16, ops::Bf16, ops::Bf16>;
  using Out = cuda::Types<ops::Bf16, ops::Bf16>;
};
template <>
struct Narrow<ops::GaussianDensity> {
  using In = cuda::Types<ops::Bf16, float, float>;
  using Out = cuda::Types<float, ops::Bf16, ops::Bf16>;
};
template <>
struct Narrow<ops::ClampUnit> {
  using In = cuda::Types<float>;
  using Out = cuda::Types<ops::Bf16>;
};
template <>
struct Narrow<ops::ClampUnitBackward> {
  using In = cuda::Types<float, float>;
  using Out = cuda::Types<float>;
};
template <>
struct Narrow<ops::Sum> {
  using In = cuda::Types<float, float>;
  using Out = cuda::Types<float>;
};
template <>
struct Narrow<ops::SampleLatentAlone> : Narrow<ops::SampleLatent> {};
template <ops::SampleGradient kGradient>
struct Narrow<ops::LatentAloneBackward<kGradient>> : Narrow<ops::LatentBackward> {};

template <class Op>
class Wide {
  template <std::size_t>
  using Float = float;
  template <std::size_t... k>
  static cuda::Types<Float<k>...> floats(std::index_sequence<k...>);

 public:
  using In = decltype(floats(std::make_index_sequence<Op::kIn>()));
  using Out = decltype(floats(std::make_index_sequence<Op::kOut>()));
};

}  // namespace cuvae::test
