#!/usr/bin/env python3
"""The PyTorch twin of cuvae's main job: a 784-400-20-400-784 VAE on MNIST.

ReLU, PyTorch's default Linear initialisation, Bernoulli likelihood on logits, analytic Gaussian KL, one sample
of z per row. The loss is the mean over the rows of a batch of the sum over dimensions. Adam (1e-3, eps 1e-8),
batches of 128, the last partial one kept, rows reshuffled every epoch. Trains on the 60,000 training images,
evaluates on the 10,000 test images, in nats per row.

    python3 pytorch_mnist.py --seeds 0 1 2                      grey values as probabilities
    python3 pytorch_mnist.py --seeds 0 1 2 --binarize dynamic   fresh Bernoulli draws of every batch

Needs PyTorch (1.13 or later), NumPy and the two original MNIST image files (.gz), found in --data DIR, else
$CUVAE_DATA_DIR/mnist, else ../shared/data/mnist beside the repository.
"""

import argparse
import gzip
import json
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FILES = ("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz")


def find_data(given):
    """The folder of the MNIST files: --data, then CUVAE_DATA_DIR/mnist, then ../shared/data/mnist."""
    if given:
        return Path(given)
    if os.environ.get("CUVAE_DATA_DIR"):
        return Path(os.environ["CUVAE_DATA_DIR"]) / "mnist"
    return Path(__file__).resolve().parents[2].parent / "shared" / "data" / "mnist"


def read_images(path):
    """A gzipped IDX file of u8 images as a float tensor [rows, pixels] in [0, 1]."""
    with gzip.open(path, "rb") as file:
        raw = file.read()
    magic, rows, height, width = (int(n) for n in np.frombuffer(raw, ">u4", 4))
    if magic != 0x00000803 or len(raw) != 16 + rows * height * width:
        raise ValueError(f"{path}: not an IDX file of u8 images")
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(rows, height * width)
    return torch.from_numpy(pixels.astype(np.float32) / np.float32(255))


class Vae(nn.Module):
    def __init__(self, pixels=784, hidden=400, latent=20):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU())
        self.mean = nn.Linear(hidden, latent)
        self.log_var = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def forward(self, x):
        """Per batch, summed over rows and dimensions: -log p(x|z) and KL(q(z|x) || p(z))."""
        h = self.encoder(x)
        mean, log_var = self.mean(h), self.log_var(h)
        z = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
        nll = F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        kl = 0.5 * (mean * mean + torch.expm1(log_var) - log_var).sum()
        return nll, kl


class Job:
    """One seeded model with its optimiser and its stream of batches."""

    def __init__(self, train, seed, args):
        torch.manual_seed(seed)
        self.train, self.batch, self.dynamic = train, args.batch, args.binarize == "dynamic"
        self.model = Vae()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, eps=1e-8)

    def rows(self, data, index):
        x = data[index]
        return torch.bernoulli(x) if self.dynamic else x

    def batches(self):
        """Row numbers of one epoch's batches, in a new order every time."""
        return torch.randperm(len(self.train)).split(self.batch)

    def step(self, index):
        nll, kl = self.model(self.rows(self.train, index))
        loss = (nll + kl) / len(index)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    @torch.no_grad()
    def evaluate(self, data):
        """ELBO, reconstruction E log p(x|z) and KL, in nats per row."""
        nll = kl = 0.0
        for index in torch.arange(len(data)).split(1000):
            batch_nll, batch_kl = self.model(self.rows(data, index))
            nll, kl = nll + batch_nll.item(), kl + batch_kl.item()
        return {"elbo": -(nll + kl) / len(data), "reconstruction": -nll / len(data), "kl": kl / len(data)}


def train_and_test(args, train, test):
    runs = []
    for seed in args.seeds:
        start = time.perf_counter()
        job = Job(train, seed, args)
        for epoch in range(args.epochs):
            for index in job.batches():
                job.step(index)
            seconds = time.perf_counter() - start
            print(f"seed {seed}  epoch {epoch + 1}/{args.epochs}  {seconds:.1f} s", file=sys.stderr)
        runs.append({"seed": seed, **job.evaluate(test), "seconds": round(seconds, 1)})
    mean = {key: statistics.fmean(run[key] for run in runs) for key in ("elbo", "reconstruction", "kl")}
    return {"epochs": args.epochs, "runs": runs, "mean": mean}


def positive(text):
    if int(text) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return int(text)


def parse():
    lines = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=lines)
    parser.add_argument("--data", metavar="DIR", help="folder of the MNIST files")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--binarize", choices=["none", "dynamic"], default="none")
    parser.add_argument("--epochs", type=positive, default=10)
    parser.add_argument("--batch", type=positive, default=128)
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def main():
    args = parse()
    torch.set_num_threads(args.threads)
    folder = find_data(args.data)
    if not all((folder / name).is_file() for name in FILES):
        sys.exit(f"pytorch_mnist.py: {' or '.join(FILES)} is missing in {folder}; name their folder with --data DIR")
    result = {"torch": str(torch.__version__), "threads": args.threads, "batch": args.batch, "binarize": args.binarize}
    train, test = (read_images(folder / name) for name in FILES)
    result.update(train_and_test(args, train, test))
    if args.json:
        print(json.dumps(result))
        return
    print(f"torch {result['torch']}, {args.threads} thread(s), batch {args.batch}, binarize {args.binarize}")
    for run in [*result["runs"], {"seed": "mean", **result["mean"]}]:
        name = run["seed"] if run["seed"] == "mean" else f"seed {run['seed']}"
        print(f"{name:8} elbo {run['elbo']:9.3f}  reconstruction {run['reconstruction']:9.3f}  kl {run['kl']:7.3f}")


if __name__ == "__main__":
    main()
