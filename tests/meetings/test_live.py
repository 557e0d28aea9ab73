"""A meeting in session: opened with the reminder, run point by point, paused, taken up again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import Verb
from audit.models import Entry
from concertation.meetings import actions_live, errors, reading_live
from concertation.meetings.enums import ItemState, MeetingState, Presence
from concertation.meetings.models import AgendaItem, Attendance, Meeting
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Contribution, Situation
from tests.cast import Circle, number_of
from tests.meetings.hour import come, held_now, plan, publish, show
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


# --- Opening ------------------------------------------------------------------------------------


def test_a_meeting_opens_with_the_reminder_and_its_display_is_recorded(circle: Circle) -> None:
    row = plan(circle, days=0)
    client = signed_in(circle.coordinator)
    page = text(client.get(address("meeting-live", row.id)))
    assert "Rappel de confidentialité" in page
    assert "transcription" in page
    assert "Lisez le rappel" in text(client.post(address("meeting-live", row.id), {}))
    row.refresh_from_db()
    assert row.state == MeetingState.PLANNED
    client.post(address("meeting-live", row.id), {"reminded": "on"})
    row.refresh_from_db()
    assert row.state == MeetingState.IN_SESSION
    (entry,) = Entry.objects.filter(verb=Verb.CHARTER_SHOWN)
    assert entry.meeting == row.id
    (seat,) = Attendance.objects.all()
    assert seat.participation_id == number_of(circle.coordinator)


def test_tomorrow_s_meeting_does_not_open(circle: Circle) -> None:
    row = plan(circle, days=1)
    with pytest.raises(errors.NotYetHeld):
        actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)


@pytest.mark.parametrize("name", ["participant", "police", "guest", "dpo"])
def test_nobody_else_runs_a_meeting(circle: Circle, name: str) -> None:
    row = held_now(circle)
    client = signed_in(circle.people[name])
    for each in ("live", "presence", "send-out", "go", "pause", "other", "agree", "entry"):
        assert client.post(address(f"meeting-{each}", row.id), {}).status_code == 404, each


# --- Attendance ---------------------------------------------------------------------------------


def test_one_click_each_and_late_and_gone_are_noted(circle: Circle) -> None:
    row = held_now(circle)
    client = signed_in(circle.coordinator)
    for name, how in (("participant", "present"), ("manager", "excused")):
        seat = f"{number_of(circle.people[name])}:{how}"
        client.post(address("meeting-presence", row.id), {"seat": seat})
    turn_back(row.id, 20)
    client.post(
        address("meeting-presence", row.id), {"seat": f"{number_of(circle.manager)}:remote"}
    )
    late = Attendance.objects.get(participation=number_of(circle.manager))
    assert (late.presence, late.arrived_at is not None) == (Presence.REMOTE, True)
    early = Attendance.objects.get(participation=number_of(circle.participant))
    assert early.arrived_at is None
    hers = str(number_of(circle.participant))
    client.post(address("meeting-presence", row.id), {"out": hers})
    assert Attendance.objects.filter(id=early.id, left_at__isnull=False).exists()
    assert "sorti·e à" in text(client.get(address("meeting-live", row.id)))
    client.post(address("meeting-presence", row.id), {"back": hers})
    assert Attendance.objects.filter(id=early.id, left_at=None).exists()
    entry = Entry.objects.filter(verb=Verb.ATTENDANCE_RECORDED).latest("index")
    assert entry.meeting == row.id


def test_a_stranger_s_seat_is_not_noted(circle: Circle) -> None:
    row = held_now(circle)
    with pytest.raises(errors.UnknownAttendee):
        actions_live.note_presence(
            circle.coordinator.actor, meeting=row.id, participation=row.id, presence="present"
        )


# --- Point by point -----------------------------------------------------------------------------


def test_points_follow_each_other_with_their_time_and_what_they_served(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    client = signed_in(circle.coordinator)
    first = show(circle, row.id)
    turn_back(row.id, 7)
    item = AgendaItem.objects.get(meeting=row.id, situation=about)
    client.post(address("meeting-go", row.id), {"leaving": str(first.id), "item": str(item.id)})
    first.refresh_from_db()
    assert (first.state, first.used_seconds // 60) == (ItemState.DISCUSSED, 7)
    page = text(client.get(address("meeting-live", row.id)))
    assert HEADLINE in page
    assert "encore 53" in page
    client.post(address("meeting-go", row.id), {"leaving": str(item.id), "use": "orientation"})
    item.refresh_from_db()
    assert (item.state, item.use) == (ItemState.DISCUSSED, "orientation")


def test_two_coordinators_going_on_at_once_skip_no_point(circle: Circle) -> None:
    bring(circle.participant)
    row = held_now(circle)
    first = show(circle, row.id)
    other = AgendaItem.objects.filter(meeting=row.id).exclude(id=first.id).get()
    actions_live.go_to(circle.coordinator.actor, meeting=row.id, item=other.id, leaving=first.id)
    with pytest.raises(errors.MeetingChanged):
        actions_live.go_to(circle.coordinator.actor, meeting=row.id, item=None, leaving=first.id)
    assert Meeting.objects.get(id=row.id).current_id == other.id


def test_what_was_put_aside_and_what_was_not_reached_come_back(circle: Circle) -> None:
    about, never = bring(circle.participant), bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    actions_live.go_to(
        circle.coordinator.actor, meeting=row.id, item=None, leaving=item.id, discussed=False
    )
    found = reading_live.live_page(circle.coordinator.actor, row.id).hour
    codes = {point.line.code for point in found.carried}
    assert {show_code(str(about.code)), show_code(str(never.code))} <= codes


def test_a_pause_stops_the_clocks_and_empties_the_screen(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At noon: over midnight a point takes no more than was set aside, and pauses don't count.
    noon = timezone.localtime().replace(hour=12, minute=0)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    about = bring(circle.participant)
    row = held_now(circle)
    show(circle, row.id, about)
    turn_back(row.id, 10)
    client = signed_in(circle.coordinator)
    client.post(address("meeting-pause", row.id))
    page = text(client.get(address("meeting-live", row.id)))
    assert HEADLINE not in page
    stopped = Meeting.objects.get(id=row.id)
    assert stopped.paused_at is not None
    stopped.paused_at -= timedelta(minutes=3)
    stopped.save()
    client.post(address("meeting-pause", row.id), {"resume": "1"})
    now = reading_live.live_page(circle.coordinator.actor, row.id).hour
    assert now.clock.used_minutes == 7
    assert now.point_clock is not None
    assert now.point_clock.used_minutes == 10
    assert HEADLINE in text(client.get(address("meeting-live", row.id)))


def test_another_situation_is_completed_by_whoever_brought_it(circle: Circle) -> None:
    row = held_now(circle)
    come(circle, row.id, "participant")
    client = signed_in(circle.coordinator)
    client.post(address("meeting-other", row.id), {"by": str(number_of(circle.participant))})
    item = AgendaItem.objects.get(meeting=row.id, by=number_of(circle.participant))
    hers = signed_in(circle.participant)
    assert "Donner ce code" in text(hers.get(address("meeting-follow", row.id)))
    assert "Donner ce code" not in text(
        signed_in(circle.manager).get(address("meeting-follow", row.id))
    )
    somebody_else_s = bring(circle.manager)
    data = {"item": str(item.id), "code": show_code(str(somebody_else_s.code))}
    hers.post(address("meeting-complete", row.id), data)
    item.refresh_from_db()
    assert item.situation is None
    about = bring(circle.participant)
    data["code"] = show_code(str(about.code))
    hers.post(address("meeting-complete", row.id), data)
    item.refresh_from_db()
    assert item.situation_id == about.id


# --- Entered live -------------------------------------------------------------------------------


def test_last_month_s_actions_are_reviewed_one_by_one(circle: Circle) -> None:
    about = bring(circle.participant)
    action = overdue(circle.manager, about, circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    client = signed_in(circle.coordinator)
    page = text(client.get(address("meeting-live", row.id)))
    assert "0 sur 1 revues" in page
    data = {"item": str(item.id), "state": "not_possible", "version": action.version, "text": ""}
    refused = text(client.post(address("meeting-review", row.id, action.id), data))
    assert "pourquoi" in refused.lower()
    data["text"] = "Service fermé en décembre"
    response = client.post(address("meeting-review", row.id, action.id), data)
    assert response.status_code == 302
    action.refresh_from_db()
    assert action.state == "not_possible"
    assert "1 sur 1 revues" in text(client.get(address("meeting-live", row.id)))


def test_a_new_action_is_agreed_as_it_is_said(circle: Circle) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    client = signed_in(circle.coordinator)
    data = {
        "item": str(item.id),
        "text": "Passer le mercredi",
        "acts": "médecin de garde",
        "owner": str(number_of(circle.police)),
        "due_on": (timezone.localdate() + timedelta(days=9)).isoformat(),
    }
    missing = text(client.post(address("meeting-agree", row.id), data | {"due_on": ""}))
    assert "Passer le mercredi" in missing
    assert client.post(address("meeting-agree", row.id), data).status_code == 302
    (action,) = AgreedAction.objects.all()
    assert (action.state, action.agreed_on) == ("agreed", timezone.localdate())
    assert Situation.objects.get(id=about.id).state == "followed"
    assert "médecin de garde" in text(client.get(address("meeting-live", row.id)))
    # Whoever isn't of the circle holds its key from then on.
    page = text(signed_in(circle.police).get("/tilleuls"))
    assert "Passer le mercredi" in page


def test_decision_dissent_and_follow_up_are_entered_with_the_meeting_s_number(
    circle: Circle,
) -> None:
    about = bring(circle.participant)
    row = held_now(circle)
    item = show(circle, row.id, about)
    client = signed_in(circle.coordinator)
    for kind in ("decision", "dissent", "feedback"):
        data = {"item": str(item.id), "kind": kind, "text": f"Un mot de {kind}"}
        assert client.post(address("meeting-entry", row.id), data).status_code == 302
    found = {each.kind: each.meeting for each in Contribution.objects.all()}
    assert found == dict.fromkeys(("decision", "dissent", "feedback"), row.id)
    data = {
        "item": str(item.id),
        "case_manager": str(number_of(circle.manager)),
        "next_review_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }
    client.post(address("meeting-manager", row.id), data)
    assert Situation.objects.get(id=about.id).case_manager_id == number_of(circle.manager)
    page = text(client.get(address("meeting-live", row.id)))
    assert "Un mot de dissent" in page


def test_an_entry_typed_while_the_group_goes_on_stays_where_it_was_meant(circle: Circle) -> None:
    about, after = bring(circle.participant), bring(circle.participant)
    row = held_now(circle)
    come(circle, row.id, "manager")
    item = show(circle, row.id, about)
    show(circle, row.id, after)
    client = signed_in(circle.manager)
    data = {"item": str(item.id), "kind": "feedback", "text": "Lien gardé"}
    client.post(address("meeting-follow-entry", row.id), data)
    (entry,) = Contribution.objects.all()
    assert (entry.situation_id, entry.meeting) == (about.id, row.id)


def test_an_item_of_another_meeting_takes_no_entry(circle: Circle) -> None:
    about = bring(circle.participant)
    other = plan(circle, days=9)
    publish(circle, other.id)
    foreign = AgendaItem.objects.get(meeting=other.id, situation=about)
    row = held_now(circle)
    client = signed_in(circle.coordinator)
    data = {"kind": "feedback", "text": "Lien gardé"}
    for item in (str(foreign.id), "", "n"):
        response = client.post(address("meeting-entry", row.id), data | {"item": item})
        assert response.status_code == 404
    assert not Contribution.objects.exists()
