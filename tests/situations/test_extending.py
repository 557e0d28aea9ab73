"""Keeping a situation longer: asked, advised by the DPO who reads nothing, decided by two."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.leaf import parse_leaf
from audit.models import Entry
from concertation.meetings import actions as meetings
from concertation.meetings import reading as meeting_reading
from concertation.situations import actions, errors, reading
from concertation.situations.codes import show_code
from concertation.situations.models import Extension, Situation
from ethics import gate
from ethics.rights.retention import months_later
from ethics.secrecy.check import check_all
from tests.cast import Circle, make_circle
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

ASKED: dict[str, Any] = {"reason": "return", "months": 6}


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def brought(circle: Circle, days: int = 40) -> Situation:
    """A situation with a case manager."""
    situation = story.bring(circle.participant, on=days_ago(days))
    actions.set_case_manager(
        circle.coordinator.actor, situation=situation.id, case_manager=place(circle, "manager")
    )
    return situation


def closed(circle: Circle, days: int = 70) -> Situation:
    """The same, closed so long ago."""
    situation = brought(circle, days + 30)
    actions.close_situation(
        circle.coordinator.actor, situation=situation.id, outcome="informed", on=days_ago(days)
    )
    return situation


def place(circle: Circle, name: str) -> Any:
    someone = circle.people[name]
    assert someone.participation is not None
    return someone.participation.id


def asked(circle: Circle, situation: Situation, **more: Any) -> Extension:
    return actions.ask_extension(circle.manager.actor, situation=situation.id, **(ASKED | more))


def advised(circle: Circle, situation: Situation, **more: Any) -> Extension:
    made = asked(circle, situation, **more)
    return actions.give_opinion(circle.dpo.actor, extension=made.id, opinion="favourable")


def decide(circle: Circle, name: str, made: Extension, *, agreed: bool = True) -> Extension:
    return actions.decide_extension(
        circle.people[name].actor, situation=made.situation_id, extension=made.id, agreed=agreed
    )


def test_asked_advised_and_decided_through_the_pages(
    circle: Circle, django_capture_on_commit_callbacks: Any
) -> None:
    situation = closed(circle)
    code = show_code(str(situation.code))
    page = url(circle, "situation-extend", code)
    manager, coordinator = signed_in(circle.manager), signed_in(circle.coordinator)
    dpo = signed_in(circle.dpo)
    assert page in get(manager, url(circle, "situation", code))
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert "C’est demandé" in text_of(manager.post(page, ASKED, follow=True))
    assert [each.to for each in mail.outbox] == [[circle.dpo.user.email]]
    assert code not in mail.outbox[0].body
    made = Extension.objects.get()
    # Before the opinion nobody decides.
    deciding = url(circle, "situation-extend-decide", code, made.id)
    assert deciding not in get(coordinator, page)
    assert "1 demande de prolongation" in get(dpo, url(circle, "ledger"))
    desk = get(dpo, url(circle, "opinions"))
    assert code in desk
    assert story.HEADLINE not in desk
    assert dpo.get(page).status_code == 404
    told = dpo.post(url(circle, "opinion", made.id), {"opinion": "unfavourable"}, follow=True)
    assert "Votre avis est consigné" in text_of(told)
    # The opinion decides nothing: two people do.
    assert "Défavorable" in get(coordinator, page)
    first = text_of(coordinator.post(deciding, {"agree": ""}, follow=True))
    assert "Une deuxième personne doit confirmer" in first
    assert deciding not in first
    assert Situation.objects.get().kept_until is None
    assert "C’est décidé à deux" in text_of(manager.post(deciding, {"agree": ""}, follow=True))
    until = months_later(months_later(days_ago(70), 3), 6)
    assert Situation.objects.get().kept_until == until
    verbs = ["extension_asked", "opinion_given", "retention_extended", "retention_extended"]
    rows = Entry.objects.filter(verb__in=set(verbs), outcome="granted").order_by("index")
    assert [each.verb for each in rows] == verbs
    assert parse_leaf(bytes(rows[3].leaf or b"")).event.details["until"] == until.isoformat()
    assert check_all().ok


def test_it_is_kept_until_the_new_day_and_announced_a_month_before_that(circle: Circle) -> None:
    situation = closed(circle, 95)
    made = advised(circle, situation, months=1)
    decide(circle, "coordinator", made)
    decide(circle, "manager", made)
    call_command("daily")
    row = Situation.objects.get()
    assert row.kept_until is not None
    number = meetings.plan_meeting(
        circle.coordinator.actor,
        starts_at=timezone.now() + timedelta(days=7),
        place="Maison de quartier",
        planned_minutes=60,
    ).id
    page = meeting_reading.meeting_page(circle.participant.actor, number)
    assert [each.on for each in page.erasures] == [row.kept_until]
    Situation.objects.update(kept_until=timezone.localdate())
    call_command("daily")
    assert not Situation.objects.exists()
    assert not Extension.objects.exists()


def test_what_is_not_decided_in_time_is_erased_on_its_day(circle: Circle) -> None:
    made = advised(circle, closed(circle, 95))
    decide(circle, "coordinator", made)
    call_command("daily")
    assert not Situation.objects.exists()


def test_nobody_decides_before_the_opinion_and_nobody_but_the_dpo_gives_it(
    circle: Circle,
) -> None:
    made = asked(circle, closed(circle))
    for name in ("coordinator", "manager"):
        with pytest.raises(errors.ExtensionAnswered):
            decide(circle, name, made)
        with pytest.raises(gate.Refused):
            actions.give_opinion(circle.people[name].actor, extension=made.id, opinion="favourable")
    actions.give_opinion(circle.dpo.actor, extension=made.id, opinion="shorter")
    with pytest.raises(errors.ExtensionAnswered):
        actions.give_opinion(circle.dpo.actor, extension=made.id, opinion="favourable")
    assert Extension.objects.get().opinion == "shorter"


def test_one_person_is_never_both_voices(circle: Circle) -> None:
    situation = brought(circle, 100)
    actions.set_case_manager(
        circle.coordinator.actor, situation=situation.id, case_manager=place(circle, "coordinator")
    )
    actions.close_situation(
        circle.coordinator.actor, situation=situation.id, outcome="informed", on=days_ago(70)
    )
    made = actions.ask_extension(circle.coordinator.actor, situation=situation.id, **ASKED)
    actions.give_opinion(circle.dpo.actor, extension=made.id, opinion="favourable")
    decide(circle, "coordinator", made)
    with pytest.raises(errors.NotYourVoice):
        decide(circle, "coordinator", made)
    # The coordinator holds it: who brought it is the second voice.
    decide(circle, "participant", made)
    assert Extension.objects.get().state == "granted"


def test_who_brought_it_does_not_decide_beside_a_case_manager_and_the_try_is_recorded(
    circle: Circle,
) -> None:
    made = advised(circle, closed(circle))
    with pytest.raises(errors.NotYourVoice):
        decide(circle, "participant", made)
    assert Entry.objects.filter(verb="retention_extended", outcome="refused").count() == 1
    assert Extension.objects.get().holder is None


def test_one_no_ends_the_question_and_another_may_be_asked(circle: Circle) -> None:
    situation = closed(circle)
    made = advised(circle, situation)
    with pytest.raises(errors.ExtensionAsked):
        asked(circle, situation)
    decide(circle, "manager", made, agreed=False)
    with pytest.raises(errors.ExtensionAnswered):
        decide(circle, "coordinator", made)
    assert Situation.objects.get().kept_until is None
    asked(circle, situation, months=1)


def test_a_closed_situation_gets_twelve_months_in_all(circle: Circle) -> None:
    situation = closed(circle)
    made = advised(circle, situation, months=12)
    decide(circle, "manager", made)
    decide(circle, "coordinator", made)
    with pytest.raises(errors.ExtensionTooLong):
        asked(circle, situation, months=1)
    code = show_code(str(situation.code))
    page = get(signed_in(circle.manager), url(circle, "situation-extend", code))
    assert "déjà été gardée douze mois" in page


def test_an_open_situation_is_renewed_before_its_24_months_and_closing_ends_that(
    circle: Circle,
) -> None:
    situation = brought(circle, 650)
    code = show_code(str(situation.code))
    assert "Gardée au plus tard" in get(signed_in(circle.manager), url(circle, "situation", code))
    made = advised(circle, situation, reason="followed", months=12)
    decide(circle, "coordinator", made)
    decide(circle, "manager", made)
    call_command("daily")
    row = Situation.objects.get()
    assert row.state != "closed"
    assert row.kept_until == months_later(days_ago(650), 36)
    actions.close_situation(circle.manager.actor, situation=situation.id, outcome="informed")
    assert Situation.objects.get().kept_until is None
    assert reading.to_erase(circle.coordinator.actor, code).erased_on == months_later(
        timezone.localdate(), 3
    )


@pytest.mark.parametrize("name", ["police", "guest", "dpo"])
def test_nobody_else_asks_or_sees_the_page(circle: Circle, name: str) -> None:
    situation = closed(circle)
    client = signed_in(circle.people[name])
    address = url(circle, "situation-extend", show_code(str(situation.code)))
    assert client.get(address).status_code == 404
    assert client.post(address, ASKED).status_code == 404
    assert not Extension.objects.exists()


@pytest.mark.parametrize("name", ["participant", "coordinator", "police", "guest"])
def test_the_dpo_s_page_is_the_dpo_s(circle: Circle, name: str) -> None:
    made = asked(circle, closed(circle))
    client = signed_in(circle.people[name])
    assert client.get(url(circle, "opinions")).status_code == 404
    answer = client.post(url(circle, "opinion", made.id), {"opinion": "favourable"})
    assert answer.status_code == 404
    assert Extension.objects.get().state == "asked"


def test_another_concertation_s_question_is_unknown(circle: Circle) -> None:
    made = asked(circle, closed(circle))
    elsewhere = make_circle("marolles", "Les Marolles")
    dpo = signed_in(elsewhere.dpo)
    answer = dpo.post(url(elsewhere, "opinion", made.id), {"opinion": "favourable"})
    assert answer.status_code == 404
    with pytest.raises(gate.Refused):
        decide(elsewhere, "coordinator", made)
    assert made.situation.code is not None
    assert show_code(made.situation.code) not in get(dpo, url(elsewhere, "opinions"))


def test_a_question_is_answered_under_its_own_situation_only(circle: Circle) -> None:
    made, other = advised(circle, closed(circle)), closed(circle)
    code = show_code(str(other.code))
    client = signed_in(circle.coordinator)
    address = url(circle, "situation-extend-decide", code, made.id)
    assert client.post(address, {"agree": ""}).status_code == 404
    assert Extension.objects.get().coordinator is None


def test_words_outside_the_lists_are_refused(circle: Circle) -> None:
    situation = closed(circle)
    with pytest.raises(errors.NotInList):
        asked(circle, situation, reason="parce que")
    made = asked(circle, situation)
    with pytest.raises(errors.NotInList):
        actions.give_opinion(circle.dpo.actor, extension=made.id, opinion="oui")


def test_the_dpo_s_page_costs_the_same_with_one_row_and_with_three(circle: Circle) -> None:
    def cost() -> int:
        actor = circle.dpo.actor
        with CaptureQueriesContext(connection) as found:
            reading.opinions(actor)
        return len(found)

    asked(circle, closed(circle))
    one = cost()
    asked(circle, closed(circle))
    advised(circle, closed(circle))
    assert cost() == one
