"""Receipts of signatures and subscriptions: everything a stranger needs to check one, in a file.

A receipt holds the statement as signed, the signature, the public key, and the proof that the
signature's event stands in the ledger. `verify` trusts nothing of the database; the guide
`docs/charter-receipts.md` shows the same check with OpenSSL alone.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from audit.checkpoint import Verifier
from audit.enums import SubjectKind, Verb
from audit.merkle import InvalidProofError
from audit.names import PLATFORM
from audit.proofs import Inclusion, prove_subject
from ethics.charter.models import CharterVersion, Signature, Subscription
from ethics.charter.statements import (
    ACCEPTANCE_FORMAT,
    SIGNATURE_FORMAT,
    SUBSCRIPTION_FORMAT,
    Signed,
    text_hash,
)
from ethics.gate.refusals import ledger_of
from ethics.secrecy.keys import signature_holds
from ethics.secrecy.suites import SIGN_SUITE

FORMAT: Final = "concertation/charter-receipt/1"
# Honest about eIDAS (Regulation 910/2014): article 3(10), not 3(11) or 3(12).
LEVEL: Final = "simple electronic signature (eIDAS art. 3(10)), with a second factor"


class BadReceipt(Exception):
    """The receipt doesn't hold; the text says which part."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a receipt that holds says."""

    statement: Mapping[str, Any]
    ledger: str
    index: int
    # Whether the charter's text at hand is the one signed; `None` when the version isn't here.
    text_matches: bool | None


def signature_receipt(row: Signature, concertation: UUID | None) -> dict[str, Any]:
    """The receipt of a person's signature, kept in their concertation's ledger."""
    proof = prove_subject(
        ledger_of(concertation),
        verb=Verb.CHARTER_SIGNED,
        kind=SubjectKind.SIGNATURE,
        number=row.id,
    )
    return _receipt(row, proof)


def subscription_receipt(row: Subscription) -> dict[str, Any]:
    """The receipt of an organisation's subscription, kept in the platform's ledger."""
    proof = prove_subject(
        PLATFORM,
        verb=Verb.ORGANISATION_SUBSCRIBED,
        kind=SubjectKind.SUBSCRIPTION,
        number=row.id,
    )
    return _receipt(row, proof)


def acceptance_receipt(row: Signed, number: UUID, concertation: UUID) -> dict[str, Any]:
    """The receipt of a countersigned acceptance, kept in the concertation's ledger."""
    proof = prove_subject(
        ledger_of(concertation),
        verb=Verb.CHARTER_COUNTERSIGNED,
        kind=SubjectKind.WITHOUT_ACCOUNT,
        number=number,
    )
    return _receipt(row, proof)


def _receipt(row: Signed, proof: Inclusion) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "level": LEVEL,
        "statement": bytes(row.statement).decode(),
        # The 64 bytes of RFC 8032; the suite byte in front of them is ours and stays here.
        "signature": base64.b64encode(bytes(row.signature)[1:]).decode(),
        "public_key": base64.b64encode(bytes(row.sign_public)).decode(),
        "ledger": proof.as_json(),
    }


def verify(receipt: Mapping[str, Any], verifier: Verifier) -> Checked:
    """Check a receipt against the ledger's public key. Raises `BadReceipt`.

    The signature is the key's over the statement; the event in the ledger carries the statement's
    hash; the event's path leads to a state that the ledger's key signed.
    """
    try:
        if receipt["format"] != FORMAT:
            raise BadReceipt("this is no receipt of this format")
        text = receipt["statement"]
        statement = json.loads(text)
        public = base64.b64decode(receipt["public_key"], validate=True)
        signature = base64.b64decode(receipt["signature"], validate=True)
        proof = Inclusion.from_json(receipt["ledger"])
    except InvalidProofError as error:
        raise BadReceipt(f"the ledger's proof: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        raise BadReceipt("the receipt is not complete") from None
    if not isinstance(statement, dict) or statement.get("format") not in {
        SIGNATURE_FORMAT,
        SUBSCRIPTION_FORMAT,
        ACCEPTANCE_FORMAT,
    }:
        raise BadReceipt("the statement is of an unknown format")
    if not signature_holds(public, bytes([SIGN_SUITE]) + signature, text.encode()):
        raise BadReceipt("the signature does not fit the statement")
    try:
        leaf = proof.verify(verifier)
    except InvalidProofError as error:
        raise BadReceipt(f"the ledger's proof: {error}") from None
    if leaf.event.details.get("hash") != text_hash(text):
        raise BadReceipt("the ledger's event is about another statement")
    return Checked(statement, leaf.ledger, leaf.index, _text_matches(statement))


def _text_matches(statement: Mapping[str, Any]) -> bool | None:
    number = statement.get("charter")
    version = None
    if isinstance(number, int):
        version = CharterVersion.objects.filter(number=number).first()
    if version is None:
        return None
    language = str(statement.get("language"))
    return bool(version.sha256(language) == statement.get("charter_sha256"))
