"""What a person's own keys open in a database, past policy and gate."""

from collections.abc import Iterator
from uuid import UUID

from ethics.gate import keyring
from ethics.secrecy import chain, unsealing
from ethics.secrecy.check import sealed_models
from ethics.secrecy.fields import SealedRecord
from ethics.secrecy.models import ScopeKey
from ethics.secrecy.suites import SecrecyError
from tests.cast import Someone


def every_key(who: Someone, container: UUID) -> list[bytes]:
    """All keys of a container this person's own keys open today, past policy and gate."""
    wanted = [
        (container, scope, generation)
        for scope, generation in ScopeKey.objects.filter(container=container).values_list(
            "scope", "generation"
        )
    ]
    state = chain.state(who.actor.concertation or UUID(int=0))
    found = keyring.scope_keys(who.actor, state, wanted)
    return [value for value in found.values() if isinstance(value, bytes)]


def live(container: UUID) -> Iterator[SealedRecord]:
    for model in sealed_models():
        yield from model._base_manager.filter(container=container)


def old(container: UUID) -> Iterator[SealedRecord]:
    for model in sealed_models():
        if history := getattr(model, "history", None):
            for row in history.model._base_manager.filter(container=container):
                yield row.instance


def opened(keys: list[bytes], rows: Iterator[SealedRecord]) -> list[str]:
    """Every field that any of these keys opens."""
    found = []
    for row in rows:
        for each in type(row).sealed_fields():
            for key in keys:
                try:
                    value = unsealing.open_field(key, row, each)
                except SecrecyError:
                    continue
                found.append(f"{row.SEALED_AS}.{each.name}: {value}")
    return found
