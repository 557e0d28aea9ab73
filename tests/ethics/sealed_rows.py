"""Situations written the real way, through the gate, for tests that then harm their rows."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from audit.enums import Purpose, Verb
from concertation.situations.models import AgreedAction, Contribution, Situation, YearTally
from ethics import gate
from ethics.policy import Act
from ethics.secrecy.models import ContainerKind
from tests.cast import Circle

CODES = ("K7QF3MMH", "D6FW0R2A", "J3YT8PT6")


def draft_of(circle: Circle, word: str = "mot") -> Situation:
    """A draft that its author alone can open."""
    someone = circle.participant
    with gate.writing(
        someone.actor, Act.BRING, verb=Verb.DRAFT_SAVED, purpose=Purpose.BRINGING
    ) as pen:
        number = pen.open_container(ContainerKind.SITUATION)
        row = Situation(
            id=number,
            container=number,
            scope=number,
            concertation=circle.concertation,
            brought_by=someone.participation,
        )
        fields = Situation.sealed_fields()
        values: dict[str, Any] = {each.name: ["a"] if each.coded else word for each in fields}
        pen.seal(row, **values)
        row.save()
        pen.record(Verb.DRAFT_SAVED, row)
    return row


def bring(circle: Circle, code: str = CODES[0]) -> Situation:
    """A situation as the group sees it: drafted, then brought; one tally moves with it."""
    someone = circle.participant
    row = draft_of(circle, f"mot {code}")
    with gate.writing(
        someone.actor,
        Act.BRING,
        verb=Verb.SITUATION_BROUGHT,
        purpose=Purpose.BRINGING,
        situation=row.id,
    ) as pen:
        pen.open_to_circle(row)
        row.state, row.code, row.signalled_on = "signalled", code, date(2026, 11, 3)
        row.save()
        pen.record(Verb.SITUATION_BROUGHT, row)
        home = circle.concertation.id
        tally = YearTally.objects.filter(concertation=home, year=2026).first() or YearTally(
            concertation=circle.concertation, container=home, scope=home, year=2026
        )
        pen.count(tally, "counts", [("new", "all", 1)])
        tally.save()
    return row


def edit(circle: Circle, row: Situation, headline: str = "autre mot") -> None:
    """One more version of a situation."""
    with gate.writing(
        circle.participant.actor,
        Act.EDIT,
        verb=Verb.SITUATION_EDITED,
        purpose=Purpose.SHEET,
        situation=row.id,
    ) as pen:
        pen.seal(row, headline=headline)
        row.save()
        pen.record(Verb.SITUATION_EDITED, row)


def contribute(circle: Circle, row: Situation, text: str = "appel passé") -> Contribution:
    """An entry of the timeline."""
    with gate.writing(
        circle.manager.actor,
        Act.CONTRIBUTE,
        verb=Verb.CONTRIBUTION_ADDED,
        purpose=Purpose.SHEET,
        situation=row.id,
    ) as pen:
        entry = Contribution(
            situation=row,
            container=row.id,
            scope=row.id,
            kind="information",
            author=circle.manager.participation,
        )
        pen.seal(entry, text=text)
        entry.save()
        pen.record(Verb.CONTRIBUTION_ADDED, entry)
    return entry


def agree(circle: Circle, row: Situation) -> AgreedAction:
    """An agreed action with its own key."""
    with gate.writing(
        circle.manager.actor,
        Act.PROPOSE_ACTION,
        verb=Verb.ACTION_PROPOSED,
        purpose=Purpose.SHEET,
        situation=row.id,
    ) as pen:
        action = AgreedAction(
            situation=row,
            container=row.id,
            owner=circle.manager.participation,
            due_on=date(2026, 12, 1),
            proposed_by=circle.manager.participation,
            proposed_on=date(2026, 11, 3),
        )
        pen.new_scope(action)
        pen.seal(action, text="appeler", result="", acts="")
        action.save()
        pen.record(Verb.ACTION_PROPOSED, action)
    return action


def stored(number: UUID) -> UUID | str:
    """A number as this database's driver takes it."""
    return number if connection.features.has_native_uuid_field else number.hex


def sql(statement: str, *values: Any) -> None:
    """What someone with the database can do; UUIDs are turned into what the driver takes."""
    taken = [stored(value) if isinstance(value, UUID) else value for value in values]
    with connection.cursor() as cursor:
        cursor.execute(statement, taken)
        assert cursor.rowcount, "the tampering touched nothing"
