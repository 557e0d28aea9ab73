"""The leaf's bytes are frozen: a golden event gives exactly these, and only these are read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.enums import Outcome, Purpose, RetentionClass, SubjectKind, Verb, retention_class
from audit.event import CheckpointRef, Event, InvalidEventError, Pruned, Subject, Written
from audit.leaf import InvalidLeafError, leaf_bytes, parse_leaf
from audit.merkle import leaf_hash
from tests.audit.conftest import NAME, OBJECT, ORGANISATION, PERSON, SITUATION, a_read

TIME = datetime(2026, 11, 22, 10, 23, 36, 42, tzinfo=UTC)
SALT = bytes(range(16))

EVERYTHING = Event(
    verb=Verb.ACTION_AGREED,
    actor=PERSON,
    organisation=ORGANISATION,
    role="case_manager",
    purpose=Purpose.MEETING,
    subjects=(Subject(SubjectKind.SITUATION, SITUATION), Subject(SubjectKind.ACTION, OBJECT)),
    field_groups=("frame", "actions"),
    meeting=UUID(int=7),
    present=(UUID(int=8), UUID(int=9)),
    charter_version="2026.1",
    request_id="req-1",
    written=Written(
        model="situations.agreedaction",
        object=OBJECT,
        version=2,
        ciphertext_hash="ab" * 32,
        situation=SITUATION,
        write_number=5,
    ),
    details={"to_state": "agreed", "count": 3, "ok": True},
)
GOLDEN = (
    b'{"actor":"33333333-3333-4333-8333-333333333333","charter":"2026.1","class":"write",'
    b'"details":{"count":3,"ok":true,"to_state":"agreed"},"fields":["frame","actions"],'
    b'"format":"concertation/event/1","index":41,'
    b'"ledger":"concertation:11111111-1111-4111-8111-111111111111",'
    b'"meeting":"00000000-0000-0000-0000-000000000007",'
    b'"organisation":"44444444-4444-4444-8444-444444444444","outcome":"granted",'
    b'"present":["00000000-0000-0000-0000-000000000008","00000000-0000-0000-0000-000000000009"],'
    b'"purpose":"meeting","request":"req-1","role":"case_manager",'
    b'"salt":"000102030405060708090a0b0c0d0e0f",'
    b'"subjects":[["situation","55555555-5555-4555-8555-555555555555"],'
    b'["action","66666666-6666-4666-8666-666666666666"]],'
    b'"time":"2026-11-22T10:23:36.000042Z","verb":"action_agreed",'
    b'"written":{"hash":"abababababababababababababababababababababababababababababababab",'
    b'"model":"situations.agreedaction","object":"66666666-6666-4666-8666-666666666666",'
    b'"situation":"55555555-5555-4555-8555-555555555555","version":2,"write":5}}'
)
SMALLEST = (
    b'{"class":"access","format":"concertation/event/1","index":0,"ledger":"platform",'
    b'"outcome":"granted","salt":"000102030405060708090a0b0c0d0e0f",'
    b'"time":"2026-11-22T10:23:36.000042Z","verb":"sign_out"}'
)
TAKEN_IN = (
    b'{"checkpoint":{"ledger":"concertation:11111111-1111-4111-8111-111111111111",'
    b'"root":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","size":12},'
    b'"class":"governance","format":"concertation/event/1","index":3,"ledger":"platform",'
    b'"outcome":"granted","salt":"000102030405060708090a0b0c0d0e0f",'
    b'"time":"2026-11-22T10:23:36.000042Z","verb":"checkpoint_signed"}'
)
PRUNED = (
    b'{"class":"governance","format":"concertation/event/1","index":3,"ledger":"platform",'
    b'"outcome":"granted","pruned":{"class":"access","ranges":[[0,5],[9,10]]},'
    b'"salt":"000102030405060708090a0b0c0d0e0f","time":"2026-11-22T10:23:36.000042Z",'
    b'"verb":"pruned"}'
)


def leaf(event: Event, *, ledger: str = "platform", index: int = 3) -> bytes:
    return leaf_bytes(event, ledger=ledger, index=index, time=TIME, salt=SALT)


def test_the_format_is_frozen_for_an_event_with_every_field() -> None:
    assert leaf(EVERYTHING, ledger=NAME, index=41) == GOLDEN
    expected = "bb199fe5ceacc1a28505732cf9894ca9166a849576e586736a4b3c816c1dc791"
    assert leaf_hash(GOLDEN).hex() == expected


def test_the_format_is_frozen_for_the_smallest_event() -> None:
    assert leaf(Event(verb=Verb.SIGN_OUT), index=0) == SMALLEST


def test_the_format_is_frozen_for_a_checkpoint_taken_in() -> None:
    ref = CheckpointRef(ledger=NAME, size=12, root="cd" * 32)
    assert leaf(Event(verb=Verb.CHECKPOINT_SIGNED, checkpoint=ref)) == TAKEN_IN


def test_the_format_is_frozen_for_a_pruning() -> None:
    pruned = Pruned(klass=RetentionClass.ACCESS, ranges=((0, 5), (9, 10)))
    assert leaf(Event(verb=Verb.PRUNED, pruned=pruned)) == PRUNED


@pytest.mark.parametrize("stored", [GOLDEN, SMALLEST, TAKEN_IN, PRUNED])
def test_a_leaf_reads_back_as_what_was_written(stored: bytes) -> None:
    parsed = parse_leaf(stored)
    again = leaf_bytes(
        parsed.event, ledger=parsed.ledger, index=parsed.index, time=parsed.time, salt=parsed.salt
    )
    assert again == stored


def test_a_local_time_is_written_in_utc() -> None:
    brussels = TIME.astimezone(timezone(timedelta(hours=1)))
    assert leaf_bytes(EVERYTHING, ledger=NAME, index=41, time=brussels, salt=SALT) == GOLDEN


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    lambda raw: raw.update(format="concertation/event/2"),
    lambda raw: raw.pop("format"),
    lambda raw: raw.update(extra="field"),
    lambda raw: raw.update(verb="unheard_of"),
    lambda raw: raw.update(verb=["read"]),
    lambda raw: raw.update(index=-1),
    lambda raw: raw.update(index=True),
    lambda raw: raw.update(index=1.0),
    lambda raw: raw.update(salt="00"),
    lambda raw: raw.update(actor="33333333333343338333333333333333"),
    lambda raw: raw.update(actor=None),
    lambda raw: raw.update(role=""),
    lambda raw: raw.update(time="2026-11-22T10:23:36.000042+00:00"),
    lambda raw: raw.update(time="2026-11-22T10:23:36.000042"),
    lambda raw: raw.update(subjects=[["situation"]]),
    lambda raw: raw["written"].update(note="free text"),
    lambda raw: raw["details"].update(words="free text"),
    lambda raw: raw["details"].update(count=1.5),
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_spelling_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    raw = json.loads(GOLDEN)
    change(raw)
    with pytest.raises(InvalidLeafError):
        parse_leaf(json.dumps(raw, sort_keys=True, separators=(",", ":")).encode())


@given(st.binary(max_size=40))
def test_other_bytes_are_refused(stored: bytes) -> None:
    with pytest.raises(InvalidLeafError):
        parse_leaf(stored)


ORDINARY = leaf(a_read(), index=41)


@given(st.integers(0, len(ORDINARY) - 1), st.sampled_from([*range(32, 127), 0, 9, 10, 0xC3]))
@example(ORDINARY.index(b'"fields"') + 9, ord("]"))
def test_an_ordinary_leaf_with_another_byte_is_refused_or_spelled_canonically(
    place: int, byte: int
) -> None:
    """The quick way of knowing the spelling lets nothing pass that would be written otherwise."""
    changed = ORDINARY[:place] + bytes([byte]) + ORDINARY[place + 1 :]
    try:
        parsed = parse_leaf(changed)
    except InvalidLeafError:
        assert changed != ORDINARY
        return
    again = leaf_bytes(
        parsed.event, ledger=parsed.ledger, index=parsed.index, time=parsed.time, salt=parsed.salt
    )
    assert again == changed


@pytest.mark.parametrize(
    ("canonical", "other"),
    [
        (b'"index":41', b'"index":041'),
        (b'"index":41', b'"index":4.1e1'),
        (b'"index":41', b'"index": 41'),
        (b'"subjects":[[', b'"subjects":[],"subjects":[['),
        (b'"role":"participant"', b'"role":"p\\u0061rticipant"'),
        (b'"outcome":"granted","purpose":"sheet"', b'"purpose":"sheet","outcome":"granted"'),
        (b"}", b"} "),
    ],
)
def test_an_ordinary_leaf_in_another_spelling_is_refused(canonical: bytes, other: bytes) -> None:
    assert canonical in ORDINARY
    with pytest.raises(InvalidLeafError):
        parse_leaf(ORDINARY.replace(canonical, other, 1))


def test_a_repeated_key_and_a_blank_are_refused() -> None:
    for spelled in (SMALLEST.replace(b"{", b'{"class":"access",', 1), SMALLEST + b" "):
        with pytest.raises(InvalidLeafError):
            parse_leaf(spelled)


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": "Ceci est une phrase"},
        {"role": "a" * 65},
        {"request_id": "K7QF-3MMH"},
        {"details": {"words": "x"}},
        {"details": {"value": "Two Words"}},
        {"details": {"count": 1.5}},
        {"details": {"count": 2**60}},
        {"field_groups": ("narrative", "narrative")},
        {"present": (PERSON, PERSON)},
        {"actor": "someone"},
        {"outcome": Outcome.REFUSED},
        {"subjects": [Subject(SubjectKind.SITUATION, SITUATION)]},
    ],
)
def test_what_is_not_a_short_code_never_becomes_an_event(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidEventError):
        Event(verb=Verb.READ, **fields)


def test_details_are_a_copy_that_stays() -> None:
    details: dict[str, bool | int | str] = {"count": 1}
    event = Event(verb=Verb.LIST, details=details)
    details["count"] = 2
    assert event.details["count"] == 1


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidEventError):
        leaf_bytes(EVERYTHING, ledger=NAME, index=0, time=TIME.replace(tzinfo=None), salt=SALT)


@pytest.mark.parametrize(
    ("verb", "outcome", "klass"),
    [
        (Verb.READ, Outcome.GRANTED, RetentionClass.ACCESS),
        (Verb.ACTION_AGREED, Outcome.GRANTED, RetentionClass.WRITE),
        (Verb.ACTION_AGREED, Outcome.REFUSED, RetentionClass.ACCESS),
        (Verb.ADMITTED, Outcome.GRANTED, RetentionClass.GOVERNANCE),
        (Verb.ADMITTED, Outcome.FAILED, RetentionClass.ACCESS),
        (Verb.UNOPENABLE, Outcome.FAILED, RetentionClass.GOVERNANCE),
    ],
)
def test_the_class_follows_verb_and_outcome(
    verb: Verb, outcome: Outcome, klass: RetentionClass
) -> None:
    assert retention_class(verb, outcome) is klass
