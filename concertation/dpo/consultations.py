"""The report of consultations for the person concerned (GDPR art. 15; design 2, rights).

By code, on the DPO's hand: which organisation, in which function, on which day and why a situation
was laid open. No name: those stand in the log, and are given only where that is indispensable.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import reading as ledger
from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.models import Participation
from concertation.dpo import labels
from concertation.dpo.reading import situation_with
from concertation.dpo.rows import organisations_of
from concertation.dpo.searches import ledger_name
from concertation.situations.codes import show_code
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class Consultation:
    """One day, one organisation and function, one purpose: how often."""

    day: date
    organisation: str
    function: str
    purpose: str
    times: int


@dataclass(frozen=True, slots=True)
class Consultations:
    """The report for one situation."""

    code: str
    made_at: datetime
    rows: tuple[Consultation, ...]


def consultations(actor: gate.Actor, typed: str) -> Consultations:
    """The report for the situation with this number, or code; recorded as an export.

    Raises `Refused` or `UnknownCode`, both recorded.
    """
    gate.allow(
        actor, Act.READ_LEDGER, purpose=Purpose.REVIEW, verb=Verb.LEDGER_EXPORTED, record=False
    )
    number, code = situation_with(actor, typed)
    gate.allow(
        actor,
        Act.READ_LEDGER,
        purpose=Purpose.REVIEW,
        verb=Verb.LEDGER_EXPORTED,
        subjects=[Subject(SubjectKind.SITUATION, number)],
    )
    found = Counter([*_openings(actor, number), *_showings(actor, number)])
    rows = (Consultation(*told, times) for told, times in found.items())
    return Consultations(
        show_code(code),
        timezone.now(),
        tuple(sorted(rows, key=lambda each: (each.day, each.organisation, each.function))),
    )


_Told = tuple[date, str, str, str]


def _openings(actor: gate.Actor, number: UUID) -> Iterable[_Told]:
    opened = ledger.openings_of(ledger_name(actor), number)
    names = organisations_of({each.organisation for each in opened})
    functions = _functions(actor, {each.actor for each in opened if each.actor})
    for each in opened:
        name = names.get(each.organisation, "") if each.organisation else ""
        function = functions.get((each.actor, each.organisation), "")
        yield _day(each.time), name, function, _purpose(each.purpose)


def _showings(actor: gate.Actor, number: UUID) -> Iterable[_Told]:
    shown = ledger.shown_on_screens(ledger_name(actor), number)
    present = {place for each in shown for place in each.present}
    places = {
        place: (name, function)
        for place, name, function in Participation.objects.filter(id__in=present).values_list(
            "id", "organisation__name", "function"
        )
    }
    for each in shown:
        for place in each.present:
            yield _day(each.time), *places.get(place, ("", "")), str(_("montrée en réunion"))


def _functions(actor: gate.Actor, people: set[UUID]) -> dict[tuple[UUID | None, UUID | None], str]:
    rows = Participation.objects.filter(concertation=actor.concertation, person__in=people)
    columns = rows.order_by("starts_on").values_list("person", "organisation", "function")
    return {(person, organisation): function for person, organisation, function in columns}


def _purpose(code: str) -> str:
    return str(labels.PURPOSES.get(code, code))


def _day(at: datetime) -> date:
    return timezone.localdate(at)
