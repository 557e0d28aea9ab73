"""Recording a sharing decision: who, in which function, under which charter, and the answers.

Never the secret itself (design 2). It lies in the situation's container: it is erased with it.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from audit.enums import Verb
from ethics import gate
from ethics.sharing.models import SharingDecision, SharingOutcome
from ethics.sharing.tree import TREE_VERSION, ShortAnswers


@dataclass(frozen=True, slots=True)
class Author:
    """Who decided, in which place and function, bound by what."""

    participation: UUID
    organisation: UUID
    function: str
    secrecy_status: str


def record_decision(
    pen: gate.Pen,
    *,
    situation: UUID,
    author: Author,
    answers: ShortAnswers,
    outcome: SharingOutcome,
    review_on: date,
) -> SharingDecision:
    """Seal and save one decision, and queue its event, inside the pen's transaction."""
    row = SharingDecision(
        container=situation,
        scope=situation,
        author=pen.actor.person,
        participation=author.participation,
        organisation=author.organisation,
        function=author.function,
        secrecy_status=author.secrecy_status,
        charter_version=pen.facts.charter_version,
        tree_version=TREE_VERSION,
        outcome=outcome,
        review_on=review_on,
    )
    pen.seal(row, answers=answers.as_codes())
    row.save()
    pen.record(Verb.SHARING_DECIDED, row, details={"outcome": str(outcome), "tree": TREE_VERSION})
    return row
