"""Places of people: whose they are, what the chain will say of them, how their roles are told."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation, Representation
from ethics import gate
from ethics.charter.statements import OneMeeting
from ethics.gate.refusals import refuse
from ethics.policy import Refusal
from ethics.roles import Role, SecrecyStatus, may_answer, may_hold_key
from ethics.secrecy import chain

# The order in which a person's roles are told: the widest first.
_TOLD = (
    Role.COORDINATOR,
    Role.PARTICIPANT,
    Role.INTERN,
    Role.LIMITED_READER,
    Role.GUEST,
    Role.DPO,
    Role.REPRESENTATIVE,
    Role.ADMINISTRATOR,
)


def wearing(actor: gate.Actor, hat: Participation) -> gate.Actor:
    """The actor in one of their participations."""
    return replace(
        actor,
        participation=hat.id,
        concertation=hat.concertation_id,
        organisation=hat.organisation_id,
    )


def worn_of(rows: Iterable[Participation], chosen: str | None) -> Participation | None:
    """Which of one person's places in a concertation they wear: of the current ones the chosen, the
    admitted, the first. An invitation to a second place must not hide the one that lets them in."""
    return min(
        rows,
        key=lambda row: (
            not row.is_current(),
            str(row.id) != chosen,
            row.state != ParticipationState.ADMITTED,
        ),
        default=None,
    )


def chain_place(row: Participation) -> chain.Place:
    """A participation as the membership chain will say it."""
    return chain.Place(row.id, row.organisation_id, row.role_set, SecrecyStatus(row.secrecy_status))


def scope_of(row: Participation) -> OneMeeting | None:
    """What a place's signature is for: one meeting, or as long as the place lasts."""
    if row.for_meeting is None or row.ends_on is None:
        return None
    return OneMeeting(row.for_meeting, row.ends_on)


def guest_meetings(organisation: UUID) -> tuple[OneMeeting, ...]:
    """The meetings still to come for which somebody of an organisation is invited as a guest."""
    rows = Participation.objects.filter(
        organisation=organisation, for_meeting__isnull=False, ends_on__gte=timezone.localdate()
    ).exclude(state=ParticipationState.ENDED)
    found = rows.order_by("ends_on").values_list("for_meeting", "ends_on").distinct()
    return tuple(OneMeeting(meeting, on) for meeting, on in found if meeting and on)


def role_words(roles: Iterable[Role]) -> str:
    """A person's roles in words; a coordinator also takes part, which needn't be said."""
    found = set(roles)
    if Role.COORDINATOR in found:
        found.discard(Role.PARTICIPANT)
    return ", ".join(str(each.label) for each in _TOLD if each in found)


def own_place(actor: gate.Actor, number: UUID) -> Participation:
    """One of the actor's own places; anyone else's raises `gate.Refused`, recorded."""
    row = (
        Participation.objects.filter(id=number)
        .select_related("concertation", "organisation", "person")
        .first()
    )
    if row is None or row.person_id != actor.person or row.state == ParticipationState.ENDED:
        raise refuse(
            actor,
            Refusal.NO_PARTICIPATION,
            verb=Verb.READ,
            concertation=row.concertation_id if row else None,
            purpose=Purpose.ACCOUNT,
            subjects=(number,) if row else (),
            kind=SubjectKind.PARTICIPATION,
        )
    return row


def place_of(actor: gate.Actor, number: UUID) -> Participation:
    """A place in the actor's concertation; one of another raises `gate.Refused`, recorded."""
    row = (
        Participation.objects.filter(id=number, concertation=actor.concertation)
        .exclude(state=ParticipationState.ENDED)
        .select_related("concertation", "organisation", "person")
        .first()
    )
    if row is None:
        raise refuse(
            actor,
            Refusal.UNKNOWN_SUBJECT,
            verb=Verb.READ,
            concertation=actor.concertation,
            purpose=Purpose.ADMINISTRATION,
        )
    return row


def circle_places(actor: gate.Actor) -> QuerySet[Participation]:
    """The members of the actor's concertation who read the board today, to choose from."""
    return _places_of(actor, may_hold_key)


def supervisors(actor: gate.Actor) -> QuerySet[Participation]:
    """Those of them who may confirm what an intern brings."""
    return _places_of(actor, may_answer)


def _places_of(
    actor: gate.Actor, fit: Callable[[frozenset[Role], SecrecyStatus], bool]
) -> QuerySet[Participation]:
    rows = Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.ADMITTED
    )
    numbers = [
        row.id
        for row in rows.order_by()
        if row.is_current() and fit(row.role_set, SecrecyStatus(row.secrecy_status))
    ]
    return Participation.objects.filter(id__in=numbers).select_related("person", "organisation")


def represents(person: UUID, organisation: UUID) -> bool:
    """Whether this person may bind this organisation today."""
    today = timezone.localdate()
    row = Representation.objects.filter(
        person=person, organisation=organisation, since__lte=today
    ).first()
    return row is not None and (row.until is None or row.until >= today)


def is_self_employed(person: UUID, organisation: UUID) -> bool:
    """Whether the organisation is this person alone: they bind it, and nobody else sits for it."""
    others = Participation.objects.filter(organisation=organisation).exclude(person=person)
    open_places = others.exclude(state=ParticipationState.ENDED)
    return represents(person, organisation) and not open_places.exists()
