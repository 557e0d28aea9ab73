"""Who belongs to a concertation: invite, remove, change of role, leaving. Recorded each time."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.record import append
from concertation.accounts.actions.colleagues import (
    check_replaced,
    check_supervisor,
    holds_key,
    still_replaced,
)
from concertation.accounts.actions.events import confirm, subjects_of
from concertation.accounts.actions.invitations import (
    Invited,
    Link,
    find_or_make,
    has_keys,
    make_invitation,
    send,
)
from concertation.accounts.actions.keys import set_pending
from concertation.accounts.actions.notices import Notice, tell_members
from concertation.accounts.enums import ROLES_OF, ParticipationState, Place
from concertation.accounts.errors import (
    AlreadyThere,
    GuestTooLong,
    NothingToResend,
    NotYourself,
    RolesClash,
)
from concertation.accounts.errors_circle import (
    LastCoordinator,
    NotAdmitted,
    SupervisorRefused,
)
from concertation.accounts.models import Organisation, Participation, User
from concertation.accounts.reading import chain_place, place_of, wearing
from concertation.accounts.rules import check_together, lock_person
from ethics import gate
from ethics.gate.refusals import ledger_of
from ethics.policy import Act, Refusal
from ethics.roles import Role, SecrecyStatus
from ethics.secrecy import chain


@dataclass(frozen=True, slots=True)
class NewPlace:
    """The place someone is invited to."""

    organisation: Organisation
    place: Place
    function: str
    status: SecrecyStatus
    starts_on: date
    ends_on: date | None = None
    # Whose actions this person takes over until that date.
    replaces: Participation | None = None
    # An intern's: who confirms what they bring.
    supervised_by: Participation | None = None
    # A guest's: the one meeting they come for.
    for_meeting: UUID | None = None


# What a change of role writes.
_GIVEN: Final = ("roles", "secrecy_status", "ends_on", "replaces", "supervised_by")


FOR_ONE_MEETING: Final = _(
    "Cette personne a signé pour une seule réunion : mettez fin à cette place, puis invitez-la à"
    " nouveau."
)


def check_roles(place: Place, status: SecrecyStatus, ends_on: date | None) -> None:
    """Refuse what design 1 excludes; raises `RolesClash`.

    Who isn't bound by professional secrecy is a limited reader (or the DPO, who reads no
    situation); a guest's access ends on a date, within twelve months. Raises `GuestTooLong` too.
    """
    without_secrecy = {Place.LIMITED_READER, Place.DPO}
    if status != SecrecyStatus.PROFESSIONAL and place not in without_secrecy:
        raise RolesClash(
            _(
                "Sans secret professionnel, une personne est lectrice limitée : elle ne voit que"
                " les actions qui lui sont adressées."
            )
        )
    if place == Place.GUEST and ends_on is None:
        raise RolesClash(_("Un·e invité·e l’est jusqu’à une date : indiquez-la."))
    if place == Place.GUEST and ends_on is not None and ends_on > _in_a_year():
        raise GuestTooLong


def _in_a_year() -> date:
    today = timezone.localdate()
    # The 29th of February has no anniversary the year after.
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return today.replace(year=today.year + 1, day=day)


def invite(
    actor: gate.Actor, *, email: str, name: str, language: str, to: NewPlace, link: Link
) -> Invited:
    """Invite someone to a place; whoever has an account already awaits admission at once.

    Raises `RolesClash`, `GuestTooLong`, `ReplacementRefused`, `ReplacementEnds`,
    `SupervisorRefused`, `AlreadyThere`, `NotAnAddress` or `gate.Refused`.
    """
    _decide(actor, Act.INVITE, Verb.INVITED)
    check_roles(to.place, to.status, to.ends_on)
    replaced = check_replaced(
        actor,
        to.replaces,
        organisation=to.organisation.id,
        place=to.place,
        status=to.status,
        ends_on=to.ends_on,
    )
    supervisor = check_supervisor(
        actor, to.supervised_by, organisation=to.organisation.id, place=to.place
    )
    with transaction.atomic():
        person = lock_person(find_or_make(email, name, language).id)
        _check_other_places(actor, person, to)
        if supervisor and supervisor.person_id == person.id:
            raise SupervisorRefused(SupervisorRefused.NOBODY)
        row = Participation.objects.create(
            person=person,
            concertation_id=_circle(actor),
            organisation=to.organisation,
            roles=sorted(ROLES_OF[to.place]),
            function=to.function,
            secrecy_status=to.status,
            starts_on=to.starts_on,
            ends_on=to.ends_on,
            replaces=replaced,
            supervised_by=supervisor,
            for_meeting=to.for_meeting,
            state=(ParticipationState.AWAITING if has_keys(person) else ParticipationState.INVITED),
        )
        token = make_invitation(actor, person)
        _append(actor, Verb.INVITED, row, role=to.place, status=to.status)
    return Invited(person.id, row.id, send(person, token, link))


def check_may_invite(actor: gate.Actor) -> None:
    """Before the form is shown; raises `gate.Refused`, recorded."""
    _decide(actor, Act.INVITE, Verb.INVITED)


def _check_other_places(actor: gate.Actor, person: User, to: NewPlace) -> None:
    others = Participation.objects.filter(person=person, concertation=actor.concertation)
    # A guest of other meetings has a place for each, and signs for each.
    open_there = others.filter(
        Q(for_meeting=None) | Q(for_meeting=to.for_meeting), organisation=to.organisation
    ).exclude(state=ParticipationState.ENDED)
    if open_there.exists():
        raise AlreadyThere
    check_together(person, concertation=_circle(actor), roles=ROLES_OF[to.place], status=to.status)


def resend_invitation(actor: gate.Actor, *, participation: UUID, link: Link) -> Invited:
    """Send a new link to someone who hasn't used theirs; the earlier ones end.

    Raises `NothingToResend` or `gate.Refused`.
    """
    _decide(actor, Act.INVITE, Verb.INVITED)
    row = place_of(actor, participation)
    with transaction.atomic():
        token = make_invitation(actor, row.person)
        if not token or row.state != ParticipationState.INVITED:
            raise NothingToResend
        _append(actor, Verb.INVITED, row)
    return Invited(row.person_id, row.id, send(row.person, token, link))


def remove(actor: gate.Actor, *, participation: UUID, password: str) -> Participation:
    """End someone's place: access, sessions and copies of the key go the same minute.

    Raises `NotYourself`, `WrongPassword`, `gate.Refused` or `chain.ChainBroken`.
    """
    _decide(actor, Act.REMOVE, Verb.REMOVED)
    row = place_of(actor, participation)
    if row.person_id == actor.person:
        raise NotYourself
    confirm(actor, password, Verb.REMOVED)
    _end(actor, row)
    return row


def leave(actor: gate.Actor, *, place: Participation, password: str) -> bool:
    """End one's own place, true when done; whoever holds the keys and comes next renews them.

    Raises `LastCoordinator`, `WrongPassword`, `gate.Refused` or `chain.ChainBroken`.
    """
    worn = wearing(actor, place)
    state = chain.state(place.concertation_id)
    coordinators = [each for each in state.members.values() if Role.COORDINATOR in each.roles]
    if [each.person for each in coordinators] == [actor.person]:
        raise LastCoordinator
    confirm(worn, password, Verb.REMOVED)
    _end(worn, place)
    return True


def _end(actor: gate.Actor, row: Participation) -> None:
    in_chain = chain.state(row.concertation_id).place(row.person_id, row.id) is not None
    holds = holds_key(row)
    with transaction.atomic():
        row.state = ParticipationState.ENDED
        row.ended_at = timezone.now()
        row.save(update_fields=["state", "ended_at"])
        if in_chain and holds:
            # What was read can't be taken back; what comes next gets a new key (design 3).
            set_pending(row.concertation_id, True)
        if not in_chain:
            _append(actor, Verb.REMOVED, row)
    due = gate.remove(actor, row.person_id, row.id)
    if due or (in_chain and holds):
        set_pending(row.concertation_id, due)
    if in_chain:
        tell_members(row.concertation_id, Notice.REMOVED)


def change_role(
    actor: gate.Actor,
    *,
    participation: UUID,
    place: Place,
    status: SecrecyStatus,
    ends_on: date | None,
    password: str,
    supervised_by: Participation | None = None,
) -> Participation:
    """Give a member another role; their keys follow it, up or down, in the same transaction.

    Who answers for nothing any more replaces nobody; an intern who becomes a member has no
    supervisor. Raises `NotYourself`, `NotAdmitted`, `RolesClash`, `GuestTooLong`,
    `ReplacementEnds`, `SupervisorRefused`, `WrongPassword`, `gate.Refused` or `chain.ChainBroken`.
    """
    _decide(actor, Act.CHANGE_ROLE, Verb.ROLE_CHANGED)
    row = place_of(actor, participation)
    if row.person_id == actor.person:
        raise NotYourself
    if row.state != ParticipationState.ADMITTED:
        raise NotAdmitted
    if row.for_meeting is not None:
        # What they signed is for that meeting, and for nothing else.
        raise RolesClash(FOR_ONE_MEETING)
    check_roles(place, status, ends_on)
    replaced = still_replaced(row, place, status, ends_on)
    supervisor = check_supervisor(
        actor,
        supervised_by,
        organisation=row.organisation_id,
        place=place,
        person=row.person_id,
    )
    with transaction.atomic():
        check_together(
            lock_person(row.person_id),
            concertation=row.concertation_id,
            roles=ROLES_OF[place],
            status=status,
            but=row.id,
        )
    confirm(actor, password, Verb.ROLE_CHANGED)
    row.roles, row.secrecy_status, row.ends_on = sorted(ROLES_OF[place]), status, ends_on
    # What the chain says comes before what the row says: until both agree, less is open.
    if gate.change_role(actor, row.person_id, chain_place(row)):
        set_pending(row.concertation_id, True)
    row.replaces, row.supervised_by = replaced, supervisor
    row.save(update_fields=[*_GIVEN])
    return row


def _decide(actor: gate.Actor, act: Act, verb: Verb) -> None:
    gate.allow(actor, act, purpose=Purpose.ADMINISTRATION, verb=verb, record=False)


def _circle(actor: gate.Actor) -> UUID:
    if actor.concertation is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    return actor.concertation


def _append(actor: gate.Actor, verb: Verb, row: Participation, **details: str) -> None:
    beside = [
        Subject(SubjectKind.PARTICIPATION, each)
        for each in (row.replaces_id, row.supervised_by_id)
        if each
    ]
    append(
        ledger_of(actor.concertation),
        Event(
            verb=verb,
            actor=actor.person,
            organisation=actor.organisation,
            role=str(Role.COORDINATOR),
            purpose=Purpose.ADMINISTRATION,
            subjects=(*subjects_of(row), *beside),
            request_id=actor.request_id,
            details={key: str(value) for key, value in details.items()},
        ),
    )
