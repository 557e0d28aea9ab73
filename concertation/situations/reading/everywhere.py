"""One person's actions in all their concertations.

Each concertation is read by the place one has there, through the gate, with an event in its own
ledger. One that can't be entered now is named, with what is missing; the others are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation
from concertation.accounts.reading import wearing, worn_of
from concertation.situations.reading.mine import MyAction, my_actions
from ethics import gate
from ethics.gate.alarms import chain_alarm
from ethics.policy import Refusal
from ethics.roles import Role
from ethics.secrecy.chain import ChainBroken
from ethics.secrecy.suites import SecrecyError

# The place is over, whatever its row says: nothing is missing that the person could do.
_OVER: Final = frozenset({Refusal.PARTICIPATION_ENDED, Refusal.NO_PARTICIPATION})


@dataclass(frozen=True, slots=True)
class PlaceActions:
    """What one owes in one concertation; or why that can't be shown now."""

    participation: UUID
    slug: str
    concertation: str
    organisation: str
    actions: tuple[MyAction, ...] = ()
    # Charter, subscription or admission is missing: the threshold's page says which.
    missing: bool = False
    # Its keys or its chain don't open: an event has said so, and the DPO is told.
    shut: bool = False

    @property
    def overdue(self) -> int:
        """How many of them are overdue."""
        return sum(1 for each in self.actions if each.overdue_days)


def current_places(person: UUID, chosen: Mapping[str, str]) -> tuple[Participation, ...]:
    """The place this person wears in each of their concertations where they could owe an action;
    `chosen` is the place they chose, by the concertation's slug."""
    rows = (
        Participation.objects.filter(person=person)
        .exclude(state=ParticipationState.ENDED)
        .select_related("concertation", "organisation")
        .order_by("concertation__name", "concertation_id", "-starts_on", "id")
    )
    found = []
    for _number, there in groupby(rows, attrgetter("concertation_id")):
        places = list(there)
        worn = worn_of(places, chosen.get(places[0].concertation.slug))
        if worn is not None and worn.is_current() and Role.DPO not in worn.role_set:
            found.append(worn)
    return tuple(found)


def actions_everywhere(
    actor: gate.Actor, places: tuple[Participation, ...]
) -> tuple[PlaceActions, ...]:
    """What a person owes in each of these places, where something is overdue first."""
    found = [group for row in places if (group := _there(wearing(actor, row), row)) is not None]
    return tuple(sorted(found, key=lambda group: (not group.overdue, not group.actions)))


def _there(actor: gate.Actor, row: Participation) -> PlaceActions | None:
    about = (row.id, row.concertation.slug, row.concertation.name, row.organisation.name)
    try:
        refusal = gate.standing(actor)
        if refusal in _OVER:
            return None
        if refusal is not None:
            return PlaceActions(*about, missing=True)
        return PlaceActions(*about, my_actions(actor))
    except gate.Flooded:
        raise
    except gate.Refused:
        # None of what is addressed to them is theirs to read now.
        return PlaceActions(*about)
    except ChainBroken as error:
        chain_alarm(actor, error)
        return PlaceActions(*about, shut=True)
    except SecrecyError:
        return PlaceActions(*about, shut=True)
