#!/usr/bin/env bash
# Builds the GPU tests and benchmarks and collects them in build/gpu-bundle.tar.gz, with the libraries a machine with
# a GPU may lack: all that scripts/gpu_check.sh needs there besides bash, tar, python3 and the CUDA 13 libraries. At
# most 60 MB.
#
# usage: scripts/gpu_bundle.sh [--data DIR]      --data: carry the MNIST files of DIR/mnist along
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly bundle=build/gpu-bundle archive=build/gpu-bundle.tar.gz most_bytes=60000000
data=
case ${1:-} in
  '') ;;
  --data) data=${2:?usage: scripts/gpu_bundle.sh [--data DIR]} ;;
  *) echo "usage: scripts/gpu_bundle.sh [--data DIR]" >&2; exit 2 ;;
esac

scripts/setup.sh --tests
cmake --preset gpu
cmake --build --preset gpu -j "$(nproc)" --target gpu_test cuvae_cli bench_step

rm -rf "$bundle"
mkdir -p "$bundle/bin" "$bundle/lib"
for program in gpu_test cuvae bench_step; do
  strip -o "$bundle/bin/$program" "build/gpu/bin/$program"
done
# Not the C library, which fits the machine it is on, nor NVIDIA's.
ldd "$bundle"/bin/* | awk '/=> \//{print $3}' | sort -u |
  grep -Ev '/(libc|libm|libdl|libpthread|librt|libcuda|libcublas[^/]*|libcudart)\.so' |
  xargs -r cp -L -t "$bundle/lib"
if [[ -n $data ]]; then
  mkdir -p "$bundle/data/mnist"
  cp "$data"/mnist/*-ubyte.gz "$bundle/data/mnist/"
fi
git rev-parse --short=7 HEAD >"$bundle/commit"
git diff --quiet HEAD || echo "-dirty" >>"$bundle/commit"
tr -d '\n' <"$bundle/commit" >"$bundle/commit.one" && mv "$bundle/commit.one" "$bundle/commit"

tar -C "$bundle" -czf "$archive" .
bytes=$(stat -c %s "$archive")
if ((bytes > most_bytes)); then
  echo "$archive has $bytes bytes; it must not exceed $most_bytes" >&2
  exit 1
fi
echo "$archive: $((bytes / 1000000)) MB, commit $(<"$bundle/commit")"
