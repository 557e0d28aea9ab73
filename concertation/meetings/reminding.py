"""Before a meeting: whoever owes the group a word is told in time."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from concertation.meetings.enums import MeetingState
from concertation.meetings.models import Meeting
from concertation.situations import reminding

BEFORE: Final = timedelta(days=3)


def remind_of_feedback() -> int:
    """Tell those who owe feedback to a concertation that meets within three days; how many
    notices."""
    now = timezone.now()
    coming = Meeting.objects.exclude(state=MeetingState.CLOSED).filter(
        starts_at__gte=now, starts_at__lte=now + BEFORE
    )
    told = 0
    for number in set(coming.values_list("concertation", flat=True)):
        held = Meeting.objects.filter(concertation=number, state=MeetingState.CLOSED)
        last = held.order_by("-starts_at").first()
        since = timezone.localtime(last.starts_at).date() if last else None
        told += reminding.remind_of_feedback(number, since)
    return told
