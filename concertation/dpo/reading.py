"""What the DPO sees of the ledger: who, when, what, why and how it ended. Never any content.

Every page is recorded before it is shown, as the reading of anybody else is (design 3).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise

from audit import reading as ledger
from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from audit.names import concertation_ledger
from audit.reading import Line
from concertation.accounts.models import Participation
from concertation.dpo import labels
from concertation.dpo.errors import UnknownCode
from concertation.dpo.rows import (
    Row,
    Words,
    organisations_of,
    people_of,
    person_words,
    row_of,
    words_for,
)
from concertation.dpo.searches import Saved, saved_searches
from concertation.dpo.seen import Seen, Showing, seen_by, shown_in
from concertation.meetings.models import Meeting
from concertation.situations.codes import parse_code, show_code
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Act

# How far back alarms are shown on top of the page; older ones are found by searching.
ALARM_DAYS: Final = 90
ALARMS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Search:
    """What the DPO looks for; empty means everything. Days are whole days in Brussels."""

    person: UUID | None = None
    organisation: UUID | None = None
    situation: UUID | None = None
    code: str = ""
    verb: str = ""
    purpose: str = ""
    outcome: str = ""
    meeting: UUID | None = None
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Results:
    """One page of entries, newest first."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int

    @property
    def previous(self) -> int:
        """The page of newer entries; from beyond the last page, the last."""
        return min(self.page - 1, self.pages)

    @property
    def next(self) -> int:
        """The page of older entries."""
        return self.page + 1


@dataclass(frozen=True, slots=True)
class Proof:
    """The last verification, and the signed state to keep outside."""

    verified_at: datetime | None = None
    by: str | Promise = ""
    ok: bool = False
    entries: int = 0
    platform_entries: int = 0
    kept_size: int | None = None
    bad_index: int | None = None
    bad_words: str | Promise = ""
    bad_is_platform: bool = False
    checkpoint: str = ""
    checkpoint_size: int = 0
    checkpoint_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alarms:
    """Texts that did not open and chains that don't hold, newest first."""

    unopenable: tuple[Row, ...]
    chain: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The DPO's page."""

    proof: Proof
    alarms: Alarms
    results: Results | None
    seen: tuple[Seen, ...] = ()
    shown: tuple[Showing, ...] = ()
    code: str = ""
    situation: UUID | None = None
    saved: tuple[Saved, ...] = ()


def check_may_read(actor: gate.Actor) -> None:
    """Let nobody but the DPO go on; raises `Refused`, recorded."""
    gate.allow(actor, Act.READ_LEDGER, purpose=Purpose.REVIEW, record=False)


def people(actor: gate.Actor) -> list[tuple[str, str]]:
    """Everyone who has or had a place in the concertation, for the search form: number, name."""
    rows = Participation.objects.filter(concertation=actor.concertation).order_by("person__name")
    found: dict[UUID, list[str]] = {}
    for person, name, organisation in rows.values_list(
        "person", "person__name", "organisation__name"
    ):
        found.setdefault(person, [name])
        if organisation not in found[person]:
            found[person].append(organisation)
    return [(str(person), " · ".join(words)) for person, words in found.items()]


def organisations(actor: gate.Actor) -> list[tuple[str, str]]:
    """Every organisation that has or had people in the concertation: number, name."""
    rows = Participation.objects.filter(concertation=actor.concertation).order_by(
        "organisation__name"
    )
    pairs = rows.values_list("organisation", "organisation__name").distinct()
    return [(str(number), name) for number, name in pairs]


def meetings(actor: gate.Actor) -> list[tuple[str, str]]:
    """The meetings of the concertation, the newest first: number, day."""
    rows = Meeting.objects.filter(concertation=actor.concertation).order_by("-starts_at")
    return [
        (str(number), date_format(timezone.localtime(at), "DATE_FORMAT"))
        for number, at in rows.values_list("id", "starts_at")
    ]


def situation_with(actor: gate.Actor, text: str) -> tuple[UUID, str]:
    """The number and plain code of the situation that a code, typed in any way, stands for; or
    its number, which also stands in the log's files.

    Knowing a number opens nothing. An unknown or foreign one is recorded as everywhere, and
    raises `UnknownCode`: on this page the search stays as it was typed. Raises `Flooded`.
    """
    row = _situation(text)
    if row is None or row.code is None or row.concertation_id != actor.concertation:
        foreign = (row.concertation_id, row.id) if row else None
        refused = gate.refuse_unknown(actor, purpose=Purpose.REVIEW, foreign=foreign)
        if isinstance(refused, gate.Flooded):
            raise refused
        raise UnknownCode
    return row.id, row.code


def code_to_show(actor: gate.Actor, number: str) -> str:
    """The code of the situation with this number; one that doesn't live here stays its number."""
    row = _situation(number) if number else None
    here = row is not None and row.code and row.concertation_id == actor.concertation
    return show_code(row.code) if row and row.code and here else number


def _situation(text: str) -> Situation | None:
    try:
        named: dict[str, Any] = {"id": UUID(text.strip())}
    except ValueError:
        code = parse_code(text)
        if code is None:
            return None
        named = {"code": code}
    return Situation.objects.filter(**named).only("code", "concertation_id").first()


def desk(actor: gate.Actor, search: Search | None) -> Desk:
    """The whole page; without a search (its form has mistakes) no entries are shown.

    The reading is recorded first, with whom and which situation it was about. Raises `Refused`.
    """
    asked = search or Search()
    gate.allow(actor, Act.READ_LEDGER, purpose=Purpose.REVIEW, subjects=about(asked))
    name = _ledger(actor)
    page = ledger.search(name, filters_of(search), page=search.page) if search else None
    alarms = [_last(name, verb, ALARMS_SHOWN) for verb in (Verb.UNOPENABLE, Verb.ALARM)]
    verified = _last(name, Verb.LEDGER_VERIFIED, 1, days=None)
    found = page.lines if page else ()
    words = words_for(actor, (*found, *alarms[0].lines, *alarms[1].lines, *verified.lines))
    return Desk(
        proof=_proof(name, verified.lines, words),
        alarms=Alarms(
            unopenable=tuple(row_of(line, words) for line in alarms[0].lines),
            chain=tuple(row_of(line, words) for line in alarms[1].lines),
            total=sum(each.total for each in alarms),
        ),
        results=Results(
            tuple(row_of(line, words) for line in page.lines), page.total, page.number, page.pages
        )
        if page
        else None,
        seen=seen_by(name, asked.situation) if asked.situation else (),
        shown=shown_in(name, asked.situation) if asked.situation else (),
        code=asked.code,
        situation=asked.situation,
        saved=saved_searches(actor),
    )


def names_for_export(lines: tuple[Line, ...]) -> list[dict[str, str]]:
    """Names of people and organisations beside their numbers, fetched once for a batch."""
    people = people_of(lines)
    organisations = organisations_of({line.organisation for line in lines})
    return [
        {
            "actor_name": people.get(line.actor, "") if line.actor else "",
            "organisation_name": organisations.get(line.organisation, "")
            if line.organisation
            else "",
        }
        for line in lines
    ]


def last_checkpoint(actor: gate.Actor) -> tuple[str, int] | None:
    """The last signed state of the concertation's ledger, to take away, and its size.

    Taking it is recorded. Raises `Refused`.
    """
    gate.allow(actor, Act.READ_LEDGER, purpose=Purpose.REVIEW, verb=Verb.LEDGER_EXPORTED)
    for head in ledger.heads([_ledger(actor)]):
        if head.checkpoint and head.checkpoint_size is not None:
            return head.checkpoint, head.checkpoint_size
    return None


def _ledger(actor: gate.Actor) -> str:
    if actor.concertation is None:  # never: the gate allowed the actor in this concertation
        raise ValueError("no concertation")
    return concertation_ledger(actor.concertation)


def about(search: Search) -> list[Subject]:
    """Whom and what a search is about, for the event that records it."""
    given = (
        (SubjectKind.PERSON, search.person),
        (SubjectKind.ORGANISATION, search.organisation),
        (SubjectKind.SITUATION, search.situation),
        (SubjectKind.MEETING, search.meeting),
    )
    return [Subject(kind, number) for kind, number in given if number is not None]


def filters_of(search: Search) -> ledger.Filters:
    """The search as the ledger takes it: whole days become moments."""
    return ledger.Filters(
        actor=search.person,
        organisation=search.organisation,
        situation=search.situation,
        verb=search.verb or None,
        purpose=search.purpose or None,
        outcome=search.outcome or None,
        meeting=search.meeting,
        since=_midnight(search.since) if search.since else None,
        until=_midnight(search.until + timedelta(days=1)) if search.until else None,
    )


def _last(name: str, verb: Verb, count: int, days: int | None = ALARM_DAYS) -> ledger.Page:
    since = None if days is None else timezone.now() - timedelta(days=days)
    return ledger.search(name, ledger.Filters(verb=verb, since=since), page_size=count)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _proof(name: str, verified: tuple[Line, ...], words: Words) -> Proof:
    heads = ledger.heads([name])
    head = heads[0] if heads else None
    signed = {
        "checkpoint": head.checkpoint if head else "",
        "checkpoint_size": (head.checkpoint_size if head else None) or 0,
        "checkpoint_at": head.checkpoint_at if head else None,
    }
    if not verified:
        return Proof(**signed)  # type: ignore[arg-type]  # one value of each type
    line = verified[0]
    told = {key: value for key, value in line.details.items() if isinstance(value, int)}
    kind = str(line.details.get("kind", ""))
    return Proof(
        **signed,  # type: ignore[arg-type]
        verified_at=line.time,
        by=person_words(line.actor, words),
        ok=line.details.get("ok") is True,
        entries=told.get("count", 0),
        platform_entries=told.get("total", 0) - told.get("count", 0),
        kept_size=told.get("value"),
        bad_index=told.get("number"),
        bad_words=labels.BAD_KINDS.get(kind, kind),
        bad_is_platform=line.details.get("category") == "platform",
    )
