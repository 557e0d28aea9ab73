"""Checkpoints: signed states of a ledger (C2SP tlog-checkpoint in a signed-note, Ed25519).

The key lies in a server file outside database and backups. What makes tampering show are the
copies that leave the server: printed, sent and downloaded.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import router, transaction
from django.utils import timezone

from audit import classes, keyfile
from audit.enums import Verb
from audit.event import CheckpointRef, Event
from audit.merkle import HASH_BYTES
from audit.models import Checkpoint, Ledger
from audit.names import PLATFORM, InvalidLedgerNameError, ledger_id, ledger_of_id
from audit.record import UnknownLedgerError, append

if TYPE_CHECKING:
    from collections.abc import Iterable

_ED25519: Final = b"\x01"
_SIGNATURE_START: Final = "\u2014 "
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
# As in Go's golang.org/x/mod/sumdb/note: a note with more is an attack on the reader.
_MOST_SIGNATURES: Final = 100


class InvalidCheckpointError(ValueError):
    """The text is no checkpoint of this installation."""


class ForgedSignatureError(InvalidCheckpointError):
    """No signature by the expected key fits the text."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and a private key that sign notes."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> "Verifier":
        return Verifier(self.name, self.key.public_key())


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and a public key that check notes."""

    name: str
    key: Ed25519PublicKey

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name, newline, 0x01, public key) (C2SP signed-note)."""
        public = _ED25519 + self.key.public_bytes_raw()
        return sha256(self.name.encode() + b"\n" + public).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read a verifier key as Go's note package spells it: name+id+key (C2SP signed-note).

        Raises InvalidCheckpointError, also when the id is not that of name and key.
        """
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        blob = _base64(encoded)
        if not _is_key_name(name) or len(blob) != 33 or blob[:1] != _ED25519:
            raise InvalidCheckpointError("not a verifier key")
        verifier = cls(name, Ed25519PublicKey.from_public_bytes(blob[1:]))
        if verifier.key_id.hex() != key_id:
            raise InvalidCheckpointError("the verifier key's id is another key's")
        return verifier

    def __str__(self) -> str:
        """Return the verifier key as Go's note package spells it: name+id+key."""
        public = base64.b64encode(_ED25519 + self.key.public_bytes_raw()).decode()
        return f"{self.name}+{self.key_id.hex()}+{public}"


@dataclass(frozen=True, slots=True)
class State:
    """What a checkpoint says: this tree had this root at this size."""

    origin: str
    size: int
    root: bytes
    # What the platform's ledger took in with it, never part of the note.
    held: classes.Classes | None = None

    @property
    def text(self) -> str:
        """Return the three lines that are signed (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_note(text: str, *signers: Signer) -> str:
    """Sign a text that ends in a newline (C2SP signed-note). Raises ValueError otherwise."""
    if not text.endswith("\n") or not all(_is_key_name(each.name) for each in signers):
        raise ValueError("a note ends in a newline and is signed by a plain name")
    return text + "\n" + "".join(_signed_line(text, each) for each in signers)


def _signed_line(text: str, signer: Signer) -> str:
    blob = signer.verifier.key_id + signer.key.sign(text.encode())
    return f"{_SIGNATURE_START}{signer.name} {base64.b64encode(blob).decode()}\n"


def open_note(note: str, verifier: Verifier) -> str:
    """Return the text of a note that this key signed (C2SP signed-note).

    Signatures by other keys are passed over, so that witnesses may cosign. Raises
    InvalidCheckpointError for a malformed note, and its ForgedSignatureError for a missing or
    wrong signature.
    """
    head, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or any(_is_control(char) for char in note):
        raise InvalidCheckpointError("not a signed note")
    text, lines = head + "\n", tail[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise InvalidCheckpointError("too many signatures")
    signed = False
    for name, key_id, signature in map(_signature_line, lines):
        if name == verifier.name and key_id == verifier.key_id:
            try:
                verifier.key.verify(signature, text.encode())
            except InvalidSignature as error:
                raise ForgedSignatureError("the signature does not fit the text") from error
            signed = True
    if not signed:
        raise ForgedSignatureError("not signed with this server's key")
    return text


def parse_state(text: str) -> State:
    """Read the lines of a checkpoint; later lines are extensions and passed over.

    Raises InvalidCheckpointError when they don't follow C2SP tlog-checkpoint.
    """
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise InvalidCheckpointError("not a checkpoint")
    root = _base64(lines[2])
    if len(root) != HASH_BYTES or "" in lines[3:-1]:
        raise InvalidCheckpointError("not a checkpoint")
    return State(lines[0], int(lines[1]), root)


def origin_of(ledger_name: str) -> str:
    """Name a ledger to the world: the installation's origin and the ledger's own part."""
    origin: str = getattr(settings, "LEDGER_ORIGIN", "")
    if not _is_key_name(origin):
        raise ImproperlyConfigured("LEDGER_ORIGIN must be a name without blanks and plus signs")
    return f"{origin}/{ledger_id(ledger_name)}"


def ledger_of(note: str) -> str:
    """Return the ledger that a note's origin line claims, or raise InvalidCheckpointError."""
    prefix, _, identifier = note.split("\n", 1)[0].rpartition("/")
    if prefix != getattr(settings, "LEDGER_ORIGIN", ""):
        raise InvalidCheckpointError("a checkpoint of another installation")
    try:
        return ledger_of_id(identifier)
    except InvalidLedgerNameError as error:
        raise InvalidCheckpointError("a checkpoint of no ledger") from error


def signer_for(ledger_name: str) -> Signer:
    """The server's key under the ledger's origin. Raises ImproperlyConfigured without one."""
    return Signer(origin_of(ledger_name), keyfile.load().current)


def verifiers_for(ledger_name: str) -> tuple[Verifier, ...]:
    """What this server's signatures are checked by: the key in use first, then those before it."""
    keys, origin = keyfile.load(), origin_of(ledger_name)
    return tuple(Verifier(origin, public) for public in (keys.current.public_key(), *keys.retired))


def open_checkpoint(note: str, ledger_name: str) -> State:
    """Return the state that this server signed for this ledger.

    Raises InvalidCheckpointError, or ImproperlyConfigured without a key to check by.
    """
    return open_with_age(note, ledger_name)[0]


def open_with_age(note: str, ledger_name: str) -> tuple[State, int]:
    """The state, and how old the newest key is that signed it: 0 in use, 1 the one before…

    Raises as ``open_checkpoint``.
    """
    verifiers = verifiers_for(ledger_name)
    for age, verifier in enumerate(verifiers):
        try:
            state = parse_state(open_note(note, verifier))
        except ForgedSignatureError:
            if age + 1 == len(verifiers):
                raise
            continue
        if state.origin != verifier.name:
            raise InvalidCheckpointError("a checkpoint of another ledger")
        return state, age
    raise AssertionError("an installation has a key")  # pragma: no cover - load() gave one


def sign_checkpoint(ledger_name: str) -> Checkpoint:
    """Sign the ledger's present state and keep the note; the platform's ledger takes it in, its
    own too, with how many entries of each class it holds.

    An unchanged ledger gets its last checkpoint back: the note would be the same. Only the
    platform's ledger is locked, never the ledger that is signed. Raises UnknownLedgerError,
    LedgersOutOfOrderError, or ImproperlyConfigured without a key.
    """
    signer = signer_for(ledger_name)
    using = router.db_for_write(Ledger)
    with transaction.atomic(using=using):
        ledger = Ledger.objects.using(using).filter(name=ledger_name).first()
        if ledger is None:
            raise UnknownLedgerError(ledger_name)
        note = sign_note(State(signer.name, ledger.size, bytes(ledger.root)).text, signer)
        last = ledger.checkpoints.order_by("-pk").first()
        if last is not None and last.note == note:
            return last
        append(PLATFORM, _taken_in(ledger))
        if ledger_name == PLATFORM:  # its state covers what it says of itself
            ledger.refresh_from_db()
            note = sign_note(State(signer.name, ledger.size, bytes(ledger.root)).text, signer)
        return _keep(using, ledger, note)


def sign_all() -> list[Checkpoint]:
    """Sign every ledger, the platform's last so that its checkpoint covers the others'."""
    names: Iterable[str] = Ledger.objects.order_by("name").values_list("name", flat=True)
    ordered = sorted(names, key=lambda name: (name == PLATFORM, name))
    return [sign_checkpoint(name) for name in ordered]


def rotate() -> list[Checkpoint]:
    """Replace the signing key: each ledger's state is signed by the old key and the new one.

    Whoever knows only the old key sees it vouch for the new; from that size on the old one alone
    signs nothing that is believed. The file changes last, before the commit: what fails leaves the
    old key in use. Raises ImproperlyConfigured.
    """
    before = keyfile.read(keyfile.path())
    after = keyfile.successor(before)
    event = Event(
        verb=Verb.CHECKPOINT_KEY_CHANGED,
        details={"fingerprint": _print(after.current), "hash": _print(before.current)},
    )
    using = router.db_for_write(Ledger)
    with transaction.atomic(using=using):
        append(PLATFORM, event)
        signed = []
        for ledger in Ledger.objects.using(using).order_by("name"):
            origin = origin_of(ledger.name)
            state = State(origin, ledger.size, bytes(ledger.root))
            note = sign_note(
                state.text, Signer(origin, before.current), Signer(origin, after.current)
            )
            signed.append(_keep(using, ledger, note))
        keyfile.replace(keyfile.path(), after)
    return signed


def _print(key: Ed25519PrivateKey) -> str:
    return sha256(key.public_key().public_bytes_raw()).hexdigest()


def _keep(using: str, ledger: Ledger, note: str) -> Checkpoint:
    return Checkpoint.objects.using(using).create(
        ledger=ledger, size=ledger.size, root=ledger.root, note=note, signed_at=timezone.now()
    )


def _taken_in(ledger: Ledger) -> Event:
    ref = CheckpointRef(ledger=ledger.name, size=ledger.size, root=bytes(ledger.root).hex())
    held = classes.count(ledger, ledger.size).details
    return Event(verb=Verb.CHECKPOINT_SIGNED, checkpoint=ref, details=held)


def sent_event(signed: Checkpoint, count: int) -> Event:
    """What a ledger says of a state that was sent to so many: which, and what it held."""
    name, root = signed.ledger.name, bytes(signed.root).hex()
    held = classes.count(signed.ledger, signed.size).details
    return Event(
        verb=Verb.CHECKPOINT_SENT,
        checkpoint=CheckpointRef(ledger=name, size=signed.size, root=root),
        details={"count": count} | held,
    )


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    name, blank, encoded = line.removeprefix(_SIGNATURE_START).partition(" ")
    if not line.startswith(_SIGNATURE_START) or not blank or not _is_key_name(name):
        raise InvalidCheckpointError("not a signature line")
    blob = _base64(encoded)
    if len(blob) < 5:
        raise InvalidCheckpointError("not a signature line")
    return name, blob[:4], blob[4:]


def _base64(text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidCheckpointError("not in base64") from error
    if base64.b64encode(value).decode() != text:
        raise InvalidCheckpointError("not in base64")
    return value


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _is_control(char: str) -> bool:
    return char < " " and char != "\n"
