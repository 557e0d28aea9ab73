"""The board: views, filters, order, what is new, and words looked for in opened texts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.leaf import parse_leaf
from audit.models import Entry
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import User
from concertation.situations import actions, reading
from concertation.situations.codes import show_code
from concertation.situations.models import Situation
from concertation.situations.presentation import Presentation
from concertation.situations.reading.asking import Asked, folded
from ethics import gate
from ethics.secrecy.models import InterruptedText, Session
from tests.cast import Circle, Someone, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

CANARY = "zzaubépine"


def codes(who: Someone, asked: Asked | None = None, **more: Any) -> list[str]:
    """What the board shows someone, in its order."""
    return [row.code for row in reading.board(who.actor, asked or Asked(), **more).rows]


def code_of(row: Situation) -> str:
    row.refresh_from_db()
    return show_code(row.code or "")


def hold(circle: Circle, row: Situation, who: Someone) -> None:
    actions.set_case_manager(
        circle.coordinator.actor, situation=row.id, case_manager=number_of(who)
    )


def test_a_filter_by_need_works_on_opened_needs(circle: Circle) -> None:
    health = story.bring(circle.participant, needs=("health", "work"))
    story.bring(circle.participant, needs=("housing",))
    number = next(
        value
        for value, word in reading.board(circle.manager.actor).choices.needs
        if word == "santé"
    )
    assert codes(circle.manager, Asked.of({"need": number})) == [code_of(health)]
    assert codes(circle.manager, Asked.of({"need": "12"})) == []
    assert Asked.of({"need": "13"}) == Asked.of({"need": "health"}) == Asked()


def test_filters_by_holder_and_by_organisation(circle: Circle) -> None:
    held, free, acted = (story.bring(circle.participant) for _ in range(3))
    hold(circle, held, circle.manager)
    hold(circle, acted, circle.participant)
    story.agree(circle.participant, acted, circle.manager)
    house = str(circle.manager.participation.organisation_id)  # type: ignore[union-attr]
    looking = circle.coordinator
    assert codes(looking, Asked.of({"holder": str(number_of(circle.manager))})) == [code_of(held)]
    assert codes(looking, Asked.of({"holder": "nobody"})) == [code_of(free)]
    assert set(codes(looking, Asked.of({"organisation": house}))) == {code_of(held), code_of(acted)}
    assert Asked.of({"holder": "x", "organisation": "' OR 1=1"}) == Asked()


def test_columns_sort_both_ways(circle: Circle) -> None:
    rows = [story.bring(circle.participant) for _ in range(3)]
    story.overdue(circle.manager, rows[1], circle.participant)
    hold(circle, rows[2], circle.manager)
    looking = circle.coordinator
    by_code = sorted(code_of(row) for row in rows)
    assert codes(looking, Asked(sort="code")) == by_code
    assert codes(looking, Asked(sort="-code")) == by_code[::-1]
    assert codes(looking, Asked(sort="actions"))[0] == code_of(rows[1])
    assert codes(looking, Asked(sort="holder"))[0] == code_of(rows[2])
    assert codes(looking, Asked(sort="-state"))[-1] == code_of(rows[0])
    page = get(signed_in(looking), url(circle, "board") + "?sort=-code")
    assert re.search(r'aria-sort="descending">\s*<a[^>]*id="sort-code"', page)


def test_what_others_did_since_my_last_visit_is_new(circle: Circle) -> None:
    old, told, mine = (story.bring(circle.participant) for _ in range(3))
    Situation.objects.filter(id__in=[old.id, told.id, mine.id]).update(signalled_on="2026-01-05")
    since = timezone.now() - timedelta(minutes=1)
    story.entry(circle.participant, told)
    story.entry(circle.manager, mine)
    fresh = story.bring(circle.participant)
    found = reading.board(circle.manager.actor, Asked(view="new"), since=since)
    assert {row.code for row in found.rows} == {code_of(told), code_of(fresh)}
    assert found.new == 2
    assert {row.is_new for row in found.rows} == {True}
    assert reading.board(circle.manager.actor, since=timezone.now()).new == 1, "brought today"
    assert reading.board(circle.manager.actor).new is None, "never here before"


def test_the_visit_begins_with_the_first_page_of_a_session(circle: Circle) -> None:
    story.bring(circle.participant)
    assert "Du neuf" not in get(signed_in(circle.manager), url(circle, "board"))
    client = signed_in(circle.manager)
    story.entry(circle.participant, story.bring(circle.participant))
    for _ in range(2):
        assert "Du neuf" in get(client, url(circle, "board"))


def test_feedback_owed_stands_in_the_row_until_it_is_given(circle: Circle) -> None:
    row = story.bring(circle.participant)
    action = story.agree(circle.participant, row, circle.manager)
    story.propose(circle.participant, row, circle.manager)
    assert reading.board(circle.coordinator.actor).rows[0].owed == 1
    assert "1 retour attendu" in get(signed_in(circle.coordinator), url(circle, "board"))
    actions.answer_action(
        circle.manager.actor,
        action=action.id,
        state="under_way",
        text="Fait",
        expected_version=action.version,
    )
    assert reading.board(circle.coordinator.actor).rows[0].owed == 0


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        (Asked(), {}),
        (Asked(need="1"), {}),
        (Asked(), {"searched": "chauffage"}),
        (Asked(), {"since": timezone.now() - timedelta(days=1)}),
    ],
    ids=["all", "need", "words", "since"],
)
def test_every_board_costs_the_same_with_one_row_and_with_three(
    circle: Circle, asked: Asked, more: dict[str, Any]
) -> None:
    def add() -> None:
        row = story.bring(circle.participant)
        story.agree(circle.participant, row, circle.manager)
        story.entry(circle.participant, row)

    def queries(rows: int) -> int:
        reading.board(circle.manager.actor, asked, **more)
        with CaptureQueriesContext(connection) as caught:
            assert len(reading.board(circle.manager.actor, asked, **more).rows) == rows
        return len(caught)

    add()
    one = queries(1)
    add()
    add()
    assert queries(3) == one


@pytest.mark.parametrize(
    "searched",
    [CANARY, "ZZAUBEPINE jardin", "jardin zzaubé", "zz\u200baubépine"],
)
def test_words_are_found_whatever_their_accents_and_order(circle: Circle, searched: str) -> None:
    row = story.bring(circle.participant, headline=f"Une {CANARY} au jardin")
    story.bring(circle.participant)
    assert codes(circle.manager, searched=searched) == [code_of(row)]
    assert codes(circle.manager, searched=f"{searched} absent") == []


def test_accounts_are_opened_only_when_asked(circle: Circle) -> None:
    row = story.bring(circle.participant, account=f"La {CANARY} a fleuri")
    assert codes(circle.manager, searched=CANARY) == []
    assert codes(circle.manager, searched=CANARY, whole=True) == [code_of(row)]


def test_folding_keeps_other_scripts() -> None:
    assert folded("Œuvre ÉTÉ l’eau") == "oeuvre ete l'eau"
    assert folded("بيت") == "بيت"


def test_a_search_is_an_event_of_its_own_with_what_was_gone_through(circle: Circle) -> None:
    found = story.bring(circle.participant, headline=f"Une {CANARY}")
    other = story.bring(circle.participant)
    before = Entry.objects.count()
    codes(circle.manager, searched=CANARY)
    search, listed = Entry.objects.order_by("pk")[before:]
    assert (search.verb, search.purpose, listed.verb) == ("search", "board", "list")
    assert {each.number for each in search.subjects.all()} == {found.id, other.id}
    assert {each.number for each in listed.subjects.all()} == {found.id}
    assert set(parse_leaf(bytes(search.leaf or b"")).event.field_groups) == {
        "frame", "summary", "narrative",
    }  # fmt: skip


def test_a_search_goes_through_nothing_that_is_shut_to_someone(circle: Circle) -> None:
    row = story.bring(circle.participant, headline=f"Une {CANARY}")
    Situation.objects.filter(id=row.id).update(hidden=True)
    assert codes(circle.manager, searched=CANARY) == []
    assert not Entry.objects.filter(verb="search", subjects__number=row.id).exists()
    assert codes(circle.participant, searched=CANARY) == [code_of(row)]


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_limited_readers_guests_and_the_dpo_search_nothing(circle: Circle, name: str) -> None:
    story.bring(circle.participant, headline=f"Une {CANARY}")
    client = signed_in(circle.people[name])
    response = client.post(url(circle, "board-search"), {"searched": CANARY})
    assert response.status_code == 404
    assert CANARY not in text_of(response)
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.outcome, entry.actor) == (
        "search",
        "refused",
        circle.people[name].user.id,
    )
    with pytest.raises(gate.Refused):
        reading.board(circle.people[name].actor, searched=CANARY)
    assert "/tableau/recherche" not in text_of(client.get(url(circle, "board")))


def everything(*names: str) -> bytes:
    """Every cell of every table, as bytes: what a thief of the database would read."""
    cells = []
    for name in names:
        with connections[name].cursor() as cursor:
            for table in connections[name].introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                cells += [cell for row in cursor.fetchall() for cell in row]
    return b"\n".join(
        bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
        for cell in cells
    )


def test_the_words_looked_for_are_nowhere_afterwards(
    circle: Circle, capfd: pytest.CaptureFixture[str]
) -> None:
    story.bring(circle.participant, headline="Une fleur au jardin")
    client = signed_in(circle.manager)
    word = "zzmyosotis"
    response = client.post(url(circle, "board-search"), {"searched": word})
    page = text_of(response)
    assert response.status_code == 200
    assert f'value="{word}"' in page, "it stays in its field"
    assert page.count(word) == 1, "and nowhere else: no title, no address"
    assert not any(word in str(each) for each in response.headers.items())
    assert word not in text_of(client.get(url(circle, "board")))
    client.post(
        url(circle, "board-search") + "?view=mine", {"searched": f"{word} fleur", "whole": "1"}
    )
    # A session that ended keeps a text that was typed, but never words looked for.
    Session.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    ended = client.post(
        url(circle, "board-search"), {"searched": f"{word} au bord du jardin d’en face"}
    )
    assert "/connexion" in ended["Location"]
    assert InterruptedText.objects.count() == 0
    assert word.encode() not in everything("default", "erasure")
    out, err = capfd.readouterr()
    assert word not in out + err
    assert not any(word in each.body for each in mail.outbox)


def test_a_search_that_fails_shows_nothing_of_its_words(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    client = signed_in(circle.manager, raise_request_exception=False)
    monkeypatch.setattr("concertation.situations.views.boarding.reading.board", fail)
    response = client.post(url(circle, "board-search"), {"searched": CANARY})
    assert response.status_code == 500
    assert CANARY not in text_of(response)
    out, err = capfd.readouterr()
    assert CANARY not in out + err


def test_a_search_keeps_filters_pages_and_order(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concertation.situations.reading.listing.PAGE_SIZE", 1)
    for _ in range(2):
        story.bring(circle.manager)
    story.bring(circle.participant)
    client = signed_in(circle.manager)
    data = {"searched": "chauffage", "page": "2", "sort": "-code"}
    page = text_of(client.post(url(circle, "board-search") + "?view=mine", data))
    assert "page 2 sur 2" in page
    assert 'form="search" name="page" value="1"' in page
    assert client.post(url(circle, "board-search") + "?view=mine", {"searched": " "})[
        "Location"
    ] == (url(circle, "board") + "?view=mine")


def test_an_address_holds_no_word_of_a_sealed_text(circle: Circle) -> None:
    story.bring(circle.participant, needs=("violence",), headline=f"Une {CANARY}")
    page = get(signed_in(circle.manager), url(circle, "board") + "?need=8&sort=code&view=mine")
    addresses = re.findall(r'(?:href|action|hx-[a-z]+)="([^"]*)"', page)
    assert any("need=8" in each for each in addresses)
    for word in ("violence", CANARY, "chauffage"):
        assert not any(word in each.lower() for each in addresses)


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "\u202eévil tnemevuom",
    "Une \U0001f33b au balcon",
    '=cmd|"/c calc"!A1',
]


@pytest.mark.parametrize("headline", HOSTILE)
def test_strange_headlines_are_shown_and_do_nothing(circle: Circle, headline: str) -> None:
    story.bring(circle.participant, headline=headline)
    response = signed_in(circle.manager).get(url(circle, "board"))
    assert "<img" not in response.content.decode()
    # A mark that turns the line round is left out when it is written.
    shown = headline.replace("\u202e", "")
    assert f"<bdi>{shown}</bdi>" in text_of(response), "whole, and apart from its neighbours"


def test_a_holder_who_left_is_said_to_have_left(circle: Circle) -> None:
    row = story.bring(circle.participant)
    hold(circle, row, circle.manager)
    place = circle.manager.participation
    assert place is not None
    place.state = ParticipationState.ENDED
    place.save()
    page = get(signed_in(circle.participant), url(circle, "board"))
    assert "a quitté le cercle" in page
    assert codes(circle.participant, Asked.of({"holder": str(place.id)})) == [code_of(row)]


def test_a_need_taken_off_the_list_does_not_break_an_old_row(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As it was sealed while the list still had it.
    values = story.presentation().sealed_values() | {"needs": ["housing", "withdrawn_need"]}
    monkeypatch.setattr(Presentation, "sealed_values", lambda _: values)
    row = story.bring(circle.participant)
    found = reading.board(circle.manager.actor)
    assert found.rows[0].needs == ("logement",)
    assert codes(circle.manager, Asked(need="1")) == [code_of(row)]


def test_the_display_is_kept_for_the_person(circle: Circle) -> None:
    story.bring(circle.participant)
    client = signed_in(circle.manager)
    address = url(circle, "board-display")
    assert "board--compact" not in get(client, url(circle, "board"))
    response = client.post(address + "?view=mine", {"set": "compact"})
    assert response["Location"] == url(circle, "board") + "?view=mine"
    client.post(address, {"set": "keys_off"})
    client.post(address, {"set": "anything"})
    page = get(signed_in(circle.manager), url(circle, "board"))
    assert "board--compact" in page
    assert 'data-shortcuts="off"' in page
    assert not User.objects.get(id=circle.participant.user.id).compact_board
    client.post(address, {"set": "keys_on"})
    assert 'data-shortcuts="off"' not in get(client, url(circle, "board"))


def test_empty_boards_say_what_to_do_next(circle: Circle) -> None:
    client = signed_in(circle.manager)
    assert "Présenter une situation" in get(client, url(circle, "board"))
    story.bring(circle.participant)
    assert "Voir toutes les situations" in get(client, url(circle, "board") + "?view=mine")
    page = text_of(client.post(url(circle, "board-search"), {"searched": CANARY}))
    assert "Cochez «\u00a0aussi dans les récits\u00a0»" in page
    assert "Quitter la recherche" in page
