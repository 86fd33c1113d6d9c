"""scripts/gpu_check.sh where the GPU and what runs on it are made up: each part leaves its files, and says where they are
from."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STEP = {"what": "it", "mode": "cuvae", "device": "cuda:0", "threads": 0, "us": 20.5, "elbo": -165.0, "commit": "abc1234",
        "name": "Some GPU", "driver": "1.2", "floor_us": 9.0}
TESTS = {"testsuites": [{"name": "OnGpu", "testsuite": [{"name": "a", "status": "RUN", "result": "COMPLETED"}]}]}

PROGRAMS = {
    "gpu_test": f"""for option; do
  [[ $option == --gtest_output=json:* ]] && echo '{json.dumps(TESTS)}' >"${{option#--gtest_output=json:}}"
done
exit 0""",
    "cuvae": """[[ $LD_LIBRARY_PATH == *gpu-bundle/lib* ]] || exit 1
command=$1
while (($#)); do [[ $1 == --out ]] && IFS=, read -ra files <<<"$2"; shift; done
if [[ $command == reproduce ]]; then
  [[ -f stop ]] && echo "stopped by a signal" >&2 && exit 75
  mkdir -p "${files[0]}" && echo '{"measured": 84.8}' >"${files[0]}/reproduction.json"
  exit
fi
for file in "${files[@]}"; do echo '{"rows": []}' >"$file"; done""",
    "bench_step": f"""while (($#)); do
  [[ $1 == --workload ]] && workload=$2
  [[ $1 == --precision ]] && precision=$2
  shift
done
echo '{json.dumps(STEP)}' | sed "s/^{{/{{\\"workload\\": \\"$workload\\", \\"precision\\": \\"$precision\\", /\"""",
}
NVIDIA_SMI = "[[ $* == *driver* ]] && echo 1.2 || echo 'Some GPU'"


def executable(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


class Parts(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        shutil.copytree(ROOT / "bench" / "peers", self.root / "bench" / "peers")
        bundle, self.commands = self.root / "made" , self.root / "commands"
        (bundle / "bin").mkdir(parents=True)
        (bundle / "lib").mkdir()
        self.commands.mkdir()
        for name, text in PROGRAMS.items():
            executable(bundle / "bin" / name, text)
        (bundle / "commit").write_text("abc1234")
        (self.root / "build").mkdir()
        with tarfile.open(self.root / "build" / "gpu-bundle.tar.gz", "w:gz") as archive:
            archive.add(bundle, ".")
        executable(self.commands / "nvidia-smi", NVIDIA_SMI)
        executable(self.commands / "compute-sanitizer", 'shift 4; exec "$@"')
        executable(self.commands / "python3", f'exec {sys.executable} -B "$@"')
        self.results = self.root / "bench" / "results" / "some-gpu-abc1234"

    def check(self, *parts: str) -> int:
        environment = {**os.environ, "PATH": f"{self.commands}:{os.environ['PATH']}"}
        return subprocess.run([str(self.root / "scripts" / "gpu_check.sh"), *parts], env=environment,
                              capture_output=True, check=False).returncode

    def result(self, name: str) -> dict:
        return json.loads((self.results / name).read_text())

    def test_all_in_turn_without_a_name(self) -> None:
        self.assertEqual(self.check(), 0)
        names = ("tests", "sanitize", "kernels", "steps")
        runs = ("iwae-mnist-l1-k50", "iwae-mnist-l1-k1")
        self.assertEqual({path.name for path in self.results.iterdir()},
                         {f"{name}.{form}" for name in names for form in ("json", "md")} | {f"{run}.json" for run in runs})
        for name in ("tests", "sanitize", "steps", *runs):
            with self.subTest(name):
                found = self.result(f"{name}.json")
                self.assertEqual([found[key] for key in ("gpu", "driver", "commit")], ["Some GPU", "1.2", "abc1234"])
                self.assertTrue(found["command"].startswith("scripts/gpu_check.sh "))

    def test_workloads_are_in_the_precision_they_are_compared_in(self) -> None:
        self.assertEqual(self.check("bench"), 0)
        rows = self.result("steps.json")["rows"]
        self.assertEqual([(row["workload"], row["precision"]) for row in rows],
                         [("A", "fp32"), ("B", "fp32"), ("C", "bf16")])
        self.assertFalse((self.results / "tests.json").exists())

    def test_a_part_that_fails_fails_the_check_and_the_others_are_run(self) -> None:
        executable(self.commands / "compute-sanitizer", "exit 86")
        self.assertEqual(self.check("sanitize", "tests"), 1)
        self.assertEqual(self.result("tests.json")["passed"], 1)

    def test_a_run_that_the_time_ends_goes_on_at_the_next_call(self) -> None:
        (self.root / "stop").touch()
        self.assertEqual(self.check("reproduce"), 1)
        self.assertEqual(list(self.results.iterdir()), [])
        (self.root / "stop").unlink()
        self.assertEqual(self.check("reproduce"), 0)
        self.assertEqual(self.result("iwae-mnist-l1-k1.json")["measured"], 84.8)

    def test_unknown_parts_and_missing_gpus_are_refused(self) -> None:
        self.assertEqual(self.check("bnch"), 2)
        executable(self.commands / "nvidia-smi", "exit 9")
        self.assertEqual(self.check("tests"), 1)
        self.assertFalse(self.results.exists())


if __name__ == "__main__":
    unittest.main()
