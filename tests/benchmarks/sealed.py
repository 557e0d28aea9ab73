"""What a sealed read costs, and a sign-in: the two prices of keys, away from any page."""

import secrets
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final
from uuid import uuid4

from django.db import connection, connections
from django.test import override_settings

from ethics.gate import keyring
from ethics.secrecy import chain, passwords, pepper, sealing
from ethics.secrecy.erasure.models import ErasureKey
from ethics.secrecy.models import Container, ContainerKind, ScopeKey, ScopeWrap
from ethics.secrecy.unsealing import open_fields
from tests.benchmarks.measure import Measure, at_most, side_by_side
from tests.benchmarks.models import PlainNote, SealedNote
from tests.cast import Circle, make_circle

ROWS: Final = 1000
SAMPLES: Final = 25
BAR: Final = 6.0
OPEN_BAR: Final = 3.0
NAMES: Final = ("one", "two", "three", "four", "five")
TEXT: Final = "Rendez-vous manqué deux fois ; le lien avec l'équipe mobile est gardé. " * 3
SIGN_INS: Final = 12
# As served: see concertation/settings/base.py.
AS_SERVED: Final = {"ARGON2_MEMORY": 65536, "ARGON2_ITERATIONS": 3, "ARGON2_SLOTS": 2}


@cache
def notes() -> Circle:
    """1,000 sealed rows, one key and one erasure key each, and their plain twins."""
    circle = make_circle("notes", "Notes")
    actor = circle.participant.actor
    state = chain.state(circle.concertation.id)
    key = keyring.concertation_key(actor, state, 1)
    made: dict[Any, list[Any]] = {
        each: [] for each in (ErasureKey, Container, ScopeKey, ScopeWrap, SealedNote, PlainNote)
    }
    for _ in range(ROWS):
        number, erasure = uuid4(), secrets.token_bytes(32)
        made[ErasureKey].append(ErasureKey(container=number, key=erasure))
        made[Container].append(
            Container(id=number, kind=ContainerKind.SITUATION, concertation=circle.concertation.id)
        )
        value, scope = sealing.new_scope_key(number, number, 1)
        made[ScopeKey].append(scope)
        made[ScopeWrap].append(
            sealing.wrap_under(
                scope, value, erasure=erasure, key=key, wrap=sealing.recipient_generation(1)
            )
        )
        row = SealedNote(id=number, container=number, scope=number, key_generation=1, version=1)
        for field in SealedNote.sealed_fields():
            setattr(row, field.name, sealing.seal_field(value, row, field, TEXT))
        made[SealedNote].append(row)
        made[PlainNote].append(PlainNote(id=number, **dict.fromkeys(NAMES, TEXT)))
    for model, rows in made.items():
        model._default_manager.bulk_create(rows)
    return circle


def _open(rows: list[SealedNote], keys: Any) -> int:
    size = 0
    for row in rows:
        key = keys[(row.scope, row.key_generation)]
        opened: dict[str, Any] = open_fields(key, row, SealedNote.sealed_fields())
        size += sum(len(each) for each in opened.values())
    return size


def sealed_read() -> Measure:
    """1,000 rows × 5 fields: rows, keys and texts, against a plain table's rows."""
    circle = notes()
    state = chain.state(circle.concertation.id)
    held: dict[str, Any] = {}

    def with_keys() -> int:
        rows = list(SealedNote._default_manager.all())
        wanted = [(each.container, each.scope, each.key_generation) for each in rows]
        held["keys"] = keyring.scope_keys(circle.participant.actor, state, wanted)
        return _open(rows, held["keys"])

    def keys_open() -> int:
        return _open(list(SealedNote._default_manager.all()), held["keys"])

    def plain() -> int:
        return sum(
            len(getattr(row, name)) for row in PlainNote._default_manager.all() for name in NAMES
        )

    assert with_keys() == plain() == ROWS * len(NAMES) * len(TEXT)
    whole, other = side_by_side(with_keys, plain, samples=SAMPLES, warm_up=3)
    opened, again = side_by_side(keys_open, plain, samples=SAMPLES, warm_up=3)
    return at_most(
        whole / other,
        BAR,
        "ratio",
        SAMPLES,
        f"{ROWS} rows of {len(NAMES)} texts of {len(TEXT)} characters on {connection.vendor}:"
        f" {whole * 1000:.0f} ms with a key and an erasure key to open for each row, against"
        f" {other * 1000:.0f} ms plain. With the keys open already: {opened / again:.2f} times"
        f" (bar {OPEN_BAR:.0f}). Other field packages: sealed_read_peers.",
    )


def sign_in() -> Measure:
    """Argon2id at the cost served, alone and on all cores: seconds, and sign-ins a minute."""
    with override_settings(**AS_SERVED):
        cost = passwords.Cost.current()

        def one(_: int = 0) -> float:
            start = time.perf_counter()
            # Once for the login's hash, once for the key that opens the member's own.
            for purpose in ("login", "unlock"):
                passwords.stretch(
                    "un long mot de passe de mesure",
                    salt=secrets.token_bytes(16),
                    cost=cost,
                    pepper_id=pepper.current(),
                    purpose=purpose,
                )
            connections.close_all()
            return time.perf_counter() - start

        alone = statistics.median(one() for _ in range(5))
        start = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, range(SIGN_INS)))
        a_minute = 60 * SIGN_INS / (time.perf_counter() - start)
    return at_most(
        alone,
        1.0,
        "s",
        5,
        f"The two stretches of one sign-in (64 MiB, 3 passes): {alone:.2f} s alone; two at a time"
        f" {a_minute:.0f} sign-ins a minute. The bar is ours: a person waits a second at most.",
    )
