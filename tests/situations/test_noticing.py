"""What people are told, why and how: in the board, by e-mail as they chose, once a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from concertation.meetings import actions as meetings
from concertation.meetings.reminding import remind_of_feedback
from concertation.situations import actions, noticing, reading, reminding
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction, Notice, Situation
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def kinds(circle: Circle, name: str = "participant") -> list[str]:
    rows = Notice.objects.filter(participation=number_of(circle.people[name]))
    return sorted(rows.values_list("kind", flat=True))


def test_an_action_is_announced_once_before_its_day_and_once_after(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.agree(circle.manager, row, circle.participant, days=2)
    Notice.objects.all().delete()
    assert (reminding.remind_of_dates(), reminding.remind_of_dates()) == (1, 0)
    AgreedAction.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    assert (reminding.remind_of_dates(), reminding.remind_of_dates()) == (1, 0)
    assert kinds(circle) == ["action_due", "action_overdue"]


def test_nothing_is_announced_of_what_is_hidden_closed_or_done(circle: Circle) -> None:
    changes: list[dict[str, Any]] = [
        {"hidden": True},
        {"state": "closed", "closed_on": timezone.localdate()},
    ]
    for change in changes:
        row = story.bring(circle.participant)
        story.overdue(circle.manager, row, circle.participant)
        Situation.objects.filter(id=row.id).update(**change)
    row = story.bring(circle.participant)
    done = story.overdue(circle.manager, row, circle.participant)
    actions.answer_action(circle.participant.actor, action=done.id, state="done", text="Fait")
    Notice.objects.all().delete()
    assert reminding.remind_of_dates() == 0


def test_a_review_that_is_due_is_told_to_the_holder(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.set_case_manager(
        circle.coordinator.actor,
        situation=row.id,
        case_manager=number_of(circle.manager),
        next_review_on=timezone.localdate(),
    )
    assert (reminding.remind_of_dates(), reminding.remind_of_dates()) == (1, 0)
    assert kinds(circle, "manager") == ["review_due"]


def test_before_a_meeting_who_owes_feedback_is_told(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.overdue(circle.manager, row, circle.participant)
    Notice.objects.all().delete()
    assert remind_of_feedback() == 0
    at = timezone.localtime() + timedelta(days=2)
    meetings.plan_meeting(circle.coordinator.actor, starts_at=at, place="par vidéo")
    assert (remind_of_feedback(), remind_of_feedback()) == (1, 0)
    assert kinds(circle) == ["feedback_owed"]


def test_the_digest_says_why_and_never_what(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.overdue(circle.manager, row, circle.participant)
    reminding.remind_of_dates()
    mail.outbox.clear()
    assert noticing.send_digests() == 1
    (message,) = mail.outbox
    assert "une de vos actions a dépassé son échéance" in message.body
    for secret in (show_code(row.code or ""), "Vérifier le tarif social", story.HEADLINE):
        assert secret not in f"{message.subject}{message.body}"
    assert noticing.send_digests() == 0


def test_each_person_chooses_what_comes_by_e_mail(circle: Circle) -> None:
    client = signed_in(circle.participant)
    client.post(reverse("account-mail"), {"mail": "never"})
    circle.participant.user.refresh_from_db()
    assert circle.participant.user.mail == "never"
    row = story.bring(circle.participant)
    story.overdue(circle.manager, row, circle.participant)
    mail.outbox.clear()
    assert noticing.send_digests() == 0
    assert mail.outbox == []
    page = get(client, url(circle, "notices"))
    assert "Une action convenue vous revient" in page
    assert "Vérifier le tarif social" in page
    # Another choice later brings no flood of what is old.
    client.post(reverse("account-mail"), {"mail": "daily"})
    assert noticing.send_digests() == 0


def test_what_presses_is_sent_at_once_only_to_those_who_want_it(
    circle: Circle, django_capture_on_commit_callbacks: Any
) -> None:
    row = story.bring(circle.participant)
    with django_capture_on_commit_callbacks(execute=True):
        story.agree(circle.manager, row, circle.participant, days=1)
    assert [message.to for message in mail.outbox] == [["participant@tilleuls.example"]]
    circle.coordinator.user.mail = "daily"
    circle.coordinator.user.save()
    with django_capture_on_commit_callbacks(execute=True):
        story.agree(circle.manager, row, circle.coordinator, days=1)
    assert len(mail.outbox) == 1
    assert noticing.send_digests() == 1


def test_told_again_before_it_was_seen_stays_one_notice(circle: Circle) -> None:
    row = story.bring(circle.participant)
    actions.set_case_manager(
        circle.coordinator.actor, situation=row.id, case_manager=number_of(circle.manager)
    )
    for _ in range(3):
        story.entry(circle.participant, row)
    assert kinds(circle, "manager") == ["news"]
    client = signed_in(circle.manager)
    assert "1 avis n’est pas encore vu" in get(client, url(circle, "home"))
    client.post(url(circle, "notices"))
    assert "Rien ne vous attend" in get(client, url(circle, "notices"))


def test_a_notice_of_what_was_shut_to_someone_shows_them_nothing(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.agree(circle.coordinator, row, circle.manager, days=1)
    assert reading.notices_waiting(circle.manager.actor) == 1
    actions.withdraw(circle.manager.actor, situation=row.id, reason="unsaid")
    assert reading.notices_waiting(circle.manager.actor) == 0
    assert reading.my_notices(circle.manager.actor) == ()
    mail.outbox.clear()
    noticing.send_digests()
    assert "manager@tilleuls.example" not in [message.to[0] for message in mail.outbox]


def test_a_limited_reader_is_told_of_the_action_addressed_to_them(circle: Circle) -> None:
    row = story.bring(circle.participant)
    story.agree(circle.manager, row, circle.police, text="Passer lundi")
    page = get(signed_in(circle.police), url(circle, "notices"))
    assert "Passer lundi" in page
    assert story.HEADLINE not in page


def test_the_list_costs_the_same_for_one_notice_and_for_three(circle: Circle) -> None:
    # A first reading notes what this member saw of the chain.
    story.bring(circle.participant)
    reading.board(circle.participant.actor)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            row = story.bring(circle.manager)
            story.agree(circle.manager, row, circle.participant)
        with CaptureQueriesContext(connection) as found:
            assert reading.my_notices(circle.participant.actor)
        counts.append(len(found))
    assert counts[0] == counts[1]
