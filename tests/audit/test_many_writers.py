"""Eight writers at once: killed at any moment, and each in a concertation of its own."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from django.db import connection, transaction

from audit.checkpoint import sign_all
from audit.enums import Purpose, Verb
from audit.models import Entry, Ledger
from audit.names import PLATFORM, concertation_ledger
from audit.record import append, ensure_ledger, record_now
from audit.verify import verify_all
from concertation.situations.models import Contribution
from ethics import gate
from ethics.secrecy.check import check_all
from tests.audit.conftest import a_read, a_write
from tests.audit.writers import Acknowledge, Writers
from tests.cast import make_circle
from tests.situations import story

ON_POSTGRESQL = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)
DATABASES: Final = ["default", "erasure"]
WRITERS: Final = 8
KILLS: Final = 40
# A machine that is busy with other things must not make the test hang or lie.
LONGEST: Final = 90
LEDGERS: Final = [concertation_ledger(UUID(int=n, version=4)) for n in range(1, WRITERS + 1)]


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[Writers]:
    pool = Writers(tmp_path)
    yield pool
    pool.kill_all()


@pytest.mark.django_db(databases=DATABASES, transaction=True)
def test_whatever_was_acknowledged_before_a_kill_is_there_with_its_event(writers: Writers) -> None:
    """Contributions and readings by eight people's processes, killed forty times at any moment."""
    circle = make_circle()
    ensure_ledger(PLATFORM)
    row = story.bring(circle.participant)
    people = [circle.participant, circle.coordinator, circle.manager]

    def writing(number: int) -> Callable[[Acknowledge], None]:
        who = people[number % len(people)]

        def work(acknowledge: Acknowledge) -> None:
            while True:
                acknowledge(f"wrote {story.entry(who, row).id}")
                gate.reveal(who.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET)
                acknowledge(f"read {who.user.id}")

        return work

    for number in range(WRITERS):
        writers.start(writing(number))
    chance = random.Random()
    end = time.monotonic() + LONGEST
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.01, 0.15))
        assert time.monotonic() < end, "too slow to be killed forty times"
        writers.start(writers.kill(chance.choice(list(writers.living))))
    before = len(writers.acknowledged())
    while len(writers.acknowledged()) < before + WRITERS:
        assert time.monotonic() < end, "the writers do not go on after the kills"
        time.sleep(0.05)
    writers.kill_all()

    told = writers.acknowledged()
    wrote = {UUID(line.split()[1]) for line in told if line.startswith("wrote ")}
    reads = Counter(UUID(line.split()[1]) for line in told if line.startswith("read "))
    assert len(wrote) > WRITERS
    assert sum(reads.values()) > WRITERS
    assert wrote <= set(Contribution.objects.values_list("id", flat=True))
    events = Entry.objects.filter(verb=Verb.CONTRIBUTION_ADDED, object_uuid__in=wrote)
    assert set(events.values_list("object_uuid", flat=True)) == wrote
    for person, count in reads.items():
        assert Entry.objects.filter(verb=Verb.READ, actor=person).count() >= count
    # And nothing was saved without its event, acknowledged or not.
    assert check_all().ok
    sign_all()
    assert verify_all().ok


@ON_POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_a_ledger_held_makes_nobody_wait_in_another(writers: Writers) -> None:
    for name in (PLATFORM, *LEDGERS):
        ensure_ledger(name)
    held, *others = LEDGERS

    def work(acknowledge: Acknowledge, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        with transaction.atomic():
            append(name, a_write())
        record_now(name, a_read())
        acknowledge(name)

    connection.close()
    # The platform's is held too: only checkpoints and what concerns everybody need it.
    holder = writers.start(lambda told: _hold(told, held))
    _until(lambda: "held" in writers.acknowledged())
    for name in others:
        writers.start(lambda told, name=name: work(told, name))  # type: ignore[misc]
    _until(lambda: set(others) <= set(writers.acknowledged()), writers)
    writers.kill(holder)
    writers.wait()
    assert list(Ledger.objects.filter(name__in=others).values_list("size", flat=True)) == [2] * 7
    assert verify_all().ok


def _hold(acknowledge: Acknowledge, name: str) -> None:
    with transaction.atomic():
        list(Ledger.objects.select_for_update(no_key=True).filter(name__in=[name, PLATFORM]))
        acknowledge("held")
        time.sleep(LONGEST)


def _until(true: Callable[[], bool], writers: Writers | None = None) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, writers and writers.failures()
        time.sleep(0.02)


@ON_POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_of_eight_writers_in_eight_concertations_none_starves(writers: Writers) -> None:
    for name in (PLATFORM, *LEDGERS):
        ensure_ledger(name)
    start = time.monotonic() + 1

    def work(acknowledge: Acknowledge, name: str) -> None:
        record_now(name, a_read())  # the connection is open before anybody begins
        time.sleep(max(0, start - time.monotonic()))
        while time.monotonic() < start + 3:
            record_now(name, a_read())
            acknowledge(name)

    for name in LEDGERS:
        writers.start(lambda told, name=name: work(told, name))  # type: ignore[misc]
    writers.wait()
    counts = Counter(writers.acknowledged())
    assert set(counts) == set(LEDGERS)
    # Equal shares would be 1; a writer that had to wait for the others' locks would have next to 0.
    assert min(counts.values()) >= max(counts.values()) / 4, counts
    assert verify_all().ok
