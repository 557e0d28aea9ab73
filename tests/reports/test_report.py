"""The year's report, its suppression, and the decision to lift it."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.enums import Outcome, Verb
from audit.models import Entry
from concertation.meetings.actions import hold_meeting, plan_meeting
from concertation.reports import actions, errors
from concertation.reports.reading import report_export, year_report
from concertation.situations import actions as situations
from concertation.situations.models import LiftedSuppression, YearTally
from ethics import gate
from ethics.secrecy.fields import Sealed
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations.story import agree, bring, draft, share

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])


def this_year() -> int:
    return timezone.localdate().year


def address(year: int | None = None) -> str:
    return reverse("report-year", args=["tilleuls", year or this_year()])


def told_to(actor: gate.Actor) -> Any:
    """This year's report as JSON."""
    return report_export(actor, this_year())


def meeting(circle: Circle, *brought: int) -> None:
    """A held meeting, and situations brought to it."""
    row = plan_meeting(circle.coordinator.actor, starts_at=timezone.now(), place="par vidéo")
    for _ in range(sum(brought)):
        bring_to(circle, row.id)
    hold_meeting(
        circle.coordinator.actor,
        meeting=row.id,
        minutes=50,
        presences={number_of(circle.manager): "remote", number_of(circle.police): "excused"},
    )


def bring_to(circle: Circle, number: UUID) -> None:
    share(circle.participant, draft(circle.participant).id, meeting=number)


def test_small_numbers_are_hidden_until_the_coordinator_lifts_them(circle: Circle) -> None:
    meeting(circle, 3)
    told = told_to(circle.participant.actor)
    assert told["situations_treated"] is None
    assert told["meetings"][0]["new_situations"] is None
    assert set(told["needs"].values()) == {None}
    assert told["suppression"] == {"lifted": False, "reason": None, "threshold": 5}
    actions.lift_suppression(circle.coordinator.actor, year=this_year(), reason="circle")
    shown = year_report(circle.participant.actor, this_year())
    assert shown.treated == 3
    assert {row.key: row.number for row in shown.needs.rows} == {"housing": 3, "income_rights": 3}


@pytest.mark.parametrize("reason", ["circle", "already_published"])
def test_small_numbers_leave_only_when_they_are_public_already(circle: Circle, reason: str) -> None:
    meeting(circle, 3)
    actions.lift_suppression(circle.coordinator.actor, year=this_year(), reason=reason)
    told = signed_in(circle.participant).get(f"{address()}?format=json").json()
    number = 3 if reason == "already_published" else None
    assert told["situations_treated"] == number
    assert told["meetings"][0]["new_situations"] == number
    assert told["needs"] == {"housing": number, "income_rights": number}
    assert told["suppression"] == {"lifted": True, "reason": reason, "threshold": 5}
    page = signed_in(circle.participant).get(address()).content.decode()
    assert "masqué" not in page


def test_lifting_one_year_lifts_no_other(circle: Circle) -> None:
    meeting(circle, 3)
    actions.lift_suppression(circle.coordinator.actor, year=this_year() - 1, reason="circle")
    assert year_report(circle.participant.actor, this_year()).treated is None


def test_what_speaks_of_professionals_is_shown(circle: Circle) -> None:
    meeting(circle)
    told = told_to(circle.participant.actor)
    assert told["meetings"][0]["participants"] == 1
    assert told["organisations_by_domain"] == {
        "mental_health": 1,
        "social": 1,
        "safety_prevention": 1,
    }
    assert told["coordination_time"] == "0:50"


def test_the_dpo_and_guests_make_no_organisation_a_partner(circle: Circle) -> None:
    for name in ("coordinator", "manager"):
        row = circle.people[name].participation
        assert row is not None
        row.roles = ["dpo"]
        row.save()
    told = year_report(circle.participant.actor, this_year())
    assert told.organisations.total == 2


def test_outcomes_actions_and_feedback_come_from_the_work(circle: Circle) -> None:
    situation = bring(circle.participant)
    row = agree(circle.manager, situation, circle.participant)
    situations.answer_action(
        circle.participant.actor, action=row.id, state="done", text="Fait ensemble"
    )
    situations.close_situation(
        circle.coordinator.actor, situation=situation.id, outcome="admission_avoided"
    )
    actions.lift_suppression(circle.coordinator.actor, year=this_year(), reason="already_published")
    told = told_to(circle.manager.actor)
    assert told["outcomes"] == {"admission_avoided": 1}
    assert told["actions_by_state"] == {"agreed": 1, "done": 1}
    assert (told["feedback_given"], told["new_situations_outside_meetings"]) == (1, 1)


def test_only_the_coordinator_lifts_and_the_decision_is_recorded(circle: Circle) -> None:
    with pytest.raises(gate.Refused):
        actions.lift_suppression(circle.participant.actor, year=2021, reason="circle")
    with pytest.raises(errors.UnknownReason):
        actions.lift_suppression(circle.coordinator.actor, year=2021, reason="parce que")
    assert not LiftedSuppression.objects.exists()
    actions.lift_suppression(circle.coordinator.actor, year=2021, reason="circle")
    with pytest.raises(errors.AlreadyLifted):
        actions.lift_suppression(circle.coordinator.actor, year=2021, reason="circle")
    entries = Entry.objects.filter(verb=Verb.SUPPRESSION_LIFTED)
    assert sorted(entries.values_list("outcome", flat=True)) == [
        Outcome.GRANTED,
        Outcome.REFUSED,
    ]


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_the_report_is_the_circle_s(circle: Circle, name: str) -> None:
    client = signed_in(circle.people[name])
    assert client.get(address()).status_code == 404
    assert client.post(reverse("report-lift", args=["tilleuls", 2021])).status_code == 404


def test_the_page_says_what_is_hidden_and_lets_the_coordinator_decide(circle: Circle) -> None:
    meeting(circle, 3)
    page = signed_in(circle.participant).get(address()).content.decode()
    assert "Les nombres de 1 à 4 sont masqués" in page
    assert "masqué" in page
    assert "Afficher les petits nombres" not in page
    client = signed_in(circle.coordinator)
    assert "Afficher les petits nombres" in client.get(address()).content.decode()
    lift = reverse("report-lift", args=["tilleuls", this_year()])
    assert client.post(lift, {}).status_code == 422
    client.post(lift, {"reason": "circle"})
    page = client.get(address()).content.decode()
    assert "par décision de la coordination" in page
    assert "masqué" not in page.replace("masqués", "")


def test_json_is_an_export_and_recorded_as_one(circle: Circle) -> None:
    meeting(circle, 3)
    response = signed_in(circle.participant).get(f"{address()}?format=json")
    assert response.headers["Content-Type"] == "application/json"
    told = json.loads(response.content)
    assert told["situations_treated"] is None
    assert Entry.objects.filter(verb=Verb.REPORT_EXPORTED).count() == 1
    assert Entry.objects.filter(verb=Verb.REPORT_READ).count() == 1


def test_report_redirects_to_this_year_and_an_empty_year_says_so(circle: Circle) -> None:
    client = signed_in(circle.participant)
    response = client.get(reverse("report", args=["tilleuls"]))
    assert response.headers["Location"] == address()
    assert "Rien à rapporter" in client.get(address(2000)).content.decode()


@pytest.mark.parametrize("year", [0, 1, 1999, "next", 9999, 10**20])
def test_there_is_no_report_of_a_year_out_of_reach(circle: Circle, year: int | str) -> None:
    number = this_year() + 1 if year == "next" else year
    client = signed_in(circle.coordinator)
    page = f"/tilleuls/rapport/{number}"
    for sent in (
        client.get(page),
        client.get(f"{page}?format=json"),
        client.post(f"{page}/petits-nombres", {"reason": "circle"}),
    ):
        assert sent.status_code == 404
    assert not LiftedSuppression.objects.exists()
    with pytest.raises(errors.YearOutOfReach):
        actions.lift_suppression(circle.coordinator.actor, year=int(number), reason="circle")


def test_a_participant_who_tries_to_lift_is_recorded_even_without_a_reason(circle: Circle) -> None:
    client = signed_in(circle.participant)
    assert client.post(reverse("report-lift", args=["tilleuls", 2021]), {}).status_code == 404
    entry = Entry.objects.get(verb=Verb.SUPPRESSION_LIFTED)
    assert entry.outcome == Outcome.REFUSED


def test_the_report_asks_as_often_for_three_meetings_as_for_one(circle: Circle) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            meeting(circle)
        year_report(circle.participant.actor, this_year())  # remembers the chain's head
        actor = circle.participant.actor
        with CaptureQueriesContext(connection) as seen:
            year_report(actor, this_year())
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_tampered_tally_is_said_and_the_rest_is_shown(circle: Circle) -> None:
    meeting(circle, 3)
    row = YearTally.objects.get()
    blob = bytearray(row.counts.blob)
    blob[-1] ^= 1
    row.counts = Sealed(bytes(blob))
    row.save()
    page = signed_in(circle.participant).get(address()).content.decode()
    assert "ne peut pas être ouverte" in page
    assert "par vidéo" in page
