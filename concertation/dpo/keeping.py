"""How long the log is kept: the question, the opinion and the decision, read from the log itself.

No table stands beside it: what was asked, advised and decided are entries (`audit.keeping`), so
that nobody changes them afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import keeping
from audit.enums import Purpose
from audit.keeping import Step
from audit.models import Ledger
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Organisation, Participation, User
from concertation.dpo.searches import ledger_name
from concertation.meetings.reading import circle_of
from concertation.situations.enums import Opinion
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role

# Questions and decisions from before that the page still shows.
SHOWN: Final = 10


class LogReason(models.TextChoices):
    """Why the log is to be kept longer than the rule; a list, since a reason stands in clear."""

    COMPLAINT = "complaint", _("une plainte est en cours à l’Autorité de protection des données")
    PROCEDURE = "procedure", _("une procédure en justice ou disciplinaire demande qui a lu")
    MISUSE = "misuse", _("un usage abusif est soupçonné et n’est pas encore éclairci")
    RULE = "rule", _("une règle qui lie la concertation demande plus longtemps")


class LogAnswer(models.TextChoices):
    """How a question ended, or where it stands."""

    ASKED = "asked", _("attend l’avis du ou de la DPO")
    ADVISED = "advised", _("attend la décision")
    DECIDED = "decided", _("accordée")
    DECLINED = "declined", _("pas accordée")
    TAKEN_BACK = "taken_back", _("retour à la règle")


@dataclass(slots=True)
class Question:
    """One question, as its entries tell it; `asked` is missing where a decision was taken back."""

    asked: Step | None = None
    advised: Step | None = None
    ended: Step | None = None

    @property
    def state(self) -> LogAnswer:
        """Where it stands."""
        if self.ended is None:
            return LogAnswer.ADVISED if self.advised else LogAnswer.ASKED
        if self.ended.event.verb == keeping.DECLINED:
            return LogAnswer.DECLINED
        return LogAnswer.DECIDED if keeping.years_of(self.ended) > 1 else LogAnswer.TAKEN_BACK


@dataclass(frozen=True, slots=True)
class Shown:
    """A question in words."""

    state: str
    state_label: str
    asked_by: str
    asked_at: datetime | None
    reason: str
    years: int
    opinion: str
    opinion_at: datetime | None
    ended_by: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeepingPage:
    """What holds now, the question that is open, those before, and what this person may do."""

    years: int
    holds_until: datetime | None
    # What holds afterwards: the rule, or fewer years that were decided and wait for their day.
    years_then: int
    shortened: bool
    open: Shown | None
    before: tuple[Shown, ...]
    may_ask: bool
    may_advise: bool
    may_decide: bool
    # Asked it themself, and another coordinator is there to decide.
    must_leave_it: bool
    may_take_back: bool


def keeping_page(actor: gate.Actor) -> KeepingPage:
    """The page, for those who decide and the DPO; it tells what stands in the log, so reading it
    is recorded. Raises `Refused`."""
    coordinates = gate.may(actor, Act.KEEP_LOG)
    gate.allow(
        actor,
        Act.KEEP_LOG if coordinates else Act.GIVE_OPINION,
        purpose=Purpose.REVIEW,
        subjects=[keeping.about_the_log(circle_of(actor))],
    )
    found, now = keeping.steps(Ledger.objects.get(name=ledger_name(actor))), timezone.now()
    told = questions(found)
    waiting = told.pop() if told and told[-1].ended is None else None
    decision, next_one = keeping.in_force(found, now), keeping.announced(found, now)
    names = _names(found)
    advised = waiting is not None and waiting.state == LogAnswer.ADVISED
    own = waiting is not None and not may_decide(actor, waiting)
    return KeepingPage(
        years=1 if decision is None else keeping.years_of(decision),
        holds_until=_holds_until(decision, next_one),
        years_then=1 if next_one is None else keeping.years_of(next_one),
        shortened=next_one is not None,
        open=None if waiting is None else _shown(waiting, names),
        before=tuple(_shown(each, names) for each in reversed(told[-SHOWN:])),
        may_ask=coordinates and waiting is None,
        may_advise=not coordinates and waiting is not None and not advised,
        may_decide=coordinates and advised and not own,
        must_leave_it=coordinates and advised and own,
        may_take_back=coordinates and waiting is None and decision is not None and next_one is None,
    )


def _holds_until(decision: Step | None, next_one: Step | None) -> datetime | None:
    if decision is None:
        return None
    end = keeping.ends(decision)
    return end if next_one is None else min(end, next_one.time + keeping.NOTICE)


def waits_for_opinion(actor: gate.Actor) -> bool:
    """Whether a question about the log waits for the DPO."""
    told = questions(keeping.steps(Ledger.objects.get(name=ledger_name(actor))))
    return bool(told) and told[-1].state == LogAnswer.ASKED


def questions(found: Iterable[Step]) -> list[Question]:
    """The steps told as questions, oldest first; only the last may still be open."""
    told: list[Question] = []
    for step in found:
        verb = step.event.verb
        if verb == keeping.ASKED:
            told.append(Question(asked=step))
            continue
        if not told or told[-1].ended is not None:
            told.append(Question())
        if verb == keeping.ADVISED:
            told[-1].advised = step
        else:
            told[-1].ended = step
    return told


def may_decide(actor: gate.Actor, question: Question) -> bool:
    """Two people where there are two: who asked leaves it to another coordinator."""
    asked = question.asked
    if asked is None or asked.event.actor != actor.person:
        return True
    others = Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.ADMITTED
    ).exclude(person=actor.person)
    return not any(Role.COORDINATOR in each.role_set and each.is_current() for each in others)


def _shown(question: Question, names: dict[Any, str]) -> Shown:
    asked, advised, ended = question.asked, question.advised, question.ended
    source = asked or ended
    return Shown(
        state=str(question.state),
        state_label=str(question.state.label),
        asked_by=_by(asked, names),
        asked_at=_when(asked),
        reason=_word(LogReason, asked, "kind"),
        years=1 if source is None else keeping.years_of(source),
        opinion=_word(Opinion, advised, "outcome"),
        opinion_at=_when(advised),
        ended_by=_by(ended, names),
        ended_at=_when(ended),
    )


def _word(words: type[models.TextChoices], step: Step | None, key: str) -> str:
    told = str(step.event.details.get(key, "")) if step else ""
    return str(words(told).label) if told in words.values else told


def _when(step: Step | None) -> datetime | None:
    return None if step is None else step.time


def _by(step: Step | None, names: dict[Any, str]) -> str:
    if step is None:
        return ""
    said = (names.get(step.event.actor, ""), names.get(step.event.organisation, ""))
    return ", ".join(each for each in said if each)


def _names(found: Iterable[Step]) -> dict[Any, str]:
    """People and organisations by number, fetched once."""
    events = [each.event for each in found]
    people = User.objects.filter(id__in={each.actor for each in events if each.actor})
    places = Organisation.objects.filter(id__in={e.organisation for e in events if e.organisation})
    return dict(people.values_list("id", "name")) | dict(places.values_list("id", "name"))
