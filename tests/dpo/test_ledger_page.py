"""The DPO's page of the ledger: who did what, in words, and never any content."""

import html
import re
import uuid
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import Event
from audit.models import Entry, EntrySubject
from audit.names import PLATFORM, concertation_ledger
from audit.record import record_now
from concertation.situations.codes import check_character, show_code
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Act
from tests.cast import Circle, make_circle
from tests.ethics.sealed_rows import bring, draft_of, edit, sql
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def code(body: str) -> str:
    return body + check_character(body)


CODE, OTHER, THIRD = code("K7QF3MM"), code("D6FW0R2"), code("J3YT8PT")


def get(client: Client, circle: Circle, **search: Any) -> str:
    address = reverse("ledger", args=[circle.concertation.slug])
    sent = search and "page" not in search
    response = client.post(address, search, follow=True) if sent else client.get(address, search)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def text(page: str) -> str:
    """What a person reads of the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def rows(page: str) -> list[str]:
    """The entries shown, in words."""
    body = re.search(r'<table class="table log.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    return [text(row) for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)] if body else []


def read(circle: Circle, who: str, row: Situation, purpose: Purpose = Purpose.SHEET) -> None:
    gate.reveal(circle.people[who].actor, records=[row], subjects=[row.id], purpose=purpose)


def entries(circle: Circle, verb: Verb) -> list[Entry]:
    name = concertation_ledger(circle.concertation.id)
    return list(Entry.objects.filter(ledger__name=name, verb=verb).order_by("index"))


# --- Who may ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["coordinator", "participant", "manager", "police", "guest"])
@pytest.mark.parametrize("route", ["ledger", "ledger-verify", "ledger-checkpoint"])
def test_nobody_but_the_dpo_finds_these_pages_and_the_attempt_is_recorded(
    circle: Circle, who: str, route: str
) -> None:
    client = signed_in(circle.people[who])
    before = Entry.objects.filter(outcome=Outcome.REFUSED).count()
    ask = client.post if route == "ledger-verify" else client.get
    response = ask(reverse(route, args=[circle.concertation.slug]))
    assert response.status_code == 404
    refused = Entry.objects.filter(outcome=Outcome.REFUSED)
    assert refused.count() == before + 1
    entry = refused.latest("pk")
    assert (entry.actor, entry.reason) == (circle.people[who].user.id, "role")
    assert entry.ledger.name == concertation_ledger(circle.concertation.id)
    assert not entries(circle, Verb.LEDGER_VERIFIED) or route == "ledger-verify"


def test_the_dpo_of_one_concertation_does_not_find_anothers_ledger(dpo: Client) -> None:
    make_circle("marolles", "Les Marolles")
    assert dpo.get(reverse("ledger", args=["marolles"])).status_code == 404


def test_someone_signed_out_is_sent_to_sign_in(client: Client, circle: Circle) -> None:
    response = client.get(reverse("ledger", args=[circle.concertation.slug]))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("sign-in"))


# --- What is shown ----------------------------------------------------------------------------


def test_the_dpos_own_reading_is_recorded_and_shown_first(circle: Circle, dpo: Client) -> None:
    page = get(dpo, circle)
    (entry,) = entries(circle, Verb.LEDGER_READ)
    assert (entry.actor, entry.role, entry.purpose) == (circle.dpo.user.id, "dpo", "review")
    first = rows(page)[0]
    assert "lire le journal des accès" in first
    assert "Dpo" in first
    assert "contrôle" in first


def test_an_entry_says_who_for_whom_what_why_and_how_it_ended(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    shown = next(
        line
        for line in rows(get(dpo, circle, verb="read"))
        if line.strip().startswith(str(entries(circle, Verb.READ)[-1].index))
    )
    for words in (
        circle.manager.participation.organisation.name,  # type: ignore[union-attr]
        "intervenant·e", "Manager", "lire", "résumé", "récit", "voix", "réseau", "fiche",
        "accordé", show_code(CODE),
    ):  # fmt: skip
        assert words in shown, (words, shown)


def test_a_refusal_says_why_in_words(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    with pytest.raises(gate.Refused):
        read(circle, "police", row)
    (shown,) = rows(get(dpo, circle, outcome="refused"))
    assert "refusé pas tenu·e au secret professionnel" in shown


def test_no_content_stands_on_the_page_whatever_is_asked(circle: Circle, dpo: Client) -> None:
    row = draft_of(circle, "CANARI-TRES-RECONNAISSABLE")
    brought = bring(circle, CODE)
    edit(circle, brought, "CANARI-TRES-RECONNAISSABLE")
    read(circle, "manager", brought)
    for search in ({}, {"code": CODE}, {"person": str(circle.participant.user.id)}):
        page = get(dpo, circle, **search)
        assert "CANARI" not in page
        assert f"mot {CODE}" not in page
    assert str(row.id) not in get(dpo, circle)


def test_a_code_is_shown_while_the_situation_lives_and_no_longer(
    circle: Circle, dpo: Client
) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    assert show_code(CODE) in get(dpo, circle, verb="read")
    Situation.objects.get(pk=row.pk).delete()
    page = get(dpo, circle, verb="read")
    assert show_code(CODE) not in page
    assert "1 situation sans code" in text(page)


def test_a_list_of_many_situations_shows_three_codes_and_how_many_more(
    circle: Circle, dpo: Client
) -> None:
    brought = [bring(circle, code(f"AAAAAA{digit}")) for digit in "01234"]
    gate.reveal(
        circle.manager.actor,
        records=brought,
        subjects=[row.id for row in brought],
        purpose=Purpose.BOARD,
        act=Act.LIST,
        fields={"situations.situation": ("headline",)},
    )
    (shown,) = rows(get(dpo, circle, verb="list"))
    assert len(re.findall(r"AAAA-AA", shown)) == 3
    assert "et 2 autres" in shown


# --- Searching --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), f" {CODE[:4]} {CODE[4:]} ", f"{CODE[:4]}-{CODE[4:]}".lower()]
)
def test_a_situation_is_found_however_its_code_is_typed(
    circle: Circle, dpo: Client, typed: str
) -> None:
    row, other = bring(circle, CODE), bring(circle, OTHER)
    read(circle, "manager", row)
    read(circle, "manager", other)
    page = get(dpo, circle, code=typed)
    found = rows(page)
    assert found
    assert all(show_code(CODE) in line for line in found)
    assert not any(show_code(OTHER) in line for line in found)
    assert f'value="{show_code(CODE)}"' in page


def test_a_search_is_recorded_by_number_and_its_code_is_nowhere_in_the_ledger(
    circle: Circle, dpo: Client
) -> None:
    row = bring(circle, CODE)
    get(dpo, circle, code=CODE, person=str(circle.manager.user.id))
    entry = entries(circle, Verb.LEDGER_READ)[-1]
    subjects = set(EntrySubject.objects.filter(entry=entry).values_list("kind", "number"))
    assert subjects == {
        (SubjectKind.SITUATION, row.id), (SubjectKind.PERSON, circle.manager.user.id)
    }  # fmt: skip
    for leaf in Entry.objects.values_list("leaf", flat=True):
        for spelt in (CODE, show_code(CODE)):
            assert spelt.encode() not in bytes(leaf or b"")


def test_an_unknown_code_keeps_what_was_typed_says_what_to_do_and_is_recorded(
    circle: Circle, dpo: Client
) -> None:
    page = get(dpo, circle, code="XXXX-XXXX", verb="read")
    assert "Code inconnu dans cette concertation." in page
    assert 'value="XXXX-XXXX"' in page
    assert '<option value="read" selected>' in page
    assert not rows(page)
    refused = Entry.objects.filter(reason="unknown_subject").latest("pk")
    assert refused.ledger.name == PLATFORM


def test_another_concertations_code_gives_the_same_page_and_tells_that_concertation(
    circle: Circle, dpo: Client
) -> None:
    elsewhere = make_circle("marolles", "Les Marolles")
    row = bring(elsewhere, OTHER)

    def answer(typed: str) -> str:
        page = get(dpo, circle, code=typed).replace(typed, "")
        return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page)

    assert answer(OTHER) == answer(code("ZZZZZZ0"))
    refused = Entry.objects.filter(
        reason="unknown_subject", ledger__name=concertation_ledger(elsewhere.concertation.id)
    ).get()
    assert refused.actor == circle.dpo.user.id
    assert EntrySubject.objects.get(entry=refused).number == row.id


def test_person_verb_outcome_and_days_narrow_the_search(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    read(circle, "participant", row)
    with pytest.raises(gate.Refused):
        read(circle, "police", row)
    today = timezone.localdate()
    manager = str(circle.manager.user.id)
    assert {"Manager" in line for line in rows(get(dpo, circle, person=manager))} == {True}
    assert len(rows(get(dpo, circle, person=manager, verb="read"))) == 1
    assert len(rows(get(dpo, circle, verb="read", outcome="refused"))) == 1
    both = {"since": today.isoformat(), "until": today.isoformat()}
    assert len(rows(get(dpo, circle, verb="read", **both))) == 3
    earlier = {"until": (today - timedelta(days=1)).isoformat()}
    assert "Aucune entrée ne correspond." in get(dpo, circle, verb="read", **earlier)


@pytest.mark.parametrize(
    "search",
    [
        {"since": "2026-11-30", "until": "2026-11-01"},
        {"since": "hier"},
        {"person": "pas-un-numéro"},
        {"person": str(uuid.uuid4())},
        {"verb": "delete"},
        {"outcome": "peut-être"},
        {"code": "K" * 200},
    ],
)
def test_a_search_with_a_mistake_shows_the_mistake_and_no_entries(
    circle: Circle, dpo: Client, search: dict[str, str]
) -> None:
    page = get(dpo, circle, **search)
    assert "La recherche n’a pas été faite" in page
    assert not rows(page)
    assert len(entries(circle, Verb.LEDGER_READ)) == 1


@pytest.mark.parametrize("page", ["", "0", "x", "-1", "9" * 30, "١"])
def test_an_address_with_no_page_in_it_shows_the_first(
    circle: Circle, dpo: Client, page: str
) -> None:
    assert rows(get(dpo, circle, page=page))


def test_a_page_beyond_the_last_says_that_nothing_is_there(circle: Circle, dpo: Client) -> None:
    assert "Aucune entrée ne correspond." in get(dpo, circle, page="9" * 9)


def test_fifty_entries_a_page_newest_first(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    for _ in range(60):
        read(circle, "manager", row)
    first = get(dpo, circle, verb="read")
    assert "60 entrées" in text(first)
    assert "page 1 sur 2" in text(first)
    numbers = [int(line.split()[0]) for line in rows(first)]
    assert len(numbers) == 50
    assert numbers == sorted(numbers, reverse=True)
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    assert "verb=read" in link[1]
    second = get(dpo, circle, verb="read", page=2)
    assert int(rows(second)[0].split()[0]) < numbers[-1]
    assert len(rows(second)) == 10
    assert not rows(get(dpo, circle, verb="read", page=3))


# --- Who saw it -------------------------------------------------------------------------------


def test_who_saw_a_situation_is_told_by_organisation(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    read(circle, "manager", row)
    with pytest.raises(gate.Refused):
        read(circle, "police", row)
    page = get(dpo, circle, code=CODE)
    table = re.search(r'id="t-seen".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert table is not None
    found = {
        words[0]: (int(words[1]), words[2])
        for words in (
            [text(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)]
            for line in re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)
        )
    }
    assert found == {
        # The participant wrote it: draft, brought. Looking it up here is not having seen it.
        "Coup-de-Pouce tilleuls": (2, "Participant 2 fois"),
        "La Théière tilleuls": (2, "Manager 2 fois"),
    }


def test_without_a_code_nobody_is_told_who_saw_what(circle: Circle, dpo: Client) -> None:
    bring(circle, CODE)
    assert "t-seen" not in get(dpo, circle)


# --- Alarms -----------------------------------------------------------------------------------


def test_a_text_that_did_not_open_stands_on_top_in_plain_words(circle: Circle, dpo: Client) -> None:
    assert "t-alarms" not in get(dpo, circle)
    row = bring(circle, CODE)
    sql("UPDATE situations_situation SET headline = account WHERE id = %s", row.id)
    read(circle, "manager", Situation.objects.get(pk=row.pk))
    page = get(dpo, circle)
    assert page.index("t-alarms") < page.index("t-proof") < page.index("t-log")
    words = text(page)
    assert "1 alerte ces trois derniers mois" in words
    assert "Un texte scellé ne s’est pas ouvert." in words
    assert f"{show_code(CODE)} Il a été modifié ou déplacé" in words
    assert "en lecture par Manager" in words


def test_a_broken_chain_stands_on_top_with_the_statement_named(circle: Circle, dpo: Client) -> None:
    record_now(
        concertation_ledger(circle.concertation.id),
        Event(
            verb=Verb.ALARM, outcome=Outcome.FAILED, reason="chain_broken", details={"number": 4}
        ),
    )
    words = text(get(dpo, circle))
    assert "La chaîne des membres ne tient plus." in words
    assert "déclaration 4" in words


# --- What it costs ----------------------------------------------------------------------------


def queries(client: Client, circle: Circle, **search: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        get(client, circle, **search)
    return len(captured)


def test_three_entries_cost_as_many_queries_as_one(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    get(dpo, circle)  # the first visit also remembers how far the chain of members goes
    one = queries(dpo, circle, verb="read", code=CODE)
    others = [bring(circle, OTHER), bring(circle, THIRD)]
    read(circle, "participant", row)
    read(circle, "coordinator", row)
    for other in others:
        read(circle, "coordinator", other)
    assert len(rows(get(dpo, circle, verb="read", code=CODE))) == 3
    assert queries(dpo, circle, verb="read", code=CODE) == one


def test_a_number_never_stands_on_the_page_in_place_of_a_name(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    shown = " ".join(rows(get(dpo, circle)))
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", shown)
    assert not any(isinstance(each, UUID) for each in rows(get(dpo, circle)))
