"""The person withdraws their agreement: the situation is hidden at once, and its readers told."""

from datetime import date
from uuid import UUID

from audit.enums import Purpose, Verb
from audit.names import concertation_ledger
from audit.reading import people_who_saw
from concertation.accounts.models import Participation
from concertation.situations import notices, texts
from concertation.situations.actions.shared import author_of, happened, locked, moment, save
from concertation.situations.enums import Agreement
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Act
from ethics.sharing.progress import Progress
from ethics.sharing.record import keep_answers
from ethics.sharing.tree import Question


def withdraw_agreement(
    actor: gate.Actor,
    *,
    situation: UUID,
    how: str = "",
    on: date | None = None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> Situation:
    """Note that the person withdrew their agreement: from now on nobody but the one who brought
    the situation sees it, and the sharing decision is theirs again, at Q8.

    Sent twice, it does nothing more. Raises `Refused`, `TextTooLong` or `DateOutOfReach`.
    """
    day = happened(on)
    how = texts.one_line(how, texts.SHORT, "how")
    with gate.writing(
        actor,
        Act.WITHDRAW_AGREEMENT,
        verb=Verb.AGREEMENT_WITHDRAWN,
        purpose=purpose,
        situation=situation,
    ) as pen:
        row = locked(actor, situation)
        hidden_before = row.hidden
        if not hidden_before:
            withdrawn = {"answer": str(Agreement.WITHDRAWN), "on": day.isoformat(), "how": how}
            pen.seal(row, agreement=withdrawn)
            row.last_entry_at = max(row.last_entry_at, moment(day))
            hide(pen, row)
            save(actor, row)
    if not hidden_before:
        tell_readers(actor, row)
    return row


def hide(pen: gate.Pen, row: Situation) -> None:
    """Hide a situation and reopen its sharing decision at Q8, in the pen's transaction.

    The row was just sealed with the agreement withdrawn; the caller saves it.
    """
    row.hidden = True
    pen.record(Verb.AGREEMENT_WITHDRAWN, row)
    answers = Participation.objects.get(id=row.answers_for_it)
    keep_answers(
        pen,
        situation=row.id,
        author=author_of(answers),
        progress=Progress(start=Question.AGREED),
    )


def tell_readers(actor: gate.Actor, row: Situation) -> None:
    """Tell everybody who had it before them, without content or code; the home page says it too."""
    readers = people_who_saw(concertation_ledger(row.concertation_id), row.id) - {actor.person}
    places = Participation.objects.filter(concertation=row.concertation_id, person__in=readers)
    numbers = set(places.values_list("id", flat=True)) - {row.answers_for_it}
    notices.tell(numbers, notices.AGREEMENT_WITHDRAWN)
    if row.answers_for_it != actor.participation:
        notices.tell([row.answers_for_it], notices.AGREEMENT_WITHDRAWN_BRINGER)
