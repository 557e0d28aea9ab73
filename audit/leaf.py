"""The leaf: the exact bytes of an event that are stored, hashed and proved (RFC 6962 §2.1).

The format is frozen: leaves are hashed as stored, so any change is a new format with a new name.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from audit.enums import Outcome, Purpose, RetentionClass, SubjectKind, Verb
from audit.event import CheckpointRef, Event, InvalidEventError, Pruned, Subject, Written
from audit.names import check_name

FORMAT: Final = "concertation/event/1"
SALT_BYTES: Final = 16

_SALT: Final = re.compile(r"[0-9a-f]{32}")
_KEYS: Final = frozenset(
    {
        "actor", "charter", "checkpoint", "class", "details", "fields", "format", "index",
        "ledger", "meeting", "organisation", "outcome", "present", "pruned", "purpose", "reason",
        "request", "role", "salt", "subjects", "time", "verb", "written",
    }
)  # fmt: skip


def _ordinary() -> re.Pattern[bytes]:
    """The canonical spelling of ordinary leaves: keys in order, no blanks, one form a value.

    A whole match spares writing the leaf again, which is what verifying spent most on. What it
    leaves out (several details, checkpoints, prunings) is written again and compared.
    """
    code, hexa, number = '"[a-z0-9_:.-]{1,64}"', "[0-9a-f]", "(?:0|[1-9][0-9]{0,15})"
    uuid = f'"{hexa}{{8}}-{hexa}{{4}}-{hexa}{{4}}-{hexa}{{4}}-{hexa}{{12}}"'
    clock = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
    value = f"(?:true|false|-?[1-9][0-9]{{0,15}}|0|{code})"
    several = "[{0}(?:,{0})*]".replace("[", r"\[").replace("]", r"\]")
    written = (
        rf'{{(?:"hash":"{hexa}{{64}}",)?"model":"[a-z_.]{{1,101}}","object":{uuid},'
        rf'(?:"situation":{uuid},)?"version":{number}(?:,"write":{number})?}}'
    )
    parts = (
        rf'{{(?:"actor":{uuid},)?(?:"charter":{code},)?"class":{code},',
        rf'(?:"details":{{{code}:{value}}},)?(?:"fields":{several.format(code)},)?',
        rf'"format":"{FORMAT}","index":{number},"ledger":{code},(?:"meeting":{uuid},)?',
        rf'(?:"organisation":{uuid},)?"outcome":{code},(?:"present":{several.format(uuid)},)?',
        rf'(?:"purpose":{code},)?(?:"reason":{code},)?(?:"request":{code},)?(?:"role":{code},)?',
        rf'"salt":"{hexa}{{32}}",(?:"subjects":',
        several.format(rf"\[{code},{uuid}\]"),
        rf',)?"time":"{clock}","verb":{code}(?:,"written":{written})?}}',
    )
    return re.compile("".join(parts).encode())


_ORDINARY: Final = _ordinary()


class InvalidLeafError(ValueError):
    """The bytes are not a leaf that this format could have written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An event and what the writer added: its place, its time, its class, its salt."""

    ledger: str
    index: int
    time: datetime
    salt: bytes
    klass: RetentionClass
    event: Event


def leaf_bytes(event: Event, *, ledger: str, index: int, time: datetime, salt: bytes) -> bytes:
    """Return the canonical bytes: UTF-8 JSON, sorted keys, no blanks, absent fields left out.

    The ledger and index make a leaf say where it belongs; the salt keeps a pruned leaf from being
    guessed by its hash. Raises InvalidEventError for a naive time or a salt of another length.
    """
    if time.tzinfo is None or len(salt) != SALT_BYTES:
        raise InvalidEventError("a leaf has an aware time and 16 bytes of salt")
    return _canonical(
        Leaf(ledger=ledger, index=index, time=time, salt=salt, klass=event.klass, event=event)
    )


def parse_leaf(stored: bytes) -> Leaf:
    """Read a leaf strictly: only bytes that ``leaf_bytes`` would write again.

    Raises InvalidLeafError for another format, an unknown key or code, or any other spelling.
    """
    try:
        raw = json.loads(stored)
        if not isinstance(raw, dict) or raw.get("format") != FORMAT or not raw.keys() <= _KEYS:
            raise InvalidLeafError("unknown format")
        leaf = _parse(raw)
    except InvalidLeafError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidLeafError("not a leaf of this format") from error
    if not _ORDINARY.fullmatch(stored) and _canonical(leaf) != stored:
        raise InvalidLeafError("not in canonical form")
    return leaf


def _canonical(leaf: Leaf) -> bytes:
    value = _event_json(leaf.event)
    value["format"] = FORMAT
    value["class"] = leaf.klass.value
    value["ledger"] = leaf.ledger
    value["index"] = leaf.index
    time = leaf.time.astimezone(UTC).replace(tzinfo=None)
    value["time"] = time.isoformat(timespec="microseconds") + "Z"
    value["salt"] = leaf.salt.hex()
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _event_json(event: Event) -> dict[str, Any]:
    out: dict[str, Any] = {
        "verb": event.verb.value,
        "outcome": event.outcome.value,
        "reason": event.reason,
        "actor": event.actor and str(event.actor),
        "organisation": event.organisation and str(event.organisation),
        "role": event.role,
        "purpose": event.purpose and event.purpose.value,
        "subjects": [[subject.kind.value, str(subject.number)] for subject in event.subjects],
        "fields": event.field_groups,
        "meeting": event.meeting and str(event.meeting),
        "present": [str(participation) for participation in event.present],
        "charter": event.charter_version,
        "request": event.request_id,
        "details": dict(event.details),
    }
    if event.written is not None:
        out["written"] = _written_json(event.written)
    if event.checkpoint is not None:
        ref = event.checkpoint
        out["checkpoint"] = {"ledger": ref.ledger, "size": ref.size, "root": ref.root}
    if event.pruned is not None:
        out["pruned"] = {"class": event.pruned.klass.value, "ranges": event.pruned.ranges}
    return {key: value for key, value in out.items() if value}


def _written_json(written: Written) -> dict[str, Any]:
    out: dict[str, Any] = {
        "model": written.model,
        "object": str(written.object),
        "version": written.version,
    }
    if written.ciphertext_hash:
        out["hash"] = written.ciphertext_hash
    if written.situation is not None:
        out["situation"] = str(written.situation)
    if written.write_number is not None:
        out["write"] = written.write_number
    return out


def _parse(raw: dict[str, Any]) -> Leaf:
    index, salt = raw["index"], raw["salt"]
    if type(index) is not int or index < 0 or not _SALT.fullmatch(salt):
        raise InvalidLeafError("no place or no salt")
    return Leaf(
        ledger=_name(raw["ledger"]),
        index=index,
        time=datetime.fromisoformat(raw["time"]).astimezone(UTC),
        salt=bytes.fromhex(salt),
        klass=RetentionClass(raw["class"]),
        event=_parse_event(raw),
    )


def _parse_event(raw: dict[str, Any]) -> Event:
    written, ref, pruned = raw.get("written"), raw.get("checkpoint"), raw.get("pruned")
    return Event(
        verb=Verb(raw["verb"]),
        outcome=Outcome(raw["outcome"]),
        reason=raw.get("reason", ""),
        actor=_uuid(raw.get("actor")),
        organisation=_uuid(raw.get("organisation")),
        role=raw.get("role", ""),
        purpose=Purpose(raw["purpose"]) if "purpose" in raw else None,
        subjects=tuple(_subject(kind, number) for kind, number in raw.get("subjects", ())),
        field_groups=tuple(raw.get("fields", ())),
        meeting=_uuid(raw.get("meeting")),
        present=tuple(_number(number) for number in raw.get("present", ())),
        charter_version=raw.get("charter", ""),
        request_id=raw.get("request", ""),
        written=None if written is None else _parse_written(written),
        checkpoint=None if ref is None else CheckpointRef(**ref),
        pruned=None if pruned is None else _parse_pruned(pruned),
        details=raw.get("details", {}),
    )


def _parse_written(raw: dict[str, Any]) -> Written:
    return Written(
        model=raw["model"],
        object=UUID(raw["object"]),
        version=raw["version"],
        ciphertext_hash=raw.get("hash", ""),
        situation=_uuid(raw.get("situation")),
        write_number=raw.get("write"),
    )


def _parse_pruned(raw: dict[str, Any]) -> Pruned:
    return Pruned(
        klass=RetentionClass(raw["class"]),
        ranges=tuple((first, stop) for first, stop in raw["ranges"]),
    )


# The same people, organisations and situations stand in very many leaves: verifying a ledger spent
# a tenth of its time making these numbers anew.
_number: Final = lru_cache(maxsize=8192)(UUID)
_name: Final = lru_cache(maxsize=64)(check_name)


@lru_cache(maxsize=8192)
def _subject(kind: str, number: str) -> Subject:
    return Subject(SubjectKind(kind), _number(number))


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else _number(text)
