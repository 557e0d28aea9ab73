"""What becomes of a typed text before it is sealed: cleaned, and never longer than agreed.

Nobody can look into a sealed field later to repair it, so this is done at the only moment it can.
"""

import re
import unicodedata
from typing import Final

from concertation.situations.errors import TextMissing, TextTooLong

HEADLINE: Final = 80
SHORT: Final = 80
MEDIUM: Final = 2000
LONG: Final = 4000

# Invisible characters that turn reading order around or hide inside a word. Joiners stay: several
# scripts and emoji need them.
_HIDDEN: Final = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_SPACES: Final = re.compile(r"[ \t\f\v]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


def clean(text: str, limit: int, field: str = "") -> str:
    """A text without control or hidden characters, with quiet spaces and at most one blank line.

    Raises `TextTooLong`: nothing is cut without a word.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _HIDDEN.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co"})
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(kept).split("\n"))
    text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    if len(text) > limit:
        raise TextTooLong(field, limit)
    return text


def one_line(text: str, limit: int, field: str = "") -> str:
    """The same on a single line."""
    return clean(" ".join(text.split()), limit, field)


def needed(text: str, limit: int, field: str = "") -> str:
    """The same, and not empty. Raises `TextMissing`."""
    cleaned = clean(text, limit, field)
    if not cleaned:
        raise TextMissing(field)
    return cleaned
