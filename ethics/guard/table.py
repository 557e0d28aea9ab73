"""The table of rules, read once: `rules.json` is the only place where a rule or a word stands.

The browser module receives the same file. Regular expressions are written in what Python's `re`
(with ASCII classes) and JavaScript's `RegExp` (with `u`) read alike. `<name>` in an expression
stands for a list of words or a part of an expression of that name.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ethics.guard.findings import Kind, Severity

SOURCE: Final = Path(__file__).with_name("rules.json")
_NAMED: Final = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: what is looked for, and what must or must not stand around it.

    `in_lower` is the expression for a text in small letters, where capitals don't matter: Python's
    engine is twice as fast without the flag that ignores case. `before` and `unless_before` are
    looked for in the forty characters that end where the candidate starts, `after` in those that
    follow it. `check` names the function that confirms a candidate. `masked`: streets, places of
    public life and the concertation's own names hide it. `needs`: where none of these stands in
    the text, nothing is looked for.
    """

    name: str
    kind: Kind
    severity: Severity
    advice: str
    pattern: re.Pattern[str]
    in_lower: re.Pattern[str] | None
    check: str
    before: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    masked: bool
    needs: tuple[str, ...]


class Table:
    """The file, with its expressions made ready."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self._source = source
        self.fold: dict[str, str] = {
            entry[0]: entry[1:] for entry in source["fold"].split(" ") if entry
        }
        self.fold |= source["fold_to_space_or_line"]
        for zero in source["zeros"]:
            self.fold |= {chr(ord(zero) + digit): str(digit) for digit in range(10)}
        self.letter_for_digit: str = source["letter_for_digit"]

    def words(self, name: str) -> frozenset[str]:
        """A list of words; a space inside one is written `_`."""
        return frozenset(_words(self._source["words"][name]))

    @cached_property
    def iban_lengths(self) -> Mapping[str, int]:
        """The length of an IBAN, by country (SWIFT's IBAN registry)."""
        return {each[:2]: int(each[2:]) for each in self._source["iban_lengths"].split()}

    @cached_property
    def masks(self) -> re.Pattern[str]:
        """Streets and places of public life: no name is looked for inside them."""
        return self.expression(self._source["masks"])

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order in which they take a place in the text."""
        return tuple(self._rule(each) for each in self._source["rules"])

    def written(self) -> list[str]:
        """Every expression of the rules as the engines receive it."""
        around = [(rule.before, rule.unless_before, rule.after) for rule in self.rules]
        return [
            self.masks.pattern,
            *(rule.pattern.pattern for rule in self.rules),
            *(each.pattern for three in around for each in three if each),
        ]

    def expression(self, written: str | list[str], flags: str = "") -> re.Pattern[str]:
        """An expression of the file, ready for use."""
        options = re.ASCII | (re.IGNORECASE if "i" in flags else re.NOFLAG)
        return re.compile(self._expand("".join(written)), options)

    def _rule(self, line: Mapping[str, Any]) -> Rule:
        return Rule(
            name=line["name"],
            kind=Kind(line["kind"]),
            severity=Severity(line["severity"]),
            advice=line["advice"],
            pattern=self.expression(line["pattern"], line.get("flags", "")),
            in_lower=self.expression(line["pattern"]) if "i" in line.get("flags", "") else None,
            check=line.get("check", ""),
            before=self._around(line, "before", "{}$"),
            unless_before=self._around(line, "unless_before", "{}$"),
            after=self._around(line, "after", "^{}"),
            masked=line.get("masked", False),
            needs=tuple(line.get("needs", ())),
        )

    def _around(self, line: Mapping[str, Any], name: str, frame: str) -> re.Pattern[str] | None:
        if name not in line:
            return None
        return self.expression(frame.format(f"(?:{''.join(line[name])})"))

    def _expand(self, written: str) -> str:
        """Put words and parts in their places; parts may name others."""
        while _NAMED.search(written):
            written = _NAMED.sub(self._named, written)
        return written

    def _named(self, found: re.Match[str]) -> str:
        name = found[1]
        if name in self._source["parts"]:
            return f"(?:{''.join(self._source['parts'][name])})"
        # The longest first: an alternation takes the first that fits.
        words = sorted(_words(self._source["words"][name]), key=lambda each: (-len(each), each))
        return f"(?:{'|'.join(words)})"


def _words(written: str | list[str]) -> list[str]:
    return [
        each.replace("_", " ")
        for each in " ".join([written] if isinstance(written, str) else written).split()
    ]


TABLE: Final = Table(json.loads(SOURCE.read_text(encoding="utf-8")))
