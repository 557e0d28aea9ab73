"""An attacker with an account walks every route of the circle with every number they might know.

From another concertation each number answers like one that never was, and changes nothing. In the
same one, no answer of any method gives text to whoever may not read it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import record
from concertation.accounts.models import Participation
from concertation.door import Door
from concertation.meetings import actions as meetings
from concertation.meetings.models import Meeting
from concertation.situations import actions
from concertation.situations.actions.frameworks import record_framework
from concertation.situations.codes import show_code
from concertation.situations.models import AccessRequest, AgreedAction, Extension, Situation
from ethics.sharing.models import Framework
from tests.cast import PASSWORD, Circle, make_circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.test_routes import circle_addresses, routes

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

BIRD = "zzcanarizz au jardin"
INVENTED = UUID("00000000-0000-4000-8000-00000000000f")
NO_CODE = "K7QF-3MMH"
# Forms that are whole enough to be acted on, whatever the route.
ANSWERS: dict[str, Any] = {
    "password": PASSWORD, "reason": "return", "months": "1", "opinion": "favourable", "agree": "",
    "state": "done", "text": "Lien gardé", "kind": "information", "days": "7", "understood": "on",
    "audience": "circle", "outcome": "informed", "role": "participant", "answer": "yes",
    "how": "de vive voix", "on": "2026-11-02",
}  # fmt: skip


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk is longer than what the ledger takes from one person in ten minutes."""
    monkeypatch.setattr(record, "FLOOD_LIMIT", 1_000_000)


def furnished(circle: Circle) -> list[Any]:
    """One of everything that has a number, full of a recognisable text."""
    texts = ("headline", "account", "tried", "question", "strengths", "wish", "missing")
    words: dict[str, Any] = dict.fromkeys(texts, BIRD)
    opened = story.bring(circle.participant, **words)
    story.entry(circle.manager, opened, BIRD)
    story.agree(circle.coordinator, opened, circle.manager, text=BIRD)
    story.propose(circle.coordinator, opened, circle.manager, text=BIRD)
    closed = story.bring(circle.participant, **words)
    actions.close_situation(
        circle.coordinator.actor, situation=closed.id, outcome="informed", comment=BIRD
    )
    asked = actions.ask_extension(
        circle.coordinator.actor, situation=closed.id, reason="return", months=1
    )
    restricted = story.bring(circle.participant, **words)
    actions.change_audience(
        circle.coordinator.actor,
        situation=restricted.id,
        readers=[number_of(circle.coordinator), number_of(circle.participant)],
    )
    restricted.refresh_from_db()
    actions.ask_access(
        circle.manager.actor, code=show_code(str(restricted.code)), reason="replacing"
    )
    meeting = meetings.plan_meeting(
        circle.coordinator.actor,
        starts_at=timezone.now() + timedelta(days=7),
        place="Maison de quartier",
        planned_minutes=60,
    )
    framework = record_framework(
        circle.coordinator.actor,
        basis="law",
        authority="Ordonnance",
        aim="Aider",
        participants=[number_of(circle.participant)],
        starts_on=timezone.localdate(),
        ends_on=timezone.localdate() + timedelta(days=30),
    )
    draft = story.draft(circle.participant, **words)
    return [opened, closed, restricted, draft, asked, meeting, framework]


def numbers_of(circle: Circle) -> list[UUID]:
    """Every number of the circle that an address could name; of its people, two."""
    here: Any = {"situation__concertation": circle.concertation.id}
    of_circle: Any = {"concertation": circle.concertation.id}
    found: list[UUID] = []
    found += Participation.objects.filter(**of_circle).values_list("id", flat=True)[:2]
    for model in (Situation, Meeting, Framework):
        found += model._default_manager.filter(**of_circle).values_list("id", flat=True)
    for below in (AgreedAction, Extension, AccessRequest):
        found += below._default_manager.filter(**here).values_list("id", flat=True)
    return found


def codes_of(circle: Circle) -> list[str]:
    rows = circle.concertation.situations.exclude(code=None)
    return [show_code(str(code)) for code in rows.values_list("code", flat=True)]


def addresses(
    slug: str, numbers: Iterable[UUID], codes: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Route, address with these values, and the same with values that nobody gave."""
    numbers, codes = list(numbers), list(codes)
    for route, parts in routes():
        if route.callback.door != Door.CIRCLE:  # type: ignore[attr-defined]
            continue
        name = str(route.name)
        theirs = {key for key, value in parts.items() if isinstance(value, UUID)}
        empty = dict.fromkeys(theirs, INVENTED) | ({"code": NO_CODE} if "code" in parts else {})
        if not empty:
            continue
        base = parts | {"slug": slug}
        for number in numbers if theirs else [INVENTED]:
            for code in codes if "code" in parts else [""]:
                named = dict.fromkeys(theirs, number) | ({"code": code} if code else {})
                yield (
                    name,
                    reverse(name, kwargs=base | named),
                    reverse(name, kwargs=base | empty),
                )


def told(answer: Any, address: str) -> tuple[int, str, str]:
    """What somebody learns from an answer, beside the numbers they asked with themselves; tokens of
    the form are new each time."""
    body = re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", answer.content.decode())
    where = answer.headers.get("Location", "")
    for each in re.findall(r"[0-9a-f-]{36}|[0-9A-Z]{4}-[0-9A-Z]{4}", address):
        where, body = where.replace(each, ""), body.replace(each, "")
    return answer.status_code, where, body


def stored(circle: Circle) -> list[Any]:
    """The rows of a circle an attacker could want to change."""
    here: Any = {"situation__concertation": circle.concertation.id}
    of_circle: Any = {"concertation": circle.concertation.id}
    return [
        *Situation.objects.filter(**of_circle).order_by("id").values(),
        # Without the day of the last visit, which moves with every one.
        *Participation.objects.filter(**of_circle)
        .order_by("id")
        .values("id", "state", "roles", "ends_on", "secrecy_status"),
        *Meeting.objects.filter(**of_circle).order_by("id").values(),
        *Framework.objects.filter(**of_circle).order_by("id").values(),
        *AgreedAction.objects.filter(**here).order_by("id").values(),
        *Extension.objects.filter(**here).order_by("id").values(),
        *AccessRequest.objects.filter(**here).order_by("id").values(),
    ]


def test_a_number_of_another_concertation_answers_like_one_that_never_was(
    circle: Circle,
) -> None:
    furnished(circle)
    numbers, codes = numbers_of(circle), codes_of(circle)
    before = stored(circle)
    elsewhere = make_circle("marolles", "Les Marolles")
    client = signed_in(elsewhere.coordinator)
    never: dict[str, Any] = {}
    wrong = []
    home = reverse("home", args=["marolles"])
    for route, theirs, nobodys in addresses("marolles", numbers, codes[:1]):
        for method in ("get", "post"):
            key = f"{method} {nobodys}"
            if key not in never:
                # A sentence that an earlier redirect left is shown once, on whatever comes next.
                client.get(home)
                never[key] = told(_ask(client, method, nobodys), nobodys)
            if told(_ask(client, method, theirs), theirs) != never[key]:
                wrong.append((route, method))
    assert not wrong
    assert stored(circle) == before


def _ask(client: Client, method: str, address: str) -> Any:
    return client.post(address, ANSWERS) if method == "post" else client.get(address)


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_no_route_gives_text_to_who_may_not_read_it(circle: Circle, name: str) -> None:
    furnished(circle)
    numbers, codes = numbers_of(circle), codes_of(circle)
    client = signed_in(circle.people[name])
    before = stored(circle)
    for route, address, _ in addresses(circle.concertation.slug, numbers, codes):
        for method in ("get", "post"):
            answer = _ask(client, method, address)
            assert answer.status_code < 500, (route, method)
            assert b"zzcanarizz" not in answer.getvalue(), (route, method)
    for address in circle_addresses():
        assert b"zzcanarizz" not in client.get(address, follow=True).getvalue(), address
    changed = [row for row in stored(circle) if row not in before]
    # The DPO may answer a question of keeping longer: nothing else moves, for nobody.
    assert [row for row in changed if not (name == "dpo" and "opinion" in row)] == []


def test_no_route_gives_a_restricted_text_or_a_draft_to_the_rest_of_the_circle(
    circle: Circle,
) -> None:
    _, _, restricted, draft, *_ = furnished(circle)
    client = signed_in(circle.manager)
    actions_of = AgreedAction.objects.filter(situation=restricted)
    numbers = [restricted.id, draft.id, *actions_of.values_list("id", flat=True)]
    before = Situation.objects.filter(id__in=numbers).order_by("id").values()
    kept = list(before)
    for route, address, _ in addresses(
        circle.concertation.slug, numbers, [show_code(str(restricted.code))]
    ):
        for method in ("get", "post"):
            answer = _ask(client, method, address)
            assert answer.status_code < 500, (route, method)
            assert b"zzcanarizz" not in answer.getvalue(), (route, method)
    assert list(before.all()) == kept
