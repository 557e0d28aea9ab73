"""Codes of situations: random, never derived, with a check character and forgiving input.

Seven characters of Crockford's base32 alphabet (https://www.crockford.com/base32.html) and an
eighth, a check character of the same alphabet: Luhn mod N with N = 32 (ISO/IEC 7812-1 annex B,
generalised). Every single wrong character is noticed, and nearly every swap of two neighbours.
"""

import re
import secrets
from typing import Final

from concertation.situations.models import UsedCode
from ethics.secrecy.pepper import keyed_hash

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 8
_GROUP: Final = 4
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
# What people write instead: Crockford's own substitutions.
_HEARD_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS: Final = re.compile(r"[\s\-‐‑‒–—_.·]+")
_LONGEST_INPUT: Final = 40


def check_character(body: str) -> str:
    """The check character of seven characters of the alphabet (Luhn mod 32)."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = _VALUES[character] * (2 if place % 2 == 0 else 1)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def new_code() -> str:
    """A code that was never given before; call it inside the transaction that uses it.

    The keyed hash of the code is kept for good, so that it never comes back, not even after the
    situation is erased.
    """
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
        code = body + check_character(body)
        _, fresh = UsedCode.objects.get_or_create(hash=keyed_hash(code, "used-code"))
        if fresh:
            return code


def parse_code(text: str) -> str | None:
    """The code someone typed or read aloud, or `None` when it can't be one.

    O is read as 0, I and L as 1; spaces, hyphens and lower case don't matter. A wrong check
    character gives `None`: a mistyped code never opens another situation.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    plain = _SEPARATORS.sub("", text).upper().translate(_HEARD_AS)
    if len(plain) != LENGTH or any(character not in _VALUES for character in plain):
        return None
    return plain if check_character(plain[:-1]) == plain[-1] else None


def show_code(code: str) -> str:
    """The code as people read it and as addresses spell it: two groups of four."""
    return f"{code[:_GROUP]}-{code[_GROUP:]}"
