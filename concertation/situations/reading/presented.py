"""The presentation of a situation as its own form shows it: a draft, or a text to edit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.enums import Purpose, Verb
from concertation.situations.enums import OPEN_ACTION_STATES, SituationState
from concertation.situations.errors import NotReadable, SealedToFormerKeys
from concertation.situations.models import Situation
from concertation.situations.presentation import Presentation
from concertation.situations.reading.find import (
    check_offered,
    code_of,
    find,
    find_draft,
    find_to_share,
)
from concertation.situations.reading.words import shown
from ethics import gate
from ethics.policy import Act

_PRESENTED = tuple(
    each.name
    for each in Situation.sealed_fields()
    if each.name not in {"outcome", "outcome_comment"}
)


@dataclass(frozen=True, slots=True)
class Presented:
    """The texts of a situation, with the version they were read at."""

    number: UUID
    code: str
    version: int
    presentation: Presentation
    saved_at: datetime
    # Who reads it wrote it; an intern's draft is read by their supervisor too.
    own: bool


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in its author's list; without a headline it is known by its date."""

    number: UUID
    headline: str
    made_at: datetime
    # Sealed to keys its author no longer has: it can only be thrown away.
    lost: bool = False
    # With the supervisor, to be confirmed.
    handed: bool = False


def own_draft(actor: gate.Actor, number: UUID, *, purpose: Purpose = Purpose.BRINGING) -> Presented:
    """Open one's own draft; raises `Refused`, `AlreadyBrought`, `NotReadable` or, for one from
    before a reset, `SealedToFormerKeys`."""
    return open_draft(actor, find_draft(actor, number, purpose=purpose), purpose=purpose)


def draft_to_share(
    actor: gate.Actor, number: UUID, *, purpose: Purpose = Purpose.BRINGING
) -> Presented:
    """Open a draft this person decides on, their own or their intern's; raises the same."""
    return open_draft(actor, find_to_share(actor, number, purpose=purpose), purpose=purpose)


def open_draft(
    actor: gate.Actor, row: Situation, *, purpose: Purpose = Purpose.BRINGING
) -> Presented:
    """The text of a draft that was found; raises `NotReadable` or `SealedToFormerKeys`."""
    if gate.lost_with_keys(actor, [row.id]):
        raise SealedToFormerKeys
    return _presented(actor, row, purpose, act=Act.READ_OWN)


def draft_to_discard(actor: gate.Actor, number: UUID) -> DraftRow:
    """The draft about to be thrown away, by its headline if it still opens.

    Raises `Refused`, `AlreadyBrought` or `NotReadable`.
    """
    row = find_draft(actor, number, purpose=Purpose.BRINGING)
    if gate.lost_with_keys(actor, [row.id]):
        return DraftRow(row.id, "", row.last_entry_at, lost=True)
    opened = _presented(actor, row, Purpose.BRINGING, act=Act.READ_OWN)
    return DraftRow(row.id, opened.presentation.headline, row.last_entry_at)


def check_may_bring(actor: gate.Actor) -> None:
    """Refuse, recorded, whoever may not bring a situation: nobody fills a form in vain."""
    gate.allow(actor, Act.BRING, purpose=Purpose.BRINGING, verb=Verb.DRAFT_SAVED, record=False)


def brings(actor: gate.Actor) -> bool:
    """Whether the button to present a situation is worth showing."""
    return gate.may(actor, Act.BRING)


def edits(actor: gate.Actor, code: str) -> bool:
    """Whether this person may change the text of a situation. Raises `Refused` for an unknown
    code."""
    row = find(actor, code, purpose=Purpose.FOLLOW_UP)
    return gate.offers(actor, row.id).may(Act.EDIT)


def to_edit(actor: gate.Actor, code: str, *, purpose: Purpose = Purpose.FOLLOW_UP) -> Presented:
    """Open the presentation of a situation this person may edit.

    Raises `Refused` or `NotReadable`.
    """
    row = find(actor, code, purpose=purpose)
    check_offered(actor, row, Act.EDIT, Verb.SITUATION_EDITED, purpose)
    return _presented(actor, row, purpose)


@dataclass(frozen=True, slots=True)
class ToClose:
    """A situation about to be closed: no text of it, what is still open instead."""

    number: UUID
    code: str
    open_actions: int


def to_close(actor: gate.Actor, code: str) -> ToClose:
    """What the closing form needs to know; raises `Refused` for whoever may not close."""
    row = find(actor, code, purpose=Purpose.FOLLOW_UP)
    check_offered(actor, row, Act.CLOSE, Verb.SITUATION_CLOSED, Purpose.FOLLOW_UP)
    still_open = row.actions.filter(state__in=OPEN_ACTION_STATES).count()
    return ToClose(row.id, code_of(row), still_open)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a situation ended: its result in codes, none when the rules closed it."""

    version: int
    outcome: str
    unmet_needs: tuple[str, ...]


def outcome_of(actor: gate.Actor, situation: UUID, *, purpose: Purpose) -> Ended:
    """The coded result of a situation, for reopening it. Raises `Refused` or `NotReadable`."""
    row = Situation.objects.filter(id=situation, concertation=actor.concertation).first()
    if row is None:
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=None)
    check_offered(actor, row, Act.REOPEN, Verb.SITUATION_STATE_CHANGED, purpose)
    fields = {Situation.SEALED_AS: ("outcome",)}
    opened = gate.reveal(actor, records=[row], subjects=[row.id], purpose=purpose, fields=fields)
    value = opened.get(row, "outcome")
    if value is gate.UNOPENABLE:
        raise NotReadable
    given = value or {}
    return Ended(row.version, given.get("outcome", ""), tuple(given.get("unmet_needs", ())))


def to_note_withdrawal(actor: gate.Actor, code: str) -> UUID:
    """The number of a situation whose withdrawn agreement this person may note.

    Raises `Refused`.
    """
    row = find(actor, code, purpose=Purpose.FOLLOW_UP)
    verb = Verb.AGREEMENT_WITHDRAWN
    check_offered(actor, row, Act.WITHDRAW_AGREEMENT, verb, Purpose.FOLLOW_UP)
    return row.id


def code_to_keep(actor: gate.Actor, code: str) -> str:
    """The code of a situation this person may read, for the page that says where to keep it."""
    row = find(actor, code, purpose=Purpose.BRINGING)
    gate.reveal(actor, records=[], subjects=[row.id], purpose=Purpose.BRINGING)
    return code_of(row)


def presented(actor: gate.Actor, situation: UUID, *, purpose: Purpose) -> Presented:
    """The same by number, for an action that has to know what stood there before."""
    row = Situation.objects.filter(id=situation, concertation=actor.concertation).first()
    if row is None:
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=None)
    return _presented(actor, row, purpose)


def _presented(
    actor: gate.Actor, row: Situation, purpose: Purpose, act: Act = Act.READ
) -> Presented:
    opened = gate.reveal(
        actor,
        records=[row],
        subjects=[row.id],
        purpose=purpose,
        act=act,
        fields={Situation.SEALED_AS: _PRESENTED},
    )
    values = {name: opened.get(row, name) for name in _PRESENTED}
    if any(value is gate.UNOPENABLE for value in values.values()):
        raise NotReadable
    return Presented(
        number=row.id,
        code=code_of(row),
        version=row.version,
        presentation=Presentation.of(values),
        saved_at=row.last_entry_at,
        own=row.brought_by_id == actor.participation,
    )


def drafts(actor: gate.Actor) -> tuple[DraftRow, ...]:
    """One's own drafts, newest first; nobody else's are ever listed. Raises `Refused`."""
    check_may_bring(actor)
    rows = list(
        Situation.objects.filter(
            concertation=actor.concertation,
            brought_by=actor.participation,
            state=SituationState.DRAFT,
            erasing=False,
        ).order_by("-last_entry_at", "id")
    )
    lost = gate.lost_with_keys(actor, [row.id for row in rows])
    opened = gate.reveal(
        actor,
        records=[row for row in rows if row.id not in lost],
        subjects=[row.id for row in rows],
        purpose=Purpose.BRINGING,
        act=Act.READ_OWN,
        fields={Situation.SEALED_AS: ("headline",)},
    )
    return tuple(
        DraftRow(row.id, "", row.last_entry_at, lost=True)
        if row.id in lost
        else DraftRow(
            row.id,
            shown(opened.get(row, "headline")),
            row.last_entry_at,
            handed=row.supervisor_id is not None,
        )
        for row in rows
        if row.id in opened.groups
    )
