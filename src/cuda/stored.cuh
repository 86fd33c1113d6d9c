// What the operands of each row op are stored as in a bf16 run: what products read and write is bf16; data,
// losses and everything that is summed is fp32. In fp32 and tf32 runs all is float.
#pragma once

#include "kernels/cuda/row_map_reduce.cuh"
#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/binarize.hpp"
#include "kernels/ops/categorical_nll.hpp"
#include "kernels/ops/continuous_bernoulli_nll.hpp"
#include "kernels/ops/element_wise.hpp"
#include "kernels/ops/gaussian_density.hpp"
#include "kernels/ops/gaussian_latent.hpp"
#include "kernels/ops/gaussian_nll.hpp"
#include "kernels/ops/glu.hpp"
#include "kernels/ops/held_kl.hpp"
#include "kernels/ops/importance.hpp"
#include "kernels/ops/location_nll.hpp"

namespace cuvae::cuda {

// In and Out of an op that has no such form are those of fp32.
template <class Op>
struct Mixed {
  static constexpr bool kIs = false;
};

template <class InTypes, class OutTypes>
struct MixedAs {
  static constexpr bool kIs = true;
  using In = InTypes;
  using Out = OutTypes;
};

template <>
struct Mixed<ops::BernoulliNll> : MixedAs<Types<ops::Bf16, float>, Types<ops::Bf16>> {};
template <>
struct Mixed<ops::ContinuousBernoulliNll> : Mixed<ops::BernoulliNll> {};
template <>
struct Mixed<ops::CategoricalNll> : Mixed<ops::BernoulliNll> {};
template <class Density>
struct Mixed<ops::LocationNll<Density, 1>> : MixedAs<Types<float, float, float>, Types<ops::Bf16>> {};
template <class Density>
struct Mixed<ops::LocationNll<Density, 2>> : MixedAs<Types<float, float, float>, Types<ops::Bf16, float>> {};
template <>
struct Mixed<ops::SampleLatent> : MixedAs<Types<float, float>, Types<ops::Bf16>> {};
template <>
struct Mixed<ops::LatentBackward> : MixedAs<Types<float, float, float>, Types<ops::Bf16, ops::Bf16>> {};
template <>
struct Mixed<ops::GatedLatentBackward>
    : MixedAs<Types<float, float, float, float>, Types<ops::Bf16, ops::Bf16>> {};
template <ops::SampleGradient kGradient>
struct Mixed<ops::LatentAloneBackward<kGradient>>
    : MixedAs<Types<float, float, float>, Types<ops::Bf16, ops::Bf16>> {};
template <>
struct Mixed<ops::SampleLatentAlone> : MixedAs<Types<float, float>, Types<ops::Bf16>> {};
template <>
struct Mixed<ops::GaussianDensity>
    : MixedAs<Types<ops::Bf16, float, float>, Types<float, ops::Bf16, ops::Bf16>> {};
template <>
struct Mixed<ops::ComponentDensity> : MixedAs<Types<ops::Bf16, float, float>, Types<>> {};
template <>
struct Mixed<ops::ComponentToLatent> : MixedAs<Types<ops::Bf16, float, float>, Types<float>> {};
template <>
struct Mixed<ops::LatentToComponent> : MixedAs<Types<ops::Bf16, float, float>, Types<float, float>> {};
template <>
struct Mixed<ops::ClampUnit> : MixedAs<Types<float>, Types<ops::Bf16>> {};
template <>
struct Mixed<ops::KeepValue> : MixedAs<Types<float>, Types<ops::Bf16>> {};
template <>
struct Mixed<ops::ScaleRow> : MixedAs<Types<ops::Bf16>, Types<ops::Bf16>> {};
template <class Function>
requires(!Function::kKeepsInput) struct Mixed<ops::BiasActivation<Function>>
    : MixedAs<Types<ops::Bf16, float>, Types<ops::Bf16>> {
};
template <class Function>
requires(Function::kKeepsInput) struct Mixed<ops::BiasActivation<Function>>
    : MixedAs<Types<ops::Bf16, float>, Types<ops::Bf16, ops::Bf16>> {
};
template <class Function>
struct Mixed<ops::ActivationBackward<Function>> : MixedAs<Types<ops::Bf16, ops::Bf16>, Types<ops::Bf16>> {};
template <>
struct Mixed<ops::Glu> : MixedAs<Types<ops::Bf16, ops::Bf16>, Types<ops::Bf16>> {};
template <>
struct Mixed<ops::GluBackward>
    : MixedAs<Types<ops::Bf16, ops::Bf16, ops::Bf16>, Types<ops::Bf16, ops::Bf16>> {};

// So many operands of float, as Types says it of any.
template <int kOperands>
struct Floats {
  template <std::size_t>
  using At = float;
  static constexpr std::size_t kCount = kOperands;
  static constexpr bool kWide = true;
};

// Whether operands are stored as In and Out say.
template <class In, class Out, class Io>
[[nodiscard]] bool is_stored_as(const Io& io) {
  return [&]<std::size_t... i, std::size_t... o>(std::index_sequence<i...>, std::index_sequence<o...>) {
    return ((io.in[i].element == ops::kElementOf<typename In::template At<i>>)&&...) &&
           ((io.out[o].element == ops::kElementOf<typename Out::template At<o>>)&&...);
  }
  (std::make_index_sequence<In::kCount>(), std::make_index_sequence<Out::kCount>());
}

}  // namespace cuvae::cuda
