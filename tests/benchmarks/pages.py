"""The price of confidentiality: a page with sealing, policy and ledger, against its plain twin.

Both go through the test client, the whole middleware, the same signed-in session and the same
templates. The twin's view and reading are the very code of the board, given plain tables and a
gate that neither decides, records nor opens; so it follows the board when the board changes. That
both pages show the same is checked before anything is timed.
"""

import difflib
import importlib.util
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.enums import Purpose
from concertation.accounts.models import Participation
from concertation.situations import actions
from concertation.situations.codes import show_code
from concertation.situations.enums import Need, SituationState
from concertation.situations.models import Situation
from ethics import gate
from tests.benchmarks.measure import Measure, at_most, side_by_side
from tests.benchmarks.models import (
    TWINS,
    PlainAction,
    PlainContribution,
    PlainSituation,
    clear_columns,
)
from tests.cast import Circle, Someone, make_circle, number_of
from tests.signin import signed_in
from tests.situations import story

BAR: Final = 1.25
SITUATIONS: Final = 200
ROWS: Final = 50
ENTRIES: Final = 60
SAMPLES: Final = 80
SEALED_TABLES: Final = re.compile(
    r'(?:FROM|JOIN|INTO|UPDATE) "?(situations_(?:situation|agreedaction|contribution)"'
    r"|audit_|erasure_|secrecy_(?!session))"
)
# fmt: off
WORDS: Final = (
    "accueil", "chauffage", "démarche", "logement", "courrier", "rendez-vous", "équipe",
    "quartier", "bailleur", "soutien", "visite", "médecin", "repas", "facture",
    "papier", "voisin", "écoute", "confiance", "sommeil", "travail",
)
# fmt: on


class PlainRevelation:
    """What a plain page has: every column, of every row."""

    def __init__(self, subjects: Sequence[Any]) -> None:
        self.groups: dict[Any, frozenset[str]] = dict.fromkeys(subjects, frozenset())

    def get(self, record: Any, name: str) -> Any:
        """The column's value."""
        return getattr(record, name)

    def may_see(self, subject: Any, group: Any) -> bool:
        """Everything."""
        return True


@dataclass
class PlainGate:
    """Stands where the gate stands, and does nothing: no decision, no event, no key."""

    constant_offers: Any
    UNOPENABLE: Any = gate.UNOPENABLE
    Actor: Any = gate.Actor
    Revelation: Any = PlainRevelation
    Offers: Any = gate.Offers

    def reveal(self, actor: Any, *, records: Any, subjects: Sequence[Any], **_: Any) -> Any:
        """Nothing to open."""
        return PlainRevelation(subjects)

    def offers(self, actor: Any, situation: Any) -> Any:
        """What the sealed page offers, known beforehand."""
        return self.constant_offers

    def may(self, actor: Any, act: Any) -> bool:
        """Everything."""
        return True


def twin(name: str, **instead: Any) -> ModuleType:
    """A second copy of a module of the board, with other things under the names it uses of these.

    That nothing of the sealed side stayed in it shows by the tables its pages ask.
    """
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    vars(copy).update({key: value for key, value in instead.items() if key in vars(copy)})
    return copy


def plain_in_sight(actor: gate.Actor) -> QuerySet[Any]:
    """The concertation's situations."""
    rows: QuerySet[Any] = PlainSituation.objects.filter(concertation=actor.concertation)
    return rows.exclude(state=SituationState.DRAFT)


def plain_find(actor: gate.Actor, code: str, *, purpose: Any) -> PlainSituation:
    """A situation of the concertation by its code."""
    plain = code.replace("-", "").upper()
    row: Any = PlainSituation._default_manager.filter(code=plain).first()
    if row is None or row.concertation_id != actor.concertation:
        raise Http404
    found: PlainSituation = row
    return found


@dataclass(frozen=True)
class Stage:
    """The data, and who looks at it."""

    circle: Circle
    reader: Someone
    code: str

    @property
    def slug(self) -> str:
        return self.circle.concertation.slug


@cache
def stage() -> Stage:
    """200 situations, one of them with 60 entries and three actions; and their plain twins."""
    circle = make_circle()
    chance = random.Random(2021)
    authors = (circle.participant, circle.manager, circle.coordinator)
    today = timezone.localdate()
    rows = []
    for number in range(SITUATIONS):
        author = authors[number % 3]
        row = story.bring(
            author,
            on=today - timedelta(days=200 - number),
            headline=_words(chance, 8)[:80],
            needs=tuple(chance.sample(Need.values, 2)),
            account=_words(chance, 80),
            tried=_words(chance, 30),
            question=_words(chance, 20),
        )
        if number % 2:
            story.propose(author, row, circle.manager, days=number % 30 + 1)
        if number % 3 == 0:
            actions.set_case_manager(
                author.actor, situation=row.id, case_manager=number_of(circle.manager)
            )
        rows.append(row.id)
    sheet = Situation.objects.get(id=rows[0])
    for days in (5, 12, 20):
        story.propose(circle.manager, sheet, circle.participant, days=days)
    for number in range(ENTRIES):
        story.entry(authors[number % 3], sheet, _words(chance, 30))
    copy_in_the_clear(circle.participant, rows)
    return Stage(circle, circle.participant, show_code(sheet.code or ""))


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize()


def copy_in_the_clear(reader: Someone, numbers: Iterable[Any]) -> None:
    """Fill the plain tables with what the sealed ones hold."""
    made: dict[Any, list[Any]] = {model: [] for model in TWINS}
    for number in numbers:
        row = Situation.objects.get(id=number)
        records = [row, *row.actions.all(), *row.contributions.all()]
        opened = gate.reveal(
            reader.actor, records=records, subjects=[row.id], purpose=Purpose.SHEET
        )
        for each in records:
            model = type(each)
            columns = {name: getattr(each, name) for name in clear_columns(model)}
            texts = {field.name: opened.get(each, field.name) for field in model.sealed_fields()}
            assert gate.UNOPENABLE not in texts.values()
            made[model].append(TWINS[model](**columns, **_whole(TWINS[model], texts)))
    for model, rows in made.items():
        TWINS[model]._default_manager.bulk_create(rows)


def _whole(model: Any, texts: dict[str, Any]) -> dict[str, Any]:
    """No text is an empty text, as in any plain table."""
    return {
        name: "" if value is None and not model._meta.get_field(name).null else value
        for name, value in texts.items()
    }


@cache
def plain_views() -> ModuleType:
    """The board's own views and readings, over plain tables."""
    from concertation.situations import reading  # noqa: PLC0415 - apps must be ready

    at = stage()
    actor = at.reader.actor
    situation = Situation.objects.get(code=at.code.replace("-", ""))
    plain = PlainGate(gate.offers(actor, situation.id))
    readers = reading.situation_sheet(actor, at.code).readers
    instead = {
        "Situation": PlainSituation,
        "AgreedAction": PlainAction,
        "Contribution": PlainContribution,
        "gate": plain,
        # What binds a sealed row to its place; a plain one has its version only.
        "_BINDING": ("version",),
        "in_sight": plain_in_sight,
        "find": plain_find,
        # The list of readers comes from the ledger: the plain page shows the same from nowhere.
        "_readers": lambda row: readers,
        "neighbours": twin(
            "concertation.situations.reading.find",
            Situation=PlainSituation,
            in_sight=plain_in_sight,
        ).neighbours,
        "people": twin(reading.people.__module__, holds_key=lambda actor: True).people,
    }
    board = twin(reading.board.__module__, **instead)
    sheet = twin(reading.situation_sheet.__module__, **instead)
    plain_reading = SimpleNamespace(
        **vars(reading)
        | {
            "board": board.board,
            "situation_sheet": sheet.situation_sheet,
            "has_board": lambda actor: True,
        }
    )
    return twin("concertation.situations.views.following", reading=plain_reading)


def enter(request: HttpRequest, slug: str) -> None:
    """What any product asks of a request: signed in with a second factor, and a member here."""
    user: Any = request.user
    if not user.is_authenticated or not user.is_verified():
        raise Http404
    places = Participation.objects.select_related("concertation", "organisation")
    hat = places.get(person=user.pk, concertation__slug=slug)
    request.hat = hat  # type: ignore[attr-defined]
    request.actor = gate.Actor(  # type: ignore[attr-defined]
        person=user.pk,
        participation=hat.id,
        concertation=hat.concertation_id,
        organisation=hat.organisation_id,
    )


def plain_board(request: HttpRequest, slug: str) -> HttpResponse:
    """The board's page over plain tables."""
    enter(request, slug)
    answer: HttpResponse = plain_views().board(request, slug=slug)
    return answer


def plain_sheet(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The situation's page over plain tables."""
    enter(request, slug)
    answer: HttpResponse = plain_views().situation(request, slug=slug, code=code)
    return answer


def board_price() -> Measure:
    """50 rows of 200 situations."""
    at = stage()
    how = f"board of {ROWS} rows in a concertation of {SITUATIONS} situations"
    return _price(f"/{at.slug}/tableau", f"/plain/{at.slug}/tableau", 'role="rowheader"', ROWS, how)


def sheet_price() -> Measure:
    """A situation with 60 entries in its timeline."""
    at = stage()
    how = f"sheet of a situation with {ENTRIES} timeline entries and three actions"
    path = f"/{at.slug}/situations/{at.code}"
    # The presentation and the decision to share it stand at the foot of the timeline.
    return _price(path, f"/plain{path}", 'class="time__kind"', ENTRIES + 2, how)


def _price(sealed: str, plain: str, row: str, rows: int, how: str) -> Measure:
    client = signed_in(stage().reader)
    pages = [_page(client, path) for path in (sealed, plain)]
    assert pages[0].count(row) == rows, f"{pages[0].count(row)} rows instead of {rows}"
    differing = "\n".join(
        difflib.unified_diff(_shown(pages[0]), _shown(pages[1]), lineterm="", n=0)
    )
    assert not differing, f"the two pages do not show the same:\n{differing[:2000]}"
    queries = []
    for path in (sealed, plain):
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        queries.append([each["sql"] for each in captured])
    strays = [sql for sql in queries[1] if SEALED_TABLES.search(sql)]
    assert not strays, f"the plain page asks {SEALED_TABLES.findall(strays[0])}: {strays[0]}"
    one, other = side_by_side(
        lambda: client.get(sealed), lambda: client.get(plain), samples=SAMPLES
    )
    return at_most(
        one / other,
        BAR,
        "ratio",
        SAMPLES,
        f"Median time of the {how}: {one * 1000:.1f} ms in {len(queries[0])} queries, over its"
        f" plain twin's {other * 1000:.1f} ms in {len(queries[1])}. Taken in turns on SQLite, with"
        " the whole middleware, the same templates and the same session.",
    )


def _page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return str(answer.content.decode())


def _shown(page: str) -> list[str]:
    """The page without what must differ: tokens, the menu's current entry, numbers of reads."""
    for differs in (
        r'value="[A-Za-z0-9]{64}"',
        r'value="[0-9a-f-]{36}"',
        r'\s*aria-current="page"',
        r"\s(?=>)",
        r'<td><time datetime="[^"]*">[^<]*</time></td><td class="num">\d+</td>',
        r"/plain(?=/)",
    ):
        page = re.sub(differs, "", page)
    return [line.strip() for line in page.splitlines() if line.strip()]
