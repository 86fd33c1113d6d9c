// A pack of floats that the ops compute with, over Highway's vectors. Included only by cpu_backend.cpp, which
// is compiled once per instruction set; the namespace keeps the compilations apart.
#pragma once

#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cstdint>

#include "kernels/ops/row_op.hpp"

namespace cuvae::cpu::CUVAE_CPU_TARGET {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, static_cast<std::size_t>(ops::kPadding)>;
using WideTag = hn::Repartition<double, Tag>;

inline constexpr std::int32_t kLanes = static_cast<std::int32_t>(hn::MaxLanes(Tag()));
static_assert(kLanes == CUVAE_CPU_LANES && ops::kPadding % kLanes == 0);

struct Pack {
  using Vector = hn::Vec<Tag>;
  using Mask = hn::Mask<Tag>;
  Vector v;

  Pack() : v(hn::Zero(Tag())) {}
  HWY_INLINE explicit Pack(Vector vector) : v(vector) {}
  HWY_INLINE explicit Pack(float value) : v(hn::Set(Tag(), value)) {}

  HWY_INLINE static Pack load(const float* from) { return Pack(hn::LoadU(Tag(), from)); }
  HWY_INLINE void store(float* to) const { hn::StoreU(v, Tag(), to); }
  // The first `count` lanes, zeros in the others.
  HWY_INLINE Pack first(std::int32_t count) const {
    return Pack(hn::IfThenElseZero(hn::FirstN(Tag(), static_cast<std::size_t>(count)), v));
  }

  friend HWY_INLINE Pack operator+(Pack a, Pack b) { return Pack(hn::Add(a.v, b.v)); }
  friend HWY_INLINE Pack operator-(Pack a, Pack b) { return Pack(hn::Sub(a.v, b.v)); }
  friend HWY_INLINE Pack operator*(Pack a, Pack b) { return Pack(hn::Mul(a.v, b.v)); }
  friend HWY_INLINE Pack operator/(Pack a, Pack b) { return Pack(hn::Div(a.v, b.v)); }
  friend HWY_INLINE Pack operator-(Pack a) { return Pack(hn::Neg(a.v)); }
  friend HWY_INLINE Mask operator<(Pack a, Pack b) { return hn::Lt(a.v, b.v); }
  friend HWY_INLINE Mask operator<=(Pack a, Pack b) { return hn::Le(a.v, b.v); }
  friend HWY_INLINE Mask operator>(Pack a, Pack b) { return hn::Gt(a.v, b.v); }
  friend HWY_INLINE Mask operator>=(Pack a, Pack b) { return hn::Ge(a.v, b.v); }

  friend HWY_INLINE Pack select(Mask mask, Pack a, Pack b) { return Pack(hn::IfThenElse(mask, a.v, b.v)); }
  friend HWY_INLINE Pack max(Pack a, Pack b) { return Pack(hn::Max(a.v, b.v)); }
  friend HWY_INLINE Pack abs(Pack a) { return Pack(hn::Abs(a.v)); }
  friend HWY_INLINE Pack sqrt(Pack a) { return Pack(hn::Sqrt(a.v)); }

  // Highway's functions may turn a NaN into a number; a NaN must stay one, or a broken step would go
  // unnoticed.
  HWY_INLINE Pack or_nan_of(Pack argument) const {
    return Pack(hn::IfThenElse(hn::Eq(argument.v, argument.v), v, argument.v));
  }
  friend HWY_INLINE Pack exp(Pack a) { return Pack(hn::Exp(Tag(), a.v)).or_nan_of(a); }
  friend HWY_INLINE Pack expm1(Pack a) { return Pack(hn::Expm1(Tag(), a.v)).or_nan_of(a); }
  friend HWY_INLINE Pack log(Pack a) { return Pack(hn::Log(Tag(), a.v)).or_nan_of(a); }
  friend HWY_INLINE Pack log1p(Pack a) { return Pack(hn::Log1p(Tag(), a.v)).or_nan_of(a); }
  friend HWY_INLINE Pack tanh(Pack a) { return Pack(hn::Tanh(Tag(), a.v)).or_nan_of(a); }
  friend HWY_INLINE Pack sin(Pack a) { return Pack(hn::Sin(Tag(), a.v)).or_nan_of(a); }
  friend HWY_INLINE Pack cos(Pack a) { return Pack(hn::Cos(Tag(), a.v)).or_nan_of(a); }
};

// A sum of packs in double, lane by lane.
class WideSum {
 public:
  HWY_INLINE void add(Pack pack) {
    low_ = hn::Add(low_, hn::PromoteTo(WideTag(), hn::LowerHalf(pack.v)));
    high_ = hn::Add(high_, hn::PromoteTo(WideTag(), hn::UpperHalf(HalfTag(), pack.v)));
  }
  HWY_INLINE void add_squares(Pack pack) {
    const auto low = hn::PromoteTo(WideTag(), hn::LowerHalf(pack.v));
    const auto high = hn::PromoteTo(WideTag(), hn::UpperHalf(HalfTag(), pack.v));
    low_ = hn::MulAdd(low, low, low_);
    high_ = hn::MulAdd(high, high, high_);
  }
  HWY_INLINE double sum() const { return hn::GetLane(hn::SumOfLanes(WideTag(), hn::Add(low_, high_))); }

 private:
  using HalfTag = hn::Half<Tag>;
  hn::Vec<WideTag> low_ = hn::Zero(WideTag()), high_ = hn::Zero(WideTag());
};

}  // namespace cuvae::cpu::CUVAE_CPU_TARGET
