"""The month's report: signed with the DPO's own key, chained, carrying the ledger's state."""

import base64
import hashlib
import html
import json
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.checkpoint import open_checkpoint
from audit.enums import Outcome
from audit.leaf import parse_leaf
from audit.models import Entry, ReviewItem, ReviewMonth, ReviewReport
from audit.names import concertation_ledger
from concertation.dpo import review_actions
from tests.cast import PASSWORD, Circle
from tests.dpo.reviewing import end, page, picked, this_month
from tests.dpo.test_verify import tamper
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def finish() -> None:
    """As if the month were over: what `build` does once it is."""
    ReviewMonth.objects.update(complete=True)


def look_at_all(circle: Circle, dpo: Client) -> None:
    for item in ReviewItem.objects.all():
        assert end(dpo, circle, item, "closed", "Vu avec la coordination.").status_code == 302


def sign(client: Client, circle: Circle, password: str = PASSWORD, month: str = "") -> Any:
    sent = {"month": month or f"{this_month():%Y-%m}", "password": password}
    return client.post(reverse("review-sign", args=[circle.concertation.slug]), sent)


def file(client: Client, circle: Circle, kind: str) -> Any:
    parts = [circle.concertation.slug, f"{this_month():%Y-%m}", kind]
    return client.get(reverse("review-report", args=parts))


def test_a_finished_month_is_signed_with_the_dpos_own_key_and_anybody_checks_it(
    circle: Circle, dpo: Client
) -> None:
    picked(circle)
    finish()
    look_at_all(circle, dpo)
    assert sign(dpo, circle).status_code == 302
    told = file(dpo, circle, "json").json()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"]))
    row = ReviewReport.objects.get()
    stored = bytes(row.signature)
    assert base64.b64decode(told["signature"]) == stored[1:]
    statement = json.loads(told["statement"])
    assert row.sha256 == hashlib.sha256(told["statement"].encode()).hexdigest()
    name = concertation_ledger(circle.concertation.id)
    assert open_checkpoint(statement["checkpoint"], name).size > 0
    figures = statement["figures"]["without_involvement"]
    assert figures == {"open": 0, "questioned": 0, "explained": 0, "closed": 1}
    assert statement["previous"] == ""
    _verifies(public, told)
    entry = Entry.objects.get(verb="review_signed")
    assert parse_leaf(bytes(entry.leaf or b"")).event.details["hash"] == row.sha256


def _verifies(public: Ed25519PublicKey, told: dict[str, Any]) -> None:
    public.verify(base64.b64decode(told["signature"]), told["statement"].encode())


def test_the_report_names_no_reader_and_no_situation(circle: Circle, dpo: Client) -> None:
    item = picked(circle)
    finish()
    look_at_all(circle, dpo)
    sign(dpo, circle)
    statement = file(dpo, circle, "json").json()["statement"]
    for secret in (item.actor, item.situation, item.organisation, "K7QF3MMH", "coordination"):
        assert str(secret) not in statement


def test_the_next_report_carries_the_hash_of_the_last(
    circle: Circle, dpo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_actions.prepare(circle.dpo.actor, this_month())
    finish()
    sign(dpo, circle)
    first = ReviewReport.objects.get()
    before = date(2026, 1, 1)
    review_actions.prepare(circle.dpo.actor, before)
    assert ReviewMonth.objects.get(month=before).complete
    assert sign(dpo, circle, month="2026-01").status_code == 302
    second = ReviewReport.objects.get(month__month=before)
    assert json.loads(bytes(second.statement))["previous"] == first.sha256


def test_the_pdf_is_a_pdf(circle: Circle, dpo: Client) -> None:
    review_actions.prepare(circle.dpo.actor, this_month())
    finish()
    sign(dpo, circle)
    response = file(dpo, circle, "pdf")
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF-")
    assert Entry.objects.filter(verb="ledger_exported", actor=circle.dpo.user.id).exists()


def test_a_month_with_an_item_nobody_looked_at_is_not_signed(circle: Circle, dpo: Client) -> None:
    picked(circle)
    finish()
    page = html.unescape(sign(dpo, circle).content.decode())
    assert not ReviewReport.objects.exists()
    assert "Signer le rapport" not in page


def test_a_month_that_goes_on_is_not_signed(circle: Circle, dpo: Client) -> None:
    review_actions.prepare(circle.dpo.actor, this_month())
    sign(dpo, circle)
    assert not ReviewReport.objects.exists()


def test_an_unanswered_question_stays_an_open_one(circle: Circle, dpo: Client) -> None:
    item = picked(circle)
    finish()
    end(dpo, circle, item, "questioned", "Pourquoi ?")
    look_at_all_but(circle, dpo, item)
    assert sign(dpo, circle).status_code == 302
    statement = json.loads(bytes(ReviewReport.objects.get().statement))
    assert statement["open_questions"] == 1


def look_at_all_but(circle: Circle, dpo: Client, item: ReviewItem) -> None:
    for each in ReviewItem.objects.exclude(pk=item.pk):
        end(dpo, circle, each, "closed", "Vu.")


def test_a_wrong_password_signs_nothing_and_is_recorded(circle: Circle, dpo: Client) -> None:
    review_actions.prepare(circle.dpo.actor, this_month())
    finish()
    page = html.unescape(sign(dpo, circle, "pas le bon").content.decode())
    assert "Ce mot de passe n’est pas le bon." in page
    assert not ReviewReport.objects.exists()
    refused = Entry.objects.filter(outcome=Outcome.REFUSED, verb="review_signed")
    assert refused.get().reason == "wrong_password"


def test_who_signs_reads_whether_the_log_was_verified_since_the_queue_was_built(
    circle: Circle, dpo: Client
) -> None:
    picked(circle)
    finish()
    look_at_all(circle, dpo)
    assert "Vérifiez le journal" in page(dpo, circle, "review")
    dpo.post(reverse("ledger-verify", args=[circle.concertation.slug]))
    assert "rien n’a été modifié ni retiré" in page(dpo, circle, "review")
    tamper(concertation_ledger(circle.concertation.id), 2)
    dpo.post(reverse("ledger-verify", args=[circle.concertation.slug]))
    assert "Le journal ne correspond plus à ce qui fut inscrit" in page(dpo, circle, "review")
    # A verification from before this queue says nothing of this month.
    ReviewMonth.objects.update(built_at=timezone.now() + timedelta(days=1))
    assert "Vérifiez le journal" in page(dpo, circle, "review")


def test_a_month_has_one_report(circle: Circle, dpo: Client) -> None:
    review_actions.prepare(circle.dpo.actor, this_month())
    finish()
    sign(dpo, circle)
    sign(dpo, circle)
    assert ReviewReport.objects.count() == 1


@pytest.mark.parametrize("who", ["coordinator", "participant", "police"])
def test_nobody_but_the_dpo_signs_or_takes_the_report(circle: Circle, who: str) -> None:
    review_actions.prepare(circle.dpo.actor, this_month())
    finish()
    client = signed_in(circle.people[who])
    assert sign(client, circle).status_code == 404
    for kind in ("pdf", "json"):
        assert file(client, circle, kind).status_code == 404
    assert not ReviewReport.objects.exists()


def test_a_report_that_is_not_there_and_an_odd_address_are_not_found(
    circle: Circle, dpo: Client
) -> None:
    assert file(dpo, circle, "json").status_code == 404
    for month, kind in (("2026-13", "pdf"), ("hier", "json"), ("2026-01", "exe")):
        parts = [circle.concertation.slug, month, kind]
        assert dpo.get(reverse("review-report", args=parts)).status_code == 404
