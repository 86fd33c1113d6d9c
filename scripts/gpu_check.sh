#!/usr/bin/env bash
# Checks cuvae on an NVIDIA GPU and writes what it found into bench/results/<gpu>-<commit>/.
#
# usage: scripts/gpu_check.sh [PART..]      all parts in turn without one; each takes at most 8 minutes
#   tests      everything that needs a GPU: CPU and CUDA alike, same bits twice, resuming, embedding -> tests.json, .md
#   sanitize   compute-sanitizer's memcheck and racecheck over the kernels' tests -> sanitize.json, .md
#   bench      each fused kernel beside a copy -> kernels.json, .md; each workload beside its floor -> steps.json, .md
#   peers      the workloads in PyTorch and JAX, as far as they are installed, in turn with cuvae -> steps.json, .md
#   reproduce  the IWAE's published numbers by their whole schedule, k = 50 and k = 1 -> iwae-mnist-l1-k50.json, -k1.json;
#              where the time ends before it does, calling it again goes on from there
#
# Runs what scripts/gpu_bundle.sh collected in build/gpu-bundle.tar.gz; builds that first where it is not there. A
# bundle of another commit is refused unless CUVAE_ANY_BUNDLE=1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly parts=(tests sanitize bench peers reproduce) bundle=build/gpu-bundle seconds=480
for part in "$@"; do
  [[ " ${parts[*]} " == *" $part "* ]] || { echo "gpu_check.sh: '$part' is none of: ${parts[*]}" >&2; exit 2; }
done

if ! gpu=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1) || [[ -z $gpu ]]; then
  echo "gpu_check.sh: there is no NVIDIA GPU here (nvidia-smi names none); nothing was checked" >&2
  exit 1
fi
driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -n 1)
[[ -f $bundle.tar.gz ]] || scripts/gpu_bundle.sh
rm -rf "$bundle" && mkdir -p "$bundle" && tar -C "$bundle" -xzf "$bundle.tar.gz"
commit=$(<"$bundle/commit")
here=$(git rev-parse --short=7 HEAD 2>/dev/null || echo "$commit")
if [[ ${commit%-dirty} != "$here" && ${CUVAE_ANY_BUNDLE:-} != 1 ]]; then
  echo "gpu_check.sh: $bundle is of commit $commit, this is $here; run scripts/gpu_bundle.sh" >&2
  exit 1
fi

[[ $commit == *-dirty ]] && echo "gpu_check.sh: the bundle was built from changed files; its results name no commit" >&2
results=bench/results/$(tr '[:upper:] ' '[:lower:]-' <<<"$gpu")-$commit
mkdir -p "$results"
readonly libraries="$PWD/$bundle/lib:${LD_LIBRARY_PATH:-}:/usr/local/cuda/lib64"  # for cuvae's programs, not for rivals
[[ -d $bundle/data ]] && export CUVAE_DATA_DIR="$PWD/$bundle/data"

check() {  # part [option..]: runs the part's executables, at most $seconds
  LD_LIBRARY_PATH=$libraries python3 scripts/gpu_results.py --bin "$bundle/bin" --out "$results/$1.json" \
    --seconds "$seconds" --gpu "$gpu" --driver "$driver" --commit "$commit" --command "scripts/gpu_check.sh $1" "${@:2}"
}
run_tests() { check tests; }
run_sanitize() {
  check sanitize --without Training --without Mnist --without Resources --without Trap \
    --under "compute-sanitizer --tool memcheck --error-exitcode 86" \
    --under "compute-sanitizer --tool racecheck --error-exitcode 86"
}
run_bench() {
  local code=0
  LD_LIBRARY_PATH=$libraries timeout 300 "$bundle/bin/cuvae" bench --device cuda --type fp32,bf16 \
    --out "$results/kernels.json,$results/kernels.md" >/dev/null || code=$?
  steps --rivals none --rounds 3 --limit 150 || code=$?
  return "$code"
}
run_peers() { steps --rivals all --rounds 5 --limit "$seconds"; }
run_reproduce() {
  local deadline=$((SECONDS + seconds)) code=0 left preset run
  for preset in iwae-mnist-l1-k50 iwae-mnist-l1-k1; do
    [[ -f $results/$preset.json ]] && continue
    run=build/reproduce/$(basename "$results")/$preset
    mkdir -p "$(dirname "$run")"
    code=0 left=$((deadline - SECONDS))
    LD_LIBRARY_PATH=$libraries timeout --preserve-status --signal TERM --kill-after 60 $((left > 0 ? left : 1)) \
      "$bundle/bin/cuvae" reproduce "$preset" "${CUVAE_DATA_DIR:-../shared/data}/mnist" --out "$run" --resume \
      --device cuda >"$run.log" 2>&1 || code=$?
    if ((code)); then
      tail -n 3 "$run.log" >&2
      ((code == 75)) && echo "gpu_check.sh: $preset is not done; scripts/gpu_check.sh reproduce goes on with it" >&2
      return "$code"
    fi
    python3 -c 'import json, sys
with open(sys.argv[1]) as file: found = json.load(file)
found |= dict(zip(("gpu", "driver", "commit", "command"), sys.argv[3:]))
with open(sys.argv[2], "w") as file: json.dump(found, file, indent=1)' "$run/reproduction.json" "$results/$preset.json" \
      "$gpu" "$driver" "$commit" "scripts/gpu_check.sh reproduce"
  done
}
steps() {  # option..: times the workloads
  python3 bench/peers/compare.py --cuvae "$bundle/bin/bench_step" --out "$results" --device cuda --workloads A,B,C \
    --library-path "$libraries" \
    --gpu "$gpu" --driver "$driver" --command "scripts/gpu_check.sh ${part}" "$@"
}

failed=0
for part in "${@:-${parts[@]}}"; do
  echo "== $part on $gpu, driver $driver, commit $commit"
  "run_$part" || failed=1
done
exit "$failed"
