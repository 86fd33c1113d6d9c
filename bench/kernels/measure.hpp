// Times one operation at one shape: beside a copy of as many bytes and beside its unfused sequence, the three
// in turn, so that what disturbs one disturbs all.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/kernels/operation.hpp"

namespace cuvae::bench {

// cold: each call finds operands that no cache holds. hot: those of the call before.
enum class State { cold, hot };
[[nodiscard]] const char* to_string(State state);

struct Case {
  const Operation* operation = nullptr;
  Shape shape;
  Type type = Type::fp32;
};
[[nodiscard]] std::string to_string(const Case& which);  // "adam 408x1600 fp32"

// Seconds of a call, sample by sample; unfused is empty where there is no such sequence.
struct Samples {
  State state = State::cold;
  std::vector<double> fused, unfused, copy;
  double clock_before = 0, clock_after = 0;
};

// Clock cycles a second may differ by so much within one group of samples.
inline constexpr double kClockTolerance = 0.02;

// Throws Error(out_of_memory) where the device has no room for it, saying how much is needed.
void require_room(Machine& machine, const Case& which);

// Throws as require_room does, and Error(internal) where a result is wrong. `proceed` is called now and then;
// it may throw to stop.
[[nodiscard]] std::vector<Samples> measure(Machine& machine, const Case& which,
                                           const std::function<void()>& proceed);

}  // namespace cuvae::bench
