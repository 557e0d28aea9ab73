"""Text as the rules see it: plain ASCII where it can be, with the way back to the original.

What hides an identifier from a reader's eye or a program's is undone first: compatibility forms
(full width, superscripts, mathematical letters) and accents by Unicode's NFKD (UAX #15), letters of
other scripts that look like Latin ones, zero-width marks and soft hyphens, digits of other scripts,
odd spaces and dashes. Each character is folded by itself, so every folded one knows where it came
from. The browser module does the same with the same table.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ethics.guard.table import TABLE

_LETTER_FOR_DIGIT = re.compile(TABLE.letter_for_digit, re.ASCII)
_DIGIT_OF = {"O": "0", "o": "0", "I": "1", "l": "1"}
# Cc and Cf: controls and format marks (zero width, directions, soft hyphen); M: accents alone.
_DROPPED = ("Cc", "Cf", "Mn", "Me", "Mc")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; character `i` of it was written at `origins[i]` of the original."""

    text: str
    origins: range | list[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that a (not empty) part of the folded text was written as."""
        return self.origins[start], self.origins[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text, in one pass."""
    if text.isascii() and text.isprintable():
        return Folded(_digits(text), range(len(text)))
    pieces: list[str] = []
    origins: list[int] = []
    for run in _RUNS.finditer(text):
        if run[1]:
            pieces.append(run[1])
            origins.extend(range(run.start(), run.end()))
        else:
            piece = _folded(run[0])
            pieces.append(piece)
            origins.extend([run.start()] * len(piece))
    return Folded(_digits("".join(pieces)), origins)


# Printable ASCII stays as it is; anything else is folded one character at a time.
_RUNS = re.compile(r"([ -~]+)|.", re.DOTALL)


def _digits(text: str) -> str:
    """`O47O` is read as `0470`: a letter among digits that looks like one is one."""
    return _LETTER_FOR_DIGIT.sub(lambda found: _DIGIT_OF[found[0]], text)


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    known = TABLE.fold.get(character)
    if known is not None:
        return known
    if character.isascii() and character.isprintable():
        return character
    parts = unicodedata.normalize("NFKD", character)
    return "".join(TABLE.fold.get(each, _plain(each)) for each in parts)


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in _DROPPED:
        return ""
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    return character
