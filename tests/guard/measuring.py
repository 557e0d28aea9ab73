"""Recall and precision of the guard over labelled sentences.

A labelled identifier is found where a finding of its kind and severity overlaps it; a finding is
right where it overlaps a label of its kind. Clean and tricky sentences carry no label: whatever is
found there is wrong.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ethics.guard import HARD_KINDS, Finding, Kind, scan

CORPUS: Final = Path(__file__).with_name("corpus.jsonl")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One invented sentence and what stands in it.

    `held`: never looked at while rules are tuned.
    """

    id: str
    lang: str
    text: str
    group: str
    findings: tuple[dict[str, Any], ...]
    held: bool = False


@dataclass(slots=True)
class Score:
    """Counts over sentences, by kind; `cued` counts the names that have a cue."""

    labels: Counter[str] = field(default_factory=Counter)
    recalled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    harmless: int = 0
    blocked: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def recall(self, kind: str) -> float | None:
        """The share of labels that were found; `None` where there are none."""
        return self.recalled[kind] / self.labels[kind] if self.labels[kind] else None

    def precision(self, kind: str) -> float | None:
        """The share of findings that were right; `None` where there are none."""
        return self.right[kind] / self.found[kind] if self.found[kind] else None

    @property
    def blocked_share(self) -> float:
        """The share of sentences without identifiers that a hard finding would block."""
        return self.blocked / self.harmless if self.harmless else 0.0


def corpus(path: Path = CORPUS) -> list[Sentence]:
    """The labelled sentences."""
    lines = path.read_text(encoding="utf-8").split("\n")
    read = [json.loads(line) for line in lines if line]
    return [Sentence(**{**each, "findings": tuple(each["findings"])}) for each in read]


def measure(sentences: Iterable[Sentence]) -> Score:
    """Scan every sentence and count."""
    score = Score()
    for sentence in sentences:
        found = scan(sentence.text)
        _count(score, sentence, found)
        if not sentence.findings:
            score.harmless += 1
            score.blocked += any(each.kind in HARD_KINDS for each in found)
    return score


def _count(score: Score, sentence: Sentence, found: list[Finding]) -> None:
    for label in sentence.findings:
        kinds = [label["kind"], *(["cued"] if label.get("cue") else [])]
        hit = any(_same(each, label) for each in found)
        score.labels.update(kinds)
        score.recalled.update(kinds if hit else [])
        if not hit:
            written = sentence.text[label["start"] : label["end"]]
            score.missed.append(f"{sentence.id} {label['kind']}: {written}")
    for each in found:
        right = any(_same(each, label) for label in sentence.findings)
        score.found[each.kind] += 1
        score.right[each.kind] += right
        if not right:
            score.wrong.append(f"{sentence.id} {each.kind}: {sentence.text[each.start : each.end]}")


def _same(finding: Finding, label: dict[str, Any]) -> bool:
    same = (str(finding.kind), str(finding.severity)) == (label["kind"], label["severity"])
    return same and bool(finding.start < label["end"] and label["start"] < finding.end)


def table(score: Score) -> list[str]:
    """One line for each kind: how many labels, recall, precision."""
    lines = []
    for kind in [*Kind, "cued"]:
        recall, precision = score.recall(kind), score.precision(kind)
        shown = [f"{share:.3f}" if share is not None else "-" for share in (recall, precision)]
        lines.append(f"{kind} {score.labels[kind]}: recall {shown[0]}, precision {shown[1]}")
    return lines
