"""`ledger_writers`: eight writers in eight concertations on PostgreSQL, against one alone."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from audit.names import concertation_ledger
from audit.record import ensure_ledger, record_now
from tests.audit.conftest import a_read
from tests.audit.writers import Acknowledge, Writers
from tests.benchmarks.measure import Measure, at_most

# On two cores a lock that all share would leave the eight no faster than the one.
BAR: Final = 0.75
SECONDS: Final = 4
EIGHT: Final = [concertation_ledger(UUID(int=n, version=4)) for n in range(101, 109)]


def ledger_writers() -> Measure:
    """Events a second of one writer over those of eight, each in a concertation of its own."""
    for name in EIGHT:
        ensure_ledger(name)
    alone = sum(_rates(EIGHT[:1]))
    together = _rates(EIGHT)
    crowded = sum(_rates(EIGHT[:1] * 8))
    rate = sum(together)
    how = (
        f"Each event committed on its own, for {SECONDS} s: one writer {alone:.0f} a second, eight"
        f" in eight concertations {rate:.0f} (the slowest {min(together):.0f}, the fastest"
        f" {max(together):.0f}), eight in one concertation {crowded:.0f}. PostgreSQL, the writers"
        " on the same machine."
    )
    return at_most(alone / rate, BAR, "ratio", 1, how)


def _rates(ledgers: Sequence[str]) -> list[float]:
    """Events a second of each writer; all begin at one moment, with their connections open."""
    start = time.monotonic() + 1

    def work(acknowledge: Acknowledge, number: int) -> None:
        record_now(ledgers[number], a_read())
        time.sleep(max(0, start - time.monotonic()))
        while time.monotonic() < start + SECONDS:
            record_now(ledgers[number], a_read())
            acknowledge(str(number))

    with tempfile.TemporaryDirectory() as folder:
        writers = Writers(Path(folder))
        try:
            for number in range(len(ledgers)):
                writers.start(lambda told, number=number: work(told, number))  # type: ignore[misc]
            writers.wait()
            counts = Counter(writers.acknowledged())
        finally:
            writers.kill_all()
    return [counts[str(number)] / SECONDS for number in range(len(ledgers))]
