"""Receipts of signatures and subscriptions verify, also without us; one changed byte is enough."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.checkpoint import signer_for
from audit.names import concertation_ledger
from concertation.accounts.models import Representation
from ethics.charter.models import CharterVersion, Signature, Subscription
from tests.cast import Circle, Someone, number_of
from tests.pdf import unpacked
from tests.receipts import openssl_accepts
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def receipt_of(someone: Someone) -> dict[str, Any]:
    row = Signature.objects.get(participation=number_of(someone))
    answer = signed_in(someone).get(reverse("charter-receipt", args=[row.id]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    found: dict[str, Any] = json.loads(answer.content)
    return found


def verifies(receipt: dict[str, Any], tmp_path: Path, **options: str) -> bool:
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt), encoding="utf-8")
    try:
        call_command("charter", "verify", str(path), **options)
    except CommandError:
        return False
    return True


def test_a_receipt_verifies_and_is_its_owner_s_alone(circle: Circle, tmp_path: Path) -> None:
    receipt = receipt_of(circle.participant)
    assert verifies(receipt, tmp_path)
    key = str(signer_for(concertation_ledger(circle.concertation.id)).verifier)
    assert verifies(receipt, tmp_path, key=key)
    row = Signature.objects.get(participation=number_of(circle.participant))
    other = signed_in(circle.manager).get(reverse("charter-receipt", args=[row.id]))
    assert other.status_code == 404


def test_a_receipt_with_one_changed_byte_is_refused(circle: Circle, tmp_path: Path) -> None:
    receipt = receipt_of(circle.participant)

    def with_a_changed_byte(text: str, at: int) -> str:
        raw = bytearray(base64.b64decode(text))
        raw[at] ^= 1
        return base64.b64encode(raw).decode()

    statement = receipt["statement"].replace("travail social", "travail sociaI")
    assert statement != receipt["statement"]
    ledger = receipt["ledger"]
    changed = [
        {**receipt, "statement": statement},
        {**receipt, "signature": with_a_changed_byte(receipt["signature"], 9)},
        {**receipt, "public_key": with_a_changed_byte(receipt["public_key"], 3)},
        {**receipt, "ledger": {**ledger, "leaf": with_a_changed_byte(ledger["leaf"], 40)}},
        {**receipt, "ledger": {**ledger, "index": ledger["index"] + 1}},
        {
            **receipt,
            "ledger": {
                **ledger,
                "path": [with_a_changed_byte(ledger["path"][0], 0), *ledger["path"][1:]],
            },
        },
        {**receipt, "ledger": {**ledger, "path": ledger["path"][:-1]}},
        {
            **receipt,
            "ledger": {**ledger, "checkpoint": ledger["checkpoint"].replace("\n", "\n1", 1)},
        },
        {**receipt, "ledger": receipt_of(circle.manager)["ledger"]},
        {key: value for key, value in receipt.items() if key != "ledger"},
    ]
    for each in changed:
        assert not verifies(each, tmp_path), each


def test_a_charter_text_changed_afterwards_is_noticed(circle: Circle, tmp_path: Path) -> None:
    receipt = receipt_of(circle.participant)
    CharterVersion.objects.filter(number=1).update(sha256_fr="0" * 64)
    assert not verifies(receipt, tmp_path)


def test_openssl_alone_verifies_a_receipt_as_the_guide_says(circle: Circle, tmp_path: Path) -> None:
    receipt = receipt_of(circle.participant)
    assert openssl_accepts(receipt, tmp_path)
    assert not openssl_accepts(receipt, tmp_path, statement=receipt["statement"] + " ")


def test_a_subscription_has_its_receipt_too(circle: Circle, tmp_path: Path) -> None:
    assert circle.participant.participation is not None
    organisation = circle.participant.participation.organisation_id
    other = Someone(Representation.objects.get(organisation=organisation).person, None)
    row = Subscription.objects.get(organisation=organisation)
    address = reverse("subscription-receipt", args=[organisation, row.id])
    receipt = json.loads(signed_in(other).get(address).content)
    assert verifies(receipt, tmp_path)
    assert signed_in(circle.participant).get(address).status_code == 404


# --- On paper -----------------------------------------------------------------------------------


def test_a_receipt_on_paper_is_a_tagged_pdf_of_its_owner_alone(circle: Circle) -> None:
    row = Signature.objects.get(participation=number_of(circle.participant))
    address = reverse("charter-receipt-pdf", args=[row.id])
    answer = signed_in(circle.participant).get(address)
    assert answer.content.startswith(b"%PDF-")
    written = b"".join(unpacked(answer.content))
    assert b"/StructTreeRoot" in written
    assert b"/Lang" in written
    assert signed_in(circle.manager).get(address).status_code == 404


def test_a_server_without_the_libraries_says_so_and_keeps_the_other_receipt(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Missing:
        """As importing the package behaves where Pango isn't there."""

        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    for name in [each for each in sys.modules if each.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    row = Signature.objects.get(participation=number_of(circle.participant))
    client = signed_in(circle.participant)
    answer = client.get(reverse("charter-receipt-pdf", args=[row.id]), follow=True)
    assert "ne fait pas de PDF" in answer.content.decode()
    assert client.get(reverse("charter-receipt", args=[row.id])).status_code == 200
