"""The members of a concertation, as their page shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation, User
from concertation.accounts.reading.agreements import signed_places
from concertation.accounts.reading.changes import ChangeLine, changes, check_due
from concertation.accounts.reading.places import chain_place, place_of, role_words
from ethics import gate
from ethics.charter.reading import subscribed_for, subscribed_organisations
from ethics.gate.read import fetch_standing
from ethics.policy import Act, in_reach
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain


@dataclass(frozen=True, slots=True)
class Replacement:
    """Who takes over a member's actions, and until when."""

    name: str
    until: date | None


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One place in the directory."""

    participation: UUID
    name: str
    email: str
    # How to reach them at work, in their own words.
    reach: str
    organisation: str
    function: str
    roles: str
    status: str
    # As the row's code, for the form that changes it.
    status_code: SecrecyStatus
    role_set: frozenset[Role]
    state: ParticipationState
    starts_on: date
    ends_on: date | None
    # The row says admitted, the signed chain doesn't: no access, and worth a question.
    unconfirmed: bool
    # Signed, and the organisation subscribed: the digits may be read aloud.
    ready: bool
    self: bool
    # Known to the chain under other keys: their access is restored, not newly given.
    restores: bool
    # Admitted as a guest: the coordinator opens single situations to them.
    guest: bool
    # Whose actions they take over until `ends_on`, and who takes over theirs today.
    replaces: str
    replaced_by: tuple[Replacement, ...]
    # An intern's.
    supervisor: str
    supervisor_number: UUID | None


@dataclass(frozen=True, slots=True)
class House:
    """An organisation with its people."""

    name: str
    domain: str
    subscribed: bool
    people: tuple[MemberCard, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """The members page; only coordinators see who waits, and the controls."""

    houses: tuple[House, ...]
    awaiting: tuple[MemberCard, ...]
    invited: tuple[MemberCard, ...]
    coordinates: bool
    people: int
    # Accesses that two members may restore; for whoever holds the key.
    restoring: tuple[MemberCard, ...]
    changes: tuple[ChangeLine, ...]
    recovery_used: datetime | None
    recovery_due: bool


def directory(actor: gate.Actor) -> Directory:
    """The people of the actor's concertation, by organisation; recorded. Raises `gate.Refused`."""
    subjects = (
        (Subject(SubjectKind.CONCERTATION, actor.concertation),) if actor.concertation else ()
    )
    gate.allow(
        actor,
        Act.READ_MEMBERS,
        purpose=Purpose.ADMINISTRATION,
        verb=Verb.READ,
        subjects=subjects,
    )
    person = fetch_standing(actor).person
    coordinates = in_reach(Act.ADMIT, person)
    rows = list(
        Participation.objects.filter(concertation=actor.concertation)
        .exclude(state=ParticipationState.ENDED)
        .exclude(_visit_over())
        .select_related("person", "organisation")
        .order_by("organisation__name", "person__name", "id")
    )
    subscribed = subscribed_organisations({row.organisation_id for row in rows})
    cards = {card.participation: card for card in _cards(actor, rows, subscribed)}
    houses: dict[UUID, list[MemberCard]] = {}
    for row in rows:
        if row.state == ParticipationState.ADMITTED:
            houses.setdefault(row.organisation_id, []).append(cards[row.id])
    known = {row.organisation_id: row.organisation for row in rows}
    return Directory(
        houses=tuple(
            House(
                known[number].name,
                known[number].get_domain_display(),
                number in subscribed,
                tuple(people),
            )
            # By domain, as people look for a service; then by name, accents aside.
            for number, people in sorted(
                houses.items(),
                key=lambda pair: (
                    slugify(known[pair[0]].get_domain_display()),
                    slugify(known[pair[0]].name),
                ),
            )
        ),
        awaiting=_in_state(cards.values(), ParticipationState.AWAITING) if coordinates else (),
        invited=_in_state(cards.values(), ParticipationState.INVITED) if coordinates else (),
        coordinates=coordinates,
        people=sum(len(people) for people in houses.values()),
        restoring=(
            tuple(
                card
                for card in _in_state(cards.values(), ParticipationState.AWAITING)
                if card.restores and card.ready
            )
            if in_reach(Act.VOUCH, person) and not coordinates
            else ()
        ),
        changes=changes(actor.concertation),
        recovery_used=chain.state(actor.concertation).recovery_used if actor.concertation else None,
        recovery_due=coordinates and check_due(actor.concertation),
    )


def _visit_over() -> Q:
    """Guests of a meeting whose day is over: nobody to admit, nobody to find."""
    return Q(for_meeting__isnull=False, ends_on__lt=timezone.localdate())


def _in_state(cards: Iterable[MemberCard], state: ParticipationState) -> tuple[MemberCard, ...]:
    return tuple(card for card in cards if card.state == state)


def awaiting(actor: gate.Actor) -> tuple[MemberCard, ...]:
    """Those who may be admitted or restored now; raises `gate.Refused`."""
    gate.allow(actor, Act.ADMIT, purpose=Purpose.ADMINISTRATION, verb=Verb.ADMITTED, record=False)
    rows = list(
        Participation.objects.filter(
            concertation=actor.concertation, state=ParticipationState.AWAITING
        )
        .exclude(_visit_over())
        .select_related("person", "organisation")
    )
    subscribed = subscribed_organisations({row.organisation_id for row in rows})
    return tuple(card for card in _cards(actor, rows, subscribed) if card.ready)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who vouched first for someone's new keys, and from when a second member may confirm."""

    name: str
    self: bool
    confirm_from: datetime
    open: bool


def vouched(actor: gate.Actor, number: UUID) -> Vouched | None:
    """The first member's word about a place's person, if it stands. Raises `gate.Refused`."""
    row = place_of(actor, number)
    first = gate.proposal(chain.state(row.concertation_id), row.person_id)
    if first is None:
        return None
    name = User.objects.filter(id=first[0]).values_list("name", flat=True).first() or ""
    return Vouched(name, first[0] == actor.person, first[1], first[1] <= chain.now())


def member(actor: gate.Actor, number: UUID, *, act: Act) -> MemberCard:
    """One member, for a coordinator's page; raises `gate.Refused`."""
    gate.allow(actor, act, purpose=Purpose.ADMINISTRATION, verb=Verb.READ, record=False)
    row = place_of(actor, number)
    return _cards(actor, [row], subscribed_organisations([row.organisation_id]))[0]


def _cards(actor: gate.Actor, rows: list[Participation], subscribed: set[UUID]) -> list[MemberCard]:
    """Cards of rows of the actor's concertation; roles as the signed chain says them."""
    state = chain.state(actor.concertation) if actor.concertation else None
    ready = _ready(rows, subscribed)
    waiting = [row.person_id for row in rows if row.state == ParticipationState.AWAITING]
    restoring = gate.await_restoring(state, waiting) if state else frozenset()
    names, replacements = _names_beside(rows), _replacements(rows)
    cards = []
    for row in rows:
        signed = state.place(row.person_id, row.id) if state else None
        admitted = row.state == ParticipationState.ADMITTED
        roles = signed.roles & row.role_set if signed and admitted else row.role_set
        cards.append(
            MemberCard(
                participation=row.id,
                name=row.person.name,
                email=row.person.email,
                reach=row.reach,
                organisation=row.organisation.name,
                function=row.function,
                roles=role_words(roles),
                status=row.get_secrecy_status_display(),
                status_code=SecrecyStatus(row.secrecy_status),
                role_set=row.role_set,
                state=ParticipationState(row.state),
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                unconfirmed=admitted and (signed is None or signed != chain_place(row)),
                ready=row.id in ready,
                self=row.person_id == actor.person,
                restores=row.person_id in restoring,
                guest=admitted and Role.GUEST in row.role_set,
                replaces=names.get(row.replaces_id, ""),
                replaced_by=tuple(replacements.get(row.id, ())),
                supervisor=names.get(row.supervised_by_id, ""),
                supervisor_number=row.supervised_by_id,
            )
        )
    return cards


def _names_beside(rows: list[Participation]) -> Mapping[UUID | None, str]:
    """The names of those whom somebody of these replaces, or who supervise them, by place."""
    known: dict[UUID | None, str] = {row.id: row.person.name for row in rows}
    wanted = {each for row in rows for each in (row.replaces_id, row.supervised_by_id) if each}
    if missing := wanted - set(known):
        # On a page about one member, or gone since.
        others = Participation.objects.filter(id__in=missing).order_by()
        known |= dict(others.values_list("id", "person__name"))
    return known


def _replacements(rows: list[Participation]) -> Mapping[UUID, list[Replacement]]:
    """Who replaces somebody today, by the place replaced."""
    found: dict[UUID, list[Replacement]] = {}
    for row in rows:
        if row.replaces_id and row.state == ParticipationState.ADMITTED and row.is_current():
            found.setdefault(row.replaces_id, []).append(Replacement(row.person.name, row.ends_on))
    return found


def _ready(rows: list[Participation], subscribed: set[UUID]) -> set[UUID]:
    """Those who await admission and miss nothing else."""
    waiting = [row for row in rows if row.state == ParticipationState.AWAITING]
    signed = signed_places(row.id for row in waiting)
    visits = subscribed_for(row.for_meeting for row in waiting if row.for_meeting)
    return {
        row.id
        for row in waiting
        if row.id in signed
        and (row.organisation_id in subscribed or (row.organisation_id, row.for_meeting) in visits)
    }
