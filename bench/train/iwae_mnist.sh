#!/usr/bin/env bash
# The importance-weighted bound on MNIST: the start of the recipe of Burda et al. (2015).
#
#   bench/train/iwae_mnist.sh seeds [CUVAE] [DATA_DIR] [OUT_DIR]    IWAE and VAE with k = 5, three seeds, its first 4 epochs
#   bench/train/iwae_mnist.sh stages [CUVAE] [DATA_DIR] [OUT_DIR]   the first four stages, 1 + 3 + 9 + 27 epochs
#
# Prints a Markdown table. A run that was cut off goes on where it stopped. What a run says is in OUT_DIR/RUN.log; its
# end is shown where the run fails.
set -euo pipefail
cd "$(dirname "$0")/../.."
what=${1:?seeds or stages}
cuvae=${2:-build/release/bin/cuvae}
data=${3:-${CUVAE_DATA_DIR:-../shared/data}/mnist}
out=${4:-runs/iwae}
mkdir -p "$out"

# failed RUN LOG: shows the end of the log and gives up.
failed() {
  local code=$?
  echo "$1 failed, exit code $code; the end of $2:" >&2
  tail -n 20 "$2" >&2
  exit "$code"
}

# row PRESET SEED OPTIONS...: trains, evaluates, prints a row.
row() {
  local preset=$1 seed=$2 run="$out/$1-$2-$what"
  shift 2
  "$cuvae" reproduce "$preset" "$data" --out "$run" --resume --device cpu --threads 1 --seed "$seed" --batch 64 \
    "$@" > "$run.log" 2>&1 || failed "$preset, seed $seed" "$run.log"
  python3 -c '
import json, sys
r = json.load(open(sys.argv[2] + "/reproduction.json"))
print("| {} | {} | {} | {:.2f} +- {:.3f} | {:.2f} | {} |".format(
    sys.argv[1], sys.argv[3], r["schedule"], r["measured"], r["draw_error"], -r["elbo"], r["active_units"]))' \
    "$preset" "$run" "$seed"
}

echo "| recipe | seed | schedule | -L_K, nats | -ELBO | active units |"
echo "|---|---|---|---|---|---|"
case $what in
  seeds)
    for preset in vae-mnist-l1-k5 iwae-mnist-l1-k5; do
      for seed in 0 1 2; do row "$preset" "$seed" --epochs 4 --samples 1000; done
    done
    ;;
  stages)
    for preset in iwae-mnist-l1-k1 iwae-mnist-l1-k5; do row "$preset" 0 --epochs 40; done
    ;;
  *)
    echo "unknown part '$what': seeds or stages" >&2
    exit 2
    ;;
esac
