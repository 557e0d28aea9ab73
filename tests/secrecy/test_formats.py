"""Formats that must never change: what was sealed today opens in ten years."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.secrecy import chain, sealing, suites, unsealing
from ethics.secrecy.keys import PrivateKeys
from ethics.secrecy.suites import SecrecyError

ONE, TWO = UUID(int=1), UUID(int=2)


def test_binding_is_length_prefixed() -> None:
    assert suites.bind("ab", b"c", 1, ONE) == (
        b"\x00\x00\x00\x02ab"
        b"\x00\x00\x00\x01c"
        b"\x00\x00\x00\x08" + bytes(7) + b"\x01" + b"\x00\x00\x00\x10" + bytes(15) + b"\x01"
    )


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_no_two_lists_of_parts_bind_alike(one: list[bytes], two: list[bytes]) -> None:
    assert (suites.bind(*one) == suites.bind(*two)) == (one == two)


def test_a_field_is_bound_to_its_place_and_version() -> None:
    place = {
        "model": "situations.situation",
        "field": "wish",
        "record": ONE,
        "container": TWO,
        "generation": 1,
        "version": 3,
    }
    bound = suites.field_binding(**place)  # type: ignore[arg-type]
    assert hashlib.sha256(bound).hexdigest() == (
        "e70035928ed297b4bccafb3c23177d1e586cd04a8eb79d425bc758ac93352d0b"
    )
    for name, other in (
        ("model", "situations.contribution"),
        ("field", "question"),
        ("record", TWO),
        ("container", ONE),
        ("generation", 2),
        ("version", 2),
    ):
        assert suites.field_binding(**(place | {name: other})) != bound  # type: ignore[arg-type]


@given(st.binary(max_size=9000))
def test_padding_comes_off_and_falls_in_size_classes(data: bytes) -> None:
    padded = suites.pad(data)
    assert suites.unpad(padded) == data
    assert len(padded) in {32, 64, 128, 256, 512, 1024, 2048, 4096} or len(padded) % 4096 == 0
    assert len(padded) > len(data)


@pytest.mark.parametrize("bad", [b"", b"\x00" * 32, b"text without mark"])
def test_padding_nobody_wrote_is_refused(bad: bytes) -> None:
    with pytest.raises(SecrecyError):
        suites.unpad(bad)


def test_derivations_and_commitments_are_frozen() -> None:
    key = bytes(range(32))
    assert (
        suites.derive(key, "wrap").hex()
        == "2939bc81de9d89dcb90bb18ce13b64851e81d9530f83ca20c113bf08de953ffb"
    )
    assert suites.commitment(key, container=ONE, scope=TWO, generation=1).hex() == (
        "fd64e6542c5a3b40e7e4b9500f8f2d67cae5746e7143f5ce136692b425705aea"
    )


def test_the_admission_digits_are_frozen() -> None:
    public = PrivateKeys(bytes(range(128))).public()
    assert public.digits(ONE, TWO) == "49040170995314973840"


def test_a_statement_of_the_chain_has_exactly_these_bytes() -> None:
    at = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    body = {"person": str(TWO), "participation": str(ONE)}
    statement = chain.statement_bytes(ONE, 4, bytes(32), "removal", TWO, body, at)
    assert statement == (
        b'{"at":"2026-11-22T10:00:00+00:00",'
        b'"author":"00000000-0000-0000-0000-000000000002",'
        b'"body":{"participation":"00000000-0000-0000-0000-000000000001",'
        b'"person":"00000000-0000-0000-0000-000000000002"},'
        b'"concertation":"00000000-0000-0000-0000-000000000001",'
        b'"format":"concertation/membership/1","kind":"removal","number":4,'
        b'"previous":"' + b"00" * 32 + b'"}'
    )


@pytest.mark.parametrize("coded", [True, False])
def test_values_come_back_as_they_went_in(coded: bool) -> None:
    value = ["logement", "santé"] if coded else "Une phrase, « avec » des accents 🏠"
    assert unsealing.decode(sealing.encode(value, coded=coded)) == value


def test_an_unknown_suite_is_refused() -> None:
    blob = sealing.seal(bytes(32), b"text", b"")
    with pytest.raises(SecrecyError, match="unknown_suite"):
        unsealing.unseal(bytes(32), b"\x7f" + blob[1:], b"")
    with pytest.raises(SecrecyError, match="unknown_suite"):
        unsealing.unseal_with(PrivateKeys.make(), blob, b"")


@given(st.integers(min_value=0, max_value=60), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_opens_nothing(position: int, flip: int) -> None:
    blob = bytearray(sealing.seal(bytes(32), b"t" * 40, b"here"))
    blob[position % len(blob)] ^= flip
    with pytest.raises(SecrecyError):
        unsealing.unseal(bytes(32), bytes(blob), b"here")
