"""The signed state by e-mail: one letter a day at most, none without news, one at each close."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from audit.checkpoint import open_checkpoint
from audit.enums import Purpose, Verb
from audit.event import Event
from audit.models import Checkpoint, Entry
from audit.names import concertation_ledger
from audit.record import record_now
from concertation.accounts.actions import membership
from concertation.accounts.models import Participation
from concertation.accounts.state_mail import send_due
from concertation.meetings import actions_live
from concertation.meetings.models import Meeting
from tests.cast import PASSWORD, Circle
from tests.ethics.sealed_rows import bring
from tests.meetings.hour import held_now

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

Clock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Sets the machine's clock."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def ledger(circle: Circle) -> str:
    return concertation_ledger(circle.concertation.id)


def read_something(circle: Circle) -> None:
    event = Event(verb=Verb.READ, actor=circle.people["participant"].user.id, purpose=Purpose.SHEET)
    record_now(ledger(circle), event)


def reached() -> set[str]:
    return {address for each in mail.outbox for address in each.to}


def close(circle: Circle, row: Meeting) -> None:
    row.refresh_from_db()
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=row.id, minutes=55, version=row.version
    )


def letters_with_a_state() -> list[mail.EmailMessage]:
    return [each for each in mail.outbox if each.attachments]


def test_it_goes_to_dpo_and_coordinators_and_nobody_else(circle: Circle) -> None:
    assert send_due() == 1
    assert reached() == {circle.dpo.user.email, circle.coordinator.user.email}
    assert Entry.objects.get(verb=Verb.CHECKPOINT_SENT).ledger.name == ledger(circle)


def test_the_letter_carries_the_signed_state_twice_and_says_nothing_of_anybody(
    circle: Circle,
) -> None:
    row = bring(circle)
    send_due()
    people = [each.user.name for each in circle.people.values()]
    for message in mail.outbox:
        ((name, note, _kind),) = message.attachments
        state = open_checkpoint(str(note), ledger(circle))
        assert name == f"etat-signe-{state.size}.txt"
        said = f"{message.subject}\n{message.body}"
        assert said.endswith(f"\n\n{note}")
        assert not [each for each in people if each in said]
        assert circle.concertation.name not in said
        assert str(row.code)[:4] not in said


def test_a_day_without_a_new_entry_has_no_letter(circle: Circle, at: Clock) -> None:
    assert send_due() == 1
    now = timezone.now()
    for days in (1, 2, 8):
        at(now + timedelta(days=days))
        assert send_due() == 0
    read_something(circle)
    assert send_due() == 1


def test_a_second_round_of_the_day_sends_nothing_the_next_day_s_does(
    circle: Circle, at: Clock
) -> None:
    noon = timezone.make_aware(datetime.combine(timezone.localdate(), datetime.min.time()))
    at(noon + timedelta(days=1, hours=12))
    assert send_due() == 1
    read_something(circle)
    assert send_due() == 0
    at(noon + timedelta(days=2, hours=1))
    assert send_due() == 1


def test_each_meeting_s_close_sends_the_state_it_signed(circle: Circle) -> None:
    for _number in range(2):  # two on one day: both leave
        row = held_now(circle)
        mail.outbox.clear()
        close(circle, row)
        sent = letters_with_a_state()
        assert {address for each in sent for address in each.to} == {
            circle.dpo.user.email,
            circle.coordinator.user.email,
        }
        held = Entry.objects.filter(verb=Verb.MEETING_HELD, meeting=row.id).latest("index")
        for message in sent:
            ((_name, note, _kind),) = message.attachments
            assert open_checkpoint(str(note), ledger(circle)).size > held.index
            assert Checkpoint.objects.filter(note=str(note)).exists()
        Meeting.objects.filter(id=row.id).update(starts_at=timezone.now() - timedelta(days=1))


def test_without_a_mail_server_the_meeting_closes_and_nothing_is_recorded_as_sent(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> int:
        raise OSError("connection refused")

    row = held_now(circle)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    close(circle, row)
    assert Checkpoint.objects.filter(ledger__name=ledger(circle)).exists()
    assert send_due() == 0
    assert not Entry.objects.filter(verb=Verb.CHECKPOINT_SENT).exists()
    mail.outbox.clear()
    monkeypatch.undo()
    assert send_due() == 1, "the next round makes up for it"


def test_whoever_left_gets_no_letter_any_more(circle: Circle) -> None:
    place = Participation.objects.get(person=circle.dpo.user, concertation=circle.concertation)
    membership.remove(circle.coordinator.actor, participation=place.id, password=PASSWORD)
    mail.outbox.clear()
    send_due()
    assert reached() == {circle.coordinator.user.email}
