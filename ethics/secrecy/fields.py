"""Sealed fields: what a model may hold of a text it can't read.

A sealed field loads as `Sealed`. `str()`, templates, serialisers, logs and the history carry the
marker or the ciphertext, never text; only `ethics.gate` opens it.
"""

import base64
import hashlib
import uuid
from functools import cache
from typing import Any, ClassVar, Self

from django.core import checks
from django.db import models

from ethics.secrecy.suites import bind

SEALED_MARK = "▨▨▨"


class Sealed:
    """Ciphertext with its suite byte. It knows no key, and has no way to open itself."""

    __slots__ = ("blob",)

    def __init__(self, blob: bytes) -> None:
        self.blob = bytes(blob)

    def __str__(self) -> str:
        return SEALED_MARK

    def __repr__(self) -> str:
        return f"<Sealed, {len(self.blob)} bytes>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.blob == other.blob

    def __hash__(self) -> int:
        return hash(self.blob)


class SealedField(models.Field):  # type: ignore[type-arg]
    """A column that takes and gives `Sealed` only; writing plain text is a `TypeError`.

    `group` is the field group of the policy table; `coded` values are lists or codes kept as JSON.
    """

    def __init__(self, *args: Any, group: str = "", coded: bool = False, **kwargs: Any) -> None:
        self.group = group
        self.coded = coded
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        kwargs["group"] = self.group
        if self.coded:
            kwargs["coded"] = True
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        errors = super().check(**kwargs)
        if not self.group:
            errors.append(
                checks.Error("A sealed field needs a field group.", obj=self, id="secrecy.E001")
            )
        return errors

    def from_db_value(self, value: Any, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Sealed | None:
        if value is None or isinstance(value, Sealed):
            return value
        if isinstance(value, str):
            return Sealed(base64.b64decode(value))
        raise TypeError("A sealed field holds Sealed values only; write through ethics.gate.")

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("A sealed field holds Sealed values only; write through ethics.gate.")
        return value.blob

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return connection.Database.Binary(value) if value is not None else None

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else base64.b64encode(value.blob).decode()


class SealedRecord(models.Model):
    """A row with sealed fields: in one container, under one key, at one version.

    `scope` names the key: the container's own, or that of one agreed action. Ciphertext is never
    rewritten in place: each write seals every sealed field anew under the next version.
    """

    SEALED_AS: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    container = models.UUIDField(editable=False, db_index=True)
    scope = models.UUIDField(editable=False)
    key_generation = models.PositiveIntegerField(editable=False, default=0)
    version = models.PositiveIntegerField(editable=False, default=0)

    class Meta:
        abstract = True

    @classmethod
    def sealed_fields(cls) -> tuple[SealedField, ...]:
        """The sealed fields of this model, in the order of their names."""
        return _sealed_fields(cls)

    def copy_of_seals(self: Self) -> dict[str, Sealed]:
        """Ciphertexts by field name."""
        return {field.name: getattr(self, field.name) for field in self.sealed_fields()}


@cache
def _sealed_fields(model: type[SealedRecord]) -> tuple[SealedField, ...]:
    """A model's fields never change while it runs, and a page asks for those of every row."""
    found = [field for field in model._meta.get_fields() if isinstance(field, SealedField)]
    return tuple(sorted(found, key=lambda field: field.name))


def ciphertext_hash(seals: dict[str, Sealed]) -> str:
    """SHA-256, in hex, of a record's ciphertexts: what the ledger remembers of a write."""
    parts: list[bytes | str] = ["concertation/ciphertext/1"]
    for name in sorted(seals):
        parts += [name, seals[name].blob if seals[name] is not None else b""]
    return hashlib.sha256(bind(*parts)).hexdigest()
