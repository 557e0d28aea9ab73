"""What `manage.py daily` reminds people of, about situations; it holds no key and opens nothing.

Reminders are notices (`noticing`): once for each reason, until it comes up anew.
"""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from concertation.situations import notices, noticing
from concertation.situations.enums import AGREED_ACTION_STATES, OPEN_STATES, ActionState, NoticeKind
from concertation.situations.models import AgreedAction, Notice, Situation
from concertation.situations.reading.mine import owes, told_on
from concertation.situations.reading.reminders import waiting_to_inform
from ethics.sharing.models import SharingDecision

A_WEEK: Final = timedelta(days=7)
# An action is announced so long before it falls due.
AHEAD: Final = timedelta(days=2)


def remind_to_inform() -> int:
    """Write every week to whoever has a draft that waits for the person; to how many places.

    The day to look again moves on with the letter, so that a second run sends none.

    “Not yet” on a situation's sheet is sealed: no command can see it, so that reminder stands on
    the home page alone.
    """
    today = timezone.localdate()
    due = [each for each in waiting_to_inform() if each.review_on and each.review_on <= today]
    numbers = [each.id for each in due]
    SharingDecision.objects.filter(id__in=numbers).update(review_on=today + A_WEEK)
    places = {each.participation for each in due}
    notices.tell(places, notices.INFORM_FIRST)
    return len(places)


def remind_of_dates() -> int:
    """Tell owners of actions that come due in two days or are overdue, and holders of reviews that
    are due: once for each date, so that a new date is told anew; how many notices."""
    today = timezone.localdate()
    before = Notice.objects.count()
    running = _open_actions().filter(state__in=AGREED_ACTION_STATES, due_on__lte=today + AHEAD)
    for row in running:
        kind = NoticeKind.ACTION_OVERDUE if row.due_on < today else NoticeKind.ACTION_DUE
        if not noticing.told_since(row, kind, row.due_on - AHEAD):
            noticing.notice(kind, row.situation, row.owner_id, action=row)
    reviewed = Situation.objects.filter(state__in=OPEN_STATES, erasing=False, hidden=False)
    for about in reviewed.filter(next_review_on__lte=today).exclude(case_manager=None):
        told = about.notices.filter(kind=NoticeKind.REVIEW_DUE, participation=about.case_manager_id)
        if not told.filter(made_at__date__gte=about.next_review_on).exists():
            noticing.notice(NoticeKind.REVIEW_DUE, about, about.case_manager_id)
    return Notice.objects.count() - before


def remind_of_feedback(concertation: UUID, since: date | None) -> int:
    """Before a meeting, tell owners of the actions that owe the group a word since the last one
    (`since`); once a week at most. How many notices."""
    today = timezone.localdate()
    rows = _open_actions().filter(situation__concertation=concertation)
    rows = rows.exclude(state__in=[ActionState.PROPOSED, ActionState.WITHDRAWN])
    told = 0
    for row in rows.annotate(told_on=told_on()):
        kind = NoticeKind.FEEDBACK_OWED
        if owes(row, since) and not noticing.told_since(row, kind, today - A_WEEK):
            noticing.notice(kind, row.situation, row.owner_id, action=row)
            told += 1
    return told


def _open_actions() -> Any:
    live = Situation.objects.filter(state__in=OPEN_STATES, erasing=False, hidden=False)
    rows = AgreedAction.objects.filter(situation__in=live.values("id"))
    return rows.select_related("situation").order_by("due_on", "id")
