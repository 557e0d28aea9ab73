"""Asking for access to a restricted situation, and answering: for a time, by one of its readers."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import Permission
from django.utils import timezone

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Subject
from audit.models import Entry
from concertation.accounts.models import Participation
from concertation.situations import errors, notices, reading
from concertation.situations.actions.shared import locked, me
from concertation.situations.codes import parse_code
from concertation.situations.enums import AccessReason, RequestState, SituationState
from concertation.situations.models import AccessRequest, Situation, SituationGrant
from ethics import gate
from ethics.policy import Act
from ethics.secrecy.suites import SecrecyError

# Whoever tries codes gets no further than this, and the answer tells nothing anyway.
ASKS_A_DAY: Final = 5
USUAL_DAYS: Final = 30
LONGEST_DAYS: Final = 90


def ask_access(
    actor: gate.Actor, *, code: str, reason: str, purpose: Purpose = Purpose.FOLLOW_UP
) -> None:
    """Ask the readers of a restricted situation to be let in; gives nothing back, ever.

    Unknown, of another concertation, open to the circle, erased, or shut to the one who asks by a
    conflict: all of it looks the same to them. Each asking is recorded, whatever the code. Raises
    `Refused`, `CodeMistyped`, `NotInList` or `TooManyRequests`.
    """
    parsed = parse_code(code)
    if parsed is None:
        raise errors.CodeMistyped
    if reason not in AccessReason.values:
        raise errors.NotInList("reason")
    with gate.writing(actor, Act.ASK_ACCESS, verb=Verb.ACCESS_ASKED, purpose=purpose) as pen:
        _check_number(actor)
        about = Situation.objects.filter(code=parsed).first()
        here = about is not None and about.concertation_id == actor.concertation
        subjects: tuple[Subject, ...] = ()
        if about is not None and here:
            subjects = (Subject(SubjectKind.SITUATION, about.id),)
            _ask(actor, about, reason)
        pen.record(Verb.ACCESS_ASKED, subjects=subjects, details={"kind": reason})
    if not here:
        # A refusal in the ledger it belongs to; not even "too many" reaches the one who asks.
        foreign = (about.concertation_id, about.id) if about else None
        gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)


def _check_number(actor: gate.Actor) -> None:
    since = timezone.now() - timedelta(days=1)
    asked = Entry.objects.filter(actor=actor.person, verb=Verb.ACCESS_ASKED, time__gt=since)
    if asked.count() >= ASKS_A_DAY:
        raise errors.TooManyRequests


def _ask(actor: gate.Actor, about: Situation, reason: str) -> None:
    readers = dict(reading.live_grants(about).values_list("participation", "until"))
    shut = about.conflicts.filter(participation__person=actor.person).exists()
    if not about.restricted or about.state == SituationState.DRAFT or shut or me(actor) in readers:
        return
    _, fresh = AccessRequest.objects.get_or_create(
        situation=about,
        participation_id=me(actor),
        state=RequestState.ASKED,
        defaults={"reason": reason},
    )
    if fresh:
        lasting = [number for number, until in readers.items() if until is None]
        notices.tell(lasting, notices.ASKED)
        notices.tell_dpo(about.concertation_id, notices.ASKED_DPO)


def answer_request(
    actor: gate.Actor,
    *,
    request: UUID,
    days: int | None,
    purpose: Purpose = Purpose.FOLLOW_UP,
) -> AccessRequest:
    """Let someone in for some days, 90 at most, or for none: `None` declines.

    Only a reader named without an end answers. Raises `Refused`, `RequestAnswered`, `NoSuchReader`,
    `DateOutOfReach` or `NotReadable`.
    """
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise errors.DateOutOfReach
    known = AccessRequest.objects.select_related("situation").filter(id=request).first()
    if known is None or known.situation.concertation_id != actor.concertation:
        about = known.situation if known else None
        foreign = (about.concertation_id, about.id) if about else None
        raise gate.refuse_unknown(actor, purpose=purpose, foreign=foreign)
    verb = Verb.ACCESS_DECLINED if days is None else Verb.ACCESS_GRANTED
    try:
        with gate.writing(
            actor, Act.GRANT_ACCESS, verb=verb, purpose=purpose, situation=known.situation_id
        ) as pen:
            row = AccessRequest.objects.select_for_update().get(id=request)
            if row.state != RequestState.ASKED:
                raise errors.RequestAnswered
            until = timezone.localdate() + timedelta(days=days) if days else None
            if until is not None:
                _let_in(pen, locked(actor, known.situation_id), row.participation, until)
            row.state = RequestState.GRANTED if until else RequestState.DECLINED
            row.answered_by_id, row.answered_at, row.until = me(actor), timezone.now(), until
            row.save()
            pen.record(
                verb,
                subjects=(
                    Subject(SubjectKind.SITUATION, row.situation_id),
                    Subject(SubjectKind.PARTICIPATION, row.participation_id),
                ),
                details={"until": until.isoformat()} if until else {},
            )
            _tell(row, known.situation)
    except SecrecyError as error:
        raise errors.NotReadable from error
    return row


def _let_in(pen: gate.Pen, about: Situation, place: Participation, until: date) -> None:
    shut = about.conflicts.filter(participation__person=place.person_id).exists()
    if shut or not place.is_current() or place.person_id not in gate.holders(pen):
        raise errors.NoSuchReader
    gate.let_in(pen, about.id, place.person_id, until)
    SituationGrant.objects.update_or_create(
        user_id=place.person_id,
        permission=Permission.objects.get(
            codename="read_situation", content_type__app_label="situations"
        ),
        content_object=about,
        participation=place.id,
        defaults={"until": until},
    )


def _tell(row: AccessRequest, about: Situation) -> None:
    if row.state == RequestState.DECLINED:
        notices.tell([row.participation_id], notices.DECLINED)
        return
    notices.tell([row.participation_id], notices.GRANTED)
    notices.tell_dpo(about.concertation_id, notices.GRANTED_DPO)
    if about.case_manager_id and about.case_manager_id != row.answered_by_id:
        notices.tell([about.case_manager_id], notices.GRANTED_HOLDER)
