"""What intervisions and thematic concertations note: sealed, guarded, answered by its owner."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import Purpose, Verb
from audit.models import Entry
from concertation.meetings import actions_live, actions_notes, reading_notes
from concertation.meetings.enums import MeetingKind
from concertation.meetings.models import Meeting, MeetingNote
from ethics import gate
from ethics.secrecy.check import check_all
from tests.cast import Circle, number_of
from tests.meetings.hour import plan
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
TEXT = "Les lits de crise manquent le week-end"


def running(circle: Circle, kind: str = MeetingKind.THEMATIC) -> Meeting:
    row = plan(circle, days=0, kind=kind)
    return actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)


def noted(circle: Circle, row: Meeting) -> MeetingNote:
    return actions_notes.note(circle.participant.actor, meeting=row.id, kind="finding", text=TEXT)


def test_a_note_is_sealed_and_the_ledger_agrees(circle: Circle) -> None:
    row = running(circle)
    made = noted(circle, row)
    assert TEXT.encode() not in bytes(made.text.blob)
    assert check_all().ok
    page = signed_in(circle.participant).get(reverse("meeting-follow", args=["tilleuls", row.id]))
    assert TEXT in page.content.decode()
    assert (
        TEXT
        in signed_in(circle.coordinator)
        .get(reverse("meeting-live", args=["tilleuls", row.id]))
        .content.decode()
    )
    assert Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN).exists()


def test_a_note_of_another_meeting_stays_shut(circle: Circle) -> None:
    first, second = running(circle), running(circle)
    made = noted(circle, first)
    noted(circle, second)
    opened = gate.reveal_notes(
        circle.participant.actor, records=[made], meetings=[second.id], purpose=Purpose.MEETING
    )
    assert opened.get(made, "text") is None


def test_a_note_that_names_somebody_is_refused(circle: Circle) -> None:
    row = running(circle)
    with pytest.raises(gate.IdentifierFound):
        actions_notes.note(
            circle.participant.actor, meeting=row.id, kind="finding", text="NISS 85.07.30-033.28"
        )
    assert not MeetingNote.objects.exists()
    noted(circle, row)
    assert MeetingNote.objects.count() == 1


def test_its_owner_finds_and_answers_an_action(circle: Circle) -> None:
    row = running(circle)
    made = actions_notes.agree(
        circle.coordinator.actor,
        meeting=row.id,
        text=TEXT,
        owner=number_of(circle.participant),
        due_on=timezone.localdate() + timedelta(days=9),
    )
    client = signed_in(circle.participant)
    assert TEXT in client.get(reverse("home", args=["tilleuls"])).content.decode()
    assert reading_notes.collective_actions(circle.coordinator.actor)
    address = reverse("meeting-collective-action", args=["tilleuls", row.id, made.id])
    assert client.get(address).status_code == 200
    client.post(address, {"state": "done", "text": "Fait", "version": 1})
    assert MeetingNote.objects.get().state == "done"


def test_two_years_later_the_key_is_destroyed(circle: Circle) -> None:
    row = running(circle)
    noted(circle, row)
    Meeting.objects.filter(id=row.id).update(starts_at=timezone.now() - timedelta(days=800))
    assert actions_notes.forget_old_notes() == 1
    assert not MeetingNote.objects.exists()
    assert check_all().ok
