"""Calendar files and mails by the letter of RFC 5545 (the format) and RFC 5546 (what it is for)."""

import email
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz  # type: ignore[import-untyped]
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from concertation.meetings import actions_planning, calendar, reading
from concertation.meetings.models import Meeting
from tests.cast import Circle
from tests.meetings.hour import plan
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
BRUSSELS: Final = "Europe/Brussels"
MAILBOX: Final = "tableau@board.example"
# RFC 5546, 3.2.1, 3.2.2 and 3.2.5: what an event must hold, and what it must not.
NEEDED: Final = {
    "PUBLISH": {"DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID"},
    "REQUEST": {"ATTENDEE", "DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID", "SEQUENCE"},
    "CANCEL": {"ATTENDEE", "DTSTAMP", "ORGANIZER", "UID", "SEQUENCE", "STATUS"},
}
NEVER: Final = {
    "PUBLISH": {"ATTENDEE", "REQUEST-STATUS"},
    "REQUEST": {"REQUEST-STATUS"},
    "CANCEL": {"REQUEST-STATUS"},
}


@pytest.fixture(autouse=True)
def _a_mailbox_with_a_name(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = f"Tableau de suivi <{MAILBOX}>"


def form(day: Any, **more: str) -> dict[str, str]:
    return {
        "day": day.isoformat(),
        "at": "14:00",
        "place": "Salle du Tilleul, au fond de la cour de la Maison des Marronniers, à gauche",
        "link": "https://video.example/salle",
        "planned_minutes": "60",
        "kind": "case_concertation",
    } | more


def soon() -> Any:
    return timezone.localdate() + timedelta(days=9)


def raw(sent: Any) -> tuple[Any, bytes]:
    """The calendar part of a mail as it leaves by SMTP: its headers, and its bytes."""
    whole = email.message_from_bytes(sent.message().as_bytes(linesep="\r\n"))
    (part,) = [each for each in whole.walk() if each.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return part, content


def everything(circle: Circle) -> list[tuple[str, bytes]]:
    """One of each: file, address, several dates, invitation, change, end; with its method."""
    client = signed_in(circle.coordinator)
    where = reverse("meeting-plan", args=["tilleuls"])
    mail.outbox.clear()
    client.post(where, form(soon(), repeat="fortnightly", times="3"))
    client.post(where, form(soon() + timedelta(days=3)))
    row = Meeting.objects.get(starts_at__date=soon() + timedelta(days=3))
    line = reading.meeting_line(circle.coordinator.actor, row.id)
    change = form(soon() + timedelta(days=4), version=str(line.version))
    client.post(reverse("meeting-change", args=["tilleuls", row.id]), change)
    client.post(reverse("meeting-cancel", args=["tilleuls", row.id]))
    found = []
    for sent in mail.outbox:
        part, content = raw(sent)
        assert part.get_content_charset() == "utf-8"
        found.append((str(part.get_param("method")), content))
    token = actions_planning.new_calendar_address(circle.participant.actor)
    file = reverse("calendar-file", args=["tilleuls"])
    for answer in (client.get(file), Client().get(reverse("calendar", args=[token]))):
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        found.append(("PUBLISH", answer.content))
    return found


def tree(part: Any) -> Any:
    """The kinds of a mail's parts, one inside the other."""
    kind = part.get_content_type()
    return (kind, [tree(each) for each in part.get_payload()]) if part.is_multipart() else kind


def test_one_date_is_an_alternative_of_the_letter_and_a_file_beside_it(circle: Circle) -> None:
    """RFC 6047: shown with accept and decline; the same bytes for who opens files."""
    everything(circle)
    trees = []
    letters: list[Any] = list(mail.outbox)
    for sent in letters:
        whole = email.message_from_bytes(sent.message().as_bytes(linesep="\r\n"))
        trees.append(tree(whole))
        part, content = raw(sent)
        method = str(part.get_param("method"))
        assert content.count(f"METHOD:{method}\r\n".encode()) == 1
        if method == "PUBLISH":
            assert part.get_filename() == "reunions.ics"
            continue
        # Shown, not offered as a file: the file comes after.
        assert part.get_content_disposition() is None
        assert part.get_content_charset() == "utf-8"
        (file,) = [each for each in whole.walk() if each.get_filename()]
        assert (file.get_filename(), file.get_content_disposition()) == ("invite.ics", "attachment")
        assert file.get_payload(decode=True) == content
    several = ("multipart/mixed", ["text/plain", "text/calendar"])
    one = (
        "multipart/mixed",
        [("multipart/alternative", ["text/plain", "text/calendar"]), "application/ics"],
    )
    # Three people: several dates at once, then one invited, moved, and dropped.
    assert trees == [several] * 3 + [one] * 9


def test_what_each_kind_must_and_must_not_hold(circle: Circle) -> None:
    found = everything(circle)
    assert {method for method, _ in found} == {"PUBLISH", "REQUEST", "CANCEL"}
    for method, content in found:
        whole: Any = Calendar.from_ical(content)
        assert (str(whole["VERSION"]), str(whole["METHOD"])) == ("2.0", method)
        assert whole["PRODID"]
        (zone,) = whole.walk("VTIMEZONE")
        for event in whole.walk("VEVENT"):
            assert NEEDED[method] <= set(event)
            assert not NEVER[method] & set(event)
            assert str(event["ORGANIZER"]) == f"mailto:{MAILBOX}"
            assert {event["DTSTART"].params["TZID"], event["DTEND"].params["TZID"]} == {
                str(zone["TZID"])
            }
            # The stamp alone is a moment of the whole world (3.8.7.2).
            assert event["DTSTAMP"].dt.utcoffset() == timedelta(0)
            assert event["DTEND"].dt > event["DTSTART"].dt
            expected = "CANCELLED" if method == "CANCEL" else None
            assert str(event["STATUS"]) == expected or method != "CANCEL"
        if method != "PUBLISH":
            (event,) = whole.walk("VEVENT")
            attendee = event["ATTENDEE"]
            assert str(attendee).startswith("mailto:")
            assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == (
                "NEEDS-ACTION",
                "FALSE",
            )


def test_one_date_keeps_its_number_and_each_change_of_it_counts_one_more(circle: Circle) -> None:
    found = everything(circle)
    row = Meeting.objects.get(cancelled_at__isnull=False)
    asked: list[Any] = [
        Calendar.from_ical(content) for method, content in found if method != "PUBLISH"
    ]
    events = [event for whole in asked for event in whole.walk("VEVENT")]
    assert {str(each["UID"]) for each in events} == {f"{row.id}@concertation"}
    numbers = [int(each["SEQUENCE"]) for each in events]
    # Three people, three mails each: invited, told of the change, told of the end.
    assert numbers == [0] * 3 + [1] * 3 + [2] * 3
    stamps = [each["DTSTAMP"].dt for each in events]
    assert stamps == sorted(stamps)
    last: Any = [Calendar.from_ical(content) for method, content in found if method == "PUBLISH"][
        -1
    ]
    (there,) = [each for each in last.walk("VEVENT") if str(each["UID"]).startswith(str(row.id))]
    assert (int(there["SEQUENCE"]), str(there["STATUS"])) == (2, "CANCELLED")


def test_lines_end_and_fold_as_they_must(circle: Circle) -> None:
    for _method, content in everything(circle):
        assert content.endswith(b"END:VCALENDAR\r\n")
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
        assert max(map(len, content.split(b"\r\n"))) <= 75
        names = re.findall(rb"^(BEGIN|END):(\w+)\r$", content, re.MULTILINE)
        # The zone stands before whatever speaks of it.
        assert names[1] == (b"BEGIN", b"VTIMEZONE")


def test_a_calendar_without_a_date_is_a_calendar(circle: Circle) -> None:
    answer = signed_in(circle.participant).get(reverse("calendar-file", args=["tilleuls"]))
    whole: Any = Calendar.from_ical(answer.content)
    assert whole.walk("VTIMEZONE")
    assert not whole.walk("VEVENT")


def test_the_zone_s_rule_is_that_of_the_law(circle: Circle) -> None:
    """Read by dateutil, hour by hour around every change: as the system's own zone has it."""
    content = calendar.calendar_file([plan(circle)], lambda number: f"https://x.example/{number}")
    text = content.decode().replace("\r\n ", "")
    read = tz.tzical(StringIO(text)).get(BRUSSELS)
    here = ZoneInfo(BRUSSELS)
    for year in range(2020, timezone.localdate().year + 12):
        for month in (3, 10):
            for hour in range(31 * 24):
                moment = datetime(year, month, 1, tzinfo=UTC) + timedelta(hours=hour)
                shown = moment.astimezone(read).strftime("%d %H:%M %z %Z")
                assert shown == moment.astimezone(here).strftime("%d %H:%M %z %Z"), moment
