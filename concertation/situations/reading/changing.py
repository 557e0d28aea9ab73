"""One agreed action, for the page that changes it: what stands, and how it came to that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.enums import Purpose, Verb
from concertation.accounts.models import Participation
from concertation.situations.enums import AGREED_ACTION_STATES, ActionState
from concertation.situations.models import AgreedAction, Contribution, Situation
from concertation.situations.reading.find import check_is_of, code_of, find, find_action
from concertation.situations.reading.people import Choice, people
from concertation.situations.reading.words import place, shown
from ethics import gate
from ethics.policy import Act, Refusal


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that changed in an action: its day, its owner, its state."""

    at: datetime
    by: str
    said: str


@dataclass(frozen=True, slots=True)
class ActionPage:
    """An action, and what this person may change in it."""

    number: UUID
    code: str
    text: str
    acts: str
    owner: str
    due_on: date
    state_label: str
    version: int
    may_postpone: bool
    may_hand_over: bool
    may_withdraw: bool
    people: tuple[Choice, ...]
    steps: tuple[Step, ...]


def action_page(
    actor: gate.Actor, code: str, number: UUID, *, purpose: Purpose = Purpose.FOLLOW_UP
) -> ActionPage:
    """An action for whoever may change something in it; `Refused` for anybody else."""
    check_is_of(actor, code, number, purpose=purpose)
    about = find(actor, code, purpose=purpose)
    row = find_action(actor, number, purpose=purpose)
    offered = gate.offers(actor, about.id)
    mine = row.owner_id == actor.participation
    moves = row.ended_on is None and offered.may(Act.MOVE_ACTION, own=mine)
    gives = row.ended_on is None and offered.may(Act.AGREE_ACTION)
    if not moves and not gives:
        raise gate.refuse(
            actor,
            Refusal.ROLE,
            verb=Verb.ACTION_POSTPONED,
            concertation=actor.concertation,
            purpose=purpose,
            subjects=(about.id,),
        )
    opened = gate.reveal(actor, records=[row], subjects=[about.id], purpose=purpose)
    owner = Participation.objects.select_related("organisation").get(id=row.owner_id)
    return ActionPage(
        number=row.id,
        code=code_of(about),
        text=shown(opened.get(row, "text")),
        acts=shown(opened.get(row, "acts")),
        owner=place(owner),
        due_on=row.due_on,
        state_label=str(ActionState(row.state).label),
        version=row.version,
        may_postpone=moves and row.state in AGREED_ACTION_STATES,
        may_hand_over=gives,
        may_withdraw=moves,
        people=people(actor, about) if gives else (),
        steps=tuple(action_steps(about, [row])[row.id]),
    )


@dataclass(frozen=True, slots=True)
class SavedAction:
    """What somebody else saved of an action while this person was writing."""

    version: int
    state: str
    due_on: date
    owner: UUID
    owner_label: str
    # The last word on it, as far as this person may read it: whose, and whether it is their own.
    word: str
    by: str
    mine: bool


def saved_action(
    actor: gate.Actor, number: UUID, *, purpose: Purpose = Purpose.FOLLOW_UP
) -> SavedAction:
    """An action as it stands now, to be shown beside what was typed; recorded as a reading."""
    row = find_action(actor, number, purpose=purpose)
    said = Contribution.objects.filter(action=row.id).select_related("author__organisation")
    last = said.order_by("-made_at").first()
    # With the action, which is theirs to read: a word that isn't is withheld, and refuses nothing.
    records = [row, last] if last else [row]
    opened = gate.reveal(actor, records=records, subjects=[row.situation_id], purpose=purpose)
    owner = Participation.objects.select_related("organisation").get(id=row.owner_id)
    word = shown(opened.get(last, "text")) if last else ""
    return SavedAction(
        version=row.version,
        state=row.state,
        due_on=row.due_on,
        owner=row.owner_id,
        owner_label=place(owner),
        word=word,
        by=place(last.author) if last and word else "",
        mine=last is not None and last.author_id == actor.participation,
    )


def has_ended(
    actor: gate.Actor, code: str, number: UUID, *, purpose: Purpose = Purpose.FOLLOW_UP
) -> bool:
    """Whether nothing of an action can change any more; raises `Refused` for an unknown one."""
    check_is_of(actor, code, number, purpose=purpose)
    return find_action(actor, number, purpose=purpose).ended_on is not None


def action_steps(about: Situation, rows: list[AgreedAction]) -> dict[UUID, list[Step]]:
    """What changed in each of these actions, the newest first: one query, and two for the names."""
    history = AgreedAction.history.filter(id__in=[row.id for row in rows])
    entries = list(history.order_by("history_date", "history_id"))
    places = _places(about, entries)
    by_person = {each.person_id: place(each) for each in places.values()}
    steps: dict[UUID, list[Step]] = {row.id: [] for row in rows}
    before: dict[UUID, Any] = {}
    for entry in entries:
        for said in _said(before.get(entry.id), entry, places):
            by = by_person.get(entry.history_user_id, "")
            steps[entry.id].insert(0, Step(entry.history_date, by, said))
        before[entry.id] = entry
    return steps


def _places(about: Situation, entries: list[Any]) -> dict[UUID, Participation]:
    rows = Participation.objects.filter(concertation=about.concertation_id)
    return {row.id: row for row in rows.select_related("organisation")} if entries else {}


def _said(before: Any, after: Any, places: dict[UUID, Participation]) -> Iterator[str]:
    day = date_format(after.due_on, "DATE_FORMAT")
    if before is None:
        yield _("Proposée à %(who)s, pour le %(day)s") % {
            "who": place(places.get(after.owner_id)),
            "day": day,
        }
        return
    if before.due_on != after.due_on:
        was = date_format(before.due_on, "DATE_FORMAT")
        yield _("Reportée du %(was)s au %(day)s") % {"was": was, "day": day}
    if before.owner_id != after.owner_id:
        yield _("Confiée à %(who)s") % {"who": place(places.get(after.owner_id))}
    if before.state != after.state:
        yield str(ActionState(after.state).label).capitalize()
