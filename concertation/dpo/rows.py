"""Entries of the ledger in words: names and codes beside numbers, fetched once for many lines."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.enums import Outcome, SubjectKind, Verb
from audit.reading import Line
from concertation.accounts.models import Organisation, User
from concertation.dpo import labels
from concertation.meetings.models import Meeting
from concertation.situations.models import Situation
from ethics import gate

CODES_SHOWN: Final = 3
# What is done to the notes of a meeting; the other events about one are about the meeting itself.
_OF_NOTES: Final = frozenset(
    {
        Verb.READ,
        Verb.SHOWN_ON_SCREEN,
        Verb.CONTRIBUTION_ADDED,
        Verb.ACTION_AGREED,
        Verb.ACTION_STATE_CHANGED,
        Verb.ERASED,
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in words. `codes` are those of situations that still live."""

    index: int
    time: datetime | None
    organisation: str
    role: str
    person: str | Promise
    verb: str | Promise
    codes: tuple[str, ...]
    more: int
    groups: tuple[str | Promise, ...]
    purpose: str | Promise
    outcome: str | Promise
    reason: str | Promise
    granted: bool
    # What an alarm that names its place says: a number of the membership chain.
    number: int | None = None
    # What a meeting noted under its own key: the day says which, and there is no code to show.
    notes_of: datetime | None = None


@dataclass(slots=True)
class Words:
    """Names and codes for the numbers of some lines, fetched once for all of them."""

    people: dict[UUID, str] = field(default_factory=dict)
    organisations: dict[UUID, str] = field(default_factory=dict)
    codes: dict[UUID, str] = field(default_factory=dict)
    meetings: dict[UUID, datetime] = field(default_factory=dict)


def words_for(actor: gate.Actor, lines: tuple[Line, ...]) -> Words:
    situations = {
        number for line in lines for kind, number in line.subjects if kind == SubjectKind.SITUATION
    }
    codes = Situation.objects.filter(concertation=actor.concertation, id__in=situations)
    keys = {number for line in lines for number in _keys_of(line)}
    meetings = Meeting.objects.filter(concertation=actor.concertation, id__in=keys)
    return Words(
        people=people_of(lines),
        organisations=organisations_of({line.organisation for line in lines}),
        codes={
            number: code for number, code in codes.values_list("id", "code") if code is not None
        },
        meetings=dict(meetings.values_list("id", "starts_at")),
    )


def _keys_of(line: Line) -> set[UUID]:
    """Whose key an entry is about: a situation's, or a meeting's for what it noted.

    A write names its container as a situation; the number of a meeting is no situation without a
    code.
    """
    kinds = {SubjectKind.SITUATION, *({SubjectKind.MEETING} if line.verb in _OF_NOTES else ())}
    return {number for kind, number in line.subjects if kind in kinds}


def people_of(lines: tuple[Line, ...]) -> dict[UUID, str]:
    numbers = {line.actor for line in lines if line.actor}
    return dict(User.objects.filter(id__in=numbers).values_list("id", "name"))


def organisations_of(numbers: set[UUID | None]) -> dict[UUID, str]:
    known = [number for number in numbers if number is not None]
    return dict(Organisation.objects.filter(id__in=known).values_list("id", "name"))


def row_of(line: Line, words: Words) -> Row:
    noted = _keys_of(line) & words.meetings.keys()
    situations = [
        number
        for kind, number in line.subjects
        if kind == SubjectKind.SITUATION and number not in noted
    ]
    codes = [words.codes[number] for number in situations if number in words.codes]
    number = line.details.get("number")
    return Row(
        index=line.index,
        time=line.time,
        organisation=words.organisations.get(line.organisation, "") if line.organisation else "",
        role=str(labels.ROLES.get(line.role, line.role)),
        person=person_words(line.actor, words),
        verb=labels.VERB_WORDS.get(line.verb, line.verb) if line.verb else labels.PRUNED,
        codes=tuple(codes[:CODES_SHOWN]),
        more=len(situations) - len(codes[:CODES_SHOWN]),
        groups=_groups(line.field_groups),
        purpose=labels.PURPOSES.get(line.purpose, line.purpose),
        outcome=labels.OUTCOMES.get(line.outcome, line.outcome),
        reason=labels.REASONS.get(line.reason, line.reason),
        granted=line.outcome == Outcome.GRANTED,
        number=number if isinstance(number, int) else None,
        notes_of=next((words.meetings[each] for each in noted), None),
    )


def _groups(codes: tuple[str, ...]) -> tuple[str | Promise, ...]:
    """Field groups in the order of a sheet, whatever the leaf's; all of them in one word."""
    known = [code for code in labels.GROUPS if code in codes]
    if len(known) == len(labels.GROUPS):
        return (_("tous"),)
    return (
        *(labels.GROUPS[code] for code in known),
        *(code for code in codes if code not in labels.GROUPS),
    )


def person_words(actor: UUID | None, words: Words) -> str | Promise:
    if actor is None:
        return _("personne non identifiée")
    return words.people.get(actor, _("compte inconnu"))
