#!/usr/bin/env bash
# The reference job on MNIST: test ELBO of three seeds, on grey values and with dynamic binarization.
#
#   bench/train/parity_mnist.sh [CUVAE] [DATA_DIR] [OUT_DIR]
#
# Prints a Markdown table. PyTorch's figures on the same job: bench/peers/pytorch_mnist.py.
set -euo pipefail
cd "$(dirname "$0")/../.."
cuvae=${1:-build/release/bin/cuvae}
data=${2:-${CUVAE_DATA_DIR:-../shared/data}/mnist}
out=${3:-runs/parity}
mkdir -p "$out"

echo "| binarization | seed | test ELBO | reconstruction | KL | active units |"
echo "|---|---|---|---|---|---|"
for binarize in none dynamic; do
  for seed in 0 1 2; do
    run="$out/$binarize-$seed"
    "$cuvae" train "$data/train-images-idx3-ubyte.gz" --out "$run" --resume --device cpu --threads 1 \
      --seed "$seed" --binarize "$binarize" --hidden 400 --latent 20 --epochs 10 --batch 128 --lr 1e-3 \
      > "$out/train.log" 2>&1
    "$cuvae" eval "$run/model.safetensors" "$data/t10k-images-idx3-ubyte.gz" --device cpu --json |
      python3 -c '
import json, sys
r = json.load(sys.stdin)
print("| {} | {} | {:.2f} | {:.2f} | {:.2f} | {} |".format(
    sys.argv[1], sys.argv[2], r["elbo"], r["reconstruction"], r["kl"], r["active_units"]))' "$binarize" "$seed"
  done
done
