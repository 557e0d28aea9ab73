"""Plain twins of the sealed tables: the same clear columns, with text where a seal would be.

Never migrated, never part of the board: they exist in the throw-away database of `make bench`.
"""

import uuid
from typing import Any, ClassVar

from django.db import models

from concertation.situations.models import AgreedAction, Contribution, Situation
from ethics.secrecy.fields import SealedField, SealedRecord

# What only sealing needs.
SEALING = {"container", "scope", "key_generation"}


def plain_twin(model: type[SealedRecord], name: str, **rows: type[models.Model]) -> Any:
    """The same table with text where the seals stand: made from the model, so it follows the board.

    `rows` names the foreign keys that lead to another twin. Foreign keys to tables that have no
    twin keep their table, without a way back.
    """
    sealed = {each.name: each for each in model._meta.local_fields if isinstance(each, SealedField)}
    body: dict[str, Any] = {"__module__": __name__, "__str__": lambda self: str(self.id)}
    for field in model._meta.local_fields:
        if field.name in SEALING:
            continue
        if field.name in sealed:
            body[field.name] = _plain(sealed[field.name])
        elif isinstance(field, models.ForeignKey):
            to = rows.get(field.name)
            way_back = field.remote_field.related_name if to else "+"
            target = to or field.remote_field.model
            # Without a constraint: these tables are made before those of the board.
            body[field.name] = models.ForeignKey(
                target,
                models.CASCADE,
                null=field.null,
                related_name=way_back,
                db_constraint=False,
            )
        else:
            body[field.name] = field.clone()
    options = {"ordering": model._meta.ordering, "indexes": _indexes(model, name)}
    body["Meta"] = type("Meta", (), options)
    # The page's code asks for these by name; here they name nothing that is sealed.
    body["SEALED_AS"] = "plain"
    body["sealed_fields"] = classmethod(
        lambda cls: tuple(cls._meta.get_field(each) for each in sealed)
    )
    return type(name, (models.Model,), body)


def _plain(field: SealedField) -> Any:
    return models.JSONField(null=True) if field.coded else models.TextField()


def _indexes(model: type[SealedRecord], name: str) -> list[models.Index]:
    return [
        models.Index(fields=list(each.fields), name=f"{name}_{number}".lower())
        for number, each in enumerate(model._meta.indexes)
    ]


PlainSituation = plain_twin(Situation, "PlainSituation")
PlainAction = plain_twin(AgreedAction, "PlainAction", situation=PlainSituation)
PlainContribution = plain_twin(
    Contribution, "PlainContribution", situation=PlainSituation, action=PlainAction
)


class SealedNote(SealedRecord):
    """Five sealed texts, each row under a key of its own: the read that `sealed_read` measures."""

    SEALED_AS: ClassVar[str] = "benchmarks.sealednote"

    one = SealedField(group="narrative")
    two = SealedField(group="narrative")
    three = SealedField(group="narrative")
    four = SealedField(group="narrative")
    five = SealedField(group="narrative")

    def __str__(self) -> str:
        return str(self.id)


class PlainNote(models.Model):
    """The same five texts in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    one = models.TextField()
    two = models.TextField()
    three = models.TextField()
    four = models.TextField()
    five = models.TextField()

    def __str__(self) -> str:
        return str(self.id)


TWINS: dict[type[SealedRecord], type[models.Model]] = {
    Situation: PlainSituation,
    AgreedAction: PlainAction,
    Contribution: PlainContribution,
}


def clear_columns(model: type[SealedRecord]) -> list[str]:
    """The columns both tables have as they are, foreign keys by number."""
    sealed = {each.name for each in model.sealed_fields()}
    return [
        column.attname for column in model._meta.local_fields if column.name not in sealed | SEALING
    ]


class PlainAudit(models.Model):
    """The unchained audit row of an ordinary board."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.UUIDField(db_index=True)
    verb = models.CharField(max_length=64)
    subject = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return self.verb
