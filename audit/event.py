"""An event: who did what to what, wearing which hat, for which purpose, and how it ended.

Fields after ISO 27789 and design 3. Here are the rules of each field; ``leaf`` turns an event
into the bytes that are stored, hashed and proved.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

from audit.enums import Outcome, Purpose, RetentionClass, SubjectKind, Verb, retention_class
from audit.names import check_name

# JSON numbers stay exact up to 2**53 in every reader (RFC 8259 §6).
MAX_INT: Final = 2**53 - 1

_CODED: Final = re.compile(r"[a-z0-9_:.-]{1,64}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_MODEL: Final = re.compile(r"[a-z_]{1,40}\.[a-z]{1,60}")

# Closed on purpose: free text, search words and situation codes have no key to travel under.
DETAIL_KEYS: Final = frozenset(
    {
        "answers", "category", "commitment", "count", "due", "effective", "extra", "field",
        "fingerprint", "format", "from_role", "from_state", "generation", "genesis",
        "governance", "hash", "head", "kind", "language", "ledgers", "lifted", "method",
        "minutes", "month", "number", "ok", "outcome", "page", "role", "rows", "rule",
        "sequence", "setting", "skipped", "state", "statement", "status", "to_role", "to_state",
        "total", "tree", "until", "value", "version", "write", "year",
    }
)  # fmt: skip

DetailValue: TypeAlias = bool | int | str


class InvalidEventError(ValueError):
    """The event breaks a rule of its format; it must not be recorded."""


def _require(condition: bool, why: str) -> None:
    if not condition:
        raise InvalidEventError(why)


def _require_coded(value: object, name: str) -> None:
    if not (isinstance(value, str) and _CODED.fullmatch(value)):
        raise InvalidEventError(f"{name} must be a short code")


def _require_hash(value: object, name: str) -> None:
    if not (isinstance(value, str) and _HASH.fullmatch(value)):
        raise InvalidEventError(f"{name} must be a SHA-256 in hexadecimal")


def _require_int(value: object, name: str, minimum: int) -> None:
    if type(value) is not int or not minimum <= value <= MAX_INT:
        raise InvalidEventError(f"{name} must be a whole number from {minimum}")


def _require_uuid(value: object, name: str) -> None:
    if not isinstance(value, UUID):
        raise InvalidEventError(f"{name} must be a UUID")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the event is about: a kind and a number, so that entries survive erasure."""

    kind: SubjectKind
    number: UUID

    def __post_init__(self) -> None:
        _require(isinstance(self.kind, SubjectKind), "a subject's kind must be a SubjectKind")
        _require_uuid(self.number, "a subject's number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write left behind, compared with the live object by ``secrecy check``.

    ``write_number`` counts the writes of one situation in one ledger: 1, 2, 3… Left out, the
    writer assigns the next one under the ledger's lock.
    """

    model: str
    object: UUID
    version: int
    ciphertext_hash: str = ""
    situation: UUID | None = None
    write_number: int | None = None

    def __post_init__(self) -> None:
        _require(_MODEL.fullmatch(self.model) is not None, "model must be a lower-case label")
        _require_uuid(self.object, "object")
        _require_int(self.version, "version", 0)
        if self.ciphertext_hash != "":
            _require_hash(self.ciphertext_hash, "ciphertext_hash")
        if self.situation is None:
            _require(self.write_number is None, "only a situation numbers its writes")
            return
        _require_uuid(self.situation, "situation")
        if self.write_number is not None:
            _require_int(self.write_number, "write_number", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRef:
    """A checkpoint of another ledger, taken in by the platform's."""

    ledger: str
    size: int
    root: str

    def __post_init__(self) -> None:
        check_name(self.ledger)
        _require_int(self.size, "size", 0)
        _require_hash(self.root, "root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Which leaves of a class were removed: half-open index ranges, ascending, apart."""

    klass: RetentionClass
    ranges: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        _require(isinstance(self.klass, RetentionClass), "klass must be a RetentionClass")
        _require(bool(self.ranges), "a pruning names its ranges")
        end = -1
        for first, stop in self.ranges:
            _require_int(first, "first", 0)
            _require_int(stop, "stop", first + 1)
            _require(first > end, "ranges must ascend and stay apart")
            end = stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is recorded: never content, search words or detected identifiers.

    The writer adds ledger, index, time and salt. Raises InvalidEventError when a field breaks
    its rule.
    """

    verb: Verb
    outcome: Outcome = Outcome.GRANTED
    reason: str = ""
    actor: UUID | None = None
    organisation: UUID | None = None
    role: str = ""
    purpose: Purpose | None = None
    subjects: tuple[Subject, ...] = ()
    field_groups: tuple[str, ...] = ()
    meeting: UUID | None = None
    present: tuple[UUID, ...] = ()
    charter_version: str = ""
    request_id: str = ""
    written: Written | None = None
    checkpoint: CheckpointRef | None = None
    pruned: Pruned | None = None
    details: Mapping[str, DetailValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require(isinstance(self.verb, Verb), "verb must be a Verb")
        _require(isinstance(self.outcome, Outcome), "outcome must be an Outcome")
        if self.purpose is not None:
            _require(isinstance(self.purpose, Purpose), "purpose must be a Purpose")
        for name in ("reason", "role", "charter_version", "request_id"):
            value = getattr(self, name)
            if value != "":
                _require_coded(value, name)
        for name in ("actor", "organisation", "meeting"):
            value = getattr(self, name)
            if value is not None:
                _require_uuid(value, name)
        self._check_lists()
        self._check_details()
        if self.outcome is Outcome.REFUSED:
            _require(self.reason != "", "a refusal says why")
            _require(self.written is None, "a refusal writes nothing")

    def _check_lists(self) -> None:
        for name in ("subjects", "field_groups", "present"):
            values = getattr(self, name)
            _require(isinstance(values, tuple), f"{name} must be a tuple")
            if len(values) > 1:
                _require(len(set(values)) == len(values), f"{name} must not repeat")
        for subject in self.subjects:
            _require(isinstance(subject, Subject), "subjects must be Subjects")
        for group in self.field_groups:
            _require_coded(group, "a field group")
        for participation in self.present:
            _require_uuid(participation, "a person present")

    def _check_details(self) -> None:
        for key, value in self.details.items():
            _require(key in DETAIL_KEYS, "details takes only the keys on its list")
            if isinstance(value, bool):
                continue
            if isinstance(value, int):
                _require_int(value, "a detail", -MAX_INT)
            else:
                _require_coded(value, "a detail")
        # A private copy: the caller's dictionary may change after the checks.
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))

    @property
    def klass(self) -> RetentionClass:
        """The retention class, written into the leaf: a later table never reclassifies it."""
        return retention_class(self.verb, self.outcome)

    @property
    def indexed_subjects(self) -> tuple[Subject, ...]:
        """Subjects to search by: those named, and the situation written to."""
        written = self.written
        if written is None or written.situation is None:
            return self.subjects
        situation = Subject(SubjectKind.SITUATION, written.situation)
        return self.subjects if situation in self.subjects else (*self.subjects, situation)
