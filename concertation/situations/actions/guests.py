"""Opening one situation to a guest, until a day: the coordinator ticks it (design 3, “Keys”)."""

from datetime import date
from uuid import UUID

from django.contrib.auth.models import Permission

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations.actions.shared import locked
from concertation.situations.models import Situation, SituationGrant
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role


class NotAGuest(Exception):
    """Only an admitted guest of this concertation is given a single situation."""


def open_to_guest(
    actor: gate.Actor,
    *,
    situation: UUID,
    guest: UUID,
    until: date,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> SituationGrant:
    """Seal one situation's key to one guest (a participation) and note the grant.

    The guest gets this key and no other, and the gate stops at the day given. Raises `Refused` or
    `NotAGuest`.
    """
    with gate.writing(
        actor, Act.EDIT, verb=Verb.ACCESS_GRANTED, purpose=purpose, situation=situation
    ) as pen:
        row: Situation = locked(actor, situation)
        place = Participation.objects.filter(
            id=guest, concertation=actor.concertation, state=ParticipationState.ADMITTED
        ).first()
        if place is None or Role.GUEST not in place.role_set:
            raise NotAGuest
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
            subjects=(
                Subject(SubjectKind.SITUATION, row.id),
                Subject(SubjectKind.PARTICIPATION, place.id),
            ),
            details={"until": until.isoformat()},
        )
    return grant
