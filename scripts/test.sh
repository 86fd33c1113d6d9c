#!/usr/bin/env bash
# Installs what is missing, then runs the CUDA kernels on the host (under AddressSanitizer and under
# ThreadSanitizer), builds cuvae and runs all its tests twice: as released, and under AddressSanitizer
# and UndefinedBehaviorSanitizer, which also counts the lines of the readers that tests run
# (scripts/coverage.sh). Then each fuzz target for $CUVAE_FUZZ_SECONDS (30). The released build
# is the preset $CUVAE_PRESET, by default `ci` (warnings are errors, benchmarks compile) where $CI is set
# and `release` elsewhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

run_suite() {  # preset
  echo "== $1: configure, build, test"
  cmake --preset "$1" -D CUVAE_BUILD_TESTS=ON
  cmake --build --preset "$1" -j "$(nproc)"
  ctest --preset "$1" -j "$(nproc)"
}

scripts/setup.sh --tests
run_suite simt-asan
run_suite simt-tsan
run_suite asan
scripts/coverage.sh build/asan
run_suite "${CUVAE_PRESET:-$([[ -n ${CI:-} ]] && echo ci || echo release)}"
echo "== fuzz"
scripts/fuzz.sh "${CUVAE_FUZZ_SECONDS:-30}s"
