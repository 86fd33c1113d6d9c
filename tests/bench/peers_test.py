"""bench/peers/compare.py on programs that are made up."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PEERS = Path(__file__).resolve().parents[2] / "bench" / "peers"
sys.path.insert(0, str(PEERS))
import compare


def run(us: float, elbo: float = -165.0, **more) -> dict:
    return {"workload": "A", "what": "MNIST", "mode": "a rival", "device": "cpu", "precision": "fp32", "threads": 1,
            "us": us, "elbo": elbo, "page_faults_per_step": 0.0, "commit": "abc1234", "name": "Some CPU", "driver": "",
            "floor_us": 4000.0, **more}


def program(*runs: dict, why_not: str = "") -> compare.Program:
    made = compare.Program(["python3", "x_step.py", "--mode", "eager"])
    made.runs, made.why_not = list(runs), why_not
    return made


class Rows(unittest.TestCase):
    def test_a_ratio_is_taken_round_by_round(self) -> None:
        ours = program(run(100), run(200), run(400))
        row = compare.row_of("A", ours, [program(run(150), run(300), run(600))])
        self.assertEqual((row["ratio"], row["ratio_low"], row["ratio_high"]), (1.5, 1.5, 1.5))
        self.assertEqual((row["us"], row["rival_us"], row["best_rival"]), (200, 300, "a rival"))
        self.assertEqual(row["percent_of_floor"], 2000.0)

    def test_the_best_rival_is_the_fastest(self) -> None:
        rivals = [program(run(300, mode="slow")), program(run(150, mode="fast")), program(why_not="is not there")]
        row = compare.row_of("A", program(run(100)), rivals)
        self.assertEqual((row["best_rival"], row["ratio"], len(row["rivals"])), ("fast", 1.5, 2))
        self.assertEqual(row["not_run"], ["x_step.py eager: is not there"])

    def test_one_that_did_another_job_is_not_the_best(self) -> None:
        row = compare.row_of("A", program(run(100)), [program(run(50, elbo=-300.0)), program(run(200, mode="same"))])
        self.assertEqual(row["best_rival"], "same")
        self.assertEqual(row["rivals"][0]["mark"], "another ELBO after one epoch")

    def test_rows_with_more_rivals_stay(self) -> None:
        with_rivals = compare.row_of("A", program(run(100)), [program(run(200))])
        alone = compare.row_of("A", program(run(90)), [])
        other = {**alone, "workload": "B"}
        self.assertEqual(compare.with_row([with_rivals], alone), [with_rivals])
        self.assertEqual(compare.with_row([alone], with_rivals), [with_rivals])
        self.assertEqual(compare.with_row([other], alone), [alone, other])

    def test_an_interval_holds_the_median(self) -> None:
        low, high = compare.interval([1.0, 1.1, 1.2, 1.3, 1.4])
        self.assertTrue(1.0 <= low <= 1.2 <= high <= 1.4)


class WholeRuns(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "out"

    def executable(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text("#!/bin/bash\n" + text)
        path.chmod(0o755)
        return str(path)

    def cuvae(self, commit: str = "abc1234") -> str:
        return self.executable("bench_step", f"echo '{json.dumps(run(100, commit=commit))}'")

    def compare(self, *options: str) -> tuple[int, dict]:
        done = subprocess.run([sys.executable, "-B", str(PEERS / "compare.py"), "--out", str(self.out), "--rounds", "2",
                               "--workloads", "A", *options], capture_output=True, text=True, check=False)
        file = self.out / "steps.json"
        return done.returncode, json.loads(file.read_text()) if file.exists() else {}

    def test_results_say_where_they_are_from(self) -> None:
        code, results = self.compare("--cuvae", self.cuvae(), "--rivals", "none")
        self.assertEqual(code, 0)
        self.assertEqual([results[key] for key in ("gpu", "driver", "name", "commit")],
                         [None, None, "Some CPU", "abc1234"])
        self.assertIn("compare.py --out", results["command"])
        self.assertEqual((results["rows"][0]["rounds"], results["rows"][0]["best_rival"]), (2, None))
        self.assertIn("| A: MNIST | fp32 | cuvae | 100.0", (self.out / "steps.md").read_text())

    def test_rivals_that_are_missing_or_fail_are_named(self) -> None:
        python = self.executable("python", """case $1 in
*jax_step.py) echo 'skipped: there is no JAX here' >&2; exit 77 ;;
*) [[ $* == *eager* ]] || { echo 'RuntimeError: no' >&2; exit 1; }; echo '%s' ;;
esac
""" % json.dumps(run(180, mode="PyTorch, eager")))
        code, results = self.compare("--cuvae", self.cuvae(), "--python", python)
        row = results["rows"][0]
        self.assertEqual((code, row["best_rival"], row["ratio"]), (0, "PyTorch, eager", 1.8))
        self.assertEqual(row["not_run"], ["jax_step.py scan: there is no JAX here",
                                          "pytorch_step.py compile: RuntimeError: no",
                                          "pytorch_step.py graph: RuntimeError: no"])
        self.assertIn("Not run: jax_step.py scan", (self.out / "steps.md").read_text())

    def test_rows_of_another_commit_go(self) -> None:
        self.compare("--cuvae", self.cuvae("1111111"), "--rivals", "none")
        path = self.out / "steps.json"
        before = json.loads(path.read_text())
        before["rows"].append({**before["rows"][0], "workload": "B"})
        path.write_text(json.dumps(before))
        self.assertEqual(len(self.compare("--cuvae", self.cuvae("1111111"), "--rivals", "none")[1]["rows"]), 2)
        self.assertEqual(len(self.compare("--cuvae", self.cuvae("2222222"), "--rivals", "none")[1]["rows"]), 1)

    def test_cuvae_that_fails_is_a_failure(self) -> None:
        failing = self.executable("bench_step", "echo 'bench_step: no GPU' >&2; exit 4")
        self.assertEqual(self.compare("--cuvae", failing, "--rivals", "none"), (1, {}))

    def test_unknown_workloads_are_refused(self) -> None:
        self.assertEqual(self.compare("--cuvae", self.cuvae(), "--workloads", "A,Z")[0], 2)


if __name__ == "__main__":
    unittest.main()
