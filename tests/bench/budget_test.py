"""bench/budget: growth fails, and so do figures that nobody gave a reason for."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "budget"))
import budget_file
import instructions

BUDGET = Path(__file__).resolve().parents[2] / "bench" / "budget.json"


class Reasons(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "budget.json"
        section = {"compiler": "c", "instructions": {"a": 100}}
        budget_file.write_section(self.path, "cpu_step", section, "it was counted")

    def test_that_of_the_repository_is_explained(self) -> None:
        self.assertEqual(budget_file.unexplained(BUDGET), [])

    def test_figures_changed_by_hand_are_found(self) -> None:
        self.path.write_text(self.path.read_text().replace("100", "200"))
        self.assertIn("without a reason", budget_file.unexplained(self.path)[0])

    def test_a_reason_of_spaces_is_none(self) -> None:
        budget_file.write_section(self.path, "cpu_step", {"compiler": "c", "instructions": {"a": 200}}, "  ")
        self.assertIn("has no reason", budget_file.unexplained(self.path)[0])

    def test_sections_leave_each_other_alone_and_changes_are_kept(self) -> None:
        section = {"compiler": "n", "figures": {"k": {"mufu": 1}}}
        budget_file.write_section(self.path, "kernels", section, "kernels came")
        budget = budget_file.read(self.path)
        self.assertEqual([change["reason"] for change in budget["changes"]], ["kernels came", "it was counted"])
        self.assertEqual(budget["cpu_step"]["instructions"], {"a": 100})
        self.assertEqual(budget_file.unexplained(self.path), [])

    def test_text_is_json_with_a_line_for_each_figure(self) -> None:
        text = BUDGET.read_text(encoding="utf-8")
        self.assertEqual(json.loads(budget_file.as_text(json.loads(text))), json.loads(text))
        self.assertEqual(budget_file.as_text(json.loads(text)), text)


class Growth(unittest.TestCase):
    ALLOWED = {"product": 1_000_000, "short": 1000}

    def test_up_to_three_percent_passes(self) -> None:
        self.assertEqual(instructions.grown({"product": 1_029_999, "short": 1000}, self.ALLOWED), [])

    def test_more_is_named_with_the_step(self) -> None:
        grown = instructions.grown({"product": 1_040_000, "short": 1000}, self.ALLOWED)
        self.assertEqual(grown, ["product: 1040000 instructions, budget 1000000 (+4.0%)",
                                 "the step: 1041000 instructions, budget 1001000 (+4.0%)"])

    def test_short_phases_have_slack(self) -> None:
        self.assertEqual(instructions.grown({"product": 1_000_000, "short": 5900}, self.ALLOWED), [])
        self.assertTrue(instructions.grown({"product": 1_000_000, "short": 6100}, self.ALLOWED))

    def test_phases_that_come_and_go_are_named(self) -> None:
        self.assertEqual(instructions.grown({"product": 1_000_000, "new": 1}, self.ALLOWED),
                         ["new: has no budget", "short: has a budget but is no more"])

    def test_a_dump_is_read(self) -> None:
        self.assertEqual(instructions.phase("desc: Trigger: Client Request: a: b, c\nsummary: 0\ntotals: 12\n"),
                         ("a: b, c", 12))
        with self.assertRaises(ValueError):
            instructions.phase("totals: 12\n")


if __name__ == "__main__":
    unittest.main()
