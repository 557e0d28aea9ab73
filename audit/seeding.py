"""Many ordinary events, made quickly: what searches, exports and checks are measured on.

Written by the only writer, so that the ledger verifies; never in a ledger that anybody needs.
"""

import random
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.db import transaction

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.record import append_many, ensure_ledger

BATCH: Final = 2_000
PEOPLE: Final = 60
ORGANISATIONS: Final = 20
SITUATIONS: Final = 200
_VERBS: Final = (Verb.READ, Verb.READ, Verb.READ, Verb.LIST, Verb.SEARCH, Verb.FEEDBACK_GIVEN)


def seed(ledger_name: str, count: int, *, progress: Callable[[int], None] | None = None) -> UUID:
    """Append this many events to a ledger; return a situation that many of them are about.

    The same numbers each time: only salts and times differ.
    """
    ensure_ledger(ledger_name)
    choose = random.Random(8)  # noqa: S311 - a spread of numbers, no secret
    done = 0
    while done < count:
        size = min(BATCH, count - done)
        with transaction.atomic():
            append_many(ledger_name, [_event(choose) for _ in range(size)])
        done += size
        if progress is not None:
            progress(done)
    return _number("situation", 0)


def _event(choose: random.Random) -> Event:
    verb = choose.choice(_VERBS)
    person = choose.randrange(PEOPLE)
    subjects: tuple[Subject, ...] = ()
    if verb is not Verb.SEARCH:
        situation = _number("situation", choose.randrange(SITUATIONS))
        subjects = (Subject(SubjectKind.SITUATION, situation),)
    return Event(
        verb=verb,
        actor=_number("person", person),
        organisation=_number("organisation", person % ORGANISATIONS),
        role="participant",
        purpose=Purpose.BOARD if verb is Verb.LIST else Purpose.SHEET,
        subjects=subjects,
        field_groups=("frame", "summary"),
    )


def _number(kind: str, index: int) -> UUID:
    spaces = {"situation": 1, "person": 2, "organisation": 3}
    return UUID(int=(spaces[kind] << 64) + index, version=4)
