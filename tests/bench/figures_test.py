"""scripts/figures.py on a repository that is made up."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "figures.py"
sys.path.insert(0, str(SCRIPT.parent))
import figures

KERNEL = {"op": "adam", "rows": 64, "cols": 32, "dtype": "fp32", "state": "cold", "bytes": 57344, "gb_per_s": 41.25,
          "percent_copy": 96.4, "unfused_ratio": 3.456, "mark": ""}
STEP = {"workload": "A", "what": "MNIST", "precision": "fp32", "us": 7800.0, "percent_of_floor": 61.0,
        "floor_us": 4800.0, "best_rival": "PyTorch, eager", "rival_us": 11700.0, "ratio": 1.5, "ratio_low": 1.4,
        "ratio_high": 1.6, "rivals": [{"mode": "PyTorch, eager", "us": 11700.0}]}


def results(rows: list[dict], date: str, name: str = "Some CPU") -> str:
    return json.dumps({"gpu": None, "driver": None, "name": name, "commit": "abc1234", "command": "it", "date": date,
                       "rows": rows})


class Figures(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.put("old", "2026-01-01", us=9999.0)
        self.put("new", "2026-02-01")
        (self.root / "README.md").write_text(f"before\n{figures.BEGIN}\nanything\n{figures.END}\nafter\n")
        (self.root / "docs" / "images").mkdir(parents=True)

    def put(self, folder: str, date: str, name: str = "Some CPU", us: float = 7800.0) -> None:
        path = self.root / "bench" / "results" / folder
        path.mkdir(parents=True)
        (path / "steps.json").write_text(results([{**STEP, "us": us}], date, name))
        (path / "kernels.json").write_text(results(
            [KERNEL, {**KERNEL, "rows": 8, "bytes": 7168, "percent_copy": 11.0},
             {**KERNEL, "state": "hot", "percent_copy": 300.0}], date, name))

    def run_script(self, *options: str) -> int:
        return subprocess.run([sys.executable, "-B", str(SCRIPT), "--root", str(self.root), *options],
                              capture_output=True, check=False).returncode

    def test_the_newest_of_each_machine_is_shown(self) -> None:
        self.put("other", "2025-01-01", name="Another CPU", us=5000.0)
        text = figures.section(self.root)
        self.assertIn("| A: MNIST | fp32 | 7.80 ms | 61 % | PyTorch, eager | 11.70 ms | 1.50 (1.40 to 1.60) |", text)
        self.assertIn("Some CPU, commit abc1234, 2026-02-01, `it`: [new](bench/results/new/steps.md)", text)
        self.assertIn("5.00 ms", text)
        self.assertNotIn("10.00 ms", text)

    def test_of_a_kernel_the_largest_shape_that_is_cold_is_shown(self) -> None:
        text = figures.section(self.root)
        self.assertIn("| adam | 64x32 | fp32 | 41.2 | 96 % | 3.46 |  |", text)
        self.assertNotIn("300 %", text)
        self.assertNotIn("11 %", text)

    def test_a_step_without_rivals_says_so(self) -> None:
        row = {**STEP, "best_rival": None, "rival_us": None, "ratio": None, "rivals": []}
        path = self.root / "bench" / "results" / "new" / "steps.json"
        path.write_text(results([row], "2026-03-01"))
        self.assertIn("| not measured |  |  |", figures.section(self.root))

    def test_check_fails_until_the_tables_are_written(self) -> None:
        self.assertEqual(self.run_script("--check"), 1)
        self.run_script()
        self.assertEqual(self.run_script("--check"), 0)
        readme = (self.root / "README.md").read_text()
        self.assertTrue(readme.startswith("before\n") and readme.endswith("\nafter\n"))
        path = self.root / "bench" / "results" / "new" / "steps.json"
        path.write_text(path.read_text().replace("7800.0", "7700.0"))
        self.assertEqual(self.run_script("--check"), 1)


if __name__ == "__main__":
    unittest.main()
