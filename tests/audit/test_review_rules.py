"""The published rules, each at its limit: what is just under is left alone. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from audit.enums import Outcome, Purpose, Verb
from audit.review.rules import SAMPLE_SIZE, Act, Facts, Finding, Rule, pick

ANNA, BEN = UUID(int=1), UUID(int=2)
ONE = UUID(int=100)
# A Tuesday at noon in Brussels.
NOON = datetime(2026, 11, 3, 11, 0, tzinfo=UTC)
SEED = b"s" * 16


def sit(number: int) -> UUID:
    return UUID(int=1000 + number)


def read(index: int = 0, at: datetime = NOON, situation: UUID = ONE, who: UUID = ANNA) -> Act:
    return Act(index, at, Verb.READ, actor=who, situations=(situation,))


def found(rule: Rule, acts: list[Act], facts: Facts | None = None) -> list[Finding]:
    return [each for each in pick(acts, facts or Facts(), seed=SEED) if each.rule == rule]


def test_a_reader_with_a_part_in_it_is_left_alone_and_another_is_picked_once() -> None:
    facts = Facts(involved={ONE: frozenset({ANNA})})
    acts = [read(0), read(1, who=BEN), read(2, NOON + timedelta(days=2), who=BEN)]
    (item,) = found(Rule.WITHOUT_INVOLVEMENT, acts, facts)
    assert (item.actor, item.situation, item.entries, item.count) == (BEN, ONE, (1, 2), 2)


@pytest.mark.parametrize(("days", "picked"), [(-30, False), (30, False), (-31, True), (31, True)])
def test_an_agenda_within_thirty_days_is_reason_enough(days: int, picked: bool) -> None:
    facts = Facts(on_agenda={ONE: [NOON + timedelta(days=days)]})
    assert bool(found(Rule.WITHOUT_INVOLVEMENT, [read()], facts)) is picked


def test_another_situations_agenda_is_no_reason() -> None:
    facts = Facts(on_agenda={sit(1): [NOON]})
    assert found(Rule.WITHOUT_INVOLVEMENT, [read()], facts)


@pytest.mark.parametrize("verb", [Verb.LIST, Verb.SEARCH])
def test_lists_and_searches_are_neither_openings_nor_bulk_reading(verb: Verb) -> None:
    many = tuple(sit(number) for number in range(50))
    acts = [Act(index, NOON, verb, actor=ANNA, situations=many) for index in range(20)]
    assert pick(acts, Facts(), seed=SEED) == ()


@pytest.mark.parametrize("purpose", [Purpose.BRINGING, Purpose.IMPORT])
def test_ones_own_draft_and_an_import_are_no_opening(purpose: Purpose) -> None:
    facts = Facts(restricted=frozenset({ONE}))
    acts = [replace(read(n), purpose=str(purpose)) for n in range(3)]
    assert pick(acts, facts, seed=SEED) == ()


def spread(count: int, seconds: int) -> list[Act]:
    return [read(n, NOON + timedelta(seconds=n * seconds), sit(n)) for n in range(count)]


def test_ten_sheets_in_ten_minutes_are_no_bulk_reading_and_eleven_are() -> None:
    assert not found(Rule.BULK_READING, spread(10, 30))
    (item,) = found(Rule.BULK_READING, spread(11, 30))
    assert (item.count, item.situation) == (11, None)


def test_eleven_sheets_over_more_than_ten_minutes_are_no_bulk_reading() -> None:
    assert found(Rule.BULK_READING, spread(11, 60))  # ten minutes exactly
    assert not found(Rule.BULK_READING, spread(11, 61))


def test_the_same_sheet_again_and_again_is_no_bulk_reading() -> None:
    assert not found(Rule.BULK_READING, [read(n) for n in range(30)])


def test_a_long_stretch_is_one_item_and_the_next_day_another() -> None:
    later = [read(100 + n, NOON + timedelta(days=1, seconds=n), sit(n)) for n in range(11)]
    first, second = found(Rule.BULK_READING, [*spread(40, 10), *later])
    assert (first.count, second.count) == (40, 11)


def test_two_people_who_read_ten_each_are_no_series() -> None:
    acts = [read(n, who=ANNA, situation=sit(n)) for n in range(10)]
    acts += [read(50 + n, who=BEN, situation=sit(n)) for n in range(10)]
    assert not found(Rule.BULK_READING, acts)


@pytest.mark.parametrize(
    ("hour", "minute", "picked"), [(21, 59, False), (22, 0, True), (5, 59, True), (6, 0, False)]
)
def test_the_night_begins_at_ten_and_ends_at_six_in_brussels(
    hour: int, minute: int, picked: bool
) -> None:
    # In November Brussels is one hour ahead of UTC.
    at = datetime(2026, 11, 3, hour, minute, tzinfo=UTC) - timedelta(hours=1)
    assert bool(found(Rule.UNUSUAL_HOURS, [read(at=at)])) is picked


def test_one_night_is_one_item_before_and_after_midnight() -> None:
    evening = datetime(2026, 11, 3, 22, 30, tzinfo=UTC)
    acts = [read(0, evening), read(1, evening + timedelta(hours=3)), read(2, evening, who=BEN)]
    assert [each.count for each in found(Rule.UNUSUAL_HOURS, acts)] == [2, 1]


def test_a_closed_situation_is_picked_from_the_day_it_closed() -> None:
    facts = Facts(closed_on={ONE: date(2026, 11, 3)})
    before = read(0, NOON - timedelta(days=1))
    assert not found(Rule.CLOSED_OR_RESTRICTED, [before], facts)
    assert found(Rule.CLOSED_OR_RESTRICTED, [read(1)], facts)


def test_a_restricted_situation_is_picked() -> None:
    facts = Facts(restricted=frozenset({ONE}))
    (item,) = found(Rule.CLOSED_OR_RESTRICTED, [read(0), read(1, situation=sit(1))], facts)
    assert item.situation == ONE


def refused(index: int, minutes: float = 0, who: UUID | None = ANNA, count: int = 1) -> Act:
    at = NOON + timedelta(minutes=minutes)
    return Act(index, at, Verb.READ, Outcome.REFUSED, actor=who, situations=(ONE,), count=count)


def test_four_refusals_in_an_hour_are_no_burst_and_five_are() -> None:
    assert not found(Rule.REFUSALS, [refused(n, n) for n in range(4)])
    (item,) = found(Rule.REFUSALS, [refused(n, n * 15) for n in range(5)])
    assert item.count == 5
    assert not found(Rule.REFUSALS, [refused(n, n * 15.1) for n in range(5)])


def test_a_counted_refusal_weighs_what_it_stands_for() -> None:
    (item,) = found(Rule.REFUSALS, [refused(0, count=120, who=None)])
    assert (item.count, item.actor) == (120, None)


def test_a_refused_read_opens_nothing() -> None:
    acts = [refused(n, n * 30) for n in range(20)]
    assert pick(acts, Facts(), seed=SEED) == ()


@pytest.mark.parametrize(
    ("rule", "verb"),
    [
        (Rule.EXPORT, Verb.EXPORT),
        (Rule.EXPORT, Verb.REPORT_EXPORTED),
        (Rule.ACCESS, Verb.ACCESS_ASKED),
        (Rule.ACCESS, Verb.ACCESS_GRANTED),
        (Rule.SUPPRESSION, Verb.SUPPRESSION_LIFTED),
        (Rule.ADMINISTRATION, Verb.SETTINGS_CHANGED),
    ],
)
def test_each_rare_act_is_an_item_of_its_own(rule: Rule, verb: Verb) -> None:
    act = Act(7, NOON, verb, actor=ANNA)
    (item,) = pick([act], Facts(), seed=SEED)
    assert (item.rule, item.entries) == (rule, (7,))
    refusal = Act(7, NOON, verb, Outcome.REFUSED, actor=ANNA)
    assert pick([refusal], Facts(), seed=SEED) == ()


def test_an_administrators_acts_of_a_day_are_one_item_and_keep_their_ledger() -> None:
    acts = [
        Act(n, NOON, Verb.INVITED, actor=ANNA, role="administrator", platform=n > 0)
        for n in range(2)
    ]
    (own,) = found(Rule.ADMINISTRATION, acts[:1])
    (elsewhere,) = found(Rule.ADMINISTRATION, acts[1:])
    assert (own.platform, elsewhere.platform) == (False, True)


def test_the_sample_is_drawn_from_ordinary_reads_alone_and_the_same_each_time() -> None:
    facts = Facts(on_agenda={sit(n): [NOON] for n in range(40)}, restricted=frozenset({sit(0)}))
    acts = [read(n, NOON + timedelta(hours=n % 6, days=n // 6), sit(n)) for n in range(40)]
    drawn = found(Rule.SAMPLE, acts, facts)
    assert len(drawn) == SAMPLE_SIZE
    assert (0,) not in [each.entries for each in drawn]
    assert drawn == found(Rule.SAMPLE, acts[::-1], facts)
    other = [each for each in pick(acts, facts, seed=b"t" * 16) if each.rule == Rule.SAMPLE]
    assert other != drawn
