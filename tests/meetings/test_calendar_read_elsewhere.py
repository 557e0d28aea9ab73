"""Calendar files, mails and the address, read by a parser that isn't the one that wrote them."""

import email
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from concertation.meetings import actions_agenda, actions_planning, reading
from concertation.meetings.models import Meeting
from concertation.situations.codes import show_code
from tests.cast import Circle
from tests.meetings.hour import publish
from tests.signin import signed_in
from tests.situations.story import ACCOUNT, HEADLINE, QUESTION, WISH, bring

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
BRUSSELS = ZoneInfo("Europe/Brussels")
PLACE, VIDEO, FREE = "Salle du Tilleul", "https://video.example/salle", "Budget de la cour"


def address(name: str, *parts: Any) -> str:
    return reverse(name, args=["tilleuls", *parts])


def read(content: str | bytes) -> Any:
    """The one calendar of a file; whatever the parser doesn't understand is an error."""
    text = content.decode() if isinstance(content, bytes) else content
    (whole,) = vobject.readComponents(text, validate=True)
    return whole


def plan_by_page(circle: Circle, day: date, **more: str) -> list[Meeting]:
    mail.outbox.clear()
    form = {
        "day": day.isoformat(),
        "at": "14:00",
        "place": PLACE,
        "link": VIDEO,
        "planned_minutes": "60",
        "kind": "case_concertation",
    }
    signed_in(circle.coordinator).post(address("meeting-plan"), form | more)
    return list(Meeting.objects.order_by("starts_at"))


def soon() -> date:
    return timezone.localdate() + timedelta(days=9)


def parts_of(sent: Any) -> list[tuple[str, str, Any]]:
    """The calendar parts of a mail as it leaves: the method of its envelope, and what is inside."""
    whole = email.message_from_bytes(sent.message().as_bytes(linesep="\r\n"))
    found = []
    for part in whole.walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found.append((str(part.get_param("method")), payload.decode(), read(payload)))
        if part.get_filename() == "invite.ics":
            # The file of who only opens files says what the program showed.
            file = part.get_payload(decode=True)
            assert isinstance(file, bytes)
            assert file == payload
            assert read(file).method.value == found[-1][0]
    return found


def all_three(circle: Circle) -> list[tuple[str, Any]]:
    """The file of who signed in, and what the secret address answers; both as text and as read."""
    token = actions_planning.new_calendar_address(circle.participant.actor)
    answers = [
        signed_in(circle.participant).get(address("calendar-file")),
        Client().get(reverse("calendar", args=[token])),
    ]
    texts = [each.content.decode() for each in answers]
    return [(each, read(each)) for each in texts]


def test_file_and_address_hold_one_event_a_date(circle: Circle) -> None:
    rows = plan_by_page(circle, soon(), repeat="fortnightly", times="3")
    assert len(rows) == 3
    for _text, whole in all_three(circle):
        assert whole.version.value == "2.0"
        assert whole.method.value == "PUBLISH"
        events = whole.vevent_list
        assert [each.uid.value for each in events] == [f"{row.id}@concertation" for row in rows]
        for event, row in zip(events, rows, strict=True):
            assert event.dtstart.value == row.starts_at
            assert event.dtend.value - event.dtstart.value == timedelta(minutes=60)
            assert event.dtstamp.value.tzinfo is not None
            assert (event.sequence.value, event.status.value) == ("0", "CONFIRMED")


def test_the_hour_on_the_wall_stays_when_summer_time_begins_and_ends(circle: Circle) -> None:
    for first in (date(2027, 3, 18), date(2027, 10, 21)):
        Meeting.objects.all().delete()
        plan_by_page(circle, first, repeat="fortnightly", times="2")
        for _text, whole in all_three(circle):
            starts = [each.dtstart.value for each in whole.vevent_list]
            here = [each.astimezone(BRUSSELS) for each in starts]
            assert [each.strftime("%H:%M") for each in here] == ["14:00", "14:00"]
            hours = {each.utcoffset() for each in here}
            assert hours == {timedelta(hours=1), timedelta(hours=2)}
            # As read by the zone that the file holds: the hour on the wall, and no foreign one.
            assert [each.strftime("%H:%M") for each in starts] == ["14:00", "14:00"]
            assert {each.utcoffset() for each in starts} == hours
            for event in whole.vevent_list:
                for moment in (event.dtstart, event.dtend):
                    assert moment.params["X-VOBJ-ORIGINAL-TZID"] == ["Europe/Brussels"]
            first_utc = datetime(first.year, first.month, first.day, 14, tzinfo=BRUSSELS)
            assert starts[0].astimezone(UTC) == first_utc.astimezone(UTC)


def test_an_invitation_its_change_and_its_end_are_one_event_with_a_rising_number(
    circle: Circle,
) -> None:
    (row,) = plan_by_page(circle, soon())
    client = signed_in(circle.coordinator)
    seen = []
    invited = list(mail.outbox)
    mail.outbox.clear()
    line = reading.meeting_line(circle.coordinator.actor, row.id)
    moved = row.starts_at + timedelta(days=1)
    form = {
        "version": line.version,
        "day": timezone.localdate(moved).isoformat(),
        "at": "15:30",
        "place": PLACE,
        "link": VIDEO,
        "planned_minutes": "90",
        "kind": "case_concertation",
    }
    answered = client.post(address("meeting-change", row.id), form)
    assert answered.status_code == 302
    changed = list(mail.outbox)
    mail.outbox.clear()
    client.post(address("meeting-cancel", row.id))
    cancelled = list(mail.outbox)
    for sent in (invited, changed, cancelled):
        assert {each.to[0] for each in sent} == {
            circle.people[name].user.email for name in ("coordinator", "participant", "manager")
        }
        for each in sent:
            ((method, _text, whole),) = parts_of(each)
            assert whole.method.value == method
            (event,) = whole.vevent_list
            assert event.attendee.value == f"mailto:{each.to[0]}"
            assert event.organizer.value.startswith("mailto:")
            assert event.uid.value == f"{row.id}@concertation"
        seen.append((method, int(event.sequence.value), event.status.value))
    assert [method for method, _number, _status in seen] == ["REQUEST", "REQUEST", "CANCEL"]
    numbers = [number for _method, number, _status in seen]
    assert numbers == sorted(set(numbers))
    assert [status for *_others, status in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    row.refresh_from_db()
    for _text, whole in all_three(circle):
        (event,) = whole.vevent_list
        assert (event.status.value, int(event.sequence.value)) == ("CANCELLED", numbers[-1])
        assert event.dtstart.value == row.starts_at
        assert event.dtstart.value.astimezone(BRUSSELS).strftime("%H:%M") == "15:30"
        assert event.dtend.value - event.dtstart.value == timedelta(minutes=90)


def test_nothing_of_anybody_stands_in_any_of_them(circle: Circle) -> None:
    about = bring(circle.participant)
    (row,) = plan_by_page(circle, soon())
    invitations = [text for sent in mail.outbox for _method, text, _whole in parts_of(sent)]
    actions_agenda.add_point(circle.coordinator.actor, meeting=row.id, title=FREE)
    publish(circle, row.id)
    files = all_three(circle)
    for _text, whole in files:
        (event,) = whole.vevent_list
        # What the parser found, and nothing that it left aside.
        assert set(event.contents) == {
            "uid", "sequence", "dtstamp", "dtstart", "dtend", "summary", "description", "url",
            "class", "status", "organizer",
        }  # fmt: skip
        assert event.contents["class"][0].value == "PRIVATE"
        assert "points" in event.description.value
    secrets = [HEADLINE, WISH, ACCOUNT, QUESTION, PLACE, VIDEO, FREE]
    secrets += [show_code(str(about.code)), str(about.code)]
    secrets += [someone.user.name for someone in circle.people.values()]
    for text in [*(text for text, _whole in files), *invitations]:
        unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\\,", ",")
        # Their own address is who a mail is for; the coordination's mailbox sends it.
        lines = [
            each for each in unfolded.split("\n") if not each.startswith(("ATTENDEE", "ORGANIZER"))
        ]
        whole_text = "\n".join(lines).casefold()
        assert not [each for each in secrets if each.casefold() in whole_text]
        assert "cn=" not in unfolded.casefold()
