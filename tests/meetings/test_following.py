"""Following a meeting elsewhere: a number by poll, the point by one's own rights."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from concertation.meetings import actions_live, reading_live
from concertation.meetings.models import AgendaItem, Meeting
from concertation.situations.codes import show_code
from concertation.situations.models import Contribution
from ethics.secrecy.models import Session
from tests.cast import Circle
from tests.meetings.hour import come, held_now, show
from tests.signin import signed_in
from tests.situations.story import HEADLINE, bring, overdue

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def address(name: str, *parts: Any) -> str:
    return reverse(name, args=["tilleuls", *parts])


def text(response: Any) -> str:
    assert response.status_code == 200, response.get("Location")
    return " ".join(response.content.decode().split())


def turn_back(meeting: UUID, minutes: int) -> None:
    """Let so many minutes have passed since the opening and since the point was shown."""
    row = Meeting.objects.get(id=meeting)
    assert row.opened_at is not None
    row.opened_at -= timedelta(minutes=minutes)
    row.save()
    for item in AgendaItem.objects.filter(meeting=meeting).exclude(shown_at=None):
        assert item.shown_at is not None
        item.shown_at -= timedelta(minutes=minutes)
        item.save()


# --- Following ----------------------------------------------------------------------------------


def test_a_poll_carries_a_number_and_leaves_no_event(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "participant")
    show(circle, row.id, about)
    client = signed_in(circle.participant)
    client.get(address("meeting-follow", row.id))
    before = Entry.objects.count()
    answer = client.get(address("meeting-version", row.id))
    assert Entry.objects.count() == before
    assert answer.content.replace(b"-", b"").isdigit()
    size = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    assert size + len(answer.content) <= 1024
    again = client.get(address("meeting-version", row.id))
    assert again.content == answer.content


def test_the_number_changes_with_the_point_with_attendance_and_with_every_entry(
    circle: Circle,
) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    seen = [reading_live.stamp(circle.manager.actor, row.id)]
    show(circle, row.id, about)
    seen.append(reading_live.stamp(circle.manager.actor, row.id))
    come(circle, row.id, "manager")
    seen.append(reading_live.stamp(circle.manager.actor, row.id))
    signed_in(circle.participant).post(
        reverse("situation-contribute", args=["tilleuls", show_code(str(about.code))]),
        {"kind": "information", "text": "Par sa propre fiche"},
    )
    seen.append(reading_live.stamp(circle.manager.actor, row.id))
    assert len(set(seen)) == 4


def test_following_is_by_one_s_own_rights_and_a_changed_item_is_an_event(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "police")
    show(circle, row.id, about)
    client = signed_in(circle.manager)
    before = Entry.objects.filter(verb=Verb.READ, actor=circle.manager.user.id).count()
    page = text(client.get(address("meeting-follow", row.id)))
    assert HEADLINE in page
    after = Entry.objects.filter(verb=Verb.READ, actor=circle.manager.user.id)
    assert after.count() == before + 1
    assert after.latest("index").purpose == "meeting"


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_others_follow_nothing_and_poll_nothing(circle: Circle, name: str) -> None:
    row = held_now(circle)
    client = signed_in(circle.people[name])
    for each in ("meeting-follow", "meeting-version"):
        assert client.get(address(each, row.id)).status_code == 404


def test_polling_keeps_only_those_present_signed_in(circle: Circle) -> None:
    row = held_now(circle)
    come(circle, row.id, "participant")
    seen = {}
    for who in (circle.participant, circle.manager):
        client = signed_in(who)
        long_ago = timezone.now() - timedelta(minutes=20)
        Session.objects.filter(person=who.user.id).update(seen_at=long_ago)
        assert client.get(address("meeting-version", row.id)).status_code == 200
        session = Session.objects.get(person=who.user.id)
        seen[who.user.name] = session.seen_at > long_ago
    assert seen == {"Participant": True, "Manager": False}


def test_an_untouched_meeting_goes_on_where_it_was(circle: Circle) -> None:
    """Nothing of the hour lives in a process: another sign-in finds the same point and time."""
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    turn_back(row.id, 4)
    for _ in range(2):
        page = text(signed_in(circle.coordinator).get(address("meeting-live", row.id)))
        assert HEADLINE in page
        assert "encore 56" in page


def test_the_live_page_asks_as_often_for_three_actions_as_for_one(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    client = signed_in(circle.coordinator)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            overdue(circle.manager, about, circle.participant)
        client.get(address("meeting-live", row.id))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address("meeting-live", row.id)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_what_was_being_typed_when_the_meeting_closed_is_taken(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "manager")
    item = show(circle, row.id, about)
    version = Meeting.objects.get(id=row.id).version
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=row.id, version=version, minutes=50
    )
    client = signed_in(circle.manager)
    data = {"item": str(item.id), "kind": "feedback", "text": ""}
    page = text(client.post(address("meeting-follow-entry", row.id), data))
    assert f'name="item" value="{item.id}"' in page
    data["text"] = "Lien gardé"
    assert client.post(address("meeting-follow-entry", row.id), data).status_code == 302
    (entry,) = Contribution.objects.all()
    assert entry.situation_id == about.id


def test_a_pause_is_another_place_to_every_page(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    before = reading_live.follow_page(circle.manager.actor, row.id)
    actions_live.pause(circle.coordinator.actor, meeting=row.id)
    paused = reading_live.follow_page(circle.manager.actor, row.id)
    assert (before.sheet is None, paused.sheet) == (False, None)
    assert before.hour.place != paused.hour.place
