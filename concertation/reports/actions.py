"""Lifting the suppression of small numbers: a recorded decision of the coordinator."""

from django.db import IntegrityError, transaction

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from concertation.meetings.reading import circle_of
from concertation.reports import errors
from concertation.reports.enums import LiftReason
from concertation.reports.reading import is_reportable
from concertation.situations.models import LiftedSuppression
from ethics import gate
from ethics.policy import Act, Refusal


def lift_suppression(actor: gate.Actor, *, year: int, reason: str) -> LiftedSuppression:
    """Show the small numbers of one year inside the circle, from here on.

    Only the coordinator may; the decision stands on the report and in the ledger, and the DPO
    reviews it. A year to come can't be lifted ahead. Raises `Refused`, `AlreadyLifted`,
    `YearOutOfReach` or `UnknownReason`.
    """
    if not is_reportable(year):
        raise errors.YearOutOfReach
    if reason not in LiftReason.values:
        raise errors.UnknownReason
    circle, hat = circle_of(actor), actor.participation
    if hat is None:
        raise gate.Refused(Refusal.NO_PARTICIPATION)
    with gate.writing(
        actor, Act.LIFT_SUPPRESSION, verb=Verb.SUPPRESSION_LIFTED, purpose=Purpose.REPORT
    ) as pen:
        try:
            with transaction.atomic():
                row = LiftedSuppression.objects.create(
                    concertation_id=circle,
                    year=year,
                    by_id=hat,
                    reason=reason,
                )
        except IntegrityError:
            raise errors.AlreadyLifted from None
        pen.record(
            Verb.SUPPRESSION_LIFTED,
            subjects=(Subject(SubjectKind.CONCERTATION, circle),),
            details={"year": year, "rule": reason},
        )
    return row
