"""The question to a reader: it waits on their home, and their answer comes back once."""

import html
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry, ReviewItem
from tests.cast import Circle, make_circle
from tests.dpo.reviewing import end, page, picked
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# --- The question ------------------------------------------------------------------------------


def asked(circle: Circle, dpo: Client) -> tuple[ReviewItem, Client]:
    """An item whose reader was asked, and that reader, signed in."""
    item = picked(circle)
    assert end(dpo, circle, item, "questioned", "Pourquoi cette lecture ?").status_code == 302
    item.refresh_from_db()
    return item, signed_in(circle.manager)


@pytest.mark.django_db(transaction=True, databases=["default", "erasure"])
def test_the_reader_is_told_by_mail_without_content_and_the_dpo_of_the_answer() -> None:
    circle = make_circle()
    dpo = signed_in(circle.dpo)
    mail.outbox.clear()
    item, reader = asked(circle, dpo)
    (told,) = mail.outbox
    assert told.to == [circle.manager.user.email]
    assert "Pourquoi" not in told.body
    assert "K7QF" not in told.body
    address = reverse("review-answer", args=[circle.concertation.slug, item.id])
    assert reader.post(address, {"text": "Une garde.", "version": item.version}).status_code == 302
    assert mail.outbox[-1].to == [circle.dpo.user.email]
    assert "Une garde" not in mail.outbox[-1].body


def test_the_question_waits_on_the_readers_home_and_the_answer_comes_back(
    circle: Circle, dpo: Client
) -> None:
    item, reader = asked(circle, dpo)
    address = reverse("review-answer", args=[circle.concertation.slug, item.id])
    assert address in page(reader, circle, "home")
    assert "Pourquoi cette lecture ?" in page(reader, circle, "review-answer", item.id)
    sent = {"text": "Je remplaçais la référente.", "version": item.version}
    assert reader.post(address, sent).status_code == 302
    assert address not in page(reader, circle, "home")
    assert reader.post(address, sent).status_code == 404, "one answer"
    shown = page(dpo, circle, "review-item", item.id)
    assert "Je remplaçais la référente." in shown
    assert "réponse reçue" in page(dpo, circle, "review")
    entry = Entry.objects.get(verb=Verb.REVIEW_ANSWERED)
    assert (entry.actor, entry.outcome) == (item.actor, Outcome.GRANTED)
    assert b"rempla" not in bytes(entry.leaf or b"")
    assert end(dpo, circle, item, "explained", "Remplacement confirmé.").status_code == 302


def test_nobody_else_reads_or_answers_the_question(circle: Circle, dpo: Client) -> None:
    item, _reader = asked(circle, dpo)
    address = reverse("review-answer", args=[circle.concertation.slug, item.id])
    for who in ("coordinator", "police", "guest", "dpo"):
        client = signed_in(circle.people[who])
        assert client.get(address).status_code == 404
        assert client.post(address, {"text": "Moi", "version": item.version}).status_code == 404
    assert (
        signed_in(circle.coordinator)
        .get(reverse("review-answer", args=[circle.concertation.slug, uuid4()]))
        .status_code
        == 404
    )
    item.refresh_from_db()
    assert item.answer == ""


def test_who_has_left_cannot_be_asked_and_the_page_offers_no_question(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    assert "Poser cette question" in page(dpo, circle, "review-item", item.id)
    place = circle.manager.participation
    assert place is not None
    place.starts_on = timezone.localdate() - timedelta(days=9)
    place.ends_on = timezone.localdate() - timedelta(days=1)
    place.save()
    assert "Poser cette question" not in page(dpo, circle, "review-item", item.id)
    response = end(dpo, circle, item, "questioned", "Pourquoi ?")
    assert "ne peut plus répondre" in html.unescape(response.content.decode())
    item.refresh_from_db()
    assert item.state == "open"
