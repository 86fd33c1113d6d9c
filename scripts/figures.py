#!/usr/bin/env python3
"""Makes the README's figures from the results in bench/results: its tables of speed, and docs/images/bench-*.png.

usage: scripts/figures.py           writes both; the pictures need python3-matplotlib
       scripts/figures.py --check   fails where the README's tables are not those of the results; needs nothing

Of each machine the newest folder counts: the one whose steps.json or kernels.json has the latest date.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- figures: scripts/figures.py writes from here -->", "<!-- to here -->"
PICTURES = {"steps": "docs/images/bench-steps.png", "kernels": "docs/images/bench-kernels.png"}


def machine_of(results: dict) -> str:
    return results["gpu"] or results["name"]


def newest(root: Path, name: str) -> dict[str, tuple[Path, dict]]:
    """By machine: the file of that name with the latest date, and what it says."""
    found: dict[str, tuple[Path, dict]] = {}
    for path in sorted((root / "bench" / "results").glob(f"*/{name}")):
        results = json.loads(path.read_text(encoding="utf-8"))
        machine = machine_of(results)
        if machine not in found or results["date"] >= found[machine][1]["date"]:
            found[machine] = (path, results)
    return dict(sorted(found.items()))


def source(path: Path, root: Path, results: dict) -> str:
    driver = f", driver {results['driver']}" if results["driver"] else ""
    relative = path.relative_to(root)
    return (f"{machine_of(results)}{driver}, commit {results['commit']}, {results['date']}, "
            f"`{results['command']}`: [{relative.parent.name}]({relative.with_suffix('.md')})")


def duration(us: float) -> str:
    return f"{us / 1000:.2f} ms" if us >= 1000 else f"{us:.1f} us"


def steps_table(root: Path, path: Path, results: dict) -> list[str]:
    lines = ["| workload | precision | cuvae, a step | of the floor | fastest rival | its time | rival / cuvae |",
             "|---|---|--:|--:|---|--:|--:|"]
    for row in results["rows"]:
        share = f"{row['percent_of_floor']:.0f} %" if row["percent_of_floor"] else ""
        rival = ["not measured", "", ""] if row["best_rival"] is None else [
            row["best_rival"], duration(row["rival_us"]),
            f"{row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})"]
        lines.append(f"| {row['workload']}: {row['what']} | {row['precision']} | {duration(row['us'])} | {share} | "
                     + " | ".join(rival) + " |")
    return [*lines, "", source(path, root, results) + "."]


def kernels_table(root: Path, path: Path, results: dict) -> list[str]:
    """The largest shape of each op, where nothing is in a cache."""
    largest: dict[tuple[str, str], dict] = {}
    for row in results["rows"]:
        key = (row["op"], row["dtype"])
        if row["state"] == "cold" and (key not in largest or row["bytes"] > largest[key]["bytes"]):
            largest[key] = row
    lines = ["| op | shape | type | GB/s | of a copy | unfused / fused | |", "|---|---|---|--:|--:|--:|---|"]
    for row in largest.values():
        unfused = f"{row['unfused_ratio']:.2f}" if row["unfused_ratio"] else ""
        lines.append(f"| {row['op']} | {row['rows']}x{row['cols']} | {row['dtype']} | {row['gb_per_s']:.3g} | "
                     f"{row['percent_copy']:.0f} % | {unfused} | {row['mark']} |")
    return [*lines, "", source(path, root, results) + "."]


def section(root: Path) -> str:
    """What the README says between the two marks."""
    lines = [BEGIN, ""]
    for path, results in newest(root, "steps.json").values():
        lines += [*steps_table(root, path, results), ""]
    lines += [f"![Bars: time of a step in cuvae and in its rivals]({PICTURES['steps']})", ""]
    for path, results in newest(root, "kernels.json").values():
        lines += [*kernels_table(root, path, results), ""]
    lines += [f"![Bars: each kernel's rate as a share of a copy's]({PICTURES['kernels']})", "", END]
    return "\n".join(lines)


def with_section(readme: str, text: str) -> str:
    before, rest = readme.split(BEGIN)
    return before + text + rest.split(END)[1]


def draw_steps(root: Path, pyplot) -> None:
    panels = [(machine, row) for machine, (_, results) in newest(root, "steps.json").items() for row in results["rows"]]
    figure, axes = pyplot.subplots(1, len(panels), figsize=(5.6 * len(panels), 3.2), squeeze=False)
    for axis, (machine, row) in zip(axes[0], panels):
        rivals = sorted(((one["mode"], one["us"]) for one in row["rivals"]), key=lambda bar: bar[1])
        bars = [("cuvae", row["us"]), *rivals]
        names, times = zip(*reversed(bars))
        shown = axis.barh(names, [us / 1000 for us in times], color=["#9aa5b1"] * (len(bars) - 1) + ["#1f6f54"])
        axis.bar_label(shown, [duration(us) for us in times], padding=3)
        if row["floor_us"]:
            axis.axvline(row["floor_us"] / 1000, color="#b3402a", linestyle="--", linewidth=1)
        axis.set_xlim(0, 1.25 * max(times) / 1000)
        axis.set_title(f"{row['workload']}: {row['what']}\n{machine}, {row['precision']}", fontsize=9, x=0.3)
        axis.set_xlabel("ms a step (dashed: the machine's floor)", fontsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    save(figure, root / PICTURES["steps"])


def draw_kernels(root: Path, pyplot) -> None:
    panels = list(newest(root, "kernels.json").items())
    figure, axes = pyplot.subplots(1, len(panels), figsize=(7.2 * len(panels), 4.6), squeeze=False)
    for axis, (machine, (_, results)) in zip(axes[0], panels):
        largest = max(row["rows"] * row["cols"] for row in results["rows"])
        rows = [row for row in results["rows"] if row["state"] == "cold" and row["rows"] * row["cols"] == largest]
        names = [f"{row['op']} {row['dtype']}" for row in reversed(rows)]
        shares = [row["percent_copy"] for row in reversed(rows)]
        axis.bar_label(axis.barh(names, shares, color="#1f6f54"), [f"{share:.0f} %" for share in shares], padding=3)
        axis.axvline(100, color="#b3402a", linestyle="--", linewidth=1)
        axis.set_xlim(0, 1.15 * max([100, *shares]))
        axis.set_xlabel("% of the rate of a copy of as many bytes", fontsize=8)
        axis.set_title(f"{rows[0]['rows']}x{rows[0]['cols']}, cold, on {machine}", fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    save(figure, root / PICTURES["kernels"])


def save(figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository")
    args = parser.parse_args()
    readme = args.root / "README.md"
    text = readme.read_text(encoding="utf-8")
    expected = with_section(text, section(args.root))
    if args.check:
        if text != expected:
            print("README.md: its tables of speed are not those of bench/results; run scripts/figures.py")
        return int(text != expected)
    readme.write_text(expected, encoding="utf-8")
    try:
        import matplotlib
    except ImportError:
        sys.exit("figures.py: the tables are written; the pictures need matplotlib (Debian: python3-matplotlib)")
    matplotlib.use("Agg")
    from matplotlib import pyplot
    draw_steps(args.root, pyplot)
    draw_kernels(args.root, pyplot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
