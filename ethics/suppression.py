"""Statistics that can't single out (design 2): small numbers are hidden, and whatever gives them
away.

A cell from 1 to 4 is hidden. A table that is published with its total would give a single hidden
cell back by subtraction, so more is hidden with it (secondary suppression). The reader is assumed
to know this very algorithm: for everything it publishes there are at least two tables that publish
the same and differ in each hidden cell. `tests/reports/test_suppression.py` attacks it that way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

THRESHOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Published:
    """A table as it may be shown: `None` stands where a number is hidden."""

    cells: Mapping[str, int | None]
    total: int | None

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return self.total is None or None in self.cells.values()


def small(number: int, threshold: int = THRESHOLD) -> bool:
    """Whether a number could single someone out: from 1 to just under the threshold."""
    return 0 < number < threshold


def single(number: int, *, lifted: bool = False) -> int | None:
    """A number that stands alone."""
    return None if small(number) and not lifted else number


def additive(
    counts: Mapping[str, int], *, lifted: bool = False, threshold: int = THRESHOLD
) -> Published:
    """A table whose cells add up to a total that is published too.

    Hidden with the small cells: every cell equal to the smallest large one (all of them, since
    choosing between equals would tell which was chosen); where no cell is large, the zeros, so
    that all cells are hidden. A total that is small itself is hidden as well, and with it the
    whole table. Raises `ValueError` for a negative count.
    """
    if any(number < 0 for number in counts.values()):
        raise ValueError("a count can't be negative")
    total = sum(counts.values())
    if lifted or not any(small(number, threshold) for number in counts.values()):
        return Published(dict(counts), total)
    large = [number for number in counts.values() if number >= threshold]
    companion = min(large, default=0)
    return Published(
        {
            name: None if small(number, threshold) or number == companion else number
            for name, number in counts.items()
        },
        None if small(total, threshold) else total,
    )


def overlapping(
    counts: Mapping[str, int], *, lifted: bool = False, threshold: int = THRESHOLD
) -> Published:
    """A table whose cells overlap (one situation, several needs): no total to subtract from, so
    hiding the small cells is enough, and no total is published."""
    if any(number < 0 for number in counts.values()):
        raise ValueError("a count can't be negative")
    return Published(
        {
            name: None if small(number, threshold) and not lifted else number
            for name, number in counts.items()
        },
        None,
    )
