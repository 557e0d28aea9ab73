"""Recording a sharing decision: who, in which function, under which charter, and the answers.

Never the secret itself (design 2). It lies in the situation's container: it is erased with it.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from audit.enums import Verb
from ethics import gate
from ethics.sharing.models import SharingDecision
from ethics.sharing.outcomes import as_code
from ethics.sharing.progress import Progress
from ethics.sharing.tree import TREE_VERSION, Ending, Question


@dataclass(frozen=True, slots=True)
class Author:
    """Who decided, in which place and function, bound by what."""

    person: UUID
    participation: UUID
    organisation: UUID
    function: str
    secrecy_status: str


def open_decision(situation: UUID, participation: UUID) -> SharingDecision | None:
    """The decision this place began about a situation and hasn't taken yet."""
    rows = SharingDecision.objects.filter(
        container=situation, participation=participation, outcome=""
    )
    return rows.first()


def last_decision(situation: UUID, participation: UUID) -> SharingDecision | None:
    """The last decision this place took about a situation."""
    rows = SharingDecision.objects.filter(container=situation, participation=participation)
    return rows.exclude(outcome="").order_by("-made_at").first()


def keep_answers(
    pen: gate.Pen, *, situation: UUID, author: Author, progress: Progress
) -> SharingDecision:
    """Seal the answers so far, inside the pen's transaction; the ledger doesn't learn which."""
    row = open_decision(situation, author.participation) or _new(pen, situation, author)
    row.tree_version = TREE_VERSION
    if progress.start == Question.AGREED and not row.after_withdrawal:
        row.after_withdrawal, row.made_at = True, timezone.now()
    pen.seal(row, answers=progress.as_codes())
    row.save()
    pen.record(Verb.SHARING_ANSWERED, row, details={"tree": TREE_VERSION})
    return row


def forget_answers(pen: gate.Pen, situation: UUID) -> None:
    """Empty every decision begun about a draft: they were answers about an earlier text."""
    for row in SharingDecision.objects.filter(container=situation, outcome=""):
        pen.seal(row, answers=Progress().as_codes())
        row.save()
        pen.record(Verb.SHARING_ANSWERED, row, details={"tree": row.tree_version})


def record_decision(
    pen: gate.Pen,
    *,
    situation: UUID,
    author: Author,
    progress: Progress,
    ending: Ending,
    review_on: date,
    adviser: UUID | None = None,
    generation: int | None = None,
) -> SharingDecision:
    """Seal and save one decision, and queue its event, inside the pen's transaction.

    `generation` is the situation's newest key: a draft's decision becomes the circle's with it.
    """
    row = open_decision(situation, author.participation) or _new(pen, situation, author)
    row.function, row.secrecy_status = author.function, author.secrecy_status
    row.charter_version, row.tree_version = pen.facts.charter_version, TREE_VERSION
    row.outcome, row.review_on, row.adviser = as_code(ending), review_on, adviser
    row.made_at = timezone.now()
    pen.seal(row, generation=generation, answers=progress.as_codes())
    row.save()
    pen.record(Verb.SHARING_DECIDED, row, details={"outcome": row.outcome, "tree": TREE_VERSION})
    return row


def _new(pen: gate.Pen, situation: UUID, author: Author) -> SharingDecision:
    return SharingDecision(
        container=situation,
        scope=situation,
        author=author.person,
        participation=author.participation,
        organisation=author.organisation,
        function=author.function,
        secrecy_status=author.secrecy_status,
        charter_version=pen.facts.charter_version,
    )
