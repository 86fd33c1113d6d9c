#!/usr/bin/env python3
"""Times one training step of the reference job in cuvae and in PyTorch, in turn, one thread each.

    bench/peers/compare_step.py --cuvae build/bench/bin/bench_step --data DIR [--python PYTHON ...]

Each pair runs `bench_step` and then `pytorch_mnist.py --time` once per given Python; every figure is that
process's median over its steps, by the wall clock. The ratio is taken pair by pair, because the machine's
speed drifts. Prints a Markdown table; needs nothing but the standard library.
"""
import argparse
import json
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def time_cuvae(args):
    images = str(pathlib.Path(args.data) / "train-images-idx3-ubyte.gz")
    return run([args.cuvae, images, str(args.steps), "1"])


def time_pytorch(python, args):
    return run([python, str(HERE / "pytorch_mnist.py"), "--data", args.data, "--time", str(args.steps),
                "--threads", "1", "--json"])


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuvae", default="build/bench/bin/bench_step")
    parser.add_argument("--data", default="../shared/data/mnist")
    parser.add_argument("--python", action="append", help="a Python with PyTorch; may be repeated")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=400)
    args = parser.parse_args()
    pythons = args.python or ["/usr/bin/python3"]

    ours, theirs, versions = [], {python: [] for python in pythons}, {}
    for pair in range(args.pairs):
        ours.append(time_cuvae(args))
        for python in pythons:
            result = time_pytorch(python, args)
            theirs[python].append(result["ms_per_step"])
            versions[python] = result["torch"]
            if result.get("page_faults_per_step", 0) > 1:
                raise SystemExit(f"{python}: {result['page_faults_per_step']} page faults a step; not a fair figure")

    step = [r["ms_per_step"] for r in ours]
    products = [r["ms_products_alone"] for r in ours]
    budget = [s / (1.25 * (p + 0.6)) for s, p in zip(step, products)]
    print("| what | median over pairs (min to max) |\n|---|---|")
    print(f"| cuvae, ms a step | {spread(step)} |")
    print(f"| its matrix products alone, ms | {spread(products)} |")
    print(f"| step / (1.25 (products + 0.6 ms)) | {spread(budget)} |")
    for python in pythons:
        ratio = [t / s for t, s in zip(theirs[python], step)]
        print(f"| PyTorch {versions[python]}, ms a step | {spread(theirs[python])} |")
        print(f"| PyTorch {versions[python]} / cuvae | {spread(ratio)} |")


if __name__ == "__main__":
    main()
