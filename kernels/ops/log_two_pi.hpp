#pragma once

namespace cuvae::ops {

inline constexpr float kLogTwoPi = 1.8378770664093454836f;

}  // namespace cuvae::ops
