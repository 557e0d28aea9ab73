"""How long the log is kept: longer by a decision that stands in it, and governance's own end."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from audit import keeping, prune
from audit.enums import RetentionClass, SubjectKind, Verb
from audit.event import Event, Pruned, Subject
from audit.keeping import AFTER_ACCESS, NOTICE, YEAR, about_the_log
from audit.models import Entry, Ledger
from audit.record import record_now
from audit.verify import BadKind, verify_all
from tests.audit.conftest import CONCERTATION, NAME, ORGANISATION, PERSON, a_read
from tests.audit.test_prune import Clock, at, blank, first_bad, indexes

__all__ = ["at"]

COORDINATOR = UUID("77777777-7777-4777-8777-777777777777")
LETTER = Event(verb=Verb.CHECKPOINT_SENT, details={"count": 2})
SIGNED = Event(
    verb=Verb.CHARTER_SIGNED, actor=PERSON, subjects=(Subject(SubjectKind.PERSON, PERSON),)
)
ADMITTED = Event(
    verb=Verb.ADMITTED, actor=COORDINATOR, subjects=(Subject(SubjectKind.PERSON, PERSON),)
)
Ends = Callable[[dict[UUID, datetime | None]], None]


def decision(years: int) -> Event:
    return Event(
        verb=Verb.RETENTION_EXTENDED,
        actor=COORDINATOR,
        subjects=(about_the_log(CONCERTATION),),
        details={"value": years},
    )


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Ends:
    """Says whose access ended when."""

    def set_ends(ends: dict[UUID, datetime | None]) -> None:
        monkeypatch.setattr(keeping, "_ends", lambda _concertation: ends)

    set_ends({})
    return set_ends


def go(ledger: str) -> list[tuple[RetentionClass, int]]:
    planned = prune.plan(ledger)
    return [(klass, index) for klass in prune.PRUNABLE for index in indexes(planned, klass)]


# --- Longer, by a decision -----------------------------------------------------------------------


@pytest.mark.parametrize(("years", "days", "stays"), [(2, 700, 1), (2, 740, 0), (3, 1090, 1)])
def test_a_decision_keeps_reads_as_long_as_it_says(
    ledger: str, at: Clock, years: int, days: int, stays: int
) -> None:
    today = timezone.now()
    at(today - timedelta(days=days))
    record_now(ledger, a_read())
    record_now(ledger, LETTER)
    at(today - timedelta(days=days - 300))
    record_now(ledger, decision(years))
    at(today)
    assert prune.plan(ledger).count(RetentionClass.ACCESS) == 1 - stays


def test_a_decision_holds_as_long_as_it_keeps_and_then_the_rule_is_back(
    ledger: str, at: Clock
) -> None:
    today = timezone.now()
    at(today - timedelta(days=1000))
    record_now(ledger, decision(2))
    at(today - timedelta(days=500))
    record_now(ledger, a_read())
    record_now(ledger, LETTER)
    found = keeping.steps(Ledger.objects.get(name=ledger))
    assert keeping.in_force(found, today - timedelta(days=1000) + 2 * YEAR) is None
    assert keeping.in_force(found, today - timedelta(days=1001) + 2 * YEAR) is not None
    at(today)
    assert prune.plan(ledger).count(RetentionClass.ACCESS) == 1, "730 days have passed"


def kept_three_years(ledger: str, at: Clock) -> datetime:
    """A read of long ago that a decision keeps today."""
    today = timezone.now()
    at(today - timedelta(days=500))
    record_now(ledger, a_read())
    record_now(ledger, LETTER)
    record_now(ledger, decision(3))
    at(today)
    return today


def test_a_decision_is_taken_back_by_another(ledger: str, at: Clock) -> None:
    today = kept_three_years(ledger, at)
    assert prune.plan(ledger).total == 0
    record_now(ledger, decision(1))
    at(today + NOTICE - timedelta(minutes=1))
    assert prune.plan(ledger).total == 0, "everybody has been told, and nothing goes meanwhile"
    at(today + NOTICE + timedelta(minutes=1))
    assert prune.plan(ledger).count(RetentionClass.ACCESS) == 1


def test_a_prune_event_within_the_notice_is_not_believed(ledger: str, at: Clock) -> None:
    kept_three_years(ledger, at)
    record_now(ledger, decision(1))
    pruned = Pruned(klass=RetentionClass.ACCESS, ranges=((0, 1),))
    record_now(NAME, Event(verb=Verb.PRUNED, pruned=pruned))
    blank(0)
    assert (first_bad().index, first_bad().kind) == (0, BadKind.MISSING)


@pytest.mark.parametrize(
    ("decided", "days", "years", "next_years"),
    [
        ([(0, 3), (100, 1)], 100, 3, 1),
        ([(0, 3), (100, 1)], 131, 1, None),
        ([(0, 3), (100, 2)], 129, 3, 2),
        ([(0, 3), (100, 2)], 131, 2, None),
        ([(0, 2), (100, 3)], 100, 3, None),  # longer at once
        ([(0, 3), (100, 1), (110, 3)], 110, 3, None),  # changed one's mind: nothing was lost
        ([(0, 2), (720, 1)], 729, 2, 1),
        ([(0, 2), (720, 1)], 731, 1, None),  # it ends by itself before the notice does
        ([(0, 3), (100, 1), (120, 2)], 131, 2, None),
        ([(0, 2), (800, 3), (820, 2)], 840, 3, 2),
    ],
)
def test_what_shortens_holds_after_its_notice_and_what_lengthens_at_once(
    ledger: str,
    at: Clock,
    decided: list[tuple[int, int]],
    days: int,
    years: int,
    next_years: int | None,
) -> None:
    start = timezone.now() - timedelta(days=1000)
    for day, value in decided:
        at(start + timedelta(days=day))
        record_now(ledger, decision(value))
    moment = start + timedelta(days=days, minutes=1)
    found = keeping.steps(Ledger.objects.get(name=ledger))
    holds, then = keeping.in_force(found, moment), keeping.announced(found, moment)
    assert (1 if holds is None else keeping.years_of(holds)) == years
    assert (None if then is None else keeping.years_of(then)) == next_years


@pytest.mark.parametrize("years", [0, 4, 30])
def test_no_decision_keeps_more_than_three_years(ledger: str, at: Clock, years: int) -> None:
    today = timezone.now()
    at(today - timedelta(days=500))
    record_now(ledger, a_read())
    record_now(ledger, LETTER)
    record_now(ledger, decision(years))
    at(today)
    assert prune.plan(ledger).count(RetentionClass.ACCESS) == 1


def test_a_prune_event_that_passes_over_a_decision_is_not_believed(ledger: str, at: Clock) -> None:
    today = timezone.now()
    at(today - timedelta(days=500))
    record_now(ledger, a_read())
    record_now(ledger, LETTER)
    record_now(ledger, decision(2))
    at(today)
    pruned = Pruned(klass=RetentionClass.ACCESS, ranges=((0, 1),))
    record_now(NAME, Event(verb=Verb.PRUNED, pruned=pruned))
    blank(0)
    assert (first_bad().index, first_bad().kind) == (0, BadKind.MISSING)


def test_the_platforms_log_is_prolonged_by_nobody(ledger: str, at: Clock) -> None:
    assert keeping.steps(Ledger.objects.get(name="platform")) == []


# --- Governance ----------------------------------------------------------------------------------


@pytest.fixture
def long_ago(ledger: str, at: Clock) -> str:
    """Seven years ago somebody signed and was admitted; two letters since; today."""
    today = timezone.now()
    at(today - timedelta(days=7 * 365))
    record_now(ledger, SIGNED)  # 0
    record_now(ledger, ADMITTED)  # 1
    record_now(ledger, decision(2))  # 2
    at(today - timedelta(days=6 * 365))
    record_now(ledger, LETTER)  # 3
    at(today - timedelta(days=400))
    record_now(ledger, LETTER)  # 4
    at(today)
    return ledger


@pytest.mark.parametrize(("after", "gone"), [(timedelta(days=-1), 2), (timedelta(days=1), 0)])
def test_governance_goes_five_years_after_access_ended(
    long_ago: str, known: Ends, after: timedelta, gone: int
) -> None:
    ended = timezone.now() - AFTER_ACCESS + after
    known({PERSON: ended, COORDINATOR: ended})
    found = go(long_ago)
    assert found == [(RetentionClass.GOVERNANCE, index) for index in (0, 1)[:gone]]


def test_an_entry_stays_while_anybody_it_names_has_access(long_ago: str, known: Ends) -> None:
    known({PERSON: timezone.now() - 6 * YEAR, COORDINATOR: None})
    assert go(long_ago) == [(RetentionClass.GOVERNANCE, 0)], "the admission names both"


def test_without_anybody_who_knows_nothing_of_governance_goes(
    long_ago: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_ends", None)
    assert go(long_ago) == []


def test_whom_nobody_knows_any_more_counts_from_the_last_trace(
    long_ago: str, known: Ends, at: Clock
) -> None:
    known({COORDINATOR: timezone.now() - 6 * YEAR})
    assert go(long_ago) == [(RetentionClass.GOVERNANCE, 0), (RetentionClass.GOVERNANCE, 1)]
    record_now(long_ago, Event(verb=Verb.ROLE_CHANGED, subjects=SIGNED.subjects))
    assert go(long_ago) == [], "governance still says something of them"


def test_a_search_about_somebody_who_left_is_no_sign_of_theirs(long_ago: str, known: Ends) -> None:
    known({COORDINATOR: timezone.now() - 6 * YEAR})
    record_now(long_ago, Event(verb=Verb.LEDGER_READ, subjects=SIGNED.subjects))
    assert len(go(long_ago)) == 2


def test_an_organisation_that_still_takes_part_keeps_its_subscription(
    ledger: str, at: Clock, known: Ends
) -> None:
    today = timezone.now()
    at(today - 7 * YEAR)
    subscribed = Event(
        verb=Verb.ORGANISATION_SUBSCRIBED,
        actor=PERSON,
        subjects=(Subject(SubjectKind.ORGANISATION, ORGANISATION),),
    )
    record_now(ledger, subscribed)
    at(today - 6 * YEAR)
    record_now(ledger, LETTER)
    at(today)
    known({PERSON: today - 6 * YEAR, ORGANISATION: None})
    assert go(ledger) == []
    known({PERSON: today - 6 * YEAR, ORGANISATION: today - 6 * YEAR})
    assert go(ledger) == [(RetentionClass.GOVERNANCE, 0)]


@pytest.mark.parametrize("verb", sorted(keeping.STAYS - {Verb.PRUNED}))
def test_the_ground_stays(ledger: str, at: Clock, known: Ends, verb: Verb) -> None:
    today = timezone.now()
    at(today - 7 * YEAR)
    record_now(ledger, Event(verb=verb, actor=PERSON))
    at(today - 6 * YEAR)
    record_now(ledger, LETTER)
    at(today)
    known({PERSON: today - 6 * YEAR})
    assert go(ledger) == []


def test_after_governance_went_everything_verifies_and_says_so(long_ago: str, known: Ends) -> None:
    known(dict.fromkeys((PERSON, COORDINATOR), timezone.now() - 6 * YEAR))
    assert prune.carry_out(prune.plan(long_ago)) == 2
    assert verify_all().ok
    gone = Entry.objects.filter(ledger__name=long_ago, leaf=None).values_list("index", flat=True)
    assert sorted(gone) == [0, 1]
    blank(4)
    assert (first_bad().index, first_bad().kind) == (4, BadKind.MISSING)


def test_governance_younger_than_five_years_is_missing_even_when_listed(
    long_ago: str, known: Ends
) -> None:
    pruned = Pruned(klass=RetentionClass.GOVERNANCE, ranges=((4, 5),))
    record_now(NAME, Event(verb=Verb.PRUNED, pruned=pruned))
    blank(4)
    assert (first_bad().index, first_bad().kind) == (4, BadKind.MISSING)


def test_what_proves_the_age_of_others_stays(ledger: str, at: Clock, known: Ends) -> None:
    today = timezone.now()
    at(today - 8 * YEAR)
    record_now(ledger, a_read())  # 0
    record_now(ledger, SIGNED)  # 1: the only leaf that proves the read old
    at(today - 6 * YEAR)
    assert prune.carry_out(prune.plan(ledger)) == 1
    at(today - YEAR)
    record_now(ledger, LETTER)
    at(today)
    known({PERSON: today - 7 * YEAR})
    assert go(ledger) == []
    assert verify_all().ok
