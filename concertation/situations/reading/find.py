"""Finding a situation by what someone typed, or a draft by its number; unknown is recorded."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.situations.codes import parse_code, show_code
from concertation.situations.enums import OPEN_STATES, ActionState, SituationState
from concertation.situations.errors import AlreadyBrought
from concertation.situations.models import (
    AgreedAction,
    ConflictOfInterest,
    Situation,
    SituationGrant,
    answered_by,
)
from ethics import gate
from ethics.policy import Act, Refusal
from ethics.roles import Role, may_hold_key


def code_of(row: Situation) -> str:
    """A situation's code as pages and addresses spell it; a draft has none yet."""
    return show_code(row.code) if row.code else ""


def find(actor: gate.Actor, code: str, *, purpose: Purpose) -> Situation:
    """The situation of the actor's concertation with this code, in any spelling.

    An unknown code and one of another concertation raise the same `Refused`: the answer is the
    same 404, and only the ledgers know the difference. Whether this person may see it is for
    `gate.reveal` to say.
    """
    parsed = parse_code(code)
    row = Situation.objects.filter(code=parsed).first() if parsed else None
    if row is None or row.concertation_id != actor.concertation:
        foreign = (row.concertation_id, row.id) if row else None
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)
    return row


def number_of(actor: gate.Actor, code: str, *, purpose: Purpose = Purpose.FOLLOW_UP) -> UUID:
    """The number behind a code, for an action on it; raises `Refused`."""
    return find(actor, code, purpose=purpose).id


def find_draft(actor: gate.Actor, number: UUID, *, purpose: Purpose) -> Situation:
    """The actor's own draft.

    Somebody else's is as unknown as one that never was. Raises `Refused`, or `AlreadyBrought` when
    the draft became visible in the meantime.
    """
    row = Situation.objects.filter(id=number).first()
    if row is None or row.erasing or row.brought_by_id != actor.participation:
        foreign = (row.concertation_id, row.id) if row else None
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)
    if row.state != SituationState.DRAFT:
        raise AlreadyBrought(row.code or "")
    return row


def is_closed(actor: gate.Actor, code: str, *, purpose: Purpose = Purpose.FOLLOW_UP) -> bool:
    """Whether a situation is closed, for a form sent twice or left by “back”: it leads to the
    sheet, which decides what is shown. Raises `Refused` for an unknown code."""
    return find(actor, code, purpose=purpose).state == SituationState.CLOSED


def find_to_share(actor: gate.Actor, number: UUID, *, purpose: Purpose) -> Situation:
    """A draft that this person decides on: their own, or their intern's that awaits them.

    Whoever may not decide on sharing (an intern) is refused. Raises what `find_draft` raises.
    """
    handed = Situation.objects.filter(id=number, supervisor=actor.participation).exists()
    find_one = find_to_confirm if handed else find_draft
    row = find_one(actor, number, purpose=purpose)
    check_offered(actor, row, Act.SHARE_DRAFT, Verb.SHARING_ANSWERED, purpose)
    return row


def find_to_confirm(actor: gate.Actor, number: UUID, *, purpose: Purpose) -> Situation:
    """An intern's draft that awaits this person; any other raises `Refused`."""
    row = Situation.objects.select_related("brought_by__person").filter(id=number).first()
    handed = row is not None and row.supervisor_id == actor.participation
    if row is None or row.erasing or not handed or row.brought_by_id == actor.participation:
        foreign = (row.concertation_id, row.id) if row else None
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)
    if row.state != SituationState.DRAFT:
        raise AlreadyBrought(row.code or "")
    return row


def check_offered(
    actor: gate.Actor, row: Situation, act: Act, verb: Verb, purpose: Purpose
) -> None:
    """A form that could only be refused at the end isn't shown at all. Raises `Refused`."""
    if not gate.offers(actor, row.id).may(act):
        raise gate.refuse(
            actor,
            Refusal.ROLE,
            verb=verb,
            concertation=actor.concertation,
            purpose=purpose,
            subjects=(row.id,),
        )


def check_is_of(
    actor: gate.Actor, code: str, action: UUID, *, purpose: Purpose = Purpose.FOLLOW_UP
) -> None:
    """An address that names a situation and an action of another one is unknown, and recorded.

    Raises `Refused`.
    """
    check_is_about(actor, find(actor, code, purpose=purpose).id, action, purpose=purpose)


def check_is_about(actor: gate.Actor, situation: UUID, action: UUID, *, purpose: Purpose) -> None:
    """The same for a situation known by its number. Raises `Refused`."""
    row = find_action(actor, action, purpose=purpose)
    if row.situation_id != situation:
        foreign = (row.situation.concertation_id, row.situation_id)
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)


def find_action(actor: gate.Actor, number: UUID, *, purpose: Purpose) -> AgreedAction:
    """An agreed action of the actor's concertation; raises `Refused` for any other number."""
    row = AgreedAction.objects.select_related("situation").filter(id=number).first()
    if row is None or row.situation.concertation_id != actor.concertation:
        foreign = (row.situation.concertation_id, row.situation_id) if row else None
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)
    return row


def my_place(actor: gate.Actor) -> UUID:
    """The participation that acts; whoever wears none is refused by the gate before this."""
    if actor.participation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.participation


def my_concertation(actor: gate.Actor) -> UUID:
    """The concertation it acts in; without one, refused like `my_place`."""
    if actor.concertation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation


def holds_key(actor: gate.Actor) -> bool:
    """Whether this place is one of the circle of key holders."""
    person = gate.fetch_standing(actor).person
    return may_hold_key(person.roles, person.status)


def visits(actor: gate.Actor) -> bool:
    """Whether this place is a guest's or a limited reader's."""
    return bool({Role.GUEST, Role.LIMITED_READER} & gate.fetch_standing(actor).person.roles)


def in_sight(actor: gate.Actor) -> QuerySet[Situation]:
    """Situations a list may ask the gate for: so that counts and pages don't tell of hidden ones.

    The circle: all that isn't hidden, restricted to others, or shut to them by a conflict. A guest:
    what was ticked for them. A limited reader: what holds an action of theirs, or what they
    brought. Nobody else: nothing. A filter for comfort; the gate decides each row again.
    """
    person = gate.fetch_standing(actor).person
    rows = Situation.objects.filter(concertation=actor.concertation, erasing=False).exclude(
        state=SituationState.DRAFT
    )
    granted = SituationGrant.objects.filter(
        Q(until=None) | Q(until__gte=timezone.localdate()),
        user=actor.person,
        participation=actor.participation,
        permission__codename="read_situation",
    ).values("content_object")
    rows = rows.filter(Q(restricted=False) | Q(id__in=granted))
    rows = rows.filter(Q(hidden=False) | answered_by(actor.participation))
    # Asked once, not for each row.
    shut = ConflictOfInterest.objects.filter(participation__person=actor.person)
    rows = rows.exclude(id__in=shut.order_by().values("situation"))
    if may_hold_key(person.roles, person.status):
        return rows
    if Role.GUEST in person.roles:
        return rows.filter(id__in=granted)
    if Role.LIMITED_READER in person.roles:
        owned = (
            AgreedAction.objects.filter(owner=actor.participation)
            .exclude(state__in=[ActionState.PROPOSED, ActionState.WITHDRAWN])
            .values("situation")
        )
        return rows.filter(Q(id__in=owned) | Q(brought_by=actor.participation))
    return rows.none()


def neighbours(actor: gate.Actor, row: Situation) -> tuple[str, str]:
    """The codes of the situations before and after this one, of those the actor may ask for; empty
    at the ends, and for one that is closed."""
    rows = in_sight(actor).filter(state__in=OPEN_STATES).order_by("signalled_on", "id")
    pairs = list(rows.values_list("id", "code"))
    numbers = [number for number, _ in pairs]
    if row.id not in numbers:
        return "", ""
    place = numbers.index(row.id)
    codes = ["", *(show_code(code or "") for _, code in pairs), ""]
    return codes[place], codes[place + 2]
