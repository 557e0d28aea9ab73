"""What `manage.py daily` reminds people of, about situations; it holds no key and opens nothing."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from concertation.situations import notices
from concertation.situations.reading.reminders import waiting_to_inform
from ethics.sharing.models import SharingDecision

A_WEEK: Final = timedelta(days=7)


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
