"""The agenda proposes itself from the work, within the hour."""

from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.meetings.agenda import LEAST, ROUND_MINUTES, Candidate, propose
from concertation.meetings.enums import Reason


def candidates(*reasons: Reason) -> list[Candidate]:
    return [Candidate(uuid4(), f"CODE000{n}", reason) for n, reason in enumerate(reasons)]


def test_new_situations_come_first_then_feedback_then_reviews() -> None:
    agenda = propose(candidates(Reason.REVIEW, Reason.FEEDBACK, Reason.NEW), 60)
    assert [item.reason for item in agenda.items] == [Reason.NEW, Reason.FEEDBACK, Reason.REVIEW]
    assert agenda.round_minutes == ROUND_MINUTES


def test_within_a_reason_the_given_order_stays() -> None:
    given_order = candidates(Reason.FEEDBACK, Reason.FEEDBACK, Reason.FEEDBACK)
    agenda = propose(given_order, 60)
    assert [item.code for item in agenda.items] == [each.code for each in given_order]


def test_the_mock_s_six_situations_fit_in_the_hour() -> None:
    agenda = propose(candidates(Reason.NEW, *[Reason.FEEDBACK] * 3, *[Reason.REVIEW] * 2), 60)
    assert agenda.minutes <= 60
    assert not any(item.if_time_allows for item in agenda.items)


def test_what_no_longer_fits_stays_on_the_list() -> None:
    agenda = propose(candidates(*[Reason.NEW] * 30), 60)
    assert len(agenda.items) == 30
    assert agenda.items[-1].if_time_allows


def test_an_empty_agenda_is_the_feedback_round() -> None:
    agenda = propose([], 60)
    assert (agenda.items, agenda.minutes) == ((), ROUND_MINUTES)


@settings(deadline=None)
@given(st.lists(st.sampled_from(list(Reason)), max_size=40), st.integers(1, 600))
def test_an_agenda_never_takes_longer_than_planned(reasons: list[Reason], planned: int) -> None:
    agenda = propose(candidates(*reasons), planned)
    assert agenda.minutes <= planned
    assert len(agenda.items) == len(reasons)
    assert all(item.minutes == 0 or item.minutes >= LEAST for item in agenda.items)
