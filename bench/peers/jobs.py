"""The workloads as every framework runs them (bench/train/workloads.cpp has cuvae's side), and what they have in
common: the data, the command line, the sampling of times, the line of JSON. The data needs NumPy."""

import argparse
import gzip
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Callable, NamedTuple

SKIPPED = 77  # the exit code where a framework or a device is missing


class Job(NamedTuple):
    columns: int
    hidden: tuple[int, ...]  # of the encoder; the decoder's are the same, backwards
    latent: int
    batch: int
    activation: str
    rows: int
    precision: str  # that both sides are compared in, on a GPU


JOBS = {
    "A": Job(784, (400,), 20, 128, "relu", 60000, "fp32"),
    "B": Job(784, (200, 200), 50, 20, "tanh", 60000, "fp32"),
    "C": Job(16384, (8192, 8192, 8192), 512, 8192, "relu", 65536, "bf16"),
}
LEARNING_RATE, BETAS, EPSILON = 1e-3, (0.9, 0.999), 1e-8


def arguments(description: str, modes: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", choices=JOBS, default="A")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0, help="to time, at least")
    parser.add_argument("--data", type=Path, help="folder of the MNIST files")
    return parser.parse_args()


def data_folder() -> Path:
    """$CUVAE_DATA_DIR/mnist, else ../shared/data/mnist beside the repository."""
    root = os.environ.get("CUVAE_DATA_DIR")
    return (Path(root) if root else Path(__file__).resolve().parents[3] / "shared" / "data") / "mnist"


def pixels(name: str, folder: Path | None):
    """The job's rows as bytes [rows, columns]: MNIST's training images, or noise."""
    try:
        import numpy as np
    except ImportError:
        skip("there is no NumPy here")
    job = JOBS[name]
    if name == "C":
        return np.random.default_rng(1).integers(0, 256, (job.rows, job.columns), dtype=np.uint8)
    path = (folder or data_folder()) / "train-images-idx3-ubyte.gz"
    if not path.is_file():
        skip(f"{path} is missing; name its folder with --data DIR")
    with gzip.open(path, "rb") as file:
        raw = file.read()
    magic, rows, height, width = (int(n) for n in np.frombuffer(raw, ">u4", 4))
    if magic != 0x00000803 or len(raw) != 16 + rows * height * width or height * width != job.columns:
        sys.exit(f"{path}: not the IDX file of MNIST's training images")
    return np.frombuffer(raw, np.uint8, offset=16).reshape(rows, height * width).copy()


def skip(why: str) -> None:
    print(f"skipped: {why}", file=sys.stderr)
    sys.exit(SKIPPED)


class Faults:
    """Page faults per step: hundreds of them mean that malloc gives memory back to the kernel every step, which makes a
    framework look slower than it is."""

    def __init__(self) -> None:
        self.at_start, self.steps = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, 0

    def per_step(self) -> float:
        now = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        return (now - self.at_start) / max(self.steps, 1)


def sample(run: Callable[[], int], seconds: float) -> tuple[list[float], float]:
    """run() makes some steps, to their end, and says how many. Microseconds a step, run by run; page faults a step."""
    samples: list[float] = []
    faults, begin = Faults(), time.perf_counter()
    while not samples or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        steps = run()
        samples.append(1e6 * (time.perf_counter() - start) / steps)
        faults.steps += steps
    return samples, faults.per_step()


def report(args: argparse.Namespace, framework: str, elbo: float, samples: list[float], faults: float) -> None:
    """One JSON object, with the keys of bench_step."""
    ordered, us = sorted(samples), statistics.median(samples)
    print(json.dumps({
        "workload": args.workload, "mode": f"{framework}, {args.mode}", "device": args.device,
        "precision": args.precision, "threads": args.threads, "us": round(us, 3),
        "p5_us": round(ordered[int(0.05 * (len(ordered) - 1))], 3),
        "p95_us": round(ordered[int(0.95 * (len(ordered) - 1))], 3), "samples": len(samples),
        "rows_per_s": round(JOBS[args.workload].batch / us * 1e6, 1), "elbo": round(elbo, 3),
        "page_faults_per_step": round(faults, 1)}))
