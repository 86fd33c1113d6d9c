"""The check can tell good code from bad: on tiny.cu, whose machine code is known.

The compiler is $CUVAE_NVCC, or nvcc on the PATH.
"""

import contextlib
import io
import os
import shutil
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import check
from budget import Budget, differences
from compiler import FLAGS
from cubin import Kernel, read
from figures import Counted, Figures, broken_rules, loops
from instruction import BRA, I2F, LDG, LDL, MUFU, STG, STL
from shape import shape_of

NVCC = os.environ.get("CUVAE_NVCC") or shutil.which("nvcc")
FADD = 0x021
WIDE, NARROW, CONVERTING, DEAR = (f"{op} f32 -> f32, warp" for op in ("Wide", "Narrow", "Converting", "Dear"))


@unittest.skipUnless(NVCC, "there is no nvcc")
class TinyKernels(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cubin = Path(folder.name) / "tiny.cubin"
        source = Path(__file__).with_name("tiny.cu")
        compiled = subprocess.run([str(NVCC), *FLAGS, "-Xptxas=-v", str(source), "-o", str(cls.cubin)],
                                  check=True, capture_output=True, text=True)
        cls.said = compiled.stdout + compiled.stderr
        cls.kernels = {kernel.name: kernel for kernel in read(cls.cubin).kernels}

    def whole(self, name: str) -> Counted:
        return Counted(self.kernels[name].code, 1)


class Decoding(TinyKernels):
    def test_width_of_an_access(self) -> None:
        for bits in (8, 16, 32, 64, 128):
            with self.subTest(bits=bits):
                self.assertEqual(self.whole(f"copy_{bits}").accesses(LDG), Counter({bits: 1}))
                self.assertEqual(self.whole(f"copy_{bits}").accesses(STG), Counter({bits: 1}))

    def test_loop_is_the_code_up_to_its_branch(self) -> None:
        for name, additions in (("add_3", 3), ("add_200", 200)):
            with self.subTest(name):
                body, = loops(self.kernels[name].code)
                self.assertEqual(Counted(body, 1).operations(FADD), additions)
                self.assertLess(len(body), additions + 8)
                self.assertEqual(Counted(body, 1).operations(LDG, STG), 0)

    def test_branches_stay_in_their_kernel(self) -> None:
        for kernel in self.kernels.values():
            places = {instruction.at for instruction in kernel.code}
            for instruction in kernel.code:
                if instruction.operation == BRA:
                    self.assertIn(instruction.target, places, kernel.name)

    def test_shortest_way_leaves_out_what_is_seldom_run(self) -> None:
        body = max(loops(self.kernels["seldom"].code), key=len)
        self.assertGreater(len(body), 100)
        self.assertLess(Counted(body, 1).shortest_way(), 20)
        for name in ("add_3", "add_200"):
            body, = loops(self.kernels[name].code)
            self.assertEqual(Counted(body, 1).shortest_way(), len(body))

    def test_conversions_and_special_functions(self) -> None:
        self.assertEqual(self.whole("convert").operations(*I2F), 2)
        self.assertEqual(self.whole("four_mufu").operations(MUFU), 4)

    def test_figures_are_those_of_ptxas(self) -> None:
        for name, kernel in self.kernels.items():
            with self.subTest(name):
                said = self.said[self.said.index(f"function '{name}'"):]
                self.assertIn(f" {kernel.frame_bytes} bytes stack frame,", said.splitlines()[2])
                self.assertRegex(said.splitlines()[3], rf"Used {kernel.registers} registers\b")


class Rules(TinyKernels):
    def broken(self, name: str) -> list[str]:
        return broken_rules(self.kernels[name], shape_of(name))

    def test_array_in_memory_is_reported(self) -> None:
        self.assertGreater(self.kernels["indexed"].frame_bytes, 0)
        self.assertRegex(self.broken("indexed")[0], "uses local memory: 160 bytes")

    def test_spill_is_reported(self) -> None:
        self.assertRegex(self.said, r"[1-9]\d* bytes spill stores, [1-9]\d* bytes spill loads")
        self.assertGreater(self.whole("spilling").operations(LDL), 0)
        self.assertGreater(self.whole("spilling").operations(STL), 0)
        self.assertRegex(self.broken("spilling")[0], "uses local memory")

    def test_what_needs_no_memory_passes(self) -> None:
        for name in ("add_3", "add_200", "copy_32", "four_mufu"):
            self.assertEqual(self.broken(name), [], name)


class Checking(TinyKernels):
    def report(self, change: dict[str, Figures] | None = None, without: str = "",
               compiler: str = "") -> list[str]:
        """Of the check over tiny.cu, with the budget that fits it but for a change."""
        release, measured = check.measure(self.cubin)
        kernels = {one.shape.label: one.figures for one in measured} | (change or {})
        kernels.pop(without, None)
        with contextlib.redirect_stdout(io.StringIO()):
            return check.violations(release, measured, Budget(compiler or release, kernels))

    def figures(self, label: str) -> Figures:
        return next(one.figures for one in check.measure(self.cubin)[1] if one.shape.label == label)

    def test_narrow_accesses_are_reported_and_wide_ones_are_not(self) -> None:
        lines = self.report()
        self.assertIn(f"{NARROW}: loads 4 x 32 bits where 1 x 128 bits would do", lines)
        self.assertIn(f"{NARROW}: stores 4 x 32 bits where 1 x 128 bits would do", lines)
        self.assertFalse([line for line in lines if line.startswith((WIDE, DEAR))])

    def test_slow_conversion_is_reported(self) -> None:
        self.assertIn(f"{CONVERTING}: converts integers on the unit of MUFU: 1 I2F", self.report())

    def test_growth_is_reported(self) -> None:
        now = self.figures(DEAR)
        for figure, before, line in (
                ("registers", now.registers - 2, f"{now.registers} registers, budget {now.registers - 2}"),
                ("instructions", 80.0, f"{now.instructions:g} instructions, budget 80"),
                ("mufu", 9.0, "10 MUFU, budget 9"),
                ("traffic", 7, "8 bytes of traffic, budget 7")):
            with self.subTest(figure):
                self.assertIn(f"{DEAR}: {line}", self.report({DEAR: now._replace(**{figure: before})}))

    def test_a_little_growth_passes(self) -> None:
        now = self.figures(DEAR)
        near = now._replace(registers=now.registers - 1, instructions=now.instructions - 1)
        self.assertEqual(self.report({DEAR: near}), self.report())

    def test_missing_and_superfluous_budgets_are_reported(self) -> None:
        self.assertIn(f"{DEAR}: has no budget (--update writes it)", self.report(without=DEAR))
        self.assertIn("gone: has a budget but is no more", self.report({"gone": Figures(1, 1, 1, 1)}))

    def test_figures_of_another_compiler_are_not_compared_but_rules_hold(self) -> None:
        lines = self.report({"gone": Figures(1, 1, 1, 1)}, compiler="1.0")
        self.assertFalse([line for line in lines if "budget" in line])
        self.assertTrue([line for line in lines if line.startswith(NARROW)])

    def test_what_takes_longer_than_its_traffic_is_noted(self) -> None:
        notes = check.beyond_memory(check.measure(self.cubin)[1])
        self.assertTrue([note for note in notes if note.startswith(f"{DEAR}: ") and "instructions" in note])
        self.assertTrue([note for note in notes if note.startswith(f"{DEAR}: 10 MUFU")])
        self.assertFalse([note for note in notes if note.startswith(WIDE)])


class Names(unittest.TestCase):
    def test_shape_of_a_row_kernel(self) -> None:
        shape = shape_of("void cuvae::cuda::row_map_reduce_kernel<"
                         "cuvae::ops::LoadInput<cuvae::ops::KeepValue, 2>, "
                         "cuvae::cuda::Types<unsigned char>, "
                         "cuvae::cuda::Types<float, cuvae::ops::Bf16>, 256, 8>")
        self.assertEqual(shape.label, "LoadInput<KeepValue, 2> u8 -> f32,bf16, block")
        self.assertEqual((shape.vector, shape.traffic), (8, 7))
        self.assertEqual((shape.loads, shape.stores), (Counter({64: 1}), Counter({128: 3})))

    def test_a_repeated_row_is_read_but_is_no_traffic(self) -> None:
        shape = shape_of("void cuvae::cuda::row_map_reduce_kernel<cuvae::ops::LocationNll<"
                         "cuvae::ops::Gaussian, 1>, "
                         "cuvae::cuda::Types<float, float, float>, cuvae::cuda::Types<float>, 32, 4>")
        self.assertEqual((shape.traffic, shape.loads), (12, Counter({128: 3})))

    def test_shape_of_a_kernel_without_elements(self) -> None:
        shape = shape_of("cuvae::cuda::end_step_kernel")
        self.assertEqual((shape.label, shape.vector), ("end_step", 0))


if __name__ == "__main__":
    unittest.main()
