"""Meetings as calendar files (RFC 5545) and calendar e-mails (iTIP, RFC 5546 and
6047).

No code, no content, no place: a calendar is kept by somebody else. It says when, for how long, how
many points, and the address of the page that says the rest.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPException
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vText,
)

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.meetings.enums import ItemState
from concertation.meetings.models import Meeting
from concertation.meetings.reading import MeetingLine
from ethics.roles import SecrecyStatus, may_hold_key

PRODUCT: Final = "-//concertation//calendar 1//FR"
CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
PUBLISH: Final = "PUBLISH"
REQUEST: Final = "REQUEST"
CANCEL: Final = "CANCEL"
WINTER: Final = timedelta(hours=1)
SUMMER: Final = timedelta(hours=2)
# From a meeting's number to the full address of its page.
Link = Callable[[UUID], str]
# Subject, text, sender, who it is for.
Head = tuple[str, str, str, list[str]]

log = structlog.get_logger()


def calendar_file(meetings: Iterable[Meeting], link: Link) -> bytes:
    """A calendar of these meetings, in the language that is active."""
    return _written(PUBLISH, [_event(row, link) for row in meetings])


def _written(method: str, events: Iterable[Event]) -> bytes:
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("method", method)
    whole.add_component(_zone())
    for each in events:
        whole.add_component(each)
    return bytes(whole.to_ical())


def _zone() -> Timezone:
    """Europe/Brussels by the Union's rule, as every calendar reads it (decision 46)."""
    zone = Timezone()
    zone.add("tzid", settings.TIME_ZONE)
    for part, name, month, starts, before, since in (
        (TimezoneDaylight(), "CEST", 3, datetime(1981, 3, 29, 2), WINTER, SUMMER),  # noqa: DTZ001
        (TimezoneStandard(), "CET", 10, datetime(1996, 10, 27, 3), SUMMER, WINTER),  # noqa: DTZ001
    ):
        part.add("dtstart", starts)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzname", name)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", since)
        zone.add_component(part)
    return zone


def _event(row: Meeting, link: Link) -> Event:
    event = Event()
    event.add("uid", f"{row.id}@concertation")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at)
    event.add("dtstart", timezone.localtime(row.starts_at))
    end = row.starts_at + timedelta(minutes=row.planned_minutes)
    event.add("dtend", timezone.localtime(end))
    event.add("organizer", vCalAddress(f"mailto:{_mailbox()}"))
    event.add("summary", _("Réunion de concertation"))
    points = sum(1 for item in row.items.all() if item.state != ItemState.ASKED)
    told = ngettext("%(number)d point", "%(number)d points", points) % {"number": points}
    lines = [told] if points else []
    event.add("description", "\n".join([*lines, link(row.id)]))
    event.add("url", link(row.id))
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if row.cancelled_at else "CONFIRMED")
    return event


def _mailbox() -> str:
    """The board's own address, without the name it may be written with."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def send(meetings: list[Meeting], link: Link, *, method: str = REQUEST) -> int:
    """Write to the circle about new, changed or cancelled meetings; says how many mails left.

    Each in their language, with a calendar part that their calendar understands. A mail that
    doesn't leave changes nothing that was done.
    """
    if not meetings:
        return 0
    rows = Participation.objects.filter(
        concertation=meetings[0].concertation_id, state=ParticipationState.ADMITTED
    ).select_related("person")
    people = {
        row.person.email: row.person.language
        for row in rows
        if row.is_current() and may_hold_key(row.role_set, SecrecyStatus(row.secrecy_status))
    }
    return sum(
        _send(meetings, address, language, link, method) for address, language in people.items()
    )


def _send(rows: list[Meeting], address: str, language: str, link: Link, method: str) -> bool:
    """One mail a person, whatever the number of dates; several at once are announced, and one alone
    is an invitation that a calendar follows."""
    with override(language):
        told = [_told(row) for row in rows]
        subject = _("Réunion de concertation, %(day)s") % told[0]
        words = [_("Réunion de concertation, %(day)s, %(hours)s.") % each for each in told]
        if method == CANCEL:
            subject = _("Réunion annulée, %(day)s") % told[0]
            words = [_("La réunion de concertation du %(day)s est annulée.") % told[0]]
        elif len(rows) > 1:
            method = PUBLISH
            subject = _("Réunions de concertation\u00a0: %(number)d dates") % {"number": len(rows)}
        elif rows[0].sequence:
            subject = _("Réunion déplacée ou modifiée, %(day)s") % told[0]
        body = "".join(f"{line}\n{link(row.id)}\n" for line, row in zip(words, rows, strict=True))
        head = (subject, body, settings.DEFAULT_FROM_EMAIL, [address])
        mail = _announcing(head, calendar_file(rows, link))
        if method != PUBLISH:
            mail = _inviting(head, _invitation(rows[0], address, link, method), method)
    try:
        return bool(mail.send())
    except (SMTPException, OSError):
        log.warning("notice_not_sent", exc_info=True)
        return False


def _announcing(head: Head, part: bytes) -> EmailMessage:
    """Several dates at once: a file to open; no calendar program asks about several."""
    mail = EmailMessage(*head)
    mail.attach("reunions.ics", part.decode(), f"text/calendar; method={PUBLISH}")
    return mail


def _inviting(head: Head, part: bytes, method: str) -> EmailMessage:
    """One date: the event is another way to read the letter, so that the program shows it with its
    answers (RFC 6047); the same file is attached for those that only open files (decision 61)."""
    mail = EmailMultiAlternatives(*head)
    mail.attach_alternative(part.decode(), f"text/calendar; method={method}")
    # Not text/calendar once more: some programs would show the event twice.
    mail.attach("invite.ics", part, "application/ics")
    return mail


def _told(row: Meeting) -> dict[str, str]:
    when = MeetingLine.of(row)
    return {"day": date_format(when.starts_at, "l j F"), "hours": when.hours}


def _invitation(row: Meeting, address: str, link: Link, method: str) -> bytes:
    """The same event addressed to one person: what their calendar answers to (RFC 5546, 3.2)."""
    event = _event(row, link)
    guest = vCalAddress(f"mailto:{address}")
    guest.params["partstat"] = vText("NEEDS-ACTION")
    # Answers are given on the board, where they count; a calendar needs send none.
    guest.params["rsvp"] = vText("FALSE")
    event.add("attendee", guest)
    return _written(method, [event])
