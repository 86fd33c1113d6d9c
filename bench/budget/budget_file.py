"""bench/budget.json: what the step and each kernel may cost, and why that last changed.

    {"changes": [{"digest": ..., "reason": ...}, ...],      the newest first
     "cpu_step": {...}, "kernels": {...}}                   sections: "compiler", and what its owner puts there

A section's owner counts, compares and writes (instructions.py here; tests/sass). Figures that were changed without a
reason are found by the digest, which the newest change has of all sections.
"""

import hashlib
import json
from pathlib import Path

GROWTH = 1.03  # what has grown by more than this fails
KEPT_CHANGES = 20


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def digest(budget: dict) -> str:
    sections = {name: section for name, section in budget.items() if name != "changes"}
    return hashlib.sha256(json.dumps(sections, sort_keys=True).encode()).hexdigest()[:16]


def unexplained(path: Path) -> list[str]:
    """Why the figures cannot be believed; empty where they can."""
    budget = read(path)
    changes = budget.get("changes") or [{"digest": "", "reason": ""}]
    if not changes[0]["reason"].strip():
        return [f"{path}: the newest change has no reason"]
    if changes[0]["digest"] != digest(budget):
        return [f"{path}: figures were changed without a reason; write them with --update --reason TEXT"]
    return []


def write_section(path: Path, name: str, section: dict, reason: str) -> None:
    """Puts the section in the file's place of that name, with the reason for it."""
    budget = read(path) if path.exists() else {}
    changes = budget.pop("changes", [])
    budget[name] = section
    changes = [{"digest": digest(budget), "reason": reason}, *changes][:KEPT_CHANGES]
    path.write_text(as_text({"changes": changes, **dict(sorted(budget.items()))}), encoding="utf-8")


def as_text(value: object, depth: int = 0) -> str:
    """JSON with a line for each change, figure or kernel, so that a diff shows what has changed."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and (depth == 0 or any(isinstance(item, dict) for item in value.values())):
        lines = [f"{inner}{json.dumps(key)}: {as_text(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{outer}}}" + ("\n" if depth == 0 else "")
    if isinstance(value, dict) and depth == 2 and len(value) > 4:
        lines = [f"{inner}{json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{outer}}}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"{inner}{json.dumps(item)}" for item in value) + f"\n{outer}]"
    return json.dumps(value)
