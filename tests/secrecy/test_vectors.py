"""The primitives, as we use them, against published vectors.

The vectors come with the package `cryptography-vectors` (RFC 8452, RFC 8032, RFC 9106, RFC 5869,
RFC 9180 with the hybrid KEM); none is copied here.
"""

import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ethics.secrecy import suites
from ethics.secrecy.keys import PrivateKeys, signature_holds
from ethics.secrecy.suites import SIGN_SUITE
from ethics.secrecy.unsealing import unseal

VECTORS = files("cryptography_vectors")


def blocks(path: str) -> Iterator[dict[str, str]]:
    """The `name = value` blocks of a vector file; `#Cipher` lines name the cipher."""
    block: dict[str, str] = {}
    cipher = ""
    for line in (*VECTORS.joinpath(path).read_text().splitlines(), ""):
        if line.startswith("#Cipher"):
            cipher = line.split("=")[1].strip()
        elif " =" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            block[name.strip()] = value.strip()
        elif not line.strip() and block:
            yield block | {"cipher": cipher}
            block = {}


def test_aes_256_gcm_siv_opens_what_rfc_8452_sealed() -> None:
    tried = 0
    for each in blocks("ciphers/AES/GCM-SIV/openssl.txt"):
        if each["cipher"] != "aes-256-gcm-siv" or not each.get("Plaintext"):
            continue
        blob = bytes([suites.AEAD_SUITE]) + bytes.fromhex(
            each["IV"] + each["Ciphertext"] + each["Tag"]
        )
        opened = unseal(bytes.fromhex(each["Key"]), blob, bytes.fromhex(each.get("AAD", "")))
        assert opened == bytes.fromhex(each["Plaintext"])
        tried += 1
    assert tried >= 20


def test_ed25519_signs_and_checks_as_the_reference_does() -> None:
    lines = VECTORS.joinpath("asymmetric/Ed25519/sign.input").read_text().splitlines()
    for line in lines[:200]:
        secret, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        private = PrivateKeys(bytes(96) + secret[:32])
        assert private.public().sign == public
        assert private.sign(message) == bytes([SIGN_SUITE]) + signed[:64]
        assert signature_holds(public, private.sign(message), message)
        assert not signature_holds(public, private.sign(message), message + b"!")


def test_argon2id_gives_the_values_of_rfc_9106() -> None:
    tried = 0
    for each in blocks("KDF/argon2id.txt"):
        secret, extra = each.get("secret"), each.get("ad")
        value = Argon2id(
            salt=bytes.fromhex(each["salt"]),
            length=int(each["length"]),
            iterations=int(each["iter"]),
            lanes=int(each["lanes"]),
            memory_cost=int(each["memcost"]),
            ad=bytes.fromhex(extra) if extra else None,
            secret=bytes.fromhex(secret) if secret else None,
        ).derive(bytes.fromhex(each["pass"]))
        assert value == bytes.fromhex(each["output"])
        tried += 1
    assert tried >= 3


@pytest.mark.parametrize("length", [16, 32, 33, 64, 128])
def test_derive_is_hkdf_expand_of_rfc_5869(length: int) -> None:
    key = hashlib.sha256(b"a key").digest()
    info = suites.bind("concertation/derive/1", "wrap")
    expected = HKDFExpand(algorithm=hashes.SHA256(), length=length, info=info).derive(key)
    assert suites.derive(key, "wrap", length) == expected


def hybrid_vectors() -> list[dict[str, Any]]:
    text = VECTORS.joinpath("HPKE/hpke-pq-test-vectors.json").read_text()
    return [each for each in json.loads(text) if each["kem_id"] == 0x647A and each["kdf_id"] == 1]


def test_public_halves_are_encoded_as_the_hybrid_kem_says() -> None:
    for each in hybrid_vectors():
        # The vector's private key is a seed that SHAKE-256 expands to both parts.
        expanded = hashlib.shake_256(bytes.fromhex(each["skRm"])).digest(96)
        assert PrivateKeys(expanded + bytes(32)).public().hpke == bytes.fromhex(each["pkRm"])


def test_the_hybrid_kem_and_key_schedule_open_a_published_encapsulation() -> None:
    tried = 0
    for each in hybrid_vectors():
        expanded = hashlib.shake_256(bytes.fromhex(each["skRm"])).digest(96)
        private = PrivateKeys(expanded + bytes(32)).hpke_private()
        # Sealed with the vector's own key and nonce: it opens only if `enc` leads to that key.
        cipher = ChaCha20Poly1305(bytes.fromhex(each["key"]))
        sealed = cipher.encrypt(bytes.fromhex(each["base_nonce"]), b"a key", None)
        suite = hpke.Suite(
            hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305
        )
        message = bytes.fromhex(each["enc"]) + sealed
        info = bytes.fromhex(each["info"])
        assert suite.decrypt(message, private, info) == b"a key"
        tried += 1
    assert tried == 1


def test_signing_key_is_the_last_part_of_a_bundle() -> None:
    seed = bytes(range(32))
    expected = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert PrivateKeys(bytes(96) + seed).public().sign == expected
