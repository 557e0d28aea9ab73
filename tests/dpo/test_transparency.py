"""One's own log, and the report of consultations for the person concerned: who sees what."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.models import Entry, EntrySubject
from audit.names import concertation_ledger
from audit.reading import each_who_saw
from audit.record import record_now
from concertation.dpo.consultations import consultations
from concertation.situations.models import Situation
from ethics import gate
from tests.cast import Circle, make_circle, number_of
from tests.dpo.reviewing import CODE, end, picked, read
from tests.ethics.sealed_rows import bring
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def own(client: Client, circle: Circle, **query: Any) -> str:
    response = client.get(reverse("my-log", args=[circle.concertation.slug]), query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def taken(client: Client, circle: Circle, code: str = CODE) -> Any:
    address = reverse("ledger-consultations", args=[circle.concertation.slug])
    row = Situation.objects.filter(code=code).first()
    return client.get(address, {"situation": str(row.id) if row else code})


# --- My own log --------------------------------------------------------------------------------


def test_my_log_shows_what_i_opened_and_nobody_elses_acts(circle: Circle) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    mine = own(signed_in(circle.manager), circle)
    assert "K7QF-3MMH" in mine
    assert "Coup-de-Pouce" not in re.sub(r"<header.*?</header>", "", mine, flags=re.S)
    assert "fichier.csv" not in mine
    police = own(signed_in(circle.police), circle)
    assert "K7QF-3MMH" not in police


@pytest.mark.parametrize("who", ["coordinator", "participant", "police", "guest", "dpo"])
def test_everybody_has_their_own_log_and_looking_at_it_is_no_event(
    circle: Circle, who: str
) -> None:
    client = signed_in(circle.people[who])
    own(client, circle)
    before = Entry.objects.count()
    own(client, circle)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("change", [{"hidden": True}, {"restricted": True}])
def test_a_situation_that_was_shut_since_is_not_named_to_who_read_it(
    circle: Circle, change: dict[str, bool]
) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    Situation.objects.filter(pk=row.pk).update(**change)
    assert "K7QF-3MMH" not in own(signed_in(circle.manager), circle)
    assert "K7QF-3MMH" in own(signed_in(circle.participant), circle), "who brought it knows"


def test_what_the_dpo_asked_me_stands_there_with_my_answer(circle: Circle, dpo: Client) -> None:
    item = picked(circle)
    end(dpo, circle, item, "questioned", "Pourquoi cette lecture ?")
    client = signed_in(circle.manager)
    assert "Pourquoi cette lecture ?" in own(client, circle)
    item.refresh_from_db()
    address = reverse("review-answer", args=[circle.concertation.slug, item.id])
    client.post(address, {"text": "Une garde.", "version": item.version})
    assert "Une garde." in own(client, circle)
    assert "Une garde." not in own(signed_in(circle.participant), circle)


def test_three_entries_cost_as_many_queries_as_one(circle: Circle) -> None:
    client, row = signed_in(circle.manager), bring(circle, CODE)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            own(client, circle)
        return len(queries)

    read(circle, "manager", row)
    cost()
    one = cost()
    read(circle, "manager", row, 3)
    assert cost() == one


# --- The report of consultations ---------------------------------------------------------------


def test_the_report_tells_organisation_function_day_and_purpose_without_a_name(
    circle: Circle,
) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row, 2)
    with pytest.raises(gate.Refused):
        read(circle, "police", row)
    told = consultations(circle.dpo.actor, "k7qf 3mmh")
    found = {(each.organisation, each.function, each.purpose): each.times for each in told.rows}
    assert found == {("La Théière tilleuls", "travail social", "fiche"): 2}
    assert told.code == "K7QF-3MMH"
    assert circle.manager.user.name not in str(told)


def test_those_present_before_a_screen_are_in_it(circle: Circle) -> None:
    row = bring(circle, CODE)
    shown = Event(
        verb=Verb.SHOWN_ON_SCREEN,
        actor=circle.coordinator.user.id,
        purpose=Purpose.MEETING,
        subjects=(Subject(SubjectKind.SITUATION, row.id),),
        present=(number_of(circle.police), number_of(circle.guest)),
    )
    record_now(concertation_ledger(circle.concertation.id), shown)
    told = consultations(circle.dpo.actor, CODE)
    assert {(each.organisation, str(each.purpose)) for each in told.rows} == {
        ("Police de quartier tilleuls", "montrée en réunion"),
        ("Coup-de-Pouce tilleuls", "montrée en réunion"),
    }


def test_it_is_a_pdf_and_taking_it_is_recorded(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    response = taken(dpo, circle)
    assert response.content.startswith(b"%PDF-")
    entry = Entry.objects.get(verb=Verb.LEDGER_EXPORTED)
    assert EntrySubject.objects.get(entry=entry).number == row.id


def test_whoever_looks_up_who_saw_it_has_not_seen_it(circle: Circle, dpo: Client) -> None:
    row = bring(circle, CODE)
    slug = circle.concertation.slug
    dpo.get(reverse("ledger", args=[slug]), {"situation": str(row.id)})
    exported: Any = dpo.get(
        reverse("ledger-export", args=[slug, "csv"]), {"situation": str(row.id)}
    )
    assert b"".join(exported.streaming_content)
    taken(dpo, circle)
    seen = each_who_saw(concertation_ledger(circle.concertation.id), row.id)
    assert {each.actor for each in seen} == {circle.participant.user.id}


@pytest.mark.parametrize("who", ["coordinator", "participant", "police", "guest"])
def test_nobody_but_the_dpo_gives_it(circle: Circle, who: str) -> None:
    bring(circle, CODE)
    assert taken(signed_in(circle.people[who]), circle).status_code == 404


def test_an_unknown_code_and_another_concertations_are_the_same(
    circle: Circle, dpo: Client
) -> None:
    elsewhere = make_circle("marolles", "Les Marolles")
    bring(elsewhere, CODE)
    assert taken(dpo, circle).status_code == 404
    assert taken(dpo, circle, "XXXX-XXXX").status_code == 404
    assert taken(dpo, circle, "").status_code == 404
