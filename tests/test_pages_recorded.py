"""Every page, asked with real addresses by three people: what it tells, the ledger knows.

Design 3: every read of a situation and every refusal, export, print, report, search, the DPO's own
reading. A page that leaves no event stands on a list with its reason, and may hold no sealed text,
no code but the one in its address and nobody's name.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import record
from audit.models import Entry, RefusalCount, ReviewItem
from concertation.accounts.models import User
from concertation.dpo import review_actions
from concertation.meetings import actions_live
from concertation.situations.codes import show_code
from concertation.situations.models import AgreedAction
from ethics.charter.models import Signature
from tests.cast import Circle, number_of
from tests.dpo.reviewing import this_month
from tests.meetings.hour import come, held_now, show
from tests.signin import signed_in
from tests.situations.test_numbers_of_others import BIRD, codes_of, furnished
from tests.test_routes import routes

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

WHO: Final = ("participant", "coordinator", "dpo")

# What a page's reading leaves. Only what stands here; a page may leave one verb or several.
TOLD: Final[dict[str, set[str]]] = {
    "members": {"read"},
    "meetings": {"list"},
    "calendar-address": {"list"},
    "calendar-file": {"list"},
    "meeting": {"read"},
    "meeting-live": {"list", "read", "shown_on_screen"},
    "meeting-follow": {"list", "read"},
    "meeting-close": {"list", "read"},
    "meeting-minutes": {"list", "minutes_read"},
    "meeting-minutes-pdf": {"list", "print"},
    "meeting-without-account": {"read"},
    "meeting-hold": {"read"},
    "report-year": {"report_read"},
    "home": {"list", "read"},
    "board": {"list"},
    "situation-drafts": {"read"},
    "situation-draft": {"read"},
    "situation-share": {"read"},
    "situation-share-questions": {"read"},
    "situation-discard": {"read"},
    "access-requests": {"list"},
    "erasures": {"list"},
    "opinions": {"list"},
    "situation": {"read"},
    "situation-code": {"read"},
    "situation-action-change": {"read"},
    "situation-edit": {"read"},
    "situation-sharing-questions": {"read"},
    "situation-sharing-outcome": {"read"},
    "situation-voice": {"read"},
    "situation-readers": {"read"},
    "situation-history": {"read"},
    "ledger": {"ledger_read"},
    "ledger-checkpoint": {"ledger_exported"},
    "ledger-export": {"ledger_exported"},
    "ledger-consultations": {"ledger_exported"},
    "log-keeping": {"read"},
    "review": {"ledger_read"},
    "review-item": {"ledger_read"},
    # The receipt carries a signed state of the ledger, made for it if need be.
    "charter-receipt": {"checkpoint_signed"},
}

SAME = "the same words for everybody"
OWN = "one's own account, place and signature; nothing of a circle or of anybody else"
FORM = "a question about what its address names: no text is opened, and what is sent is the event"
NAMED = "a form about members, whom the members' page has named: that page is an event"
EMPTY = "nothing was there to show; what would be is opened by the gate, and told"
SILENT: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "sign-in", "forgotten", "privacy", "accessibility", "charter-versions",
            "charter-version", "charter-text", "policy", "review-rules", "guard",
            "person-notice-pdf",
        ),
        SAME,
    ),
    **dict.fromkeys(
        (
            "found", "rescue", "leave", "charter", "charter-receipt", "charter-receipt-pdf",
            "account", "account-password", "account-device", "account-passkeys", "account-codes",
            "kept-text",
        ),
        OWN,
    ),
    **dict.fromkeys(
        (
            "meeting-plan", "meeting-change", "meeting-invite", "situation-bring",
            "situation-agreement", "situation-close", "situation-move", "situation-extend",
            "situation-erase", "import", "member-recovery", "member-keys",
        ),
        FORM,
    ),
    **dict.fromkeys(
        (
            "member-vouch", "member-role", "member-invite", "member-admit", "member-remove",
            "framework", "situation-withdraw",
        ),
        NAMED,
    ),
    **dict.fromkeys(("followed", "notices", "imported-drafts", "situation-drafts"), EMPTY),
    "person-notice": "the same words for everybody, with whom to ask: coordination and DPO",
    "meeting-version": "a number that says whether the meeting went on",
    "my-log": "what one did oneself, out of one's own entries: an event about reading it would "
    "make it longer each time",
}  # fmt: skip
MAY_NAME: Final = {route for route, why in SILENT.items() if why == NAMED} | {"person-notice"}
MAY_CODE: Final = {"my-log"}


@dataclass
class Answer:
    """One page as one person was given it, and what the ledger says of it."""

    route: str
    who: str
    address: str
    status: int
    text: str
    granted: set[str]
    refused: bool
    names: set[str] = field(default_factory=set)


def real_numbers(circle: Circle) -> tuple[dict[str, UUID], list[str]]:
    """What an address of a route may name here, by the beginning of the route's name; the codes
    of an open and of a closed situation."""
    opened, closed, _restricted, draft, asked, planned, _framework = furnished(circle)
    action = AgreedAction.objects.get(situation=opened.id, state="agreed")
    over = held_now(circle)
    show(circle, over.id, opened)
    over.refresh_from_db()
    actions_live.close_meeting(
        circle.coordinator.actor, meeting=over.id, minutes=55, version=over.version
    )
    live = held_now(circle)
    come(circle, live.id, "participant")
    show(circle, live.id, opened)
    review_actions.prepare(circle.dpo.actor, this_month())
    item = ReviewItem.objects.first()
    assert item
    codes = [show_code(str(each.code)) for each in (opened, closed)]
    numbers = {
        "member": number_of(circle.manager), "meeting": planned.id, "meeting-live": live.id,
        "meeting-follow": live.id, "meeting-version": live.id, "meeting-close": live.id,
        "meeting-minutes": over.id, "situation-draft": draft.id, "situation-submit": draft.id,
        "situation-share": draft.id, "situation-discard": draft.id, "situation-action": action.id,
        "opinion": asked.id, "erasure": closed.id, "review-item": item.id,
        "ledger-consultations": opened.id,
    }  # fmt: skip
    return numbers, codes


def own_numbers(who: Any) -> dict[str, UUID]:
    """What only names somebody's own."""
    signature = Signature.objects.filter(person=who.user.id).first()
    own = dict.fromkeys(("threshold", "found", "rescue", "leave", "charter"), number_of(who))
    return own | ({"charter-receipt": signature.id} if signature else {})


WORDS: Final = {"language": "fr", "month": f"{timezone.localdate():%Y-%m}", "number": 1}
KINDS: Final = {"ledger-export": "csv", "review-report": "pdf"}


def address_of(name: str, parts: dict[str, Any], known: dict[str, UUID], codes: list[str]) -> str:
    fits = [each for each in known if name == each or name.startswith(f"{each}-")]
    number = known[max(fits, key=len)] if fits else UUID(int=1)
    values = {key: number if isinstance(each, UUID) else each for key, each in parts.items()}
    values |= {key: each for key, each in WORDS.items() if key in parts and key != "number"}
    if isinstance(parts.get("number"), int):
        values["number"] = 1
    if "kind" in parts:
        values["kind"] = KINDS.get(name, "csv")
    if "code" in parts:
        ended = name in {"situation-reopen", "situation-extend", "situation-erase"}
        values["code"] = codes[1 if ended else 0]
    query = f"?situation={number}" if name == "ledger-consultations" else ""
    return reverse(name, kwargs=values) + query


def asked(client: Client, name: str, who: str, address: str) -> Answer:
    def counted() -> int:
        return sum(RefusalCount.objects.values_list("waiting", flat=True))

    last = Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    before = counted()
    answer: Any = client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = list(Entry.objects.filter(pk__gt=last).values_list("verb", "outcome"))
    return Answer(
        name,
        who,
        address,
        answer.status_code,
        body.decode(errors="replace"),
        {verb for verb, outcome in told if outcome == "granted"},
        any(outcome == "refused" for _verb, outcome in told) or counted() > before,
    )


@pytest.fixture
def answers(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> list[Answer]:
    """Every route asked by a participant, the coordinator and the DPO."""
    monkeypatch.setattr(record, "FLOOD_LIMIT", 1_000_000)
    known, codes = real_numbers(circle)
    for number, user in enumerate(User.objects.order_by("id")):
        user.name = f"Zznom{number}"
        user.save(update_fields=["name"])
    names = dict(User.objects.values_list("id", "name"))
    found = []
    for who in WHO:
        someone = circle.people[who]
        client = signed_in(someone)
        for route, parts in routes():
            name = str(route.name)
            parts = parts | ({"slug": circle.concertation.slug} if "slug" in parts else {})
            address = address_of(name, parts, known | own_numbers(someone), codes)
            each = asked(client, name, who, address)
            others = {word for number, word in names.items() if number != someone.user.id}
            each.names = {word for word in others if re.search(rf"{word}\b", each.text)}
            found.append(each)
    return found


def test_what_a_page_tells_the_ledger_knows(answers: list[Answer], circle: Circle) -> None:
    codes = set(codes_of(circle))
    seen: set[str] = set()
    for each in answers:
        where = (each.route, each.who, each.address)
        if each.status == 404:
            assert each.refused or each.granted, (*where, "a refusal without an event")
        if each.status != 200:
            continue
        seen.add(each.route)
        if each.granted:
            assert each.granted <= TOLD.get(each.route, set()), (*where, each.granted)
            continue
        assert each.route in SILENT, (*where, "leaves no event")
        assert BIRD not in each.text, (*where, "a text without an event")
        others = {code for code in codes if code in each.text and code not in each.address}
        assert not others or each.route in MAY_CODE, (*where, "a code without an event")
        assert not each.names or each.route in MAY_NAME, (*where, each.names)
    assert seen == TOLD.keys() | SILENT.keys(), seen ^ (TOLD.keys() | SILENT.keys())


def test_the_lists_name_routes_that_exist() -> None:
    assert TOLD.keys() | SILENT.keys() <= {str(route.name) for route, _ in routes()}
