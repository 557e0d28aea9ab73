"""When every point is past, the screen says so and leads to the closing, not to the beginning."""

from typing import Any

import pytest
from django.urls import reverse

from concertation.meetings import actions_live
from concertation.meetings.models import Meeting
from tests.cast import Circle
from tests.meetings.hour import held_now, show
from tests.signin import signed_in
from tests.situations.story import bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
DONE, BEGIN = "Tous les points sont passés", "La réunion est ouverte"


def test_after_the_last_point_the_screen_leads_to_the_closing(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    client = signed_in(circle.coordinator)
    address = reverse("meeting-live", args=["tilleuls", row.id])

    def screen() -> str:
        answer: Any = client.get(address)
        return " ".join(answer.content.decode().split())

    def leave() -> None:
        now = Meeting.objects.get(id=row.id).current_id
        actions_live.go_to(circle.coordinator.actor, meeting=row.id, item=None, leaving=now)

    assert BEGIN in screen()
    show(circle, row.id)
    leave()
    # The situation is still to come: nothing is over.
    assert DONE not in screen()
    show(circle, row.id, about)
    assert DONE not in screen()
    leave()
    page = screen()
    assert DONE in page
    assert BEGIN not in page
    # The bar of the next point has nothing to offer, and isn't there.
    assert 'class="live__end"' not in page
