"""How long everybody waits while a concertation's key is renewed."""

import time
from typing import Final
from uuid import uuid4

from django.db import transaction

from ethics import gate
from ethics.gate import keyring
from ethics.secrecy import chain, sealing
from ethics.secrecy.erasure.models import ErasureKey
from ethics.secrecy.models import Container, ContainerKind, ScopeKey, ScopeWrap
from tests.benchmarks.measure import Measure, at_most
from tests.cast import Circle, make_circle

BAR: Final = 1
SITUATIONS: Final = 2_000
ROUNDS: Final = 5
HOW: Final = (
    f"The worst of {ROUNDS} renewals in a row on SQLite, {SITUATIONS} open situations, six members:"
    " new generation, signed, every copy of a situation's key opened and sealed anew, one locked"
    " transaction."
)


def rotation_s() -> Measure:
    """Renew the key of a concertation with 2,000 open situations."""
    circle = make_circle("rotation", "Rotation")
    _situations(circle)
    times = []
    for _ in range(ROUNDS):
        actor = circle.coordinator.actor
        start = time.perf_counter()
        gate.rotate(actor)
        times.append(time.perf_counter() - start)
    return at_most(max(times), BAR, "s", ROUNDS, HOW)


def _situations(circle: Circle) -> None:
    """Containers with a key for the circle, as situations have; without texts."""
    concertation = circle.concertation.id
    key = keyring.concertation_key(circle.coordinator.actor, chain.state(concertation), 1)
    numbers = [uuid4() for _ in range(SITUATIONS)]
    erasure = {number: sealing.new_key() for number in numbers}
    ErasureKey.objects.bulk_create(ErasureKey(container=n, key=k) for n, k in erasure.items())
    with transaction.atomic():
        Container.objects.bulk_create(
            Container(id=n, kind=ContainerKind.SITUATION, concertation=concertation)
            for n in numbers
        )
        made = [sealing.new_scope_key(number, number, 1) for number in numbers]
        ScopeKey.objects.bulk_create(record for _, record in made)
        ScopeWrap.objects.bulk_create(
            sealing.wrap_under(
                record,
                value,
                erasure=erasure[record.scope],
                key=key,
                wrap=sealing.recipient_generation(1),
            )
            for value, record in made
        )
