"""Asking that the log is kept longer, the DPO's opinion, and the decision: each is an entry.

Design 2: up to three years by a reasoned decision after the DPO's opinion. The opinion binds
nobody; the decision holds as long as it keeps, then the rule is back by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import keeping
from audit.enums import Purpose, Verb
from audit.event import DetailValue
from audit.models import Ledger
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Concertation, Participation
from concertation.dpo import errors
from concertation.dpo.keeping import LogAnswer, LogReason, Question, may_decide, questions
from concertation.dpo.searches import ledger_name
from concertation.meetings.reading import circle_of
from concertation.situations import notices
from concertation.situations.enums import Opinion
from ethics import gate
from ethics.policy import Act
from ethics.roles import Role

OPINION_ASKED: Final[notices.Text] = (
    _("Votre avis est demandé sur la conservation du journal"),
    _(
        "Bonjour,\n\nLa coordination demande de garder le journal des accès plus longtemps que la"
        " règle. Connectez-vous et ouvrez « Conservation du journal » pour rendre votre avis.\n"
    ),
)
OPINION_GIVEN: Final[notices.Text] = (
    _("L’avis sur la conservation du journal est rendu"),
    _(
        "Bonjour,\n\nL’avis demandé sur la conservation du journal des accès est rendu. La"
        " coordination décide à présent. Connectez-vous et ouvrez « Conservation du journal ».\n"
    ),
)
DECIDED: Final[notices.Text] = (
    _("La conservation du journal est décidée"),
    _(
        "Bonjour,\n\nLa durée pendant laquelle le journal des accès est gardé est décidée."
        " Connectez-vous et ouvrez « Conservation du journal ».\n"
    ),
)

SHORTENED: Final[notices.Text] = (
    _("Le journal sera gardé moins longtemps"),
    _(
        "Bonjour,\n\nDans trente jours, le journal des accès de la concertation sera gardé moins"
        " longtemps, par une décision de la coordination : ce qui est plus ancien en disparaîtra,"
        " sans retour. Si quelque chose doit encore y être lu, dites-le d’ici là au ou à la DPO."
        " Ce que vous avez fait vous-même se lit dans « Mon journal ».\n"
    ),
)


def ask(actor: gate.Actor, *, reason: str, years: int) -> None:
    """Ask to keep the log two or three years; the DPO is told.

    Raises `Refused`, `NotInList` or `AlreadyAsked`.
    """
    if reason not in LogReason.values or years not in keeping.YEARS:
        raise errors.NotInList
    with _step(actor, Act.KEEP_LOG, Verb.EXTENSION_ASKED) as (pen, last):
        if last is not None and last.ended is None:
            raise errors.AlreadyAsked
        _record(actor, pen, Verb.EXTENSION_ASKED, kind=reason, value=years)
        notices.tell(_holders(actor, Role.DPO), OPINION_ASKED)


def advise(actor: gate.Actor, *, opinion: str) -> None:
    """The DPO's opinion, once. Raises `Refused`, `NotInList` or `NothingAsked`."""
    if opinion not in Opinion.values:
        raise errors.NotInList
    with _step(actor, Act.GIVE_OPINION, Verb.OPINION_GIVEN) as (pen, last):
        if last is None or last.state != LogAnswer.ASKED:
            raise errors.NothingAsked
        _record(actor, pen, Verb.OPINION_GIVEN, outcome=opinion)
        notices.tell(_holders(actor, Role.COORDINATOR), OPINION_GIVEN)


def decide(actor: gate.Actor, *, agreed: bool) -> None:
    """Decide after the opinion. Raises `Refused`, `NothingAsked` or `AnotherDecides`."""
    verb = Verb.RETENTION_EXTENDED if agreed else Verb.EXTENSION_DECLINED
    with _step(actor, Act.KEEP_LOG, verb) as (pen, last):
        if last is None or last.state != LogAnswer.ADVISED or last.asked is None:
            raise errors.NothingAsked
        if not may_decide(actor, last):
            raise errors.AnotherDecides
        years = keeping.years_of(last.asked) if agreed else 1
        _record(actor, pen, verb, value=years)
        holds = keeping.in_force(_steps(actor), timezone.now())
        if agreed and holds is not None and years < keeping.years_of(holds):
            notices.tell(_everybody(actor), SHORTENED)
        else:
            notices.tell(_holders(actor, Role.DPO, Role.COORDINATOR), DECIDED)


def take_back(actor: gate.Actor) -> None:
    """Go back to the rule before the decision ends, after thirty days' notice to everybody.

    At once, whoever has something to hide would have the log pruned the same day. Raises
    `Refused` or `NothingAsked`.
    """
    with _step(actor, Act.KEEP_LOG, Verb.RETENTION_EXTENDED) as (pen, last):
        waits, found, now = last is not None and last.ended is None, _steps(actor), timezone.now()
        if waits or keeping.in_force(found, now) is None or keeping.announced(found, now):
            raise errors.NothingAsked
        _record(actor, pen, Verb.RETENTION_EXTENDED, value=1)
        notices.tell(_everybody(actor), SHORTENED)


@contextmanager
def _step(actor: gate.Actor, act: Act, verb: Verb) -> Iterator[tuple[gate.Pen, Question | None]]:
    """One step of a question, alone: of two people at once the second sees what the first did."""
    with gate.writing(actor, act, verb=verb, purpose=Purpose.REVIEW) as pen:
        Concertation.objects.select_for_update(no_key=True).get(id=circle_of(actor))
        found = questions(_steps(actor))
        yield pen, found[-1] if found else None


def _steps(actor: gate.Actor) -> list[keeping.Step]:
    return keeping.steps(Ledger.objects.get(name=ledger_name(actor)))


def _record(actor: gate.Actor, pen: gate.Pen, verb: Verb, **details: DetailValue) -> None:
    pen.record(verb, subjects=(keeping.about_the_log(circle_of(actor)),), details=details)


def _holders(actor: gate.Actor, *roles: Role) -> list[UUID]:
    return [row.id for row in _others(actor) if row.role_set & set(roles)]


def _everybody(actor: gate.Actor) -> list[UUID]:
    return [row.id for row in _others(actor)]


def _others(actor: gate.Actor) -> list[Participation]:
    rows = Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.ADMITTED
    )
    return list(rows.exclude(person=actor.person))
