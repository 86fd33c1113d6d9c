"""A row that is not as the table says fails, whatever is wrong with it. The program here is a shell that plays cuvae."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import outcome
import render
import run
from made import closed_folder, large
from outcome import Limits, flaws
from section import Content, Row, Section

REFUSE = "echo 'cuvae: error: cannot read it' >&2; exit 3"
PYTHON = f"{sys.executable} -c"


class WithCuvae(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cuvae = Path(folder.name) / "cuvae"
        cls.cuvae.write_text('#!/bin/sh\neval "$1"\n')
        cls.cuvae.chmod(0o755)


class Planted(WithCuvae):
    def outcome(self, script: str, files: dict[str, Content] | None = None) -> outcome.Outcome:
        return outcome.run(self.row(script, files), self.cuvae)

    def row(self, script: str, files: dict[str, Content] | None = None) -> Row:
        return Row("a case", files or {}, f'cuvae "{script}"', 3, ("cannot read",))

    def assertFlaw(self, flaw: str, script: str, files: dict[str, Content] | None = None,
                   limits: Limits = Limits()) -> None:
        found = flaws(self.row(script, files), self.outcome(script, files), limits)
        self.assertTrue(any(flaw in one for one in found), f"'{flaw}' is not in {found}")

    def test_a_refusal_as_it_should_be_passes(self) -> None:
        self.assertEqual(flaws(self.row(REFUSE), self.outcome(REFUSE), Limits()), [])

    def test_exit_code(self) -> None:
        self.assertFlaw("exit code 0, not 3", "echo 'cuvae: error: cannot read it' >&2")
        self.assertFlaw("not 3", "kill -SEGV $$")

    def test_message(self) -> None:
        self.assertFlaw("lacks 'cannot read'", "echo 'cuvae: error: no' >&2; exit 3")
        self.assertFlaw("does not begin", "echo 'cannot read it' >&2; exit 3")
        self.assertFlaw("whole lines", "printf 'cuvae: error: cannot read it' >&2; exit 3")
        self.assertFlaw("whole lines", "printf 'cuvae: error: cannot read\\n2\\n3\\n4\\n5\\n' >&2; exit 3")
        self.assertFlaw("control characters", "printf 'cuvae: error: cannot read \\033[31m\\n' >&2; exit 3")

    def test_stdout(self) -> None:
        self.assertFlaw("stdout is not empty", f"echo done; {REFUSE}")

    def test_files_left_replaced_or_removed(self) -> None:
        self.assertFlaw("left or changed: part", f"touch part; {REFUSE}")
        self.assertFlaw("left or changed: data", f"echo x > data; {REFUSE}", {"data": b"y"})
        self.assertFlaw("left or changed: data", f"rm data; {REFUSE}", {"data": b"y"})
        self.assertFlaw("left or changed: temporary", f"touch \\$TMPDIR/temporary; {REFUSE}")

    def test_root_is_as_anyone(self) -> None:
        self.assertEqual(self.outcome(f"touch closed/new; {REFUSE}", {"closed": closed_folder}).strays, [])

    def test_memory(self) -> None:
        hungry = f"{PYTHON} 'bytes([1]) * (90 << 20)'; {REFUSE}"
        self.assertFlaw("at its peak", hungry)
        twenty = {"data": large((bytes(1 << 20), 20))}
        self.assertEqual(flaws(self.row(hungry, twenty), self.outcome(hungry, twenty), Limits()), [])
        self.assertEqual(flaws(self.row(hungry), self.outcome(hungry), Limits(memory=False)), [])
        self.assertLess(self.outcome(REFUSE).peak, 50 << 20, "the runner's own memory hides that of cuvae")

    def test_time(self) -> None:
        self.assertFlaw("of computing", f"{PYTHON} 'sum(range(10 ** 7))'; {REFUSE}", limits=Limits(seconds=0.1))
        with mock.patch.object(outcome, "LONGEST_RUN", 0.2):
            self.assertFlaw("exit code -9", "sleep 20")

    def test_a_wrong_row_fails_the_table_by_name(self) -> None:
        section = Section("Paths", command=f'cuvae "{REFUSE}"')
        section.row("one that is right", {}, "cannot read")
        section.row("one that is wrong", {}, "cannot write", code=2)
        report, = run.failures([section], self.cuvae, Limits())
        for text in ("Paths: one that is wrong", section.command, "exit code 3, not 2", "lacks 'cannot write'"):
            self.assertIn(text, report)


class Rendered(WithCuvae):
    def test_text_is_no_markup(self) -> None:
        self.assertEqual(render.cell("a|b <c> d_e"), "a\\|b &lt;c> d\\_e")
        self.assertEqual(render.code("a | `b`"), "`` a \\| `b` ``")

    def test_a_row_has_its_command_where_it_is_its_own(self) -> None:
        section = Section("Paths", command=f'cuvae "{REFUSE}"')
        section.row("one", {})
        section.row("two", {}, command=f'cuvae "true; {REFUSE}"')
        one, two = render.part(section, run.outcomes(section.rows, self.cuvae)).splitlines()[-2:]
        self.assertEqual(one, "| one | 3 | cannot read it |")
        self.assertIn("true; ", two)


if __name__ == "__main__":
    unittest.main()
