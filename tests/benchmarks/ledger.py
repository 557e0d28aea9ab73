"""The ledger's own prices: an append, a whole verification, and who saw one situation."""

import math
import os
import statistics
import time
from collections.abc import Sequence
from functools import cache
from typing import Final
from unittest.mock import patch
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.event import Event
from audit.merkle import leaf_hash, root_of
from audit.models import Entry, EntrySubject
from audit.names import concertation_ledger
from audit.reading import who_saw
from audit.seeding import seed
from audit.verify import verify_all
from tests.benchmarks.measure import Measure, at_most, side_by_side
from tests.benchmarks.models import PlainAudit
from tests.cast import make_circle
from tests.situations import story

# The bar is for 1,000,000: `LEDGER_EVENTS=1000000 make bench ONLY=ledger_search_ms`.
EVENTS: Final = int(os.environ.get("LEDGER_EVENTS", "200000"))
LEDGER: Final = concertation_ledger(UUID(int=8, version=4))
SAMPLES: Final = 60
HASHED: Final = 100_000


@cache
def seeded() -> UUID:
    """A ledger of many events; a situation that stands in it."""
    return seed(LEDGER, EVENTS)


def ledger_append() -> Measure:
    """A contribution saved with its chained events, against the same with unchained audit rows."""
    circle = make_circle("journal", "Journal")
    row = story.bring(circle.participant)

    def unchained(name: str, events: Sequence[Event]) -> None:
        for each in events:
            PlainAudit(
                actor=each.actor, verb=each.verb, subject=each.indexed_subjects[0].number
            ).save()

    def chained() -> None:
        story.entry(circle.participant, row)

    def plain() -> None:
        with patch("ethics.gate.write.append_many", unchained):
            story.entry(circle.participant, row)

    one, other = side_by_side(chained, plain, samples=SAMPLES)
    how = (
        f"an entry of the timeline, sealed and saved with its ledger event ({one * 1e3:.1f} ms)"
        f" against the same action with an unchained audit row ({other * 1e3:.1f} ms); SQLite,"
        f" median of {SAMPLES}"
    )
    return at_most(one / other, 1.3, "ratio", SAMPLES, how)


def ledger_verify() -> Measure:
    """The whole verification against only reading the rows."""
    seeded()
    # Processor time, each the best of three in turns: the machine is shared with other work.
    whole, read = math.inf, math.inf
    for _ in range(3):
        start = time.process_time()
        assert verify_all(only=LEDGER).ok
        whole = min(whole, time.process_time() - start)
        start = time.process_time()
        rows = Entry.objects.filter(ledger__name=LEDGER).order_by("index").values_list()
        count = sum(1 for _ in rows.iterator(2_000))
        about = EntrySubject.objects.filter(ledger__name=LEDGER).order_by("entry").values_list()
        subjects = sum(1 for _ in about.iterator(2_000))
        read = min(read, time.process_time() - start)
    how = (
        f"{count} entries: verified in {whole:.1f} s ({count / whole:,.0f} a second); the rows that"
        f" it compares, all columns of the entries and of their {subjects} subjects, read in"
        f" {read:.1f} s; SQLite, one core, processor time, best of 3"
    )
    return at_most(whole / read, 4.0, "ratio", 3, how)


def ledger_hashing_s() -> Measure:
    """Hashing alone: 100,000 stored leaves to one root."""
    seeded()
    rows = Entry.objects.filter(ledger__name=LEDGER, leaf__isnull=False).order_by("index")
    leaves = [bytes(leaf or b"") for leaf in rows.values_list("leaf", flat=True)[:HASHED]]
    best = math.inf
    for _ in range(5):
        start = time.process_time()
        root_of(map(leaf_hash, leaves))
        best = min(best, time.process_time() - start)
    length = statistics.mean(map(len, leaves))
    how = (
        f"{len(leaves)} leaves of {length:.0f} bytes hashed to a root, {len(leaves) / best:,.0f} a"
        " second; one core, processor time, best of 5; scaled to 100,000"
    )
    return at_most(best * HASHED / len(leaves), 1.0, "s", 5, how)


def ledger_search_ms() -> Measure:
    """Who saw one situation, by organisation."""
    situation = seeded()
    times = []
    for _ in range(20):
        start = time.perf_counter()
        readers = who_saw(LEDGER, situation)
        times.append((time.perf_counter() - start) * 1e3)
    with CaptureQueriesContext(connection) as queries:
        who_saw(LEDGER, situation)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + queries.captured_queries[0]["sql"])
        plan = " ".join(row[3] for row in cursor.fetchall())
    alone = "COVERING INDEX audit_subject_who_saw" in plan
    how = (
        f"{EVENTS} events, {sum(each.times for each in readers)} about it; answered by one index"
        f" alone: {'yes' if alone else 'NO'}; median of 20 (LEDGER_EVENTS=1000000 for the bar)"
    )
    return at_most(statistics.median(times), 200.0, "ms", 20, how)
