"""What a measure is, and how two things are timed fairly side by side."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of design 7, with its bar and the way it was taken."""

    value: float | None
    bar: float
    unit: str
    holds: bool | None
    samples: int
    how: str

    def as_json(self) -> dict[str, Any]:
        """For the object printed last."""
        return asdict(self)


def at_most(value: float, bar: float, unit: str, samples: int, how: str) -> Measure:
    """A measure that holds while it stays under its bar."""
    return Measure(round(value, 3), bar, unit, value <= bar, samples, how)


def not_yet(bar: float, unit: str, why: str) -> Measure:
    """A measure that can't be taken, with the reason."""
    return Measure(None, bar, unit, None, 0, why)


def side_by_side(
    one: Callable[[], object], other: Callable[[], object], *, samples: int, warm_up: int = 10
) -> tuple[float, float]:
    """The median time of two calls in seconds, taken in turns, so that a busy moment hits both.

    Which goes first changes each round. The collector runs between rounds, never inside one.
    """
    for _ in range(warm_up):
        one()
        other()
    times: tuple[list[float], list[float]] = ([], [])
    calls = (one, other)
    gc.collect()
    gc.disable()
    try:
        for number in range(samples):
            for which in (0, 1) if number % 2 else (1, 0):
                start = time.perf_counter()
                calls[which]()
                times[which].append(time.perf_counter() - start)
            gc.collect()
    finally:
        gc.enable()
    return statistics.median(times[0]), statistics.median(times[1])
