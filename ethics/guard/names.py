"""Names of people: after a title or another cue, by given names, by pairs of capitals.

Given names that are words too (Rose, Pierre, Wijs) count only with a cue or another name.
"""

import re
from typing import Final

from ethics.guard.table import TABLE

Place = tuple[int, int]

_TOKEN: Final = TABLE.expression("[A-Za-z][A-Za-z'-]*")
_GIVEN: Final = TABLE.words("given")
_SMALL_GIVEN: Final = _GIVEN - TABLE.words("no_small_given") - TABLE.words("wordy")
_WORDY: Final = TABLE.words("wordy")
_FAMILY: Final = TABLE.words("family")
_PARTICLES: Final = TABLE.words("name_particle")
_ORDINARY: Final = TABLE.words("ordinary")
_SAINTS: Final = frozenset({"saint", "sainte", "sint", "st", "ste"})
_PEOPLES: Final = TABLE.expression("^<nationality>$")
_SENTENCE_END: Final = TABLE.expression('(?:^|[.!?:;\\n"*(>] ?|(?:^|\\n) ?- ?)$')
# Fewer capitals than this are an acronym, more are a name that someone shouts.
_ACRONYM: Final = 4


def after_title(found: re.Match[str]) -> Place | None:
    """“Mme Dupont”, “mme dupont”, “M. El Amrani”: the title and what follows, if it's a name."""
    end = _name_end(found.string, found.start(2), found.end(2), bare=found[1] == "M")
    return None if end is None else (found.start(), end)


def introduced(found: re.Match[str]) -> Place | None:
    """“s'appelle Yolanda”: the name after the cue."""
    end = _name_end(found.string, found.start(1), found.end(1), bare=True)
    return None if end is None else (found.start(1), end)


def _name_end(text: str, start: int, stop: int, *, bare: bool) -> int | None:
    """Where a name that starts here ends; `None` where none does. `bare`: small letters count
    only when the word is known as a name."""
    end = None
    for token in _TOKEN.finditer(text[start:stop]):
        word = token[0]
        if end is not None and not _joins(text[start + (end or 0) : start + token.start()]):
            break
        if _is_name_word(word):
            end = token.end()
        elif word.lower() not in _PARTICLES:
            break
    return None if end is None else start + end


def _joins(between: str) -> bool:
    """Whether what stands between two words of a name may stand there."""
    return bool(re.fullmatch(r"[ \n]{1,2}|(?: [a-z'A-Z]{1,4}){0,3} ", between))


def _is_name_word(word: str) -> bool:
    lower = word.lower()
    if lower in _GIVEN or lower in _FAMILY or lower in _WORDY:
        return word[0].isupper() or lower not in _WORDY
    return word[0].isupper() and len(word) > 1 and not _is_ordinary(lower)


def _is_ordinary(lower: str) -> bool:
    first = lower.partition("-")[0]
    known = lower in _ORDINARY or first in _ORDINARY or first in _SAINTS
    return known or bool(_PEOPLES.match(lower))


def given_or_pair(found: re.Match[str]) -> Place | None:
    """A run of capitalised words, of which a part may be a person's name."""
    text = found.string
    tokens = [
        (token[0], found.start() + token.start(), found.start() + token.end())
        for token in _TOKEN.finditer(found[0])
    ]
    kinds = [_kind(word) for word, _start, _end in tokens]
    if len(kinds) == 1 and kinds[0] not in {"given", "family"}:
        return None
    first = bool(_SENTENCE_END.search(text[max(0, found.start() - 4) : found.start()]))
    if first and kinds[0] == "other" and not _shouted(tokens[0][0]):
        # A sentence's first word has its capital anyway.
        kinds[0] = "ordinary"
    for place, kind in enumerate(kinds):
        if kind == "saint" and place + 1 < len(kinds):
            kinds[place + 1] = "ordinary"
    for low, high in _stretches(kinds):
        part = kinds[low:high]
        words = [tokens[place][0] for place in range(low, high)]
        if _is_person(part, words):
            return tokens[low][1], tokens[high - 1][2]
    return None


def small_given(found: re.Match[str]) -> Place | None:
    """A given name in small letters that is no word of any language: “fatima est venue”."""
    return found.span() if found[0] in _SMALL_GIVEN else None


def _stretches(kinds: list[str]) -> list[tuple[int, int]]:
    """The stretches between ordinary words, without the particles at their ends."""
    found, low = [], 0
    for place, kind in enumerate([*kinds, "ordinary"]):
        if kind in {"ordinary", "saint"}:
            high = place
            while low < high and kinds[low] == "particle":
                low += 1
            while high > low and kinds[high - 1] == "particle":
                high -= 1
            if low < high:
                found.append((low, high))
            low = place + 1
    return found


def _is_person(kinds: list[str], words: list[str]) -> bool:
    """Whether capitalised words that stand together name a person."""
    if "given" in kinds or "family" in kinds:
        return True
    named = [word for word, kind in zip(words, kinds, strict=True) if kind != "particle"]
    if len(named) < 2:
        return False
    if all(word.isupper() for word in named):
        return False
    return all(_shouted(word) or not word.isupper() for word in named)


def _shouted(word: str) -> bool:
    """Whether a word in capitals is too long for an acronym: “DUPONT Yolanda”."""
    return word.isupper() and len(word) > _ACRONYM


def _kind(word: str) -> str:
    lower = word.lower()
    parts = lower.split("-")
    if parts[0] in _SAINTS:
        return "saint"
    if lower in _PARTICLES:
        return "particle"
    if _is_ordinary(lower):
        return "ordinary"
    if word.isupper() and len(word) <= _ACRONYM - 1:
        return "other"
    if len(parts) > 1 and all(part in _GIVEN or part in _WORDY for part in parts):
        return "given"
    if parts[0] in _GIVEN:
        return "given"
    if lower in _FAMILY:
        return "family"
    return "wordy" if parts[0] in _WORDY else "other"
