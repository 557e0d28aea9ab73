"""Everybody's own log: what I opened, and what the DPO asked of me. About oneself alone."""

from dataclasses import dataclass

from django.db.models import Q

from audit import reading as ledger
from audit.enums import Purpose, SubjectKind, Verb
from audit.review.models import ReviewItem
from concertation.accounts.models import User
from concertation.accounts.reading.changes import ChangeLine, restorings
from concertation.dpo.reading import Results
from concertation.dpo.rows import Words, row_of
from concertation.dpo.searches import ledger_name
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Act


@dataclass(frozen=True, slots=True)
class MyLog:
    """One page of what I did, what was asked of me, and who restored my access."""

    results: Results
    questions: tuple[ReviewItem, ...]
    restored: tuple[ChangeLine, ...]


def my_log(actor: gate.Actor, page: int) -> MyLog:
    """The actor's own entries in this concertation's ledger, newest first.

    Looking at one's own log is no event: it would fill what it shows. Raises `Refused`.
    """
    gate.allow(
        actor, Act.READ_OWN_LOG, purpose=Purpose.ACCOUNT, verb=Verb.LEDGER_READ, record=False
    )
    name = ledger_name(actor)
    found = ledger.entries_of(name, actor.person, page=page)
    words = _words(actor, found.lines)
    asked = ReviewItem.objects.filter(
        month__ledger__name=name, actor=actor.person, asked_at__isnull=False
    )
    return MyLog(
        results=Results(
            tuple(row_of(line, words) for line in found.lines),
            found.total,
            found.number,
            found.pages,
        ),
        questions=tuple(asked.order_by("-asked_at")),
        restored=restorings(actor.concertation, actor.person) if actor.concertation else (),
    )


def _words(actor: gate.Actor, lines: tuple[ledger.Line, ...]) -> Words:
    """Codes of situations that are neither hidden nor restricted, or that I brought: having read
    one once doesn't mean it may still be named to me."""
    numbers = {
        number for line in lines for kind, number in line.subjects if kind == SubjectKind.SITUATION
    }
    rows = Situation.objects.filter(
        Q(hidden=False, restricted=False) | Q(brought_by=actor.participation),
        concertation=actor.concertation,
        id__in=numbers,
        erasing=False,
    )
    codes = {number: code for number, code in rows.values_list("id", "code") if code is not None}
    mine = User.objects.filter(id=actor.person).values_list("id", "name")
    return Words(people=dict(mine), organisations={}, codes=codes)
