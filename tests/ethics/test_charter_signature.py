"""A signature under the charter can be checked by anyone, with any Ed25519 tool."""

import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit.enums import Verb
from audit.models import Entry
from ethics.charter.actions import AlreadySigned
from ethics.charter.models import CharterVersion, Signature, Subscription
from ethics.charter.statements import holds, signature_statement, subscription_statement
from tests.cast import Circle, sign_charter

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

VERSION = CharterVersion(number=1, text_fr="# Charte\n", sha256_fr="ab" * 32, sha256_nl="cd" * 32)
AT = datetime(2026, 11, 3, 9, 12, 5, 123456, tzinfo=UTC)

SIGNATURE_BYTES = (
    b'{"at":"2026-11-03T09:12:05.123456+00:00","charter":1,'
    b'"charter_sha256":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",'
    b'"format":"concertation/charter-signature/1","function":"\xc3\xa9ducatrice","language":"nl",'
    b'"organisation":"00000000-0000-0000-0000-000000000003",'
    b'"participation":"00000000-0000-0000-0000-000000000002",'
    b'"person":"00000000-0000-0000-0000-000000000001",'
    b'"sentence":"Ik heb het charter gelezen, ik onderschrijf het en verbind me ertoe het na te'
    b' leven.","status":"professional"}'
)
SUBSCRIPTION_BYTES = (
    b'{"at":"2026-11-03T09:12:05.123456+00:00","charter":1,'
    b'"charter_sha256":"abababababababababababababababababababababababababababababababab",'
    b'"enterprise_number":"0123456749","format":"concertation/charter-subscription/1",'
    b'"from":"2026-11-01","language":"fr","name":"La Th\xc3\xa9i\xc3\xa8re",'
    b'"organisation":"00000000-0000-0000-0000-000000000003","power":"management",'
    b'"representative":"00000000-0000-0000-0000-000000000001"}'
)


def test_the_bytes_a_person_signs_never_change() -> None:
    statement = signature_statement(
        VERSION,
        language="nl",
        person=UUID(int=1),
        participation=UUID(int=2),
        organisation=UUID(int=3),
        function="éducatrice",
        status="professional",
        at=AT,
    )
    assert statement == SIGNATURE_BYTES


def test_the_bytes_an_organisation_signs_never_change() -> None:
    statement = subscription_statement(
        VERSION,
        language="fr",
        organisation=UUID(int=3),
        name="La Théière",
        enterprise_number="0123456749",
        representative=UUID(int=1),
        power="management",
        starts_on="2026-11-01",
        at=AT,
    )
    assert statement == SUBSCRIPTION_BYTES


def parts(row: Signature | Subscription) -> tuple[bytes, bytes, bytes]:
    """Public key, bare signature (without our suite byte) and statement, as outsiders have them."""
    assert bytes(row.signature)[:1] == b"\x03"
    return bytes(row.sign_public), bytes(row.signature)[1:], bytes(row.statement)


def rows() -> list[Signature | Subscription]:
    return [*Signature.objects.all(), *Subscription.objects.all()]


def test_every_signature_of_the_cast_verifies_with_plain_ed25519(circle: Circle) -> None:
    assert len(rows()) == 6 + 3
    for row in rows():
        public, signature, statement = parts(row)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, statement)
        assert holds(row)


def test_one_changed_byte_anywhere_breaks_a_signature(circle: Circle) -> None:
    row = Signature.objects.all()[0]
    public, signature, statement = parts(row)
    key = Ed25519PublicKey.from_public_bytes(public)
    for at in range(len(statement)):
        changed = bytearray(statement)
        changed[at] ^= 1
        with pytest.raises(InvalidSignature):
            key.verify(signature, bytes(changed))
    for name in ("statement", "signature", "sign_public"):
        whole = bytearray(getattr(row, name))
        whole[-1] ^= 1
        harmed = Signature(**{
            each: bytes(whole) if each == name else getattr(row, each)
            for each in ("statement", "signature", "sign_public")
        })  # fmt: skip
        assert not holds(harmed)


def test_one_persons_signature_does_not_hold_for_another(circle: Circle) -> None:
    one, other = Signature.objects.order_by("person")[:2]
    one.signature = other.signature
    assert not holds(one)


def openssl() -> str:
    """OpenSSL's command, where it can verify raw Ed25519 messages."""
    path = shutil.which("openssl")
    if path is None:
        pytest.skip("the openssl command is not installed")
    said = subprocess.run([path, "version"], capture_output=True, text=True, check=True).stdout
    name, version = said.split()[:2]
    if name != "OpenSSL" or int(version.split(".")[0]) < 3:
        pytest.skip(f"pkeyutl -rawin needs OpenSSL 3, this is {name} {version}")
    return path


def openssl_verifies(public: bytes, signature: bytes, statement: bytes, folder: Path) -> bool:
    key = Ed25519PublicKey.from_public_bytes(public)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in (("key.pem", pem), ("signature", signature), ("statement", statement)):
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [
            openssl(), "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin",
            "-in", "statement", "-sigfile", "signature",
        ],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def test_openssl_verifies_a_signature_and_refuses_a_changed_one(
    circle: Circle, tmp_path: Path
) -> None:
    public, signature, statement = parts(Signature.objects.all()[0])
    assert openssl_verifies(public, signature, statement, tmp_path)
    assert not openssl_verifies(public, signature, statement + b" ", tmp_path)


def test_a_statement_says_who_signed_what_and_stands_in_the_ledger(circle: Circle) -> None:
    place = circle.police.participation
    assert place is not None
    row = Signature.objects.get(participation=place.id)
    said = json.loads(bytes(row.statement))
    assert (said["person"], said["participation"]) == (str(place.person_id), str(place.id))
    assert (said["organisation"], said["status"]) == (str(place.organisation_id), "police_justice")
    assert said["charter_sha256"] == row.charter.sha256_fr
    event = Entry.objects.get(verb=Verb.CHARTER_SIGNED, actor=place.person_id)
    assert hashlib.sha256(bytes(row.statement)).hexdigest().encode() in bytes(event.leaf or b"")


def test_a_version_is_signed_once_for_a_participation(circle: Circle) -> None:
    before = Signature.objects.count()
    with pytest.raises(AlreadySigned):
        sign_charter(circle.guest)
    assert Signature.objects.count() == before
