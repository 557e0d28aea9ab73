"""What the administrator does: concertations, organisations, first coordinator, representatives."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from stdnum.be import vat

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import PLATFORM, concertation_ledger
from audit.record import append, ensure_ledger
from concertation.accounts.actions.invitations import (
    Invited,
    Link,
    find_or_make,
    has_keys,
    make_invitation,
    send,
)
from concertation.accounts.enums import (
    ROLES_OF,
    KeyState,
    ParticipationState,
    Place,
)
from concertation.accounts.errors import (
    AlreadyFounded,
    AlreadyThere,
    FirstCoordinatorNamed,
    NameTaken,
    SlugTaken,
)
from concertation.accounts.models import (
    Concertation,
    Organisation,
    Participation,
    Representation,
    User,
)
from concertation.accounts.rules import (
    check_may_become_administrator,
    check_together,
    lock_person,
)
from concertation.accounts.slugs import RESERVED
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role, SecrecyStatus


def create_concertation(
    actor: gate.Actor,
    *,
    name: str,
    slug: str,
    languages: list[str],
    cadence: str,
    planned_minutes: int,
) -> Concertation:
    """Create a concertation that awaits its keys: it holds no situation until it is founded.

    Raises `NameTaken`, `SlugTaken` (also for the board's own words) or `gate.Refused`.
    """
    _decide(actor, Verb.CONCERTATION_CREATED)
    if slug in RESERVED or Concertation.objects.filter(slug=slug).exists():
        raise SlugTaken
    row = Concertation(
        name=name,
        slug=slug,
        languages=languages,
        cadence=cadence,
        planned_minutes=planned_minutes,
    )
    ensure_ledger(PLATFORM)
    try:
        with transaction.atomic():
            row.save()
            ensure_ledger(concertation_ledger(row.id))
            subject = Subject(SubjectKind.CONCERTATION, row.id)
            append(PLATFORM, _event(actor, Verb.CONCERTATION_CREATED, subject))
    except IntegrityError:
        raise NameTaken from None
    return row


def create_organisation(
    actor: gate.Actor, *, name: str, domain: str, enterprise_number: str
) -> Organisation:
    """Create a partner organisation; its number is checked by the form and by the model.

    Raises `NameTaken`, `ValidationError` or `gate.Refused`.
    """
    _decide(actor, Verb.ORGANISATION_CREATED)
    number = vat.compact(enterprise_number)
    row = Organisation(name=name, domain=domain, enterprise_number=number)
    row.clean_fields()
    ensure_ledger(PLATFORM)
    try:
        with transaction.atomic():
            row.save()
            subject = Subject(SubjectKind.ORGANISATION, row.id)
            append(PLATFORM, _event(actor, Verb.ORGANISATION_CREATED, subject))
    except IntegrityError:
        raise NameTaken from None
    return row


def name_first_coordinator(
    actor: gate.Actor,
    *,
    concertation: Concertation,
    organisation: Organisation,
    email: str,
    name: str,
    language: str,
    function: str,
    link: Link,
) -> Invited:
    """Name who founds the concertation's keys; naming the same person again sends a new link.

    Someone else may be named only as long as the first one has no account: their place then ends.
    Once the keys exist, coordinators are made inside the circle only. Raises `AlreadyFounded`,
    `FirstCoordinatorNamed`, `AlreadyThere`, `RolesClash`, `NotAnAddress` or `gate.Refused`.
    """
    _decide(actor, Verb.INVITED)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        # Locked: two administrators can't name two people at the same moment.
        rows = Concertation.objects.select_for_update(no_key=True)
        concertation = rows.get(pk=concertation.pk)
        if concertation.key_state != KeyState.AWAITING_KEYS:
            raise AlreadyFounded
        person = lock_person(find_or_make(email, name, language).id)
        place = (
            Participation.objects.filter(
                person=person, concertation=concertation, organisation=organisation
            )
            .exclude(state=ParticipationState.ENDED)
            .first()
        )
        if place is not None and has_keys(person):
            raise AlreadyThere
        if place is None:
            _end_former(actor, concertation)
            check_together(
                person,
                concertation=concertation.id,
                roles=ROLES_OF[Place.COORDINATOR],
                status=SecrecyStatus.PROFESSIONAL,
            )
            place = Participation.objects.create(
                person=person,
                concertation=concertation,
                organisation=organisation,
                roles=sorted(ROLES_OF[Place.COORDINATOR]),
                function=function,
                secrecy_status=SecrecyStatus.PROFESSIONAL,
                state=_first_state(person),
            )
        token = make_invitation(actor, person)
        subjects = (
            Subject(SubjectKind.PERSON, person.id),
            Subject(SubjectKind.PARTICIPATION, place.id),
            Subject(SubjectKind.CONCERTATION, concertation.id),
        )
        append(PLATFORM, _event(actor, Verb.INVITED, *subjects, role=Role.COORDINATOR))
    return Invited(person.id, place.id, send(person, token, link))


def _end_former(actor: gate.Actor, concertation: Concertation) -> None:
    """End the places of first coordinators who haven't accepted, recorded.

    Raises `FirstCoordinatorNamed` when one has: they may have signed, and are about to found.
    """
    rows = Participation.objects.filter(concertation=concertation)
    for each in rows.exclude(state=ParticipationState.ENDED):
        if Role.COORDINATOR not in each.role_set:
            continue
        if each.state != ParticipationState.INVITED or has_keys(each.person):
            raise FirstCoordinatorNamed
        each.state = ParticipationState.ENDED
        each.ended_at = timezone.now()
        each.save(update_fields=["state", "ended_at"])
        subjects = (
            Subject(SubjectKind.PERSON, each.person_id),
            Subject(SubjectKind.PARTICIPATION, each.id),
            Subject(SubjectKind.CONCERTATION, concertation.id),
        )
        append(PLATFORM, _event(actor, Verb.REMOVED, *subjects, role=Role.COORDINATOR))


def name_representative(
    actor: gate.Actor,
    *,
    organisation: Organisation,
    email: str,
    name: str,
    language: str,
    link: Link,
) -> Invited:
    """Name who may bind an organisation; naming the same person again sends a new link.

    Raises `AlreadyThere` or `gate.Refused`.
    """
    _decide(actor, Verb.INVITED)
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        person = lock_person(find_or_make(email, name, language).id)
        _, new = Representation.objects.get_or_create(person=person, organisation=organisation)
        if not new and has_keys(person):
            raise AlreadyThere
        token = make_invitation(actor, person)
        subjects = (
            Subject(SubjectKind.PERSON, person.id),
            Subject(SubjectKind.ORGANISATION, organisation.id),
        )
        append(PLATFORM, _event(actor, Verb.INVITED, *subjects, role=Role.REPRESENTATIVE))
    return Invited(person.id, None, send(person, token, link))


def first_administrator(*, email: str, name: str, language: str) -> str:
    """The first account of an installation, made from the server's command line; gives the token
    of its invitation. Recorded without an actor: whoever has the server's shell did it.

    Raises `RolesClash` for someone who reads situations, and `NotAnAddress`.
    """
    ensure_ledger(PLATFORM)
    with transaction.atomic():
        person = lock_person(find_or_make(email, name, language).id)
        check_may_become_administrator(person)
        person.is_administrator = True
        person.save(update_fields=["is_administrator"])
        token = make_invitation(None, person)
        append(
            PLATFORM,
            Event(
                verb=Verb.INVITED,
                role=str(Role.ADMINISTRATOR),
                purpose=Purpose.ADMINISTRATION,
                subjects=(Subject(SubjectKind.PERSON, person.id),),
            ),
        )
    return token


def check_may_administer(actor: gate.Actor) -> None:
    """Before a form is shown; raises `gate.Refused`, recorded."""
    _decide(actor, Verb.SETTINGS_CHANGED)


def _first_state(person: User) -> ParticipationState:
    return ParticipationState.AWAITING if has_keys(person) else ParticipationState.INVITED


def _decide(actor: gate.Actor, verb: Verb) -> None:
    gate.allow(actor, Act.ADMINISTER, purpose=Purpose.ADMINISTRATION, verb=verb, record=False)


def _event(actor: gate.Actor, verb: Verb, *subjects: Subject, role: str = "") -> Event:
    return Event(
        verb=verb,
        actor=actor.person,
        role=str(Role.ADMINISTRATOR),
        purpose=Purpose.ADMINISTRATION,
        subjects=subjects,
        request_id=actor.request_id,
        details={"role": str(role)} if role else {},
    )
