"""What intervisions and thematic concertations note: sealed, guarded, answered by its owner."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from audit.enums import Purpose, Verb
from audit.models import Entry
from concertation.meetings import actions_live, actions_notes, agenda, reading_notes
from concertation.meetings.enums import MeetingKind, MeetingState
from concertation.meetings.forms_notes import NoteForm
from concertation.meetings.models import Attendance, Meeting, MeetingNote
from ethics import gate
from ethics.secrecy.check import check_all
from tests.cast import Circle, number_of
from tests.meetings.hour import plan
from tests.meetings.test_without_account import ALOUD
from tests.meetings.visiting import guest_of
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
    first = running(circle)
    made = noted(circle, first)
    # One meeting runs at a time (decision 62).
    Meeting.objects.filter(id=first.id).update(state=MeetingState.CLOSED, held_minutes=60)
    second = running(circle)
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


@pytest.mark.parametrize(
    ("kind", "presets"),
    [
        (MeetingKind.INTERVISION, ("question", "asked", "asked", "takeaway")),
        (MeetingKind.THEMATIC, ("finding", "need", "need")),
    ],
)
def test_a_step_offers_what_is_noted_there(kind: str, presets: tuple[str, ...]) -> None:
    steps = len(agenda.STEPS[MeetingKind(kind)])
    found = tuple(
        NoteForm(meeting_kind=kind, at=at, of=steps).initial["kind"] for at in range(steps)
    )
    assert found == presets
    assert "kind" not in NoteForm(meeting_kind=kind, at=0, of=steps + 1).initial


def test_an_action_typed_while_the_meeting_closed_comes_back_whole(circle: Circle) -> None:
    row = running(circle)
    Meeting.objects.filter(id=row.id).update(state="closed", held_minutes=50)
    chosen = number_of(circle.participant)
    day = timezone.localdate() + timedelta(days=9)
    answer = signed_in(circle.coordinator).post(
        reverse("meeting-collective", args=["tilleuls", row.id]),
        {"text": TEXT, "owner": str(chosen), "due_on": day.isoformat()},
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert TEXT in page
    assert re.search(rf'<option value="{chosen}"\s+selected', page)
    assert day.isoformat() in page
    owners = set(re.findall(r'<option value="([0-9a-f-]{36})"', page))
    assert owners == {str(each.number) for each in reading_notes.owners(circle.coordinator.actor)}
    assert not MeetingNote.objects.exists()


def test_a_note_that_does_not_open_is_told_and_the_rest_is_shown(circle: Circle) -> None:
    row = running(circle)
    one = noted(circle, row)
    two = actions_notes.note(
        circle.participant.actor, meeting=row.id, kind="need", text="Un lieu de jour"
    )
    MeetingNote.objects.filter(id=one.id).update(text=MeetingNote.objects.get(id=two.id).text)
    for who, name in ((circle.manager, "meeting-follow"), (circle.coordinator, "meeting-live")):
        page = signed_in(who).get(reverse(name, args=["tilleuls", row.id])).content.decode()
        assert "Cette donnée ne peut pas être ouverte, le DPO est averti." in page
        assert page.count("Un lieu de jour") == 1
        assert TEXT not in page
    assert Entry.objects.filter(verb=Verb.UNOPENABLE).exists()
    assert [message.to for message in mail.outbox] == [[circle.dpo.user.email]]


def test_with_a_guest_or_somebody_without_account_the_screen_shows_no_note(circle: Circle) -> None:
    row = running(circle)
    noted(circle, row)
    screen = reverse("meeting-live", args=["tilleuls", row.id])
    guest = guest_of(circle, row)
    assert guest.participation is not None
    for note_entry in (
        lambda: actions_live.note_presence(
            circle.coordinator.actor,
            meeting=row.id,
            participation=number_of(guest),
            presence="present",
        ),
        lambda: signed_in(circle.coordinator).post(
            reverse("meeting-without-account", args=["tilleuls", row.id]), ALOUD
        ),
    ):
        coordinator = signed_in(circle.coordinator)
        assert TEXT in coordinator.get(screen).content.decode()
        note_entry()
        before = Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN).count()
        page = coordinator.get(screen).content.decode()
        assert TEXT not in page
        assert "Les notes sont réservées au cercle." in page
        assert Entry.objects.filter(verb=Verb.SHOWN_ON_SCREEN).count() == before
        Attendance.objects.filter(participation=number_of(guest)).delete()


def test_the_ledger_says_whose_notes_were_read(circle: Circle) -> None:
    row = running(circle)
    noted(circle, row)
    reading_notes.notes_for(circle.participant.actor, row)
    day = date_format(timezone.localtime(row.starts_at), "DATE_FORMAT")
    page = signed_in(circle.dpo).get(reverse("ledger", args=["tilleuls"])).content.decode()
    assert page.count(f"note de la réunion du {day}") == len(("noted", "read"))
    assert "situation sans code" not in page
