#!/usr/bin/env python3
"""Runs the GPU tests of a bundle and writes a file of results and a table of them, anew after each executable, so that
a run that is cut off leaves what it had. Ends with 1 where something failed, or nothing passed."""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def count(report: dict) -> dict[str, list[str]]:
    """Names of tests by what became of them, from GoogleTest's JSON."""
    found: dict[str, list[str]] = {"passed": [], "failed": [], "skipped": []}
    for suite in report.get("testsuites", []):
        for test in suite.get("testsuite", []):
            if test.get("status") == "NOTRUN":
                continue
            outcome = "failed" if "failures" in test else "skipped" if test.get("result") == "SKIPPED" else "passed"
            found[outcome].append(f"{suite['name']}.{test['name']}")
    return found


def run(executable: Path, under: str, without: list[str], seconds: float) -> tuple[dict[str, list[str]], str]:
    """What became of the executable's GPU tests; and why it did not end well, empty where it did."""
    tests = "*Gpu*" + ("-" + ":".join(f"*{word}*" for word in without) if without else "")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [*shlex.split(under), str(executable), f"--gtest_filter={tests}", f"--gtest_output=json:{report}"]
        print("$", shlex.join(command[:-1]), flush=True)
        try:
            code = subprocess.run(command, timeout=max(seconds, 1), check=False).returncode
            why = "" if code in (0, 1) else f"ended with {code}"
        except subprocess.TimeoutExpired:
            why = "did not end in time"
        except OSError as error:
            why = str(error)
        outcome = count(json.loads(report.read_text())) if report.exists() else count({})
    if not why and not any(outcome.values()):
        why = "ran no test"
    return outcome, why


def table(results: dict) -> str:
    """The same for people, in Markdown."""
    lines = [f"{results['gpu']}, driver {results['driver']}, commit {results['commit']}, `{results['command']}`", "",
             "| passed | failed | skipped |", "|--:|--:|--:|",
             f"| {results['passed']} | {results['failed']} | {results['skipped']} |"]
    for key in ("failures", "skips"):
        lines += ["", f"{key.capitalize()}:", *(f"- {name}" for name in results[key])] if results[key] else []
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    os.replace(temporary, path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--under", action="append", default=[], help="a command to run them under; may be repeated")
    parser.add_argument("--without", action="append", default=[],
                        help="leave out tests with this in their name; may be repeated")
    for key in ("gpu", "driver", "commit", "command"):
        parser.add_argument(f"--{key}", required=True)
    args = parser.parse_args()

    end = time.monotonic() + args.seconds
    results = {key: getattr(args, key) for key in ("gpu", "driver", "commit", "command")}
    results |= {"passed": 0, "failed": 0, "skipped": 0, "failures": [], "skips": []}
    for under in args.under or [""]:
        for executable in sorted(args.bin.glob("*_test")):
            outcome, why = run(executable, under, args.without, end - time.monotonic())
            label = f"{executable.name}{' under ' + under if under else ''}"
            if why:
                outcome["failed"].append(why)
            for key in ("passed", "failed", "skipped"):
                results[key] += len(outcome[key])
            results["failures"] += [f"{label}: {name}" for name in outcome["failed"]]
            results["skips"] += [f"{label}: {name}" for name in outcome["skipped"]]
            write(args.out, json.dumps(results, indent=2) + "\n")
            write(args.out.with_suffix(".md"), table(results))
    print(f"{args.out}: {results['passed']} passed, {results['failed']} failed, {results['skipped']} skipped")
    for failure in results["failures"]:
        print("  failed:", failure)
    return 0 if results["passed"] and not results["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
