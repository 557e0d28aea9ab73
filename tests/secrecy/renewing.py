"""Reading and writing a situation, for the tests of renewed keys."""

from typing import Any

from audit.enums import Purpose, Verb
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Act
from tests.cast import Someone


def read(someone: Someone, situation: Situation, *, name: str = "wish") -> Any:
    fresh = Situation.objects.get(id=situation.id)
    seen = gate.reveal(someone.actor, records=[fresh], subjects=[fresh.id], purpose=Purpose.SHEET)
    return seen.get(fresh, name)


def write(someone: Someone, situation: Situation, text: str) -> Situation:
    with gate.writing(
        someone.actor,
        Act.EDIT,
        verb=Verb.SITUATION_EDITED,
        purpose=Purpose.SHEET,
        situation=situation.id,
    ) as pen:
        row = Situation.objects.get(id=situation.id)
        pen.seal(row, wish=text)
        row.save()
        pen.record(Verb.SITUATION_EDITED, row)
    return row
