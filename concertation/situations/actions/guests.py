"""Opening situations to a guest until a day, and taking them back (design 3, “Keys”).

The coordinator ticks; the guest gets the keys of what is ticked and no other. When the day is over
the gate stops at once, and the daily command deletes the copies.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.names import concertation_ledger
from audit.record import append
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations.actions.shared import locked, plannable
from concertation.situations.errors import EndsBefore, NotAGuest
from concertation.situations.models import Situation, SituationGrant
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role
from ethics.secrecy.models import Recipient, ScopeWrap


def open_to_guest(
    actor: gate.Actor,
    *,
    situation: UUID,
    guest: UUID,
    until: date,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> SituationGrant:
    """Seal one situation's keys to one guest (a participation) and note the grant; again for
    another day.

    The guest gets these keys and no other, and the gate stops at the day given. Raises `Refused`,
    `NotAGuest`, `DateOutOfReach`, or `EndsBefore` when the guest's own place ends sooner.
    """
    plannable(until, timezone.localdate(), "until")
    with gate.writing(
        actor, Act.OPEN_TO_GUEST, verb=Verb.ACCESS_GRANTED, purpose=purpose, situation=situation
    ) as pen:
        row: Situation = locked(actor, situation)
        place = _guest(actor, guest)
        if place.ends_on is not None and until > place.ends_on:
            raise EndsBefore
        pen.share_scope(row.container, row.scope, place.person_id, until=until)
        grant: SituationGrant = SituationGrant.objects.update_or_create(
            user_id=place.person_id,
            permission=Permission.objects.get(
                codename="read_situation", content_type__app_label="situations"
            ),
            content_object=row,
            defaults={"participation": place.id, "until": until},
        )[0]
        pen.record(
            Verb.ACCESS_GRANTED,
            subjects=_subjects(row.id, place.id),
            details={"until": until.isoformat()},
        )
    return grant


def open_several(actor: gate.Actor, *, guest: UUID, situations: Iterable[UUID], until: date) -> int:
    """Open each situation ticked; gives how many. Raises what `open_to_guest` raises."""
    return len(
        [open_to_guest(actor, situation=each, guest=guest, until=until) for each in situations]
    )


def take_back(
    actor: gate.Actor,
    *,
    situation: UUID,
    guest: UUID,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> None:
    """End a guest's access to one situation now: the grant and their copies of its keys go.

    What they read can't be taken back. Raises `Refused` or `NotAGuest`.
    """
    with gate.writing(
        actor, Act.OPEN_TO_GUEST, verb=Verb.ACCESS_ENDED, purpose=purpose, situation=situation
    ) as pen:
        row = locked(actor, situation)
        grants = SituationGrant.objects.filter(content_object=row, participation=guest)
        grant = grants.first()
        if grant is None:
            raise NotAGuest
        gate.take_scope_back(pen, row.container, grant.user_id)
        grants.delete()
        pen.record(Verb.ACCESS_ENDED, subjects=_subjects(row.id, guest))


def end_expired() -> int:
    """Delete every grant whose day is over, and the copies of keys given until a day that is.

    For the daily command: no key is needed to destroy. The gate stopped at that day already; after
    this, stolen private keys open nothing of it in the database either.
    """
    today = timezone.localdate()
    with transaction.atomic():
        ScopeWrap.objects.filter(kind=Recipient.MEMBER, until__lt=today).delete()
        ended = SituationGrant.objects.select_for_update(of=("self",)).filter(until__lt=today)
        rows = list(
            ended.order_by("content_object__concertation", "id").values_list(
                "id", "content_object", "content_object__concertation", "participation"
            )
        )
        for _, situation, concertation, participation in rows:
            append(
                concertation_ledger(concertation),
                Event(
                    verb=Verb.ACCESS_ENDED,
                    subjects=_subjects(situation, participation),
                    details={"kind": "expired"},
                ),
            )
        SituationGrant.objects.filter(id__in=[row[0] for row in rows]).delete()
    return len(rows)


def _guest(actor: gate.Actor, number: UUID) -> Participation:
    place = Participation.objects.filter(
        id=number, concertation=actor.concertation, state=ParticipationState.ADMITTED
    ).first()
    if place is None or Role.GUEST not in place.role_set:
        raise NotAGuest
    return place


def _subjects(situation: UUID, participation: UUID) -> tuple[Subject, ...]:
    return (
        Subject(SubjectKind.SITUATION, situation),
        Subject(SubjectKind.PARTICIPATION, participation),
    )
