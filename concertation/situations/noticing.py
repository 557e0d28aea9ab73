"""Telling someone that something waits for them, and why: kept in the board, sent by e-mail as they
chose. Neither content nor code is in it (design 5).

A notice is made in the transaction of what it tells of. What presses is sent once that is saved;
the rest waits for the daily digest. Told again before it was looked at, it moves and stays one.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.accounts.enums import MailChoice, ParticipationState
from concertation.accounts.models import Participation, User
from concertation.situations import notices
from concertation.situations.enums import URGENT_NOTICES, NoticeKind
from concertation.situations.models import AgreedAction, ConflictOfInterest, Notice, Situation
from ethics.roles import SecrecyStatus


def notice(
    kind: NoticeKind,
    situation: Situation,
    place: UUID | None,
    *,
    action: AgreedAction | None = None,
    by: UUID | None = None,
    urgent: bool = False,
) -> None:
    """Tell one place of a situation, and of an action whoever replaces it too; nobody is told of
    what they did themselves (`by`), nor of a situation whose agreement was withdrawn."""
    if place is None or situation.hidden:
        return
    for each in (place, *(_replacing(place) if action else ())):
        if each != by:
            _tell(kind, situation, each, action, urgent=urgent)


def _replacing(place: UUID) -> list[UUID]:
    rows = Participation.objects.filter(
        replaces=place,
        state=ParticipationState.ADMITTED,
        secrecy_status=SecrecyStatus.PROFESSIONAL,
    )
    return [row.id for row in rows if row.is_current()]


def _tell(
    kind: NoticeKind,
    situation: Situation,
    place: UUID,
    action: AgreedAction | None,
    *,
    urgent: bool,
) -> None:
    open_one = Notice.objects.filter(
        participation=place, situation=situation, action=action, kind=kind, seen_at=None
    ).first()
    row = open_one or Notice(participation_id=place, situation=situation, action=action, kind=kind)
    presses = urgent or kind in URGENT_NOTICES
    # One that presses is sent even where an ordinary one went out before.
    if presses and not row.urgent:
        row.mailed_at = None
    row.urgent, row.made_at = row.urgent or presses, timezone.now()
    row.save()
    if presses and row.mailed_at is None:
        transaction.on_commit(lambda: _send(Notice.objects.filter(id=row.id), at_once=True))


def tell_taken(taken: Iterable[AgreedAction]) -> None:
    """A meeting closes: whoever took one of these actions there gets one letter, once it is saved.

    What this letter says, the digest of the next morning doesn't say again, nor does this letter
    say what went out at once during the meeting. A letter that doesn't leave is left to the digest.
    """
    owners = {row.id: row.owner_id for row in taken}
    transaction.on_commit(lambda: _send_taken(owners))


def _send_taken(owners: dict[UUID, UUID]) -> None:
    told = Notice.objects.filter(
        kind=NoticeKind.ACTION_GIVEN, action__in=owners, participation=F("action__owner")
    )
    sent = set(told.exclude(mailed_at=None).values_list("action", flat=True))
    places = Participation.objects.filter(id__in=set(owners.values())).select_related("person")
    by_person: dict[User, set[UUID]] = {}
    for row in places:
        if row.is_current():
            by_person.setdefault(row.person, set()).add(row.id)
    for person, mine in by_person.items():
        new = [number for number, owner in owners.items() if owner in mine and number not in sent]
        if not new:
            continue
        chosen = person.mail != MailChoice.NEVER
        if not chosen or notices.send_one(person, lambda: notices.ACTION_TAKEN, "my-actions"):
            told.filter(action__in=new).update(mailed_at=timezone.now())


def told_since(action: AgreedAction, kind: NoticeKind, day: date) -> bool:
    """Whether this action's owner was told so since that day."""
    rows = Notice.objects.filter(action=action, participation=action.owner_id, kind=kind)
    return rows.filter(made_at__date__gte=day).exists()


def send_digests() -> int:
    """One message a day to everybody who has notices that were neither seen nor sent; to how many.

    What a person chose not to get by e-mail counts as sent: changing one's mind brings no flood.
    """
    return _send(Notice.objects.all(), at_once=False)


def _send(rows: Any, *, at_once: bool) -> int:
    waiting = rows.filter(mailed_at=None, seen_at=None).order_by("made_at")
    # Hidden, erased or shut to them in the meantime: nothing to go and look at.
    shut = ConflictOfInterest.objects.filter(
        situation=OuterRef("situation"), participation__person=OuterRef("participation__person")
    )
    waiting = waiting.filter(~Exists(shut), situation__hidden=False, situation__erasing=False)
    by_person: dict[UUID, list[Notice]] = {}
    for row in waiting.select_related("participation__person", "participation__concertation"):
        if row.participation.is_current():
            by_person.setdefault(row.participation.person_id, []).append(row)
    sent = 0
    for found in by_person.values():
        person = found[0].participation.person
        if at_once and person.mail != MailChoice.AT_ONCE:
            continue
        if person.mail == MailChoice.NEVER or _mail(person, found):
            Notice.objects.filter(id__in=[row.id for row in found]).update(mailed_at=timezone.now())
            sent += person.mail != MailChoice.NEVER
    return sent


def _mail(person: User, found: Iterable[Notice]) -> bool:
    def write() -> notices.Text:
        counts = Counter(row.kind for row in found)
        lines = [
            f"- {NoticeKind(kind).label}" + (f" ({number})" if number > 1 else "")
            for kind, number in counts.items()
        ]
        total = counts.total()
        subject = ngettext(
            "%(number)d avis vous attend au tableau",
            "%(number)d avis vous attendent au tableau",
            total,
        )
        body = _(
            "Bonjour,\n\n%(lines)s\n\nConnectez-vous\u00a0: « Mes avis », à l’accueil, y mène. Ce"
            " message ne contient rien de plus, exprès. Votre compte dit ce que vous recevez par"
            " courriel.\n"
        )
        return subject % {"number": total}, body % {"lines": "\n".join(lines)}

    return notices.send_one(person, write, "my-actions")


def saw(place: Participation | UUID, situation: UUID) -> None:
    """The person opened the sheet: what they were told of this situation is seen."""
    rows = Notice.objects.filter(participation=place, situation=situation, seen_at=None)
    rows.update(seen_at=timezone.now())


def saw_all(place: Participation | UUID) -> None:
    """The person says they have seen everything they were told here."""
    Notice.objects.filter(participation=place, seen_at=None).update(seen_at=timezone.now())
