"""The log as a file, its further filters, and kept searches: the DPO's alone, and recorded."""

import csv
import html
import io
import json
import tracemalloc
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.leaf import parse_leaf
from audit.models import Entry, EntrySubject, SavedSearch
from audit.names import concertation_ledger
from audit.record import record_now
from audit.seeding import seed
from concertation.meetings.models import Meeting
from tests.cast import Circle, make_circle, number_of
from tests.dpo.reviewing import CODE, NISS, read
from tests.ethics.sealed_rows import bring, edit
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def get(client: Client, circle: Circle, **search: Any) -> str:
    response = client.get(reverse("ledger", args=[circle.concertation.slug]), search)
    return html.unescape(response.content.decode())


def export(client: Client, circle: Circle, kind: str, **search: Any) -> str:
    address = reverse("ledger-export", args=[circle.concertation.slug, kind])
    response: Any = client.get(address, search)
    assert response.streaming
    return b"".join(response.streaming_content).decode()


def lines(client: Client, circle: Circle, **search: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(client, circle, "jsonl", **search).splitlines()]


def plan(circle: Circle) -> Meeting:
    return Meeting.objects.create(
        concertation=circle.concertation, starts_at=timezone.now(), place="Par vidéo"
    )


def in_ledger(circle: Circle, event: Event) -> Entry:
    return record_now(concertation_ledger(circle.concertation.id), event)


# --- Filters -----------------------------------------------------------------------------------


def test_organisation_purpose_and_meeting_narrow_the_search(circle: Circle, dpo: Client) -> None:
    row, meeting = bring(circle, CODE), plan(circle)
    read(circle, "manager", row)
    read(circle, "participant", row)
    in_ledger(circle, Event(verb=Verb.LIST, purpose=Purpose.AGENDA, meeting=meeting.id))
    place = circle.manager.participation
    assert place is not None
    house = str(place.organisation_id)
    (mine,) = lines(dpo, circle, organisation=house, verb="read")
    assert mine["actor"] == str(circle.manager.user.id)
    (shown,) = lines(dpo, circle, meeting=str(meeting.id))
    assert shown["verb"] == "list"
    assert {each["purpose"] for each in lines(dpo, circle, purpose="sheet")} == {"sheet"}
    page = get(dpo, circle, organisation=house, purpose="sheet")
    assert f'value="{house}" selected' in page


def test_a_situation_shown_in_a_meeting_names_the_organisations_present(
    circle: Circle, dpo: Client
) -> None:
    row, meeting = bring(circle, CODE), plan(circle)
    present = (number_of(circle.manager), number_of(circle.participant), number_of(circle.police))
    shown = Event(
        verb=Verb.SHOWN_ON_SCREEN,
        actor=circle.coordinator.user.id,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.SITUATION, row.id),),
        meeting=meeting.id,
        present=present,
    )
    in_ledger(circle, shown)
    page = get(dpo, circle, situation=row.id)
    assert "Montrée à l’écran en réunion" in page
    assert "Coup-de-Pouce tilleuls (1)" in page
    assert "Police de quartier tilleuls (1)" in page


# --- Export ------------------------------------------------------------------------------------


def test_an_export_holds_what_was_found_with_names_and_no_content(
    circle: Circle, dpo: Client
) -> None:
    row = bring(circle, CODE)
    edit(circle, row, "CANARI-TRES-RECONNAISSABLE")
    read(circle, "manager", row)
    found = lines(dpo, circle, situation=row.id)
    assert {each["verb"] for each in found} >= {"read", "situation_brought"}
    (one,) = [each for each in found if each["verb"] == "read"]
    assert one["actor_name"] == circle.manager.user.name
    assert one["organisation_name"] == "La Théière tilleuls"
    assert f"situation:{row.id}" in one["subjects"]
    whole = export(dpo, circle, "jsonl") + export(dpo, circle, "csv")
    assert "CANARI" not in whole
    assert CODE not in whole


def test_an_export_is_recorded_before_it_is_sent_with_how_many_and_what_about(
    circle: Circle, dpo: Client
) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    text = export(dpo, circle, "csv", situation=row.id)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    entry = Entry.objects.get(verb=Verb.LEDGER_EXPORTED)
    details = parse_leaf(bytes(entry.leaf or b"")).event.details
    assert dict(details) == {"format": "csv", "rows": len(rows)}
    assert EntrySubject.objects.get(entry=entry).number == row.id
    assert str(entry.index) not in {each["index"] for each in rows}


def test_an_empty_export_is_a_file_and_an_event_too(circle: Circle, dpo: Client) -> None:
    assert export(dpo, circle, "jsonl", verb="erased") == ""
    assert Entry.objects.filter(verb=Verb.LEDGER_EXPORTED).count() == 1


def test_a_name_that_begins_like_a_formula_is_quoted_in_the_table(
    circle: Circle, dpo: Client
) -> None:
    circle.manager.user.name = "=HYPERLINK(1)"
    circle.manager.user.save()
    read(circle, "manager", bring(circle, CODE))
    text = export(dpo, circle, "csv", verb="read")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert "'=HYPERLINK(1)" in {each["actor_name"] for each in rows}


def test_a_search_with_a_mistake_gives_no_file_and_no_event(circle: Circle, dpo: Client) -> None:
    address = reverse("ledger-export", args=[circle.concertation.slug, "csv"])
    assert dpo.get(address, {"since": "hier"}).status_code == 302
    assert not Entry.objects.filter(verb=Verb.LEDGER_EXPORTED).exists()
    other = reverse("ledger-export", args=[circle.concertation.slug, "xlsx"])
    assert dpo.get(other).status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "participant", "police", "guest"])
def test_nobody_but_the_dpo_gets_a_file_or_keeps_a_search(circle: Circle, who: str) -> None:
    client, slug = signed_in(circle.people[who]), circle.concertation.slug
    for method, route, parts in (
        ("get", "ledger-export", ("csv",)),
        ("post", "ledger-keep", ()),
        ("post", "ledger-forget", (uuid4(),)),
    ):
        before = Entry.objects.filter(outcome=Outcome.REFUSED).count()
        address = reverse(route, args=[slug, *parts])
        assert getattr(client, method)(address).status_code == 404
        assert Entry.objects.filter(outcome=Outcome.REFUSED).count() == before + 1


# --- Kept searches -----------------------------------------------------------------------------


def keep(client: Client, circle: Circle, name: str, query: str) -> Any:
    address = reverse("ledger-keep", args=[circle.concertation.slug])
    return client.post(f"{address}?{query}", {"name": name})


def test_a_kept_search_asks_the_same_again_and_holds_no_code(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    response = keep(
        dpo, circle, "Lectures de novembre", f"situation={row.id}&verb=read&since=2026-11-01"
    )
    assert response.status_code == 302
    saved = SavedSearch.objects.get()
    assert saved.filters == {"situation": str(row.id), "verb": "read", "since": "2026-11-01"}
    page = get(dpo, circle)
    assert f"?situation={row.id}&verb=read&since=2026-11-01" in page
    assert "Lectures de novembre" in page
    assert Entry.objects.filter(verb=Verb.SEARCH_KEPT, actor=circle.dpo.user.id).exists()
    row.delete()
    assert "?verb=read&since=2026-11-01" in get(dpo, circle), "an erased one is asked by the rest"


def test_the_same_name_replaces_and_another_dpo_sees_nothing_of_it(
    circle: Circle, dpo: Client
) -> None:
    keep(dpo, circle, "Refus", "outcome=refused")
    keep(dpo, circle, "Refus", "outcome=failed")
    assert SavedSearch.objects.get().filters == {"outcome": "failed"}
    elsewhere = make_circle("marolles", "Les Marolles")
    other = signed_in(elsewhere.dpo)
    forget = reverse("ledger-forget", args=["marolles", SavedSearch.objects.get().id])
    other.post(forget)
    assert SavedSearch.objects.exists()
    assert "outcome=failed" not in get(other, elsewhere)


def test_a_kept_search_is_forgotten(circle: Circle, dpo: Client) -> None:
    keep(dpo, circle, "Refus", "outcome=refused")
    forget = reverse("ledger-forget", args=[circle.concertation.slug, SavedSearch.objects.get().id])
    assert dpo.post(forget).status_code == 302
    assert not SavedSearch.objects.exists()


def test_a_name_with_an_identifier_or_none_is_refused_and_stays(
    circle: Circle, dpo: Client
) -> None:
    refused = html.unescape(keep(dpo, circle, NISS, "verb=read").content.decode())
    assert "Numéro de registre national à retirer" in refused
    assert f'value="{NISS}"' in refused
    empty = html.unescape(keep(dpo, circle, "  ", "verb=read").content.decode())
    assert "Donnez-lui un nom court." in empty
    assert not SavedSearch.objects.exists()


def test_twenty_searches_are_the_most(circle: Circle, dpo: Client) -> None:
    for number in range(20):
        assert keep(dpo, circle, f"Recherche {number}", "verb=read").status_code == 302
    refused = html.unescape(keep(dpo, circle, "Une de trop", "verb=read").content.decode())
    assert "Vous en gardez déjà vingt" in refused
    assert SavedSearch.objects.count() == 20


def test_the_file_of_a_long_log_takes_no_more_memory_than_of_a_short_one(
    circle: Circle, dpo: Client
) -> None:
    """From the database to the last byte, in both formats: what is sent is forgotten."""
    book = concertation_ledger(circle.concertation.id)

    def peak(kind: str) -> tuple[int, int]:
        address = reverse("ledger-export", args=[circle.concertation.slug, kind])
        tracemalloc.start()
        response: Any = dpo.get(address)
        size = sum(len(part) for part in response.streaming_content)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size, most

    seed(book, 800)
    short = {kind: peak(kind) for kind in ("csv", "jsonl")}
    seed(book, 3_600)
    for kind, (size, most) in short.items():
        longer, needed = peak(kind)
        assert longer > 4 * size
        assert needed < 1.3 * most, f"{kind}: {most} bytes, then {needed}"
