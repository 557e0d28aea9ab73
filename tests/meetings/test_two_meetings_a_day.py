"""Two meetings on one day: the second is planned, waits while the first goes on, then opens."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from concertation.meetings import actions, actions_live, errors
from concertation.meetings.enums import MeetingState
from concertation.meetings.models import Meeting
from tests.cast import Circle, make_circle
from tests.meetings.hour import come, held_now, plan
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
PAST = "Cette date est passée"
RUNS = "Une autre réunion est en cours"


def address(name: str, row: Meeting) -> str:
    return reverse(name, args=["tilleuls", row.id])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def at_the_end_of_today(circle: Circle) -> Meeting:
    last = datetime.combine(timezone.localdate(), time(23, 59))
    return actions.plan_meeting(
        circle.coordinator.actor, starts_at=timezone.make_aware(last), place="par vidéo"
    )


def test_later_today_it_waits_for_the_one_that_goes_on_and_then_opens(circle: Circle) -> None:
    first = held_now(circle)
    second = at_the_end_of_today(circle)
    come(circle, first.id, "manager")
    client = signed_in(circle.coordinator)
    page = text(client.get(address("meeting", second)))
    assert RUNS in page
    assert address("meeting-close", first) in page
    assert PAST not in page
    # What would only be refused is not offered.
    assert "Commencer la réunion" not in page
    # Whoever doesn't run it is told the same, and is offered nothing of it.
    theirs = text(signed_in(circle.manager).get(address("meeting", second)))
    assert RUNS in theirs
    assert address("meeting-close", first) not in theirs

    opening = client.post(address("meeting-live", second), {"reminded": "on"})
    assert "Une autre réunion est encore en cours" in text(opening)
    second.refresh_from_db()
    assert second.state == MeetingState.PLANNED

    first.refresh_from_db()
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=first.id, version=first.version, minutes=50
    )
    page = text(client.get(address("meeting", second)))
    assert RUNS not in page
    assert "Commencer la réunion" in page
    assert "Ordre du jour proposé" in page
    answer = client.post(address("meeting-live", second), {"reminded": "on"})
    assert answer.status_code == 302
    second.refresh_from_db()
    assert second.state == MeetingState.IN_SESSION


def test_one_of_another_circle_or_of_another_day_is_no_hindrance(circle: Circle) -> None:
    first = held_now(circle)
    ahead = plan(circle, days=3)
    page = text(signed_in(circle.coordinator).get(address("meeting", ahead)))
    assert RUNS not in page
    assert PAST not in page
    second = at_the_end_of_today(circle)
    with pytest.raises(errors.AnotherRuns):
        actions_live.open_meeting(circle.coordinator.actor, meeting=second.id, reminded=True)
    elsewhere = make_circle("canal", "Canal")
    Meeting.objects.filter(id=first.id).update(concertation=elsewhere.concertation.id)
    actions_live.open_meeting(circle.coordinator.actor, meeting=second.id, reminded=True)


def test_a_day_that_is_over_says_so(circle: Circle) -> None:
    row = plan(circle)
    Meeting.objects.filter(id=row.id).update(starts_at=timezone.now() - timedelta(days=1))
    plan(circle)
    assert PAST in text(signed_in(circle.coordinator).get(address("meeting", row)))
