"""Which words make a street: capitals, particles, and what can't be one."""

import re
from typing import Final

from ethics.guard.table import TABLE

Place = tuple[int, int]

_WORD: Final = TABLE.expression("[\\w'-]+\\.?")
_NEXT_CAPITAL: Final = TABLE.expression("(?: (?:<street_particle> ){0,2}[A-Z][\\w'-]{1,30}){1,4}")
_SAFE: Final = TABLE.expression("^<safe_way>$", "i")
_COUNTED: Final = TABLE.expression(" ([a-z]{2,18}(?:[sx]|en)|de plus)(?!\\w)")
_ELIDED: Final = TABLE.expression("^[dl]'", "i")
_MONTH: Final = TABLE.expression("(?:<months>)\\.? ?$", "i")
_PARTICLES: Final = TABLE.words("street_particle")
_NEVER: Final = TABLE.words("no_street")
_NO_DUTCH: Final = TABLE.words("no_dutch_street")
_SAFE_SUFFIX: Final = TABLE.expression("<safe_suffix>$", "i")


def street_and_number(found: re.Match[str]) -> Place | None:
    """“rue Haute 12”: the kind of street, its name, the number."""
    kind, name, number = found[1], found[2], found[3]
    if number.startswith(("19", "20")) and len(number) == 4 and _MONTH.search(name):
        return None
    after = found.string[found.end() : found.end() + 20]
    between = found.string[found.end(2) : found.start(3)]
    small = name.islower() or "," in between or "(" in between
    if small and _counts(after):
        return None
    return found.span() if _is_name(kind, _WORD.findall(name)) else None


def number_and_street(found: re.Match[str]) -> Place | None:
    """“12, rue Haute”: the number, the kind of street, the first word of its name and the rest."""
    kind, name = found[1], found[2]
    if not _is_name(kind, _WORD.findall(name)):
        return None
    rest = _NEXT_CAPITAL.match(found.string, found.end())
    return found.start(), rest.end() if rest else found.end()


def dutch_street(found: re.Match[str]) -> Place | None:
    """“Kerkstraat 5”: a word that ends as streets do, not one that only ends alike."""
    street = found[1]
    if street.lower() in _NO_DUTCH:
        return None
    if "," in found.string[found.end(1) : found.end()] and _counts(
        found.string[found.end() : found.end() + 20]
    ):
        return None
    capital = street[0].isupper()
    return found.span() if capital or _SAFE_SUFFIX.search(street) else None


def named_place(found: re.Match[str]) -> Place | None:
    """“Les Tanneurs 34, 1000 Bruxelles”: a number, then the commune."""
    words = [word.lower() for word in _WORD.findall(found[1])]
    return None if _NEVER.intersection(words) else found.span()


def _counts(after: str) -> bool:
    """Whether what follows a number is counted: “avenue du Port, 12 tentes”."""
    counted = _COUNTED.match(after)
    return counted is not None and counted[1] not in _NEVER


def _is_name(kind: str, words: list[str]) -> bool:
    """Capitals and particles; or all in lower case, after a word that is nothing but a street."""
    words = [_ELIDED.sub("", word) for word in words]
    named = [word for word in words if word.lower() not in _PARTICLES]
    if not named or named[-1] != words[-1]:
        return False
    small = [word for word in named if word[0].islower()]
    if any(word.rstrip(".") in _NEVER for word in small):
        return False
    if not small:
        return True
    return len(small) == len(named) <= 3 and bool(_SAFE.match(kind))
