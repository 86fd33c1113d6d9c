// The steps of unfused sequences: one operation of arithmetic per element, as frameworks that do not fuse run
// them, in the form of ops (kernels/ops/row_op.hpp), so that the same loops run them.
#pragma once

#include <variant>

#include "kernels/ops/activation.hpp"
#include "kernels/ops/bernoulli_nll.hpp"
#include "kernels/ops/gaussian_latent.hpp"

namespace cuvae::bench::steps {

// What two kinds of step have in common; a step adds its formula.
struct Unary {
  static constexpr int kIn = 1, kOut = 1;
  static constexpr ops::Noise kNoise = ops::Noise::none;
};
struct Binary {
  static constexpr int kIn = 2, kOut = 1;
  static constexpr ops::Noise kNoise = ops::Noise::none;
};

template <class Real>
CUVAE_HD ops::Term<Real, 1> just(Real value) {
  return {Real(0.0f), {value}};
}

struct Scale : Unary {  // factor x + plus
  float factor = 1, plus = 0;
  explicit Scale(float by = 1, float more = 0) : factor(by), plus(more) {}
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[1]) const {
    return just(Real(factor) * in[0] + Real(plus));
  }
};

struct Square : Unary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[1]) const {
    return just(in[0] * in[0]);
  }
};

struct Exp : Unary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[1]) const {
    using std::exp;
    return just(exp(in[0]));
  }
};

struct Expm1 : Unary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[1]) const {
    using std::expm1;
    return just(expm1(in[0]));
  }
};

struct Sign : Unary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[1]) const {
    const Real zero(0.0f);
    return just(select(in[0] > zero, Real(1.0f), select(in[0] < zero, Real(-1.0f), zero)));
  }
};

struct SquareRoot : Unary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[1]) const {
    using std::sqrt;
    return just(sqrt(in[0]));
  }
};

struct Softplus : Unary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[1]) const {
    using ops::max, std::abs, std::exp, std::log;
    return just(max(in[0], Real(0.0f)) + log(Real(1.0f) + exp(-abs(in[0]))));
  }
};

struct AddScaled : Binary {  // a + factor b
  float factor = 1;
  explicit AddScaled(float by = 1) : factor(by) {}
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[2]) const {
    return just(in[0] + Real(factor) * in[1]);
  }
};

struct Multiply : Binary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[2]) const {
    return just(in[0] * in[1]);
  }
};

struct Divide : Binary {
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[2]) const {
    return just(in[0] / in[1]);
  }
};

struct IsBelow : Binary {  // 1 where a < b, else 0
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&in)[2]) const {
    return just(select(in[0] < in[1], Real(1.0f), Real(0.0f)));
  }
};

struct Uniform {
  static constexpr int kIn = 1;  // unread
  static constexpr int kOut = 1;
  static constexpr ops::Noise kNoise = ops::Noise::uniform;
  static constexpr bool kReadsInput = false;
  template <class Real>
  CUVAE_HD ops::Term<Real, 1> operator()(const Real (&)[1], Real u) const {
    return just(u);
  }
};

using Normal = ops::PriorSample;
using Sigmoid = ops::Sigmoid;

}  // namespace cuvae::bench::steps

namespace cuvae::bench {

using Step = std::variant<steps::Scale, steps::Square, steps::Exp, steps::Expm1, steps::Sign,
                          steps::SquareRoot, steps::Softplus, steps::Sigmoid, steps::AddScaled,
                          steps::Multiply, steps::Divide, steps::IsBelow, steps::Uniform, steps::Normal>;

}  // namespace cuvae::bench
