// Where a subcommand computes: the options that all of them share.
#pragma once

#include <string>
#include <vector>

#include "cuvae/device.hpp"
#include "src/config/key.hpp"

namespace cuvae::cli {

struct Machine {
  std::string device = "auto";
  std::int32_t threads = 0;
};

inline Machine& part_of(Machine& settings, Machine*) { return settings; }
inline const Machine& part_of(const Machine& settings, Machine*) { return settings; }

// Throws Error(invalid_argument) where the text names no device; whether that is there shows when it is used.
void check_device(const std::string& text);

template <class Settings>
std::vector<config::BasicKey<Settings>> machine_keys() {
  constexpr config::Group kGroup = config::Group::machine;
  auto device = config::text_key<Settings>(kGroup, {"device", "D", "auto|cpu|cuda[:N]"}, &Machine::device);
  device.parse = [store = device.parse](Settings& settings, const std::string& text) {
    check_device(text);
    store(settings, text);
  };
  return {device, config::integer_key<Settings>(kGroup, {"threads", "N", "of the CPU; 0: one per core"},
                                                &Machine::threads, {0, 4096})};
}

[[nodiscard]] inline Device device_of(const Machine& machine) {
  return Device::parse(machine.device, machine.threads);
}

// "cpu: AMD EPYC 7B13, 8 threads"; for a CPU that `auto` fell back to, why no GPU was taken.
[[nodiscard]] std::string describe(const Device& device, const Machine& asked);

}  // namespace cuvae::cli
