"""The DPO's review: the queue from real reads, how an item ends, and the reader's answer."""

import html
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Purpose, SubjectKind, Verb
from audit.leaf import parse_leaf
from audit.models import Entry, EntrySubject, ReviewItem, ReviewMonth
from audit.names import concertation_ledger
from audit.review.queue import next_month
from audit.review.rules import Rule
from concertation.dpo import review_actions
from concertation.situations.models import Situation
from ethics import gate
from ethics.policy import Act
from tests.cast import Circle, make_circle
from tests.dpo.reviewing import CODE, NISS, end, of, page, picked, prepare, read, this_month
from tests.ethics.sealed_rows import bring, edit
from tests.signin import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# --- The queue ---------------------------------------------------------------------------------


def test_a_read_without_part_in_it_is_an_item_and_who_brought_it_is_none(circle: Circle) -> None:
    row = bring(circle, CODE)
    read(circle, "participant", row)
    read(circle, "manager", row, 3)
    prepare(circle)
    (item,) = of(Rule.WITHOUT_INVOLVEMENT)
    assert (item.actor, item.situation) == (circle.manager.user.id, row.id)
    assert item.count == 3
    entries = Entry.objects.filter(
        ledger__name=concertation_ledger(circle.concertation.id), index__in=item.entries
    )
    assert {(each.actor, each.verb) for each in entries} == {(item.actor, "read")}


def test_a_situation_on_an_agenda_that_was_shown_is_no_item(circle: Circle) -> None:
    row = bring(circle, CODE)
    gate.reveal(
        circle.coordinator.actor,
        records=(),
        subjects=[row.id],
        purpose=Purpose.AGENDA,
        act=Act.LIST,
    )
    read(circle, "manager", row)
    read(circle, "participant", row)
    prepare(circle)
    assert of(Rule.WITHOUT_INVOLVEMENT) == []
    # Whenever these tests run: late in the evening the hour itself is a reason to look.
    assert {each.rule for each in ReviewItem.objects.all()} <= {Rule.SAMPLE, Rule.UNUSUAL_HOURS}


def test_building_again_adds_what_happened_since_and_keeps_what_was_decided(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    assert end(dpo, circle, item, "explained", "Vue avec la coordination.").status_code == 302
    before = ReviewItem.objects.count()
    row = Situation.objects.get()
    read(circle, "manager", row)
    prepare(circle)
    item.refresh_from_db()
    assert (item.state, item.count) == ("explained", 2), "what was decided stays as it was"
    with pytest.raises(gate.Refused):
        read(circle, "police", row)
    for _ in range(5):
        with pytest.raises(gate.Refused):
            read(circle, "police", row)
    prepare(circle)
    assert ReviewItem.objects.count() == before + 1
    (burst,) = of(Rule.REFUSALS)
    assert (burst.actor, burst.count) == (circle.police.user.id, 6)


def test_an_undecided_item_follows_what_happens(circle: Circle) -> None:
    item = picked(circle)
    read(circle, "manager", Situation.objects.get())
    prepare(circle)
    item.refresh_from_db()
    assert (item.count, len(item.entries)) == (3, 3)


def test_a_restricted_request_an_export_and_a_lifted_suppression_are_items(
    circle: Circle,
) -> None:
    for verb, act in (
        (Verb.REPORT_EXPORTED, Act.READ_REPORT),
        (Verb.SUPPRESSION_LIFTED, Act.LIFT_SUPPRESSION),
        (Verb.ACCESS_ASKED, Act.ASK_ACCESS),
    ):
        gate.allow(circle.coordinator.actor, act, purpose=Purpose.REPORT, verb=verb)
    prepare(circle)
    assert len(of(Rule.EXPORT)) == len(of(Rule.SUPPRESSION)) == len(of(Rule.ACCESS)) == 1


def test_counted_refusals_weigh_what_they_stand_for(circle: Circle) -> None:
    row = bring(circle, CODE)
    for _ in range(40):
        try:
            read(circle, "police", row)
        except gate.Refused:
            continue
    assert Entry.objects.filter(reason="counted").exists()
    prepare(circle)
    (burst,) = of(Rule.REFUSALS)
    counted = Entry.objects.filter(reason="counted", actor=circle.police.user.id)
    waiting = sum(
        int(parse_leaf(bytes(each.leaf or b"")).event.details["count"]) for each in counted
    )
    assert burst.count == 30 + waiting


def test_last_month_is_built_once_by_the_daily_command_and_the_ledger_says_so(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bring(circle, CODE)
    read(circle, "manager", row)
    read(circle, "participant", row)
    later = timezone.make_aware(
        datetime.combine(next_month(this_month()), datetime.min.time())
    ) + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert review_actions.prepare_last_month() == 1
    month = ReviewMonth.objects.get()
    assert month.complete
    assert ReviewItem.objects.exists()
    assert review_actions.prepare_last_month() == 0
    entry = Entry.objects.get(verb=Verb.REVIEW_PREPARED)
    details = parse_leaf(bytes(entry.leaf or b"")).event.details
    assert details["count"] == ReviewItem.objects.count()
    assert details["month"] == f"{month.month:%Y-%m}"


def test_a_month_that_has_not_begun_has_no_queue(circle: Circle, dpo: Client) -> None:
    address = reverse("review-prepare", args=[circle.concertation.slug])
    assert dpo.post(address, {"month": "2199-01"}).status_code == 302
    assert not ReviewMonth.objects.exists()
    assert dpo.post(address, {"month": "pas un mois"}).status_code == 302
    assert not ReviewMonth.objects.exists()


# --- Who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["coordinator", "participant", "police", "guest"])
def test_nobody_but_the_dpo_finds_the_queue_and_the_attempt_is_recorded(
    circle: Circle, who: str
) -> None:
    item = picked(circle)
    client = signed_in(circle.people[who])
    slug = circle.concertation.slug
    for method, route, parts in (
        ("get", "review", ()),
        ("post", "review-prepare", ()),
        ("get", "review-item", (item.id,)),
        ("post", "review-item", (item.id,)),
    ):
        before = Entry.objects.filter(outcome=Outcome.REFUSED).count()
        response = getattr(client, method)(reverse(route, args=[slug, *parts]))
        assert response.status_code == 404, route
        assert Entry.objects.filter(outcome=Outcome.REFUSED).count() == before + 1


def test_another_concertations_item_is_not_found(circle: Circle) -> None:
    item = picked(circle)
    elsewhere = make_circle("marolles", "Les Marolles")
    client = signed_in(elsewhere.dpo)
    address = reverse("review-item", args=["marolles", item.id])
    assert client.get(address).status_code == 404
    assert client.post(address, {"ending": "closed", "text": "x", "version": 1}).status_code == 404
    item.refresh_from_db()
    assert item.state == "open"


def test_every_member_reads_the_published_rules(circle: Circle) -> None:
    for who in ("coordinator", "participant", "police", "guest", "dpo"):
        shown = page(signed_in(circle.people[who]), circle, "review-rules")
        assert "Ouverte sans implication" in shown
        assert "Tirage au sort" in shown


# --- One item ----------------------------------------------------------------------------------


def test_an_item_says_who_when_and_why_and_nothing_of_the_content(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    edit(circle, Situation.objects.get(), "CANARI-TRES-RECONNAISSABLE")
    shown = page(dpo, circle, "review-item", item.id)
    queue = page(dpo, circle, "review")
    assert "Pourquoi ce point" in shown
    assert circle.manager.user.name in shown
    assert "K7QF-3MMH" in shown
    for each in (shown, queue):
        assert "CANARI" not in each
        # A number leads on, but nobody has to read one.
        assert str(item.situation) not in re.sub(r'href="[^"]*"', "", each)


def test_an_item_says_in_words_what_the_log_holds_and_leads_to_who_else_saw_it(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    shown = page(dpo, circle, "review-item", item.id)
    acts = shown[shown.index("Ce que dit le journal") : shown.index("Qui d’autre")]
    assert acts.count("Lire") == len(item.entries) == 2
    assert acts.count("K7QF-3MMH") == 2
    for index in item.entries:
        assert f"entrée {index}" in acts
    assert f"journal?situation={item.situation}" in shown


def test_the_queue_leads_to_the_next_item_and_says_what_the_report_waits_for(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    address = reverse("review-item", args=[circle.concertation.slug, item.id])
    queue = page(dpo, circle, "review")
    assert f'href="{address}">Commencer la revue' in queue
    assert "une fois le mois terminé" not in queue
    for each in ReviewItem.objects.all():
        end(dpo, circle, each, "closed", "Vu avec la coordination.")
    queue = page(dpo, circle, "review")
    assert "Commencer la revue" not in queue
    assert "Continuer la revue" not in queue
    assert "une fois le mois terminé" in queue


def test_the_dpos_own_look_at_an_item_is_recorded_with_whom_it_is_about(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    page(dpo, circle, "review-item", item.id)
    entry = Entry.objects.filter(verb=Verb.LEDGER_READ).latest("pk")
    assert (entry.actor, entry.purpose) == (circle.dpo.user.id, "review")
    subjects = set(EntrySubject.objects.filter(entry=entry).values_list("kind", "number"))
    assert subjects == {
        (SubjectKind.REVIEW_ITEM, item.id),
        (SubjectKind.PERSON, item.actor),
        (SubjectKind.SITUATION, item.situation),
    }


@pytest.mark.parametrize("ending", ["explained", "closed"])
def test_an_item_ends_with_a_note_and_the_ledger_says_how(
    circle: Circle, dpo: Client, ending: str
) -> None:
    item = picked(circle)
    assert end(dpo, circle, item, ending, "Vu avec la coordination.").status_code == 302
    item.refresh_from_db()
    assert (item.state, item.note) == (ending, "Vu avec la coordination.")
    entry = Entry.objects.get(verb=Verb.REVIEWED)
    event = parse_leaf(bytes(entry.leaf or b"")).event
    assert dict(event.details) == {"rule": item.rule, "state": ending}
    assert b"coordination" not in bytes(entry.leaf or b"")
    again = end(dpo, circle, item, "closed", "Encore.")
    assert again.status_code == 200
    item.refresh_from_db()
    assert item.note == "Vu avec la coordination."


def test_without_a_note_nothing_ends_and_the_page_says_what_to_do(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    response = end(dpo, circle, item, "closed", "   ")
    assert "Écrivez une phrase" in html.unescape(response.content.decode())
    item.refresh_from_db()
    assert item.state == "open"


@pytest.mark.parametrize("ending", ["", "open", "deleted"])
def test_an_ending_that_is_none_is_refused(circle: Circle, dpo: Client, ending: str) -> None:
    item = picked(circle)
    assert end(dpo, circle, item, ending, "Une note.").status_code == 200
    item.refresh_from_db()
    assert item.state == "open"


def test_a_note_written_over_someone_elses_is_refused_and_stays_in_the_form(
    circle: Circle, dpo: Client
) -> None:
    item = picked(circle)
    address = reverse("review-item", args=[circle.concertation.slug, item.id])
    sent = {"ending": "questioned", "text": "Pourquoi ?", "version": item.version}
    assert dpo.post(address, sent).status_code == 302
    late = dpo.post(address, {"ending": "closed", "text": "Ma note.", "version": item.version})
    shown = html.unescape(late.content.decode())
    assert "Ce point a changé entre-temps" in shown
    assert "Ma note." in shown
    again = re.search(r'name="version" value="(\d+)"', shown)
    assert again
    item.refresh_from_db()
    assert (item.state, int(again[1])) == ("questioned", item.version)


def test_a_note_with_an_identifier_is_refused(circle: Circle, dpo: Client) -> None:
    item = picked(circle)
    response = end(dpo, circle, item, "closed", f"Voir {NISS}")
    assert "Numéro de registre national à retirer" in html.unescape(response.content.decode())
    item.refresh_from_db()
    assert (item.state, item.note) == ("open", "")


# --- The page ----------------------------------------------------------------------------------


def test_the_queue_counts_what_is_left_and_findings_per_rule(circle: Circle, dpo: Client) -> None:
    item = picked(circle)
    address = reverse("review-prepare", args=[circle.concertation.slug])
    response = dpo.post(address, {"month": f"{this_month():%Y-%m}"})
    assert response.status_code == 302
    total = ReviewItem.objects.count()
    shown = re.sub(r"\s+", " ", page(dpo, circle, "review"))
    assert f"{total} point" in shown
    end(dpo, circle, item, "closed", "Vu.")
    trends = re.sub(r"<[^>]+>", " ", page(dpo, circle, "review"))
    assert "Ce que chaque règle a retenu" in trends
    assert "Close sans suite" in trends


def test_three_items_cost_as_many_queries_as_one(circle: Circle, dpo: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(dpo, circle, "review")
        return len(queries)

    picked(circle)
    cost()
    one = cost()
    for _ in range(5):
        with pytest.raises(gate.Refused):
            read(circle, "police", Situation.objects.get())
    gate.allow(
        circle.coordinator.actor, Act.READ_REPORT, purpose=Purpose.REPORT,
        verb=Verb.REPORT_EXPORTED,
    )  # fmt: skip
    assert len(prepare(circle)) >= 3
    assert cost() == one
