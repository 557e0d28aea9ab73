"""The long sequence of “Puis-je partager ?”: one answer at a time, then the decision.

Answers are sealed on the server after each question, so that leaving, going back or a session that
ends loses nothing. Each is checked against what the board knows: a question that isn't asked takes
no answer, and Q9 and Q10 believe the participants' status, not the form.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.enums import Purpose, Verb
from concertation.accounts.models import Participation
from concertation.situations import errors, notices, texts
from concertation.situations.actions.bring import REVIEW_MONTHS, bring_by
from concertation.situations.actions.shared import author_of, locked, me, save
from concertation.situations.enums import Agreement, SituationState
from concertation.situations.models import Situation
from concertation.situations.reading import find_to_share
from concertation.situations.reading.sharing import Recipient, SharingPage, advisers, sharing_page
from ethics import gate
from ethics.policy import Act
from ethics.rights.retention import months_later
from ethics.sharing.outcomes import SharingOutcome
from ethics.sharing.progress import Progress
from ethics.sharing.record import keep_answers, open_decision, record_decision
from ethics.sharing.tree import Answer, Question

# What waits for the person to be informed, or for advice, is looked at again after a week.
SOON: Final = timedelta(days=7)
_WAITING: Final = frozenset({SharingOutcome.INFORM, SharingOutcome.ADVICE})


def begin_long_sequence(
    actor: gate.Actor, draft: UUID, *, danger: bool, identifiable: bool
) -> None:
    """Go on from the one screen: its answers are the first ones of the sequence.

    Raises `Refused`, `NotReadable`, `AlreadyBrought` or `AnswersChanged`.
    """
    about = find_to_share(actor, draft, purpose=Purpose.BRINGING)
    page = sharing_page(actor, about, purpose=Purpose.BRINGING)
    progress = page.progress.with_answer(Question.DANGER, _yes_or_no(danger))
    progress = progress.with_answer(Question.IDENTIFIABLE, _yes_or_no(identifiable))
    _keep(actor, about, page, progress)


def _yes_or_no(said: bool) -> Answer:
    return Answer.YES if said else Answer.NO


def answer_question(
    actor: gate.Actor,
    about: Situation,
    *,
    question: Question,
    answer: Answer,
    recipients: Iterable[UUID] = (),
    agreed_on: date | None = None,
    agreed_how: str = "",
    purpose: Purpose = Purpose.BRINGING,
) -> None:
    """Keep one answer, first or changed; every other one stays.

    Raises `Refused`, `NotReadable`, `NotTheQuestion` (an old page, another window),
    `RecipientsMissing`, `RecipientRefused`, `TextTooLong`, `DateOutOfReach` or `AnswersChanged`.
    """
    page = sharing_page(actor, about, purpose=purpose)
    if not page.reaches(question):
        raise errors.NotTheQuestion
    progress = page.progress
    if question in {Question.BOUND, Question.MISSION}:
        answer, chosen = _checked(page, question, answer, frozenset(recipients))
        progress = replace(progress, recipients=chosen)
    if question == Question.AGREED and answer == Answer.YES:
        if agreed_on is None or agreed_on > timezone.localdate():
            error = errors.DateOutOfReach()
            error.field = "agreed_on"
            raise error
        how = texts.one_line(agreed_how, texts.SHORT, "agreed_how")
        progress = replace(progress, agreed_on=agreed_on.isoformat(), agreed_how=how)
    if question == Question.BOUND:
        # Others may be chosen now: whether theirs is the same mission is asked of them again.
        progress = progress.without(Question.MISSION)
    _keep(actor, about, page, progress.with_answer(question, answer))


def _checked(
    page: SharingPage, question: Question, answer: Answer, asked: frozenset[UUID]
) -> tuple[Answer, tuple[UUID, ...]]:
    """The answer about the recipients and who is left of them, by what the board knows.

    “No” takes out who can't receive a shared secret and asks again; with nobody left, “nobody”.
    """
    offered = page.recipients if question == Question.BOUND else page.chosen
    chosen = [each for each in offered if each.number in asked]
    refused = [each for each in chosen if not _fits(each, question)]
    if answer == Answer.YES:
        if refused:
            raise errors.RecipientRefused(tuple(each.label for each in refused))
        if not chosen:
            raise errors.RecipientsMissing
    left = tuple(each.number for each in chosen if each not in refused)
    if answer == Answer.NO and not left:
        answer = Answer.NOBODY
    return answer, left


def _fits(who: Recipient, question: Question) -> bool:
    return who.bound if question == Question.BOUND else who.bound and not who.other_mission


def look_at(
    actor: gate.Actor,
    about: Situation,
    *,
    question: Question,
    purpose: Purpose = Purpose.BRINGING,
) -> None:
    """Go back to a question on the way; its answer, and all others, stay as they are.

    Raises `Refused`, `NotReadable`, `NotTheQuestion` or `AnswersChanged`.
    """
    page = sharing_page(actor, about, purpose=purpose)
    if not page.reaches(question):
        raise errors.NotTheQuestion
    _keep(actor, about, page, replace(page.progress, at=question))


def _keep(actor: gate.Actor, about: Situation, page: SharingPage, progress: Progress) -> None:
    if progress == page.progress and page.version:
        return
    with _writing(actor, about, page, Verb.SHARING_ANSWERED) as pen:
        _same_answers(actor, about, page.version)
        place = Participation.objects.get(id=me(actor))
        keep_answers(pen, situation=about.id, author=author_of(place), progress=progress)


def _writing(
    actor: gate.Actor, about: Situation, page: SharingPage, verb: Verb
) -> AbstractContextManager[gate.Pen]:
    act = Act.SHARE_DRAFT if page.draft else Act.DECIDE_SHARING
    purpose = Purpose.BRINGING if page.draft else Purpose.FOLLOW_UP
    return gate.writing(actor, act, verb=verb, purpose=purpose, situation=about.id)


def _same_answers(actor: gate.Actor, about: Situation, version: int) -> Situation:
    """Under the lock: the draft is still one, and the answers are those that were read."""
    row = locked(actor, about.id)
    if about.state == SituationState.DRAFT and row.state != SituationState.DRAFT:
        raise errors.AlreadyBrought(row.code or "")
    decision = open_decision(about.id, me(actor))
    if (decision.version if decision else 0) != version:
        raise errors.AnswersChanged
    return row


def decide_sharing(
    actor: gate.Actor,
    about: Situation,
    *,
    version: int,
    adviser: UUID | None = None,
    advice: str = "",
    purpose: Purpose = Purpose.BRINGING,
) -> Situation:
    """Take the decision the answers lead to; `version` is that of the answers in the summary.

    A draft becomes visible by S-CODE or S-458TER alone. What was hidden is shown again when the
    person agreed anew, and to everybody who reads the board. Raises `Refused`, `NotReadable`,
    `AnswersChanged`, `AdviserMissing`, `TextTooLong`, or what `bring_by` raises.
    """
    page = sharing_page(actor, about, purpose=purpose)
    if not page.ending or page.version != version:
        raise errors.AnswersChanged
    progress = page.progress.settled(framework=page.framework is not None)
    progress = replace(progress, advice=texts.clean(advice, texts.MEDIUM, "advice"))
    if SharingOutcome.ADVICE not in page.ending:
        adviser = None
    elif adviser not in {number for number, _ in advisers(actor)}:
        raise errors.AdviserMissing
    if page.shows:
        return bring_by(actor, draft=about.id, progress=progress, ending=page.ending)
    row = _record(actor, about, page, progress, adviser)
    _tell(actor, page, adviser)
    return row


def _record(
    actor: gate.Actor,
    about: Situation,
    page: SharingPage,
    progress: Progress,
    adviser: UUID | None,
) -> Situation:
    today = timezone.localdate()
    waits = bool(_WAITING & set(page.ending))
    with _writing(actor, about, page, Verb.SHARING_DECIDED) as pen:
        row = _same_answers(actor, about, page.version)
        record_decision(
            pen,
            situation=about.id,
            author=author_of(Participation.objects.get(id=me(actor))),
            progress=progress,
            ending=page.ending,
            review_on=today + SOON if waits else months_later(today, REVIEW_MONTHS),
            adviser=adviser,
        )
        if page.shows_again:
            given = {
                "answer": str(Agreement.GIVEN),
                "on": progress.agreed_on,
                "how": progress.agreed_how,
            }
            pen.seal(row, agreement=given)
            row.hidden = False
            save(actor, row)
            pen.record(Verb.SITUATION_SHOWN_AGAIN, row)
    return row


def _tell(actor: gate.Actor, page: SharingPage, adviser: UUID | None) -> None:
    """By e-mail and without content: the DPO after an emergency, whoever is asked for advice."""
    if SharingOutcome.EMERGENCY in page.ending and actor.concertation:
        notices.tell_dpo(actor.concertation, notices.EMERGENCY_DPO)
    if adviser:
        notices.tell([adviser], notices.ADVICE_ASKED)
