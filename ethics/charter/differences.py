"""What changed from one text to the next, word by word: pure, and complete in both directions.

Paragraphs are matched first, then the words inside those that changed: a moved sentence reads as
taken out here and put in there, and no word is left out of either text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

_WORDS: Final = re.compile(r"\s+|[^\s]+")


class Change(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that share one fate."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the two texts laid over each other."""

    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        """Whether any word of it was taken out or put in."""
        return any(piece.change != Change.SAME for piece in self.pieces)


def differences(before: str, after: str) -> list[Paragraph]:
    """Lay two texts over each other: every word of both stands in it, marked.

    Leaving out what was added gives `before`'s words, leaving out what was removed `after`'s.
    """
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Paragraph] = []
    for tag, i, j, k, m in _matched(old, new):
        if tag == "equal":
            found += [Paragraph((Piece(Change.SAME, text),)) for text in new[k:m]]
            continue
        shared = min(j - i, m - k)
        pairs = zip(old[i : i + shared], new[k : k + shared], strict=True)
        found += [Paragraph(tuple(_words(one, other))) for one, other in pairs]
        found += [Paragraph((Piece(Change.REMOVED, text),)) for text in old[i + shared : j]]
        found += [Paragraph((Piece(Change.ADDED, text),)) for text in new[k + shared : m]]
    return found


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n|\n(?=- |#)", text) if part.strip()]


def _words(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for tag, i, j, k, m in _matched(old, new):
        if tag == "equal":
            yield Piece(Change.SAME, "".join(new[k:m]))
            continue
        if i < j:
            yield Piece(Change.REMOVED, "".join(old[i:j]))
        if k < m:
            yield Piece(Change.ADDED, "".join(new[k:m]))


def _matched(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
