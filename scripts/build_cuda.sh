#!/usr/bin/env bash
# Builds the library and the executable with the CUDA engine for every GPU cuvae knows (compute capability 8.0, 9.0,
# 10.0, and 12.0 with PTX for later ones), warnings as errors. Needs the CUDA 13 toolkit, no GPU.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh
cmake --preset cuda
cmake --build --preset cuda -j "$(nproc)"
echo "The executable is build/cuda/bin/cuvae."
