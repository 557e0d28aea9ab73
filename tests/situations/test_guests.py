"""Opening one situation to a guest, for a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from concertation.situations import reading
from concertation.situations.actions import open_to_guest
from concertation.situations.codes import show_code
from concertation.situations.errors import NotAGuest
from concertation.situations.models import Situation, SituationGrant
from ethics import gate
from tests.cast import Circle, Someone, number_of
from tests.situations.story import HEADLINE, bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def tick(circle: Circle, situation: Situation, guest: Someone, who: Someone | None = None) -> None:
    open_to_guest(
        (who or circle.coordinator).actor,
        situation=situation.id,
        guest=number_of(guest),
        until=timezone.localdate() + timedelta(days=28),
    )


def test_a_guest_opens_the_situation_ticked_and_no_other(circle: Circle) -> None:
    ticked, other = bring(circle.participant), bring(circle.participant)
    tick(circle, ticked, circle.guest)
    sheet = reading.situation_sheet(circle.guest.actor, show_code(str(ticked.code)))
    assert sheet.story is not None
    assert sheet.story.headline == HEADLINE
    with pytest.raises(gate.Refused):
        reading.situation_sheet(circle.guest.actor, show_code(str(other.code)))
    entry = Entry.objects.get(verb=Verb.ACCESS_GRANTED)
    assert entry.outcome == Outcome.GRANTED


def test_nobody_but_a_guest_is_ticked_and_nobody_but_the_coordinator_ticks(circle: Circle) -> None:
    situation = bring(circle.participant)
    with pytest.raises(NotAGuest):
        tick(circle, situation, circle.police)
    with pytest.raises(gate.Refused):
        tick(circle, situation, circle.guest, circle.police)
    assert not SituationGrant.objects.exists()
