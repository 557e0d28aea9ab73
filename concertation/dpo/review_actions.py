"""The review's steps: build the queue, end an item, ask its reader, answer. Each is an event."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.models import Ledger
from audit.names import concertation_ledger
from audit.record import append
from audit.review.models import ENDED, ReviewItem, ReviewState
from audit.review.queue import Built, build, first_day
from concertation.accounts.models import Concertation, Participation
from concertation.dpo import errors
from concertation.dpo.review import facts_of, waiting
from concertation.situations.notices import Text, tell, tell_dpo
from ethics import gate
from ethics.policy import Act

ASKED: Text = (
    _("Le ou la DPO vous pose une question"),
    _(
        "Bonjour,\n\nLe ou la délégué·e à la protection des données vous pose une question sur un"
        " de vos accès. Connectez-vous : l’accueil vous y mène. C’est une question, pas un"
        " reproche.\n"
    ),
)
ANSWERED: Text = (
    _("Une réponse attend dans la revue des accès"),
    _("Bonjour,\n\nUne personne a répondu à votre question. Connectez-vous pour la lire.\n"),
)


def prepare(actor: gate.Actor, month: date) -> Built:
    """Build a month's queue, or add to the present one. Raises `Refused` or `NotThatMonth`."""
    if month != first_day(month) or month > timezone.localdate():
        raise errors.NotThatMonth
    with gate.writing(actor, Act.REVIEW, verb=Verb.REVIEW_PREPARED, purpose=Purpose.REVIEW) as pen:
        number = _circle(actor)
        built = build(concertation_ledger(number), month, lambda seen: facts_of(number, seen))
        if built.details is not None:
            pen.record(Verb.REVIEW_PREPARED, details=built.details)
    return built


def prepare_last_month() -> int:
    """Build last month's queue in every concertation that has none; how many were built.

    The daily command's step: nobody acts, so the event names nobody.
    """
    today = first_day(timezone.localdate())
    month = first_day(today - timedelta(days=1))
    made = 0
    for number in Concertation.objects.order_by("id").values_list("id", flat=True):
        made += _prepare_alone(number, month)
    return made


def _prepare_alone(number: UUID, month: date) -> bool:
    name = concertation_ledger(number)
    if not Ledger.objects.filter(name=name, size__gt=0).exists():
        return False
    with transaction.atomic():
        built = build(name, month, lambda seen: facts_of(number, seen))
        if built.details is None:
            return False
        append(
            name,
            Event(verb=Verb.REVIEW_PREPARED, purpose=Purpose.REVIEW, details=built.details),
        )
    return True


def end_item(
    actor: gate.Actor, number: UUID, *, ending: str, text: str, version: int
) -> ReviewItem:
    """End an item as explained or closed with a note, or ask its reader a question.

    Raises `Refused`, `IdentifierFound`, `Stale`, `Ended` or `NobodyToAsk`.
    """
    state = ReviewState(ending)
    with gate.writing(actor, Act.REVIEW, verb=Verb.REVIEWED, purpose=Purpose.REVIEW) as pen:
        row = _locked(actor, number)
        if row.version != version:
            raise errors.Stale
        if row.state in ENDED:
            raise errors.Ended
        pen.guard(text=text)
        now = timezone.now()
        if state == ReviewState.QUESTIONED:
            reader = _reader(actor, row)
            row.question, row.asked_at = text, now
            tell(reader, ASKED)
        else:
            row.note, row.ended_at = text, now
        row.state = state
        row.version += 1
        row.save()
        pen.record(
            Verb.REVIEWED,
            subjects=_about(row),
            details={"rule": row.rule, "state": str(state)},
        )
    return row


def answer(actor: gate.Actor, number: UUID, *, text: str, version: int) -> None:
    """A reader answers the question about their own accesses; once.

    Raises `Refused`, `IdentifierFound` or `Stale`.
    """
    with gate.writing(
        actor, Act.ANSWER_REVIEW, verb=Verb.REVIEW_ANSWERED, purpose=Purpose.REVIEW
    ) as pen:
        row = waiting(actor).select_for_update(of=("self",)).filter(pk=number).first()
        if row is None:
            raise errors.Ended
        if row.version != version:
            raise errors.Stale
        pen.guard(text=text)
        row.answer, row.answered_at = text, timezone.now()
        row.version += 1
        row.save()
        pen.record(Verb.REVIEW_ANSWERED, subjects=_about(row), details={"rule": row.rule})
        tell_dpo(_circle(actor), ANSWERED)


def _locked(actor: gate.Actor, number: UUID) -> ReviewItem:
    rows = ReviewItem.objects.select_for_update(of=("self",))
    name = concertation_ledger(_circle(actor))
    found = rows.filter(pk=number, month__ledger__name=name).first()
    if found is None:
        raise errors.Ended
    return found


def _reader(actor: gate.Actor, row: ReviewItem) -> list[UUID]:
    if row.state != ReviewState.OPEN:
        raise errors.AlreadyAsked
    places = Participation.objects.filter(concertation=actor.concertation, person=row.actor)
    current = [each.id for each in places if each.is_current()]
    if not current:
        raise errors.NobodyToAsk
    return current


def _about(row: ReviewItem) -> tuple[Subject, ...]:
    item = Subject(SubjectKind.REVIEW_ITEM, row.id)
    return (item, Subject(SubjectKind.PERSON, row.actor)) if row.actor else (item,)


def _circle(actor: gate.Actor) -> UUID:
    if actor.concertation is None:  # never: the gate allowed the actor in this concertation
        raise errors.Ended
    return actor.concertation
