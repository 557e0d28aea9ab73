"""The board as its concertation grows: a page, its filters, and a search in opened texts.

Situations are made in bulk, sealed as the pen seals them: by the real actions two thousand would
take minutes. That each opens, and is found, is checked before anything is timed.
"""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from statistics import median
from typing import Any, Final
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from concertation.situations.codes import new_code
from concertation.situations.enums import ActionState, Need, SituationState
from concertation.situations.models import AgreedAction, Situation
from ethics.gate import keyring
from ethics.secrecy import chain, sealing
from ethics.secrecy.erasure.models import ErasureKey
from ethics.secrecy.models import Container, ContainerKind, ScopeKey, ScopeWrap
from tests.benchmarks.measure import Measure, at_most
from tests.benchmarks.pages import _words
from tests.cast import Circle, make_circle, number_of
from tests.signin import signed_in

FEW: Final = 50
TYPICAL: Final = 300
MANY: Final = 2_000
GROWTH_BAR: Final = 1.5
TIME_BAR: Final = 300
SAMPLES: Final = 15
# Stands in one headline of a concertation, and in no list of words.
RARE: Final = "zzaubépine"


def board_growth() -> Measure:
    """The time of a page of 50 rows: 2,000 situations over 50."""
    few, many = (_page(number) for number in (FEW, MANY))
    queries = [_queries(call) for call in (few, many)]
    assert queries[0] == queries[1], f"{queries[0]} queries, then {queries[1]}"
    typical = _median(_page(TYPICAL))
    one, other = _median(few), _median(many)
    return at_most(
        other / one,
        GROWTH_BAR,
        "ratio",
        SAMPLES,
        f"Median time of a board page of 50 rows in {queries[0]} queries: {one * 1000:.0f} ms with"
        f" {FEW} situations, {typical * 1000:.0f} ms with {TYPICAL}, {other * 1000:.0f} ms with"
        f" {MANY}. SQLite, the whole middleware.",
    )


def board_filter_ms() -> Measure:
    """The slowest filter: by need, which is sealed."""
    return _at_2000("filter by need", lambda number: _page(number, "?need=3"))


def board_search_ms() -> Measure:
    """Words, looked for in headlines and questions."""
    return _at_2000("search in headlines and questions", _search)


def _at_2000(what: str, call: Callable[[int], Callable[[], str]]) -> Measure:
    typical, many = (_median(call(number)) * 1000 for number in (TYPICAL, MANY))
    whole = _median(_search(MANY, whole=True)) * 1000
    how = (
        f"Median time of the page after a {what}: {many:.0f} ms with {MANY} situations,"
        f" {typical:.0f} ms with {TYPICAL}. In the accounts too, {MANY}: {whole:.0f} ms."
    )
    return at_most(many, TIME_BAR, "ms", SAMPLES, how)


@cache
def _stage(number: int) -> tuple[Circle, Client]:
    circle = make_circle(f"growth{number}", f"Growth {number}")
    make_situations(circle, number)
    return circle, signed_in(circle.participant)


def _page(number: int, query: str = "") -> Callable[[], str]:
    circle, client = _stage(number)
    address = reverse("board", args=[circle.concertation.slug]) + query

    def call() -> str:
        answer = client.get(address)
        assert answer.status_code == 200
        return str(answer.content.decode())

    if not query:
        assert call().count('role="rowheader"') == FEW
    return call


def _search(number: int, *, whole: bool = False) -> Callable[[], str]:
    circle, client = _stage(number)
    address = reverse("board-search", args=[circle.concertation.slug])
    data = {"searched": RARE} | ({"whole": "on"} if whole else {})

    def call() -> str:
        answer = client.post(address, data)
        assert answer.status_code == 200
        return str(answer.content.decode())

    assert call().count('role="rowheader"') == 1
    return call


def _queries(call: Callable[[], object]) -> int:
    call()
    with CaptureQueriesContext(connection) as caught:
        call()
    return len(caught)


def _median(call: Callable[[], object]) -> float:
    call()
    times = []
    for _ in range(SAMPLES):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return median(times)


def make_situations(circle: Circle, count: int) -> None:
    """Situations with texts of a usual length, every second one with an action."""
    concertation = circle.concertation.id
    key = keyring.concertation_key(circle.coordinator.actor, chain.state(concertation), 1)
    chance = random.Random(count)
    people = [number_of(each) for each in (circle.participant, circle.manager, circle.coordinator)]
    made: dict[Any, list[Any]] = {}
    for number in range(count):
        row = _situation(chance, concertation, people[number % 3], number)
        value, record = sealing.new_scope_key(row.id, row.id, 1)
        texts = _texts(chance)
        if not number:
            texts["headline"] = f"Une {RARE} au jardin"
        _seal(value, row, texts)
        erasure = sealing.new_key()
        wrap = sealing.wrap_under(
            record, value, erasure=erasure, key=key, wrap=sealing.recipient_generation(1)
        )
        keeps = [
            ErasureKey(container=row.id, key=erasure),
            Container(id=row.id, kind=ContainerKind.SITUATION, concertation=concertation),
            record,
            wrap,
            row,
        ]
        if number % 2:
            keeps.append(_action(row, people[number % 3], number))
        for each in keeps:
            made.setdefault(type(each), []).append(each)
    ErasureKey.objects.bulk_create(made.pop(ErasureKey))
    with transaction.atomic():
        for model in (Container, ScopeKey, ScopeWrap, Situation, AgreedAction):
            model._default_manager.bulk_create(made[model], batch_size=200)


def _situation(chance: random.Random, concertation: Any, by: Any, number: int) -> Situation:
    own = uuid4()
    return Situation(
        id=own,
        container=own,
        scope=own,
        key_generation=1,
        version=1,
        code=new_code(),
        concertation_id=concertation,
        state=SituationState.FOLLOWED,
        brought_by_id=by,
        case_manager_id=by if number % 3 else None,
        signalled_on=timezone.localdate() - timedelta(days=chance.randrange(1, 700)),
        next_review_on=timezone.localdate() + timedelta(days=chance.randrange(1, 60)),
    )


def _action(row: Situation, owner: Any, number: int) -> AgreedAction:
    today = timezone.localdate()
    own = uuid4()
    action = AgreedAction(
        id=own,
        container=row.id,
        scope=own,
        key_generation=1,
        version=1,
        situation=row,
        state=ActionState.AGREED,
        owner_id=owner,
        proposed_by_id=owner,
        proposed_on=today,
        agreed_on=today,
        due_on=today + timedelta(days=number % 30 - 5),
    )
    # Never opened here: the board lists no action's text.
    _seal(sealing.new_key(), action, {"text": "Joindre le service", "result": "", "acts": ""})
    return action


def _texts(chance: random.Random) -> dict[str, Any]:
    words = {"headline": 8, "account": 80, "tried": 30, "question": 20, "strengths": 10, "wish": 8}
    texts: dict[str, Any] = {name: _words(chance, many) for name, many in words.items()}
    texts["headline"] = texts["headline"][:80]
    return texts | {
        "needs": chance.sample(Need.values, 2),
        "urgency": "soon",
        "informed": {"answer": "yes"},
        "agreement": {"answer": "given"},
        "network": [],
        "missing": "",
        "outcome": None,
        "outcome_comment": "",
    }


def _seal(key: bytes, row: Any, texts: dict[str, Any]) -> None:
    for field in type(row).sealed_fields():
        setattr(row, field.name, sealing.seal_field(key, row, field, texts[field.name]))
