"""The letter after a meeting, and the digest of the next morning, which doesn't repeat it."""

from typing import Any

import pytest
from django.core import mail

from concertation.meetings import actions_live
from concertation.meetings.models import Meeting
from concertation.situations import noticing
from concertation.situations.models import Notice
from tests.cast import Circle
from tests.meetings.hour import held_now, show
from tests.situations import story

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])
TAKEN = "Une action convenue en réunion vous est confiée"


@pytest.fixture
def close(circle: Circle, django_capture_on_commit_callbacks: Any) -> Any:
    """A meeting that discusses one situation: agree on actions, then close it."""

    def run(*days: int) -> list[str]:
        situation = story.bring(circle.participant)
        row = held_now(circle)
        show(circle, row.id, situation)
        for each in days:
            with django_capture_on_commit_callbacks(execute=True):
                story.agree(circle.coordinator, situation, circle.participant, days=each)
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            version = Meeting.objects.get(id=row.id).version
            actions_live.close_meeting(
                circle.coordinator.actor, meeting=row.id, version=version, minutes=50
            )
        return [str(message.subject) for message in mail.outbox]

    return run


def test_the_digest_does_not_repeat_the_letter(close: Any) -> None:
    assert close(10, 12) == [TAKEN]
    mail.outbox.clear()
    assert noticing.send_digests() == 0
    assert mail.outbox == []


def test_what_was_sent_during_the_meeting_is_not_sent_again(close: Any) -> None:
    assert close(1) == []
    assert noticing.send_digests() == 0


def test_a_letter_that_does_not_leave_is_left_to_the_digest(close: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.meetings.test_letters.Down"
    assert close(10) == []
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert noticing.send_digests() == 1


def test_who_wants_no_mail_gets_no_letter(circle: Circle, close: Any) -> None:
    circle.participant.user.mail = "never"
    circle.participant.user.save()
    assert close(10) == []
    assert Notice.objects.filter(kind="action_given", seen_at=None).exists()


def test_letters_lead_to_one_page_for_all(circle: Circle, close: Any, settings: Any) -> None:
    settings.SITE_ADDRESS = "https://board.example"
    close(10)
    story.agree(circle.manager, story.bring(circle.participant), circle.participant)
    noticing.send_digests()
    bodies = [message.body for message in mail.outbox]
    assert len(bodies) == 2
    assert all(body.endswith("\nhttps://board.example/mes-actions\n") for body in bodies)
    settings.SITE_ADDRESS = ""
    story.agree(circle.manager, story.bring(circle.participant), circle.participant)
    noticing.send_digests()
    assert "http" not in mail.outbox[-1].body


class Down:
    """A mail server that doesn't answer."""

    def __init__(self, *_args: Any, **_more: Any) -> None:
        pass

    def send_messages(self, _messages: Any) -> int:
        raise OSError
