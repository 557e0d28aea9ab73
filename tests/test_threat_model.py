"""The threat model keeps its word: every attacker names tests, and every test it names exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# Design 3 and the issue: these at least.
ATTACKERS = (
    "Thief of the database", "Thief of a backup", "Database administrator", "Planted key",
    "Another concertation", "Former member", "Curious coordinator", "Limited reader", "Network",
    "Stolen laptop", "Intruder on the running server", "Legal seizure",
)  # fmt: skip


def attackers() -> dict[str, str]:
    """Each attacker's part of the page; the last part is about what is believed."""
    page = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    _, *parts = re.split(r"^## ", page, flags=re.MULTILINE)
    found = dict(part.split("\n", 1) for part in parts)
    found.pop("What is believed, and why")
    return found


def functions_of(path: str) -> set[str]:
    """The test functions a file defines."""
    file = ROOT / path
    if not file.exists():
        return set()
    body = ast.parse(file.read_text("utf-8")).body
    return {each.name for each in body if isinstance(each, ast.FunctionDef)}


def test_every_attacker_of_the_design_is_there_with_all_three_answers() -> None:
    found = attackers()
    for wanted in ATTACKERS:
        assert any(title.startswith(wanted) for title in found), wanted
    for title, part in found.items():
        for answer in ("**Gets**", "**Shown by**", "**Stays open**"):
            assert answer in part, (title, answer)


def test_every_attacker_names_tests_that_exist() -> None:
    for title, part in attackers().items():
        named = NAMED.findall(part)
        assert named, title
        # A name broken by a slip of the backtick would go unseen.
        assert len(named) == part.count("::"), title
        for path, function in named:
            assert function.startswith("test_"), function
            assert function in functions_of(path), f"{title}: {path}::{function}"
