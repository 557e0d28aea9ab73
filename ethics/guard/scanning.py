"""The scan: every rule in turn over the folded text, in time that grows with its length.

Each expression's repetitions are bounded, and a candidate that isn't confirmed is left one
character further: so the work for one character is bounded too. A rule that comes first in the
table takes its place in the text; later ones don't overlap it.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from ethics.guard.checks import CHECKS
from ethics.guard.findings import Finding
from ethics.guard.folding import fold
from ethics.guard.table import TABLE, Rule

AROUND: Final = 40


def scan(text: str, *, known: Collection[str] = ()) -> list[Finding]:
    """Find identifiers in a text, in the order in which they stand.

    All three languages are looked for: notes in Brussels mix them. `known` are names of the
    concertation's own organisations and services, which are no person's.
    """
    folded = fold(text)
    taken = bytearray(len(folded.text))
    hidden = _hidden(folded.text, frozenset(known))
    found = []
    lower = _lower(folded.text)
    for rule in TABLE.rules:
        if rule.needs and not any(each in lower for each in rule.needs):
            continue
        for start, end in places(rule, folded.text, lower):
            if any(taken[start:end]) or (rule.masked and any(hidden[start:end])):
                continue
            taken[start:end] = b"\1" * (end - start)
            place = folded.original(start, end)
            found.append(Finding(rule.kind, rule.severity, *place, rule.advice))
    return sorted(found, key=lambda finding: (finding.start, finding.end))


def places(rule: Rule, text: str, lower: str) -> Iterator[tuple[int, int]]:
    """Where a rule holds."""
    check = CHECKS[rule.check]
    position = 0
    while candidate := _candidate(rule, text, lower, position):
        place = check(candidate) if _stands(rule, candidate, lower) else None
        position = candidate.start() + 1
        if place is not None:
            yield place
            position = max(position, place[1])


def _candidate(rule: Rule, text: str, lower: str, position: int) -> re.Match[str] | None:
    if rule.in_lower is None:
        return rule.pattern.search(text, position)
    found = rule.in_lower.search(lower, position)
    return rule.pattern.match(text, found.start()) if found else None


def _lower(text: str) -> str:
    """A text in small letters, each at its place: rules know ASCII letters only."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_SMALL)


_SMALL: Final = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def _stands(rule: Rule, candidate: re.Match[str], lower: str) -> bool:
    """Whether what surrounds a candidate is as the rule asks, in small letters or capitals."""
    if rule.before is rule.unless_before is rule.after is None:
        return True
    start, end = candidate.span()
    before = lower[max(0, start - AROUND) : start]
    after = lower[end : end + AROUND]
    if rule.unless_before and rule.unless_before.search(before):
        return False
    asked = [(rule.before, before), (rule.after, after)]
    wanted = [(around, place) for around, place in asked if around]
    return not wanted or any(around.search(place) for around, place in wanted)


def _hidden(text: str, known: frozenset[str]) -> bytearray:
    """Marks on what is no person's: streets, places of public life, the concertation's own."""
    hidden = bytearray(len(text))
    for pattern in (TABLE.masks, _own(known)):
        for found in pattern.finditer(text) if pattern else ():
            hidden[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    return hidden


@lru_cache(maxsize=64)
def _own(known: frozenset[str]) -> re.Pattern[str] | None:
    names = sorted({fold(name).text.strip() for name in known} - {""}, key=len, reverse=True)
    if not names:
        return None
    written = "|".join(re.escape(name) for name in names)
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.ASCII | re.IGNORECASE)
