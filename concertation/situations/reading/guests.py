"""What the coordinator opens to a guest: situations to tick, and those that are open already."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.situations.enums import OPEN_STATES
from concertation.situations.models import Situation, SituationGrant
from concertation.situations.reading.find import code_of, in_sight
from concertation.situations.reading.words import shown
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role


@dataclass(frozen=True, slots=True)
class Tickable:
    """One situation: open to the guest until a day, or not."""

    number: UUID
    code: str
    headline: str
    until: date | None

    @property
    def label(self) -> str:
        """Code and headline, as the list to tick says them."""
        return f"{self.code}, {self.headline}" if self.headline else self.code


@dataclass(frozen=True, slots=True)
class GuestPage:
    """A guest, what is open to them, and what may be opened."""

    number: UUID
    name: str
    organisation: str
    ends_on: date | None
    opened: tuple[Tickable, ...]
    others: tuple[Tickable, ...]


def guest_page(actor: gate.Actor, number: UUID) -> GuestPage:
    """What is open to one guest of the concertation, and what may be; recorded as one list.

    Raises `Refused`: for whoever may not tick, and for somebody who is no guest here.
    """
    gate.allow(
        actor,
        Act.ADMIT,
        purpose=Purpose.ADMINISTRATION,
        verb=Verb.ACCESS_GRANTED,
        record=False,
    )
    place = (
        Participation.objects.filter(
            id=number, concertation=actor.concertation, state=ParticipationState.ADMITTED
        )
        .select_related("person", "organisation")
        .first()
    )
    if place is None or Role.GUEST not in place.role_set:
        raise gate.refuse_unknown(actor, purpose=Purpose.ADMINISTRATION, foreign=None)
    grants = SituationGrant.objects.filter(participation=place.id, until__gte=timezone.localdate())
    until = dict(grants.values_list("content_object", "until"))
    sight = in_sight(actor)
    rows = list(
        (sight.filter(state__in=OPEN_STATES) | sight.filter(id__in=list(until))).order_by(
            "-signalled_on", "id"
        )
    )
    opened = gate.reveal(
        actor,
        records=rows,
        subjects=[row.id for row in rows],
        purpose=Purpose.ADMINISTRATION,
        act=Act.LIST,
        fields={Situation.SEALED_AS: ("headline",)},
    )
    found = tuple(
        Tickable(row.id, code_of(row), shown(opened.get(row, "headline")), until.get(row.id))
        for row in rows
        if row.id in opened.groups
    )
    return GuestPage(
        number=place.id,
        name=place.person.name,
        organisation=place.organisation.name,
        ends_on=place.ends_on,
        opened=tuple(each for each in found if each.until),
        others=tuple(each for each in found if not each.until),
    )
