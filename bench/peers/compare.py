#!/usr/bin/env python3
"""Times the steps of cuvae and of its rivals in turn, on one machine, and writes what came out after every round.

    bench/peers/compare.py --out bench/results/HERE                    cuvae, and every rival that is installed
    bench/peers/compare.py --out bench/results/HERE --rivals none      cuvae alone, beside the machine's floor

A round runs every program once, each in a process of its own, because the speed of a machine drifts; a ratio is
taken round by round. OUT/steps.json has a row per workload, OUT/steps.md the same as a table. Rows of the same
commit and machine that are there already stay, unless they are measured again with no fewer rivals.
Needs nothing but the standard library; the rivals need PyTorch, JAX (pytorch_step.py, jax_step.py).
"""

import argparse
import json
import os
import random
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

from jobs import JOBS, SKIPPED

HERE = Path(__file__).resolve().parent
MODES = {"pytorch_step.py": ("eager", "compile", "graph"), "jax_step.py": ("scan",)}
SAME_ELBO = 0.02  # of the first epoch, relative: seeds differ by less
# glibc would give memory back to the kernel every step, and take it again: hundreds of page faults.
ENVIRONMENT = {**os.environ, "MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_MMAP_THRESHOLD_": str(1 << 30)}


class Program:
    """One that is timed round by round, until it fails or says that it cannot run here."""

    def __init__(self, command: list[str], library_path: str | None = None) -> None:
        self.command, self.runs, self.why_not = command, [], ""
        self.environment = ENVIRONMENT | ({"LD_LIBRARY_PATH": library_path} if library_path else {})

    def run(self, more: list[str], seconds: float) -> None:
        try:
            done = subprocess.run([*self.command, *more], capture_output=True, text=True, timeout=max(seconds, 1),
                                  env=self.environment, check=False)
        except (subprocess.TimeoutExpired, OSError) as error:
            self.why_not = "did not end in time" if isinstance(error, subprocess.TimeoutExpired) else str(error)
            return
        if done.returncode == 0:
            self.runs.append(json.loads(done.stdout))
        else:
            lines = done.stderr.strip().splitlines()
            self.why_not = (lines[-1] if lines else f"ended with {done.returncode}").removeprefix("skipped: ")
            if done.returncode != SKIPPED:
                print(f"{shlex.join(self.command + more)}:\n{done.stderr}", file=sys.stderr)

    @property
    def mode(self) -> str:
        return self.runs[0]["mode"]

    def us(self) -> float:
        return statistics.median(run["us"] for run in self.runs)


def interval(values: list[float]) -> tuple[float, float]:
    """A bootstrap's 95 % interval of the median."""
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(2000))
    return medians[50], medians[1949]


def row_of(workload: str, ours: Program, rivals: list[Program]) -> dict:
    first = ours.runs[0]
    row = {"workload": workload, "what": first["what"], "precision": first["precision"], "threads": first["threads"],
           "us": ours.us(), "min_us": min(run["us"] for run in ours.runs),
           "max_us": max(run["us"] for run in ours.runs),
           "rounds": len(ours.runs), "rows_per_s": round(JOBS[workload].batch / ours.us() * 1e6, 1),
           "floor_us": first.get("floor_us"),
           "percent_of_floor": round(100 * first["floor_us"] / ours.us(), 1) if "floor_us" in first else None,
           "elbo": first["elbo"], "best_rival": None, "rival_us": None, "ratio": None, "mark": "", "rivals": []}
    ran = [rival for rival in rivals if rival.runs]
    for rival in ran:
        ratios = [theirs["us"] / mine["us"] for theirs, mine in zip(rival.runs, ours.runs)]
        low, high = interval(ratios)
        same = abs(rival.runs[0]["elbo"] / first["elbo"] - 1) <= SAME_ELBO
        row["rivals"].append({"mode": rival.mode, "us": rival.us(), "ratio": round(statistics.median(ratios), 3),
                              "ratio_low": round(low, 3), "ratio_high": round(high, 3), "rounds": len(ratios),
                              "elbo": rival.runs[0]["elbo"],
                              "page_faults_per_step": rival.runs[0]["page_faults_per_step"],
                              "mark": "" if same else "another ELBO after one epoch"})
    believed = [rival for rival in row["rivals"] if not rival["mark"]]
    if believed:
        best = min(believed, key=lambda rival: rival["us"])
        row |= {"best_rival": best["mode"], "rival_us": best["us"], "ratio": best["ratio"],
                "ratio_low": best["ratio_low"], "ratio_high": best["ratio_high"]}
    row["not_run"] = sorted({f"{Path(rival.command[1]).name} {rival.command[-1]}: {rival.why_not}"
                             for rival in rivals if not rival.runs and rival.why_not})
    return row


def table(results: dict) -> str:
    where = results["gpu"] or results["name"]
    lines = [f"{where}{', driver ' + results['driver'] if results['driver'] else ''}; commit {results['commit']}; "
             f"`{results['command']}`", "",
             "Microseconds a step, medians over rounds; rivals: time over cuvae's by round, with a 95 % interval.", "",
             "| workload | precision | who | us | of floor | rival / cuvae | ELBO of epoch 1 | |",
             "|---|---|---|--:|--:|--:|--:|---|"]
    for row in results["rows"]:
        share = f"{row['percent_of_floor']:.0f} %" if row["percent_of_floor"] else ""
        lines.append(f"| {row['workload']}: {row['what']} | {row['precision']} | cuvae | {row['us']:.1f} "
                     f"({row['min_us']:.1f} to {row['max_us']:.1f}) | {share} | | {row['elbo']} | {row['mark']} |")
        for rival in row["rivals"]:
            lines.append(f"| | | {rival['mode']} | {rival['us']:.1f} | | {rival['ratio']:.2f} "
                         f"({rival['ratio_low']:.2f} to {rival['ratio_high']:.2f}) | {rival['elbo']} "
                         f"| {rival['mark']} |")
    missing = sorted({line for row in results["rows"] for line in row["not_run"]})
    return "\n".join([*lines, "", *(f"Not run: {line}" for line in missing)]).rstrip() + "\n"


def write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def save(out: Path, results: dict) -> None:
    out.mkdir(parents=True, exist_ok=True)
    write(out / "steps.json", json.dumps(results, indent=1) + "\n")
    write(out / "steps.md", table(results))


def kept(out: Path, header: dict) -> list[dict]:
    """Rows that are there already, of the same machine and commit."""
    try:
        before = json.loads((out / "steps.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    same = all(before.get(key) == header[key] for key in ("gpu", "driver", "commit", "name"))
    return before["rows"] if same else []


def with_row(rows: list[dict], row: dict) -> list[dict]:
    """The row in its place, unless one with more rivals is there."""
    key = ("workload", "precision", "threads")
    others = [old for old in rows if any(old[name] != row[name] for name in key)]
    there = [old for old in rows if old not in others]
    kept_row = max([row, *there], key=lambda one: len(one["rivals"]))
    return sorted([*others, kept_row], key=lambda one: [one[name] for name in key])


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuvae", default="build/bench/bin/bench_step", help="cuvae's side")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--workloads", default="A,B", help="of A, B, C, with commas [A,B]")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"],
                        help="of both sides [cpu: fp32; cuda: by workload]")
    parser.add_argument("--rivals", choices=["all", "none"], default="all")
    parser.add_argument("--python", action="append", help="a Python with PyTorch or JAX; may be repeated [python3]")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU; all programs are held to so many cores")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="that each program times, at least")
    parser.add_argument("--limit", type=float, default=86400, help="seconds after which no run begins or goes on")
    parser.add_argument("--library-path", help="LD_LIBRARY_PATH of cuvae's side alone")
    parser.add_argument("--gpu", default="", help="what the results say; as the next two [asked of cuvae]")
    parser.add_argument("--driver", default="")
    parser.add_argument("--command", default="")
    args = parser.parse_args()
    args.workloads = args.workloads.split(",")
    if unknown := [name for name in args.workloads if name not in JOBS]:
        parser.error(f"--workloads: {unknown[0]} is none of {', '.join(JOBS)}")
    return args


def main() -> int:
    args = parse()
    end = time.monotonic() + args.limit
    if args.device == "cpu":  # some frameworks take more threads than they are told to
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:args.threads])
    ours, rivals = {}, {}
    for name in args.workloads:
        precision = args.precision or (JOBS[name].precision if args.device == "cuda" else "fp32")
        common = ["--workload", name, "--device", args.device, "--precision", precision, "--seconds", str(args.seconds),
                  "--threads", str(args.threads)]
        ours[name] = Program([args.cuvae, *common], args.library_path)
        rivals[name] = [Program([python, str(HERE / script), *common, "--mode", mode])
                        for python in args.python or ["python3"] for script, modes in MODES.items() for mode in modes
                        if args.rivals == "all"]
    results: dict = {}
    for number in range(args.rounds):
        for name in args.workloads:
            if ours[name].why_not or (number > 0 and time.monotonic() > end):
                continue
            ours[name].run(["--floor"] if number == 0 else [], end - time.monotonic())
            if ours[name].why_not:
                print(f"{name}: {ours[name].why_not}", file=sys.stderr)
                continue
            for rival in rivals[name]:
                if not rival.why_not:
                    rival.run([], end - time.monotonic())
            about = ours[name].runs[0]
            if not results:
                results = {"gpu": args.gpu or (about["name"] if about["driver"] else None),
                           "driver": args.driver or about["driver"] or None, "name": about["name"],
                           "commit": about["commit"],
                           "command": args.command or shlex.join(["bench/peers/compare.py", *sys.argv[1:]]),
                           "date": time.strftime("%Y-%m-%d", time.gmtime())}
                results["rows"] = kept(args.out, results)
            row = row_of(name, ours[name], rivals[name])
            results["rows"] = with_row(results["rows"], row)
            save(args.out, results)
            rival = f", {row['ratio']:.2f} times the speed of {row['best_rival']}" if row["ratio"] else ""
            print(f"round {number + 1} of {args.rounds}, {name}: {row['us']:.1f} us{rival}", flush=True)
    failed = [name for name in args.workloads if not ours[name].runs]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
