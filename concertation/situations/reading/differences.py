"""What changed between two texts of a field, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

# A word with the space after it: what is added or taken out is read as words, not as letters.
_WORDS: Final = re.compile(r"\s*\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text: kept, added or taken out."""

    text: str
    change: str = ""


def differences(before: str, after: str) -> tuple[Part, ...]:
    """The later text with what was added to the earlier one, and what was taken out of it."""
    if not before or not after:
        return (Part(after),) if after else ()
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, [each.strip() for each in old], [each.strip() for each in new])
    parts: list[Part] = []
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            parts.append(Part("".join(new[first:last])))
            continue
        parts += [Part("".join(old[start:end]), "del")] if end > start else []
        parts += [Part("".join(new[first:last]), "ins")] if last > first else []
    return tuple(parts)


def between(texts: list[str]) -> list[tuple[Part, ...]]:
    """The same for each of a row of texts, the earliest first: it stands whole."""
    whole = [(Part(texts[0]),)] if texts and texts[0] else [()] * bool(texts)
    return [*whole, *(differences(*pair) for pair in pairwise(texts))]
