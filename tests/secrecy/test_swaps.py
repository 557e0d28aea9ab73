"""A sealed text opens in its own place and nowhere else: every sealed field × every other place."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ethics.secrecy.check import sealed_models
from ethics.secrecy.fields import SealedField, SealedRecord
from ethics.secrecy.sealing import new_key, seal_field
from ethics.secrecy.suites import SecrecyError
from ethics.secrecy.unsealing import open_field

TEXT = "ce que personne d'autre ne lit"


@dataclass(frozen=True)
class Where:
    """Everything that a sealed field is bound to, and the key it lies under."""

    model: type[SealedRecord]
    field: SealedField
    record: UUID
    container: UUID
    generation: int
    version: int
    key: bytes

    def row(self) -> SealedRecord:
        """A row of that place, never saved."""
        made: Any = self.model(
            id=self.record, container=self.container, scope=self.container, version=self.version
        )
        made.key_generation = self.generation
        return made  # type: ignore[no-any-return]


ALL = [(model, field) for model in sealed_models() for field in model.sealed_fields()]


def value_of(field: SealedField) -> Any:
    return [TEXT] if field.coded else TEXT


def sealed_at(at: Where) -> Any:
    return seal_field(at.key, at.row(), at.field, value_of(at.field))


def opened_at(at: Where, seal: Any) -> Any:
    row = at.row()
    setattr(row, at.field.name, seal)
    return open_field(at.key, row, at.field)


def opens_at(at: Where, seal: Any) -> bool:
    try:
        opened_at(at, seal)
    except SecrecyError:
        return False
    return True


def elsewhere(at: Where) -> dict[str, Where]:
    """The same seal in every other place that an attacker with the database could put it."""
    places = {
        "another object": replace(at, record=uuid4()),
        "another container": replace(at, container=uuid4()),
        "a newer generation": replace(at, generation=at.generation + 1),
        "an older generation": replace(at, generation=at.generation - 1),
        "a newer version": replace(at, version=at.version + 1),
        "an older version": replace(at, version=at.version - 1),
        "another key": replace(at, key=new_key()),
    }
    for model, field in ALL:
        if (model, field) != (at.model, at.field):
            name = f"{model.SEALED_AS}.{field.name}"
            places[name] = replace(at, model=model, field=field)
    return places


@pytest.mark.parametrize(
    ("model", "field"), ALL, ids=[f"{model.SEALED_AS}.{field.name}" for model, field in ALL]
)
def test_a_seal_opens_in_its_own_place_and_in_no_other(
    model: type[SealedRecord], field: SealedField
) -> None:
    at = Where(model, field, uuid4(), uuid4(), generation=3, version=7, key=new_key())
    seal = sealed_at(at)
    assert opened_at(at, seal) == value_of(field)
    for name, place in elsewhere(at).items():
        assert not opens_at(place, seal), f"it opened in {name}"


def test_the_matrix_holds_every_sealed_field_of_the_house() -> None:
    assert len(ALL) > 15
    assert {"situations.situation", "situations.agreedaction", "situations.contribution"} <= {
        model.SEALED_AS for model, _ in ALL
    }
