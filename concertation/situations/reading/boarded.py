"""What a page of the board shows: its rows, its counts, and what its filters offer."""

from dataclasses import dataclass
from datetime import date

from concertation.situations.reading.asking import Asked


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One situation in the list: its frame, and of its text the headline only."""

    code: str
    headline: str
    needs: tuple[str, ...]
    urgency: str
    # A word stands beside the headline only when it is more than "not urgent".
    pressing: bool
    state: str
    glyph: str
    restricted: bool
    is_new: bool
    next_on: date | None
    next_is_action: bool
    open_actions: int
    overdue_actions: int
    owed: int
    holder: str
    # Whoever held it left the circle: someone else is to be found.
    holder_left: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: (value, word)."""

    states: tuple[tuple[str, str], ...]
    needs: tuple[tuple[str, str], ...]
    holders: tuple[tuple[str, str], ...]
    organisations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board, with how many situations each view holds."""

    rows: tuple[BoardRow, ...]
    asked: Asked
    choices: Choices
    pages: int
    # In this view, through the filters and the words.
    found: int
    all: int
    mine: int
    overdue: int
    # Nothing is new to whoever was never here before.
    new: int | None
    overdue_actions: int
    searched: str = ""
    whole: bool = False
    # Whether the view may be taken away in a file.
    may_export: bool = False

    @property
    def previous(self) -> int:
        """The page before, 0 on the first."""
        return self.asked.page - 1

    @property
    def next(self) -> int:
        """The page after, 0 on the last."""
        return self.asked.page + 1 if self.asked.page < self.pages else 0
