// One target as libFuzzer calls it; CUVAE_FUZZ_TARGET is its name.
#include <cstdint>

#include "fuzz/mutation.hpp"
#include "fuzz/targets.hpp"

namespace {

const cuvae::fuzz::Target& kTarget = cuvae::fuzz::target(CUVAE_FUZZ_TARGET);

}  // namespace

// What is thrown ends the process, and is found so.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  (void)cuvae::fuzz::try_bytes(kTarget, std::as_bytes(std::span(data, size)));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  return cuvae::fuzz::mutate(CUVAE_FUZZ_TARGET, {data, most}, size, seed);
}
