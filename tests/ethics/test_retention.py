"""How long a situation is kept: the rules of design 2, date by date."""

from datetime import date, timedelta

import pytest

from ethics.rights.retention import (
    Due,
    Life,
    announced_on,
    closed_by,
    complete_on,
    due,
    erased_on,
    extended,
    months_later,
)

BROUGHT = date(2026, 1, 31)


def life(**more: date) -> Life:
    return Life(**{"signalled_on": BROUGHT, "last_entry_on": BROUGHT, **more})


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 7, 30), None),
        (date(2026, 7, 31), Due.ASK_REVIEW),
        (date(2026, 9, 1), Due.ASK_REVIEW),
    ],
)
def test_six_months_without_an_entry_ask_for_a_review(today: date, expected: Due | None) -> None:
    assert due(life(), today) == expected


def test_a_month_after_asking_without_an_answer_it_is_closed() -> None:
    asked = life(review_asked_on=date(2026, 8, 10))
    assert due(asked, date(2026, 9, 9)) is None
    assert due(asked, date(2026, 9, 10)) == Due.CLOSE


def test_an_entry_answers_and_the_six_months_begin_again() -> None:
    answered = life(review_asked_on=date(2026, 8, 10), last_entry_on=date(2026, 8, 11))
    assert due(answered, date(2026, 10, 1)) is None
    assert due(answered, date(2027, 2, 11)) == Due.ASK_REVIEW


def test_three_months_after_closing_it_is_erased_and_announced_a_month_before() -> None:
    closed = life(closed_on=date(2026, 11, 30))
    assert erased_on(date(2026, 11, 30)) == date(2027, 2, 28)
    assert announced_on(date(2027, 2, 28)) == date(2027, 1, 29)
    assert due(closed, date(2027, 2, 27)) is None
    assert due(closed, date(2027, 2, 28)) == Due.ERASE


def test_nothing_stays_longer_than_24_months_however_busy_it_is() -> None:
    day = BROUGHT
    busy = life(last_entry_on=day)
    while due(busy, day) != Due.CLOSE:
        day += timedelta(days=1)
        busy = life(last_entry_on=day)
    assert day == closed_by(busy)
    assert erased_on(day) <= months_later(BROUGHT, 24)


def test_an_erasure_is_complete_when_the_last_copy_of_the_store_is_gone() -> None:
    assert complete_on(date(2026, 12, 28)) == date(2027, 1, 4)


def test_the_last_day_of_a_shorter_month_stands_for_its_missing_days() -> None:
    assert months_later(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert months_later(date(2026, 10, 31), 14) == date(2027, 12, 31)


def test_a_closed_situation_is_extended_by_twelve_months_in_all() -> None:
    closed = life(closed_on=date(2026, 5, 15))
    assert extended(closed, 12) == date(2027, 8, 15)
    assert (extended(closed, 13), extended(closed, 0)) == (None, None)
    once = life(closed_on=date(2026, 5, 15), kept_until=date(2027, 2, 15))
    assert due(once, date(2026, 8, 15)) is None
    assert due(once, date(2027, 2, 14)) is None
    assert due(once, date(2027, 2, 15)) == Due.ERASE
    assert extended(once, 6) == date(2027, 8, 15)
    assert extended(once, 7) is None


def test_an_open_situation_is_renewed_each_time_by_twelve_months_at_most() -> None:
    assert extended(life(), 12) == date(2029, 1, 31)
    again = life(kept_until=date(2029, 1, 31), last_entry_on=date(2028, 10, 20))
    assert extended(again, 12) == date(2030, 1, 31)
    assert due(again, date(2028, 10, 30)) is None
    assert due(again, date(2028, 10, 31)) == Due.CLOSE
    assert erased_on(date(2028, 10, 31)) <= date(2029, 1, 31)
