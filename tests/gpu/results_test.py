"""scripts/gpu_results.py on executables that are made up."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "gpu_results.py"


def suite(*tests: tuple[str, str]) -> str:
    """GoogleTest's report: (name, what became of it)."""
    rows = []
    for name, outcome in tests:
        row: dict = {"name": name, "status": "NOTRUN" if outcome == "filtered" else "RUN",
                     "result": "SKIPPED" if outcome == "skipped" else "COMPLETED"}
        if outcome == "failed":
            row["failures"] = [{"failure": "no"}]
        rows.append(row)
    return json.dumps({"testsuites": [{"name": "OnGpu", "testsuite": rows}]})


class Results(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = Path(folder.name) / "bin"
        self.bin.mkdir()
        self.out = Path(folder.name) / "tests.json"

    def executable(self, name: str, report: str, after: str = "") -> None:
        path = self.bin / name
        path.write_text(f"""#!/bin/bash
for option; do [[ $option == --gtest_output=json:* ]] && cat >"${{option#--gtest_output=json:}}" <<'EOF'
{report}
EOF
done
{after}
""")
        path.chmod(0o755)

    def check(self, *options: str, seconds: str = "60") -> tuple[int, dict]:
        code = subprocess.run(
            [sys.executable, "-B", str(SCRIPT), "--bin", str(self.bin), "--out", str(self.out), "--seconds", seconds,
             "--gpu", "Some GPU", "--driver", "1.2", "--commit", "abc", "--command", "it", *options],
            capture_output=True, check=False).returncode
        return code, json.loads(self.out.read_text())

    def test_counts_are_those_of_all_executables(self) -> None:
        self.executable("a_test", suite(("one", "passed"), ("two", "skipped"), ("three", "filtered")))
        self.executable("b_test", suite(("one", "passed")))
        code, results = self.check()
        self.assertEqual(code, 0)
        self.assertEqual([results[key] for key in ("passed", "failed", "skipped")], [2, 0, 1])
        self.assertEqual([results[key] for key in ("gpu", "driver", "commit", "command")],
                         ["Some GPU", "1.2", "abc", "it"])
        self.assertEqual(results["skips"], ["a_test: OnGpu.two"])
        table = self.out.with_suffix(".md").read_text()
        self.assertIn("Some GPU, driver 1.2, commit abc, `it`", table)
        self.assertIn("| 2 | 0 | 1 |", table)
        self.assertIn("- a_test: OnGpu.two", table)

    def test_a_failure_is_named_and_ends_with_1(self) -> None:
        self.executable("a_test", suite(("one", "passed"), ("two", "failed")), "exit 1")
        code, results = self.check()
        self.assertEqual((code, results["failures"]), (1, ["a_test: OnGpu.two"]))

    def test_a_crash_is_a_failure_and_what_came_before_is_kept(self) -> None:
        self.executable("backend_test", suite(("one", "passed")))
        self.executable("a_test", "{}", "kill -SEGV $$")
        code, results = self.check()
        self.assertEqual((code, results["passed"], results["failed"]), (1, 1, 1))

    def test_no_time_left_is_a_failure(self) -> None:
        self.executable("a_test", "{}", "exec sleep 30")
        code, results = self.check(seconds="1")
        self.assertEqual((code, results["failures"]), (1, ["a_test: did not end in time"]))

    def test_only_skipped_is_no_success(self) -> None:
        self.executable("a_test", suite(("one", "skipped")))
        self.assertEqual(self.check()[0], 1)

    def test_what_a_sanitizer_finds_is_a_failure(self) -> None:
        self.executable("a_test", suite(("one", "passed")))
        wrapper = self.bin.parent / "sanitizer"
        wrapper.write_text('#!/bin/bash\n"$@"\nexit 86\n')
        wrapper.chmod(0o755)
        code, results = self.check("--under", str(wrapper))
        self.assertEqual((code, results["failures"]), (1, [f"a_test under {wrapper}: ended with 86"]))


if __name__ == "__main__":
    unittest.main()
