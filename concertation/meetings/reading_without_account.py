"""People present without an account, as the coordinator's page and a meeting's attendance show
them; the charter as they read it; and when what is known of them is erased."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.enums import Purpose, SubjectKind
from audit.event import Subject
from concertation.accounts.reading.charter_page import Text, languages_of, read_text
from concertation.meetings.changing import find
from concertation.meetings.entries import Entry, entries_of
from concertation.meetings.enums import MeetingState
from concertation.meetings.models import PresentWithoutAccount
from concertation.meetings.reading import MeetingLine, meeting_line, unknown
from ethics import gate
from ethics.charter.reading import in_force
from ethics.charter.receipts import acceptance_receipt
from ethics.charter.statements import SENTENCES
from ethics.policy import Act

# As long as access lasted, plus five years (design 2, “Rights and retention”, signatures).
KEPT_YEARS: Final = 5


@dataclass(frozen=True, slots=True)
class WithoutAccountPage:
    """The coordinator's page."""

    meeting: MeetingLine
    entries: tuple[Entry, ...]
    # What is read aloud, by language.
    sentences: tuple[tuple[str, str], ...]
    version: int | None


@dataclass(frozen=True, slots=True)
class AcceptPage:
    """The charter as somebody without an account reads it."""

    name: str
    who: str
    concertation: str
    on: date
    language: str
    languages: tuple[tuple[str, str], ...]
    text: Text
    sentence: str


def without_account_page(actor: gate.Actor, number: UUID) -> WithoutAccountPage:
    """Who takes part without an account; the coordinator's. Raises `Refused`."""
    line = meeting_line(actor, number)
    gate.allow(
        actor,
        Act.PLAN_MEETING,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.MEETING, number),),
    )
    charter = in_force()
    languages = [code for code, _name in languages_of(charter)]
    return WithoutAccountPage(
        meeting=line,
        entries=entries_of(number),
        sentences=tuple((code, SENTENCES[code]) for code in languages),
        version=charter.number if charter else None,
    )


def accept_page(row: PresentWithoutAccount, wanted: str) -> AcceptPage | None:
    """The charter in force, in the language wanted where the text exists; `None` without one."""
    charter = in_force()
    if charter is None:
        return None
    languages = languages_of(charter)
    language = wanted if wanted in dict(languages) else "fr"
    return AcceptPage(
        name=row.name,
        who=f"{row.organisation or _('indépendant·e')}, {row.function}",
        concertation=row.meeting.concertation.name,
        on=timezone.localtime(row.meeting.starts_at).date(),
        language=language,
        languages=languages,
        text=read_text(charter, language),
        sentence=SENTENCES[language],
    )


def receipt(actor: gate.Actor, meeting: UUID, number: UUID) -> dict[str, Any]:
    """The countersigned statement with its proof, for whoever asks what was signed; the
    coordinator's to hand over. Raises `Refused`."""
    row = find(actor, meeting)
    gate.allow(
        actor,
        Act.PLAN_MEETING,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.WITHOUT_ACCOUNT, number),),
    )
    entry = PresentWithoutAccount.objects.filter(meeting=row, id=number).first()
    if entry is None or not bytes(entry.signature):
        raise unknown(actor, meeting)
    return acceptance_receipt(entry, entry.id, row.concertation_id)


def forget_old() -> int:
    """Erase names, functions and signed statements five years after the meeting's day.

    That somebody was there stays counted. For the daily command.
    """
    today = timezone.localdate()
    # The 29th of February has no anniversary.
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    before = today.replace(year=today.year - KEPT_YEARS, day=day)
    rows = PresentWithoutAccount.objects.filter(meeting__starts_at__date__lt=before)
    done = 0
    for row in rows.exclude(name="", statement=b""):
        row.name = row.function = row.organisation = ""
        row.statement = row.signature = row.sign_public = b""
        row.keys = row.token_hash = None
        row.save()
        done += 1
    return done


def over(line: MeetingLine) -> bool:
    """Whether nobody is noted by a link any more: closed, or its day is over."""
    return line.state == MeetingState.CLOSED or line.on < timezone.localdate()
