"""What is opened to people the board isn't for: guests and limited readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from audit.enums import Purpose
from concertation.situations.enums import OPEN_STATES, SituationState
from concertation.situations.models import AgreedAction, Situation, SituationGrant
from concertation.situations.reading.brought import as_brought
from concertation.situations.reading.find import code_of, in_sight, visits
from concertation.situations.reading.words import SITUATION_GLYPHS, shown
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A situation opened to a guest; or to a limited reader, by an action or because they brought
    it: then its headline is the one they wrote."""

    number: UUID
    code: str
    headline: str
    actions: tuple[str, ...]
    brought: bool
    state: str
    glyph: str
    until: date | None


def opened_to(actor: gate.Actor) -> tuple[OpenedRow, ...]:
    """What is opened to someone the board isn't for: a short list, without narrative.

    It may be empty for a guest or a limited reader; to anybody else nothing is ever opened here,
    and asking is refused. Raises `Refused`.
    """
    if not visits(actor):
        gate.reveal(actor, records=[], subjects=[], purpose=Purpose.BOARD, act=Act.LIST)
    mine = Q(brought_by=actor.participation)
    rows = list(
        in_sight(actor)
        .filter(mine | Q(state__in=OPEN_STATES))
        .annotate(until=_granted_until(actor))
        .order_by("-signalled_on", "id")
    )
    numbers = [row.id for row in rows]
    owned = list(AgreedAction.objects.filter(situation__in=numbers, owner=actor.participation))
    opened = gate.reveal(
        actor,
        records=[*rows, *owned],
        subjects=numbers,
        purpose=Purpose.BOARD,
        fields={Situation.SEALED_AS: ("headline",), AgreedAction.SEALED_AS: ("text",)},
    )
    written = _own_headlines(actor, rows)
    return tuple(
        OpenedRow(
            number=row.id,
            code=code_of(row),
            headline=shown(opened.get(row, "headline")) or written.get(row.id, ""),
            actions=tuple(
                shown(opened.get(each, "text")) for each in owned if each.situation_id == row.id
            ),
            brought=row.id in written,
            state=str(SituationState(row.state).label),
            glyph=SITUATION_GLYPHS[row.state],
            until=row.until,
        )
        for row in rows
        if row.id in opened.groups
    )


def _granted_until(actor: gate.Actor) -> Subquery:
    grants = SituationGrant.objects.filter(
        content_object=OuterRef("pk"), user=actor.person, participation=actor.participation
    )
    return Subquery(grants.values("until")[:1])


def _own_headlines(actor: gate.Actor, rows: Sequence[Situation]) -> Mapping[UUID, str]:
    """The headlines of what this person brought, as they wrote them."""
    if not gate.may(actor, Act.BRING):
        return {}
    first = as_brought(row.id for row in rows if row.brought_by_id == actor.participation)
    opened = gate.reveal(
        actor,
        records=list(first.values()),
        subjects=list(first),
        purpose=Purpose.BOARD,
        act=Act.READ_OWN,
        fields={Situation.SEALED_AS: ("headline",)},
    )
    return {number: shown(opened.get(row, "headline")) for number, row in first.items()}
