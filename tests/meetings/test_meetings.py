"""Planning meetings, holding them, and who may see what of them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Checkpoint, Entry
from concertation.meetings import actions, actions_live, errors, reading, reading_after
from concertation.meetings.enums import MeetingState, Presence, Reason
from concertation.meetings.forms import HoldForm
from concertation.meetings.models import Attendance, Meeting
from concertation.situations.codes import show_code
from ethics import gate
from tests.cast import Circle, make_circle, number_of
from tests.signin import signed_in
from tests.situations.story import agree, bring, overdue

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def plan(circle: Circle, *, days: int = 4, **more: Any) -> Meeting:
    """A meeting planned some days from now."""
    return actions.plan_meeting(
        circle.coordinator.actor,
        starts_at=timezone.now() + timedelta(days=days),
        place="par vidéo",
        **more,
    )


def presences(circle: Circle, came: Presence = Presence.REMOTE) -> dict[Any, str]:
    people = ("coordinator", "participant", "manager", "police", "guest")
    return {number_of(circle.people[name]): came for name in people}


def hold(circle: Circle, row: Meeting, **more: Any) -> Meeting:
    values: dict[str, Any] = {"minutes": 55, "presences": presences(circle)}
    return actions.hold_meeting(circle.coordinator.actor, meeting=row.id, **(values | more))


def verbs(verb: Verb) -> list[Entry]:
    return list(Entry.objects.filter(verb=verb))


# --- Planning ---------------------------------------------------------------------------------


def test_the_coordinator_plans_and_the_ledger_knows(circle: Circle) -> None:
    row = plan(circle)
    assert row.state == MeetingState.PLANNED
    (entry,) = verbs(Verb.MEETING_PLANNED)
    assert entry.meeting == row.id
    assert entry.actor == circle.coordinator.user.id


def test_a_participant_can_not_plan_and_the_refusal_is_recorded(circle: Circle) -> None:
    with pytest.raises(gate.Refused):
        actions.plan_meeting(circle.participant.actor, starts_at=timezone.now(), place="par vidéo")
    assert not Meeting.objects.exists()
    (entry,) = verbs(Verb.MEETING_PLANNED)
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "role")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"days": 800}, errors.DateOutOfReach),
        ({"days": -12_000}, errors.DateOutOfReach),
        ({"planned_minutes": 0}, errors.BadDuration),
        ({"planned_minutes": 601}, errors.BadDuration),
    ],
)
def test_bad_plans_save_nothing(
    circle: Circle, values: dict[str, Any], error: type[errors.MeetingError]
) -> None:
    with pytest.raises(error):
        plan(circle, **values)
    assert not Meeting.objects.exists()
    assert not verbs(Verb.MEETING_PLANNED)


# --- Holding ----------------------------------------------------------------------------------


def test_holding_records_duration_attendance_and_signs_the_state(circle: Circle) -> None:
    row = plan(circle, days=0)
    given = presences(circle) | {number_of(circle.police): Presence.EXCUSED}
    hold(circle, row, presences=given)
    row.refresh_from_db()
    assert (row.state, row.held_minutes) == (MeetingState.CLOSED, 55)
    page = reading.meeting_page(circle.participant.actor, row.id)
    assert (page.meeting.attended, page.meeting.invited) == (4, 5)
    assert len(verbs(Verb.MEETING_HELD)) == len(verbs(Verb.ATTENDANCE_RECORDED)) == 1
    assert Checkpoint.objects.exists()


def test_holding_again_corrects_and_says_so(circle: Circle) -> None:
    row = plan(circle, days=0)
    hold(circle, row)
    hold(circle, row, minutes=40)
    row.refresh_from_db()
    assert (row.held_minutes, row.attendances.count()) == (40, 5)
    assert len(verbs(Verb.MEETING_HELD)) == len(verbs(Verb.MEETING_CHANGED)) == 1


def test_a_meeting_that_runs_is_closed_and_not_held_beside(circle: Circle) -> None:
    row = plan(circle, days=0)
    actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)
    with pytest.raises(errors.WrongState):
        hold(circle, row)


def test_correcting_attendance_keeps_when_people_came_and_left(circle: Circle) -> None:
    row = plan(circle, days=0)
    hold(circle, row)
    seat = Attendance.objects.get(meeting=row, participation=number_of(circle.manager))
    seat.left_at = timezone.now()
    seat.save()
    hold(circle, row, minutes=50)
    assert Attendance.objects.get(id=seat.id).left_at is not None


def test_a_meeting_of_tomorrow_was_not_held(circle: Circle) -> None:
    row = plan(circle, days=1)
    with pytest.raises(errors.NotYetHeld):
        hold(circle, row)


def test_a_meeting_with_nobody_present_is_none(circle: Circle) -> None:
    row = plan(circle, days=0)
    with pytest.raises(errors.NobodyPresent):
        hold(circle, row, presences=presences(circle, Presence.ABSENT))
    row.refresh_from_db()
    assert row.state == MeetingState.PLANNED
    assert not row.attendances.exists()


def test_attendance_is_of_this_concertation_s_people(circle: Circle) -> None:
    other = make_circle("marolles", "Les Marolles")
    row = plan(circle, days=0)
    with pytest.raises(errors.UnknownAttendee):
        hold(circle, row, presences={number_of(other.participant): Presence.PRESENT})
    with pytest.raises(errors.UnknownMeeting):
        hold(circle, plan(other, days=0))


def test_only_the_coordinator_records_attendance(circle: Circle) -> None:
    row = plan(circle, days=0)
    with pytest.raises(gate.Refused):
        actions.hold_meeting(
            circle.manager.actor, meeting=row.id, minutes=5, presences=presences(circle)
        )


# --- Reading ----------------------------------------------------------------------------------


def test_the_dpo_is_not_asked_for_attendance(circle: Circle) -> None:
    page = reading_after.hold_page(circle.coordinator.actor, plan(circle, days=0).id)
    assert number_of(circle.dpo) not in {each.participation for each in page.attendees}
    assert len(page.attendees) == 5


def test_nobody_is_asked_about_a_meeting_before_their_time(circle: Circle) -> None:
    late = circle.guest.participation
    assert late is not None
    late.starts_on = timezone.localdate() - timedelta(days=3)
    late.save()
    for name in ("participant", "manager", "police", "coordinator"):
        place = circle.people[name].participation
        assert place is not None
        place.starts_on = timezone.localdate() - timedelta(days=90)
        place.save()
    page = reading_after.hold_page(circle.coordinator.actor, plan(circle, days=-20).id)
    assert late.id not in {each.participation for each in page.attendees}
    assert len(page.attendees) == 4


def test_nobody_is_noted_as_present_without_a_click(circle: Circle) -> None:
    row = plan(circle, days=0)
    page = reading_after.hold_page(circle.coordinator.actor, row.id)
    form = HoldForm(people=page.attendees, minutes=page.usual_minutes)
    assert {field.initial for _, field in form.rows()} == {Presence.ABSENT}


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_the_calendar_is_the_circle_s(circle: Circle, name: str) -> None:
    row = plan(circle)
    for read in (reading.meeting_list, lambda actor: reading.meeting_page(actor, row.id)):
        with pytest.raises(gate.Refused):
            read(circle.people[name].actor)
    assert Entry.objects.filter(outcome=Outcome.REFUSED).count() == 2


def test_another_circle_s_meeting_and_an_unknown_one_are_the_same_refusal(circle: Circle) -> None:
    other = make_circle("marolles", "Les Marolles")
    for number in (plan(other).id, uuid4()):
        with pytest.raises(gate.Refused) as caught:
            reading.meeting_page(circle.participant.actor, number)
        assert caught.value.reason == "unknown_subject"
    ledgers = Entry.objects.filter(outcome=Outcome.REFUSED).values_list("ledger__name", flat=True)
    assert set(ledgers) == {f"concertation:{other.concertation.id}", "platform"}


def test_the_agenda_says_why_each_situation_stands_on_it(circle: Circle) -> None:
    row = plan(circle)
    new = bring(circle.participant)
    late = bring(circle.participant)
    overdue(circle.manager, late, circle.participant)
    quiet = bring(circle.participant)
    agree(circle.manager, quiet, circle.participant, days=30)
    page = reading.meeting_page(circle.participant.actor, row.id)
    assert page.agenda is not None
    told = {item.code: (item.reason, item.mine) for item in page.agenda.items}
    assert told == {
        show_code(str(new.code)): (Reason.NEW, False),
        show_code(str(late.code)): (Reason.FEEDBACK, True),
        # Nobody holds it yet.
        show_code(str(quiet.code)): (Reason.REST, False),
    }


def test_the_agenda_is_a_recorded_reading_that_names_what_it_shows(circle: Circle) -> None:
    row = plan(circle)
    situation = bring(circle.participant)
    reading.meeting_page(circle.manager.actor, row.id)
    entry = Entry.objects.filter(verb=Verb.LIST, purpose="agenda").get()
    assert [each.number for each in entry.subjects.all()] == [situation.id]


def test_an_overdue_meeting_is_not_the_next_one(circle: Circle) -> None:
    plan(circle, days=-3)
    coming = plan(circle, days=3)
    found = reading.next_meeting(circle.participant.actor)
    assert found is not None
    assert found.number == coming.id


def test_what_was_brought_to_a_meeting_stands_on_its_page(circle: Circle) -> None:
    row = plan(circle, days=0)
    situation = bring(circle.participant)
    situation.brought_at = row.id
    situation.save()
    hold(circle, row)
    page = reading.meeting_page(circle.manager.actor, row.id)
    assert page.presented == (show_code(str(situation.code)),)


def test_planned_meetings_run_forward_from_today_and_held_ones_back(circle: Circle) -> None:
    held = [hold(circle, plan(circle, days=days)).id for days in (-7, -1, -30)]
    planned = [plan(circle, days=days).id for days in (9, 2)]
    page = reading.meeting_list(circle.participant.actor)
    assert [each.number for each in page.held] == [held[1], held[0], held[2]]
    assert [each.number for each in page.planned] == [planned[1], planned[0]]


# --- Pages ------------------------------------------------------------------------------------


def test_the_list_asks_the_database_as_often_for_three_meetings_as_for_one(
    circle: Circle,
) -> None:
    client = signed_in(circle.participant)
    address = reverse("meetings", args=["tilleuls"])
    counts = []
    for more in (1, 2):
        for back in range(more):
            hold(circle, plan(circle, days=-back))
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_agenda_asks_as_often_for_three_situations_as_for_one(circle: Circle) -> None:
    row = plan(circle)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            bring(circle.participant)
        reading.meeting_page(circle.participant.actor, row.id)  # remembers the chain's head
        actor = circle.participant.actor
        with CaptureQueriesContext(connection) as seen:
            reading.meeting_page(actor, row.id)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_coordinator_plans_through_the_page(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    address = reverse("meeting-plan", args=["tilleuls"])
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    whole = {
        "day": day,
        "at": "14:00",
        "place": "par vidéo",
        "planned_minutes": "60",
        "kind": "case_concertation",
    }
    response = client.post(address, {**whole, "place": ""})
    assert response.status_code == 200
    assert day in response.content.decode()
    assert not Meeting.objects.exists()
    response = client.post(address, whole)
    row = Meeting.objects.get()
    assert response.headers["Location"] == reverse("meeting", args=["tilleuls", row.id])
    assert timezone.localtime(row.starts_at).hour == 14


@pytest.mark.parametrize(
    "wrong", [{"day": "2020-01-01"}, {"planned_minutes": "600"}, {"planned_minutes": "5"}]
)
def test_a_meeting_of_long_ago_or_of_ten_hours_is_not_planned(
    circle: Circle, wrong: dict[str, str]
) -> None:
    whole = {
        "day": timezone.localdate().isoformat(),
        "at": "14:00",
        "place": "par vidéo",
        "planned_minutes": "60",
        "kind": "case_concertation",
    }
    address = reverse("meeting-plan", args=["tilleuls"])
    response = signed_in(circle.coordinator).post(address, whole | wrong)
    assert response.status_code == 200
    assert b'aria-invalid="true"' in response.content
    assert not Meeting.objects.exists()


def test_attendance_is_noted_in_one_form_and_nothing_is_lost_on_an_error(
    circle: Circle,
) -> None:
    row = plan(circle, days=0)
    client = signed_in(circle.coordinator)
    address = reverse("meeting-hold", args=["tilleuls", row.id])
    assert client.get(address).status_code == 200
    data = {f"presence_{number.hex}": "absent" for number in presences(circle)}
    response = client.post(address, {**data, "minutes": "48"})
    assert response.status_code == 200
    assert "au moins une personne" in response.content.decode()
    assert 'value="48"' in response.content.decode()
    data[f"presence_{number_of(circle.manager).hex}"] = "remote"
    client.post(address, {**data, "minutes": "48"})
    row.refresh_from_db()
    assert (row.held_minutes, row.state) == (48, MeetingState.CLOSED)


@pytest.mark.parametrize("name", ["participant", "police", "guest", "dpo"])
def test_planning_and_holding_are_not_there_for_others(circle: Circle, name: str) -> None:
    row = plan(circle, days=0)
    client = signed_in(circle.people[name])
    for address in (
        reverse("meeting-plan", args=["tilleuls"]),
        reverse("meeting-hold", args=["tilleuls", row.id]),
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, {}).status_code == 404


@pytest.mark.parametrize("name", ["participant", "coordinator"])
def test_pages_of_meetings_open(circle: Circle, name: str) -> None:
    held, coming = plan(circle, days=0), plan(circle, days=5)
    hold(circle, held)
    bring(circle.participant)
    client = signed_in(circle.people[name])
    for number in (held.id, coming.id):
        response = client.get(reverse("meeting", args=["tilleuls", number]))
        assert response.status_code == 200
    response = client.get(reverse("meetings", args=["tilleuls"]))
    assert response.status_code == 200
    assert ("Prévoir une réunion" in response.content.decode()) == (name == "coordinator")


def test_an_empty_calendar_teaches_the_next_step(circle: Circle) -> None:
    told = {}
    for who in (circle.coordinator, circle.participant):
        response = signed_in(who).get(reverse("meetings", args=["tilleuls"]))
        told[who.user.id] = response.content.decode()
    assert "Prévoir la première" in told[circle.coordinator.user.id]
    assert "La coordination fixe la première date" in told[circle.participant.user.id]
