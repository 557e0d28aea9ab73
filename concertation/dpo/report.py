"""The month's report: figures, open questions, the ledger's signed state, chained and signed.

The statement is JSON with sorted keys and no white space, stored as signed: whoever has it, the
signature and the public key checks it with any Ed25519 tool. Each names the hash of the one before,
so that none can be left out or written anew later. Counts only: no reader and no situation.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import segno
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from audit.checkpoint import sign_checkpoint
from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from audit.review.models import ReviewMonth, ReviewReport, ReviewState
from audit.review.rules import Rule
from concertation.accounts.actions.events import confirm
from concertation.accounts.models import Concertation, User
from concertation.dpo import errors
from concertation.dpo.rule_words import RULES, Words
from concertation.dpo.searches import ledger_name
from ethics import gate
from ethics.policy import Act

FORMAT: Final = "concertation/review-report/1"
_STATES: Final = tuple(ReviewState)


@dataclass(frozen=True, slots=True)
class Figures:
    """How many items one rule gave, and how they ended."""

    rule: Words
    total: int
    explained: int
    closed: int
    questioned: int


@dataclass(frozen=True, slots=True)
class Paper:
    """The report as it is printed."""

    concertation: str
    month: date
    rules_version: int
    entries: int
    figures: tuple[Figures, ...]
    total: int
    open_questions: int
    checkpoint: str
    qr: SafeString
    previous: str
    sha256: str
    signed_by: str
    signed_at: datetime
    public_key: str
    signature: str


def sign_report(actor: gate.Actor, month: date, password: str) -> ReviewReport:
    """Sign a month whose items were all looked at; an unanswered question stays an open one.

    The state of the ledger is signed first, so that the report carries it. Raises `Refused`,
    `WrongPassword`, `NotYet` or `AlreadySigned`.
    """
    gate.allow(actor, Act.REVIEW, purpose=Purpose.REVIEW, verb=Verb.REVIEW_SIGNED, record=False)
    confirm(actor, password, Verb.REVIEW_SIGNED)
    name = ledger_name(actor)
    checkpoint = sign_checkpoint(name).note
    with gate.writing(actor, Act.REVIEW, verb=Verb.REVIEW_SIGNED, purpose=Purpose.REVIEW) as pen:
        row = (
            ReviewMonth.objects.select_for_update(of=("self",))
            .filter(ledger__name=name, month=month)
            .first()
        )
        _check_ready(row)
        assert row is not None  # noqa: S101 - checked just before
        now = timezone.now()
        statement = _statement(actor, row, checkpoint, now)
        keys, public, signature = gate.sign_statement(actor, statement)
        report = ReviewReport.objects.create(
            month=row,
            statement=statement,
            sha256=hashlib.sha256(statement).hexdigest(),
            keys=keys,
            sign_public=public,
            signature=signature,
            signed_by=actor.person,
            signed_at=now,
        )
        pen.record(
            Verb.REVIEW_SIGNED,
            subjects=(Subject(SubjectKind.PERSON, actor.person),),
            details={"month": f"{month:%Y-%m}", "hash": report.sha256},
        )
    return report


def _check_ready(row: ReviewMonth | None) -> None:
    if row is None or not row.complete or row.items.filter(state=ReviewState.OPEN).exists():
        raise errors.NotYet
    if ReviewReport.objects.filter(month=row).exists():
        raise errors.AlreadySigned


def _statement(actor: gate.Actor, row: ReviewMonth, checkpoint: str, at: datetime) -> bytes:
    counts = Counter(row.items.values_list("rule", "state"))
    value = {
        "format": FORMAT,
        "concertation": str(actor.concertation),
        "month": f"{row.month:%Y-%m}",
        "rules": row.rules,
        "entries": row.entries,
        "figures": {
            str(rule): {str(state): counts[rule, state] for state in _STATES} for rule in Rule
        },
        "open_questions": sum(
            count for (_rule, state), count in counts.items() if state == ReviewState.QUESTIONED
        ),
        "checkpoint": checkpoint,
        "previous": _previous(row),
        "signed_by": str(actor.person),
        "signed_at": at.isoformat(timespec="seconds"),
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _previous(row: ReviewMonth) -> str:
    """The hash of the report signed last; empty for the first of all."""
    reports = ReviewReport.objects.filter(month__ledger=row.ledger_id).order_by("-signed_at", "-pk")
    return reports.values_list("sha256", flat=True).first() or ""


def report_file(actor: gate.Actor, month: date) -> dict[str, Any]:
    """The report as a file that anybody checks. Taking it is recorded. Raises `Refused`."""
    row = _report(actor, month)
    return {
        "format": FORMAT,
        "statement": bytes(row.statement).decode(),
        # The 64 bytes of RFC 8032; the suite byte in front of them is ours and stays here.
        "signature": base64.b64encode(bytes(row.signature)[1:]).decode(),
        "public_key": base64.b64encode(bytes(row.sign_public)).decode(),
    }


def paper(actor: gate.Actor, month: date) -> Paper:
    """The report to print. Taking it is recorded. Raises `Refused`."""
    row = _report(actor, month)
    told: Mapping[str, Any] = json.loads(bytes(row.statement))
    circle = Concertation.objects.get(id=told["concertation"])
    figures = tuple(_figures(rule, told["figures"][rule]) for rule in Rule)
    return Paper(
        concertation=circle.name,
        month=month,
        rules_version=told["rules"],
        entries=told["entries"],
        figures=figures,
        total=sum(each.total for each in figures),
        open_questions=told["open_questions"],
        checkpoint=told["checkpoint"],
        qr=_qr(told["checkpoint"]),
        previous=told["previous"],
        sha256=row.sha256,
        signed_by=User.objects.get(id=row.signed_by).name,
        signed_at=row.signed_at,
        public_key=base64.b64encode(bytes(row.sign_public)).decode(),
        signature=base64.b64encode(bytes(row.signature)[1:]).decode(),
    )


def _report(actor: gate.Actor, month: date) -> ReviewReport:
    gate.allow(actor, Act.REVIEW, purpose=Purpose.REVIEW, verb=Verb.LEDGER_EXPORTED)
    row = ReviewReport.objects.filter(
        month__ledger__name=ledger_name(actor), month__month=month
    ).first()
    if row is None:
        raise gate.refuse_unknown(actor, purpose=Purpose.REVIEW, foreign=None)
    return row


def _figures(rule: Rule, counts: Mapping[str, int]) -> Figures:
    return Figures(
        RULES[rule],
        sum(counts.values()),
        counts[ReviewState.EXPLAINED],
        counts[ReviewState.CLOSED],
        counts[ReviewState.QUESTIONED],
    )


def _qr(text: str) -> SafeString:
    svg = segno.make(text, micro=False, error="m").svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return mark_safe(svg)  # noqa: S308 - drawn by segno from a signed note
