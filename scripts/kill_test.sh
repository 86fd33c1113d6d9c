#!/usr/bin/env bash
# Kills a training run at random moments, resumes it, kills it again; in the end its weights must be, to the last bit,
# those of a run that nobody stopped, and no checkpoint may ever be lost.
#
# usage: scripts/kill_test.sh [COUNT]      COUNT: of kills, by default 1000
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh --tests
cmake --preset release -D CUVAE_BUILD_TESTS=ON
cmake --build --preset release -j "$(nproc)" --target faults_test
CUVAE_KILLS="${1:-1000}" build/release/bin/faults_test --gtest_filter='Kills.*'
