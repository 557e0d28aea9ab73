"""What is typed about a person, in the one spelling we keep."""

import re
import unicodedata
from typing import Final

# Characters that turn reading order around or hide inside a word: with them a name could look like
# someone else's. Joiners stay: several scripts need them.
_HIDDEN: Final = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


def tidy_name(text: str) -> str:
    """A person's name on one line, without control or hidden characters."""
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", text))
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cs", "Co"}).strip()


def tidy_address(text: str) -> str:
    """An e-mail address in lower case; "" for one with other letters than ASCII's.

    Databases and mail servers fold such letters each in their own way ('ı' becomes 'I', the Kelvin
    sign 'k'): two addresses that look alike would reach one account.
    """
    text = text.strip()
    return text.lower() if text.isascii() else ""
