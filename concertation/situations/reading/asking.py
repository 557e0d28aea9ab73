"""What is asked of the board: views, filters and order, as its address holds them; and words.

No word of a sealed text stands in an address: a need goes by its number in the closed list, people
and organisations by theirs. Words that are looked for come with a form, and stay in the request.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self
from uuid import UUID

from django.utils.http import urlencode

from concertation.situations.enums import OPEN_STATES, Need, SituationState

VIEWS: Final = ("all", "mine", "overdue", "new")
STATES: Final = (*OPEN_STATES, SituationState.CLOSED)
SORTS: Final = ("next", "code", "state", "actions", "holder")
NOBODY: Final = "nobody"
MOST_WORDS: Final = 100
_MOST_PAGES: Final = 6
# Accents and what is written to be invisible: zero width, directions, soft hyphen.
_UNHEARD: Final = re.compile(
    "[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_SAME: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "’": "'", "‘": "'", "\u2010": "-", "\u2011": "-"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A view of the board. What isn't known is dropped: an old address shows more, never fails."""

    view: str = "all"
    state: str = ""
    need: str = ""
    holder: str = ""
    organisation: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From an address or a form."""
        view, state = str(given.get("view", "")), str(given.get("state", ""))
        sort, page = str(given.get("sort", "")), str(given.get("page", ""))
        holder = str(given.get("holder", ""))
        return cls(
            view=view if view in VIEWS else "all",
            state=state if state in STATES else "",
            need=_number_of_need(str(given.get("need", ""))),
            holder=NOBODY if holder == NOBODY else _uuid(holder),
            organisation=_uuid(str(given.get("organisation", ""))),
            sort=sort if sort.removeprefix("-") in SORTS and sort != "next" else "",
            page=max(1, int(page)) if _is_number(page) else 1,
        )

    @property
    def needed(self) -> Need | None:
        """The need that is looked for."""
        return tuple(Need)[int(self.need) - 1] if self.need else None

    @property
    def order(self) -> str:
        """By which column."""
        return self.sort.removeprefix("-") or "next"

    @property
    def descending(self) -> bool:
        """The other way round."""
        return self.sort.startswith("-")

    @property
    def narrowed(self) -> bool:
        """Whether an empty page may only mean a narrow filter."""
        return replace(self, sort="", page=1) != type(self)()

    def but(self, **changes: Any) -> str:
        """The query of an address that asks this, changed; a change starts at the first page."""
        asked = asdict(replace(self, **({"page": 1} | changes)))
        usual = asdict(type(self)())
        return urlencode({name: each for name, each in asked.items() if each != usual[name]})


EVERYTHING: Final = Asked()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_PAGES


def _number_of_need(text: str) -> str:
    known = _is_number(text) and 1 <= int(text) <= len(Need)
    return str(int(text)) if known else ""


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def folded(text: str) -> str:
    """A text as it is compared: without capitals, accents and invisible marks."""
    if not text.isascii():
        text = _UNHEARD.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_SAME)
    return text.lower()


def words_of(searched: str) -> tuple[str, ...]:
    """The words someone looks for; more than a line's worth is cut."""
    return tuple(folded(searched[:MOST_WORDS]).split())


def holds(texts: Iterable[Any], words: tuple[str, ...]) -> bool:
    """Whether each word stands somewhere in these texts; what did not open holds nothing."""
    whole = folded("\n".join(each for each in texts if isinstance(each, str)))
    return all(word in whole for word in words)
