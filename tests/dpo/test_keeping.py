"""Keeping the log longer: asked by the coordination, advised by the DPO, decided by another."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from audit import keeping, prune
from audit.enums import RetentionClass, Verb
from audit.models import Entry, Ledger
from audit.names import concertation_ledger
from audit.record import record_now
from audit.verify import verify_all
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Participation, User
from concertation.accounts.reading.ends import access_ends
from concertation.dpo import errors
from concertation.dpo import keeping_actions as actions
from concertation.dpo.keeping import keeping_page
from ethics import gate
from ethics.charter.models import Subscription
from tests.audit.conftest import a_read
from tests.cast import Circle
from tests.signin import signed_in
from tests.situations.pages import get, text_of, url

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

ASKED: dict[str, Any] = {"reason": "complaint", "years": 3}


@pytest.fixture
def alone(circle: Circle) -> Circle:
    """The circle's coordinator is the only one: there is nobody to leave a decision to."""
    for row in Participation.objects.exclude(person=circle.coordinator.actor.person):
        assert "coordinator" not in row.roles
    return circle


def post(client: Client, circle: Circle, name: str, data: dict[str, Any]) -> str:
    return text_of(client.post(url(circle, name), data, follow=True))


def test_from_the_question_to_the_decision_in_a_browser(alone: Circle) -> None:
    coordinator, dpo = signed_in(alone.coordinator), signed_in(alone.dpo)
    page = url(alone, "log-keeping")
    assert "<strong>douze mois</strong>" in get(coordinator, page)
    assert "C’est demandé" in post(coordinator, alone, "log-keeping-ask", ASKED)
    assert "Une plainte est en cours" in get(dpo, page)
    waiting = "attend votre avis sur la conservation du journal"
    assert waiting in get(dpo, url(alone, "ledger"))
    told = post(dpo, alone, "log-keeping-advise", {"opinion": "shorter"})
    assert "Votre avis est consigné" in told
    assert waiting not in get(dpo, url(alone, "ledger"))
    assert "Favorable, mais pour moins longtemps" in get(coordinator, page)
    assert "C’est décidé" in post(coordinator, alone, "log-keeping-decide", {"agree": ""})
    assert "3 ans" in get(dpo, page)
    back = post(coordinator, alone, "log-keeping-end", {})
    assert "la règle de douze mois vaut à nouveau dans trente jours" in back
    assert "le journal est encore gardé <strong>3 ans</strong>" in back
    assert url(alone, "log-keeping-end") not in back
    verbs = ["extension_asked", "opinion_given", "retention_extended", "retention_extended"]
    rows = Entry.objects.filter(verb__in=set(verbs), outcome="granted").order_by("index")
    assert [each.verb for each in rows] == verbs
    assert verify_all().ok


def test_each_step_is_told_to_who_comes_next(
    alone: Circle, django_capture_on_commit_callbacks: Any
) -> None:
    coordinator, dpo = alone.coordinator.actor, alone.dpo.actor
    with django_capture_on_commit_callbacks(execute=True):
        actions.ask(coordinator, **ASKED)
    with django_capture_on_commit_callbacks(execute=True):
        actions.advise(dpo, opinion="favourable")
    with django_capture_on_commit_callbacks(execute=True):
        actions.decide(coordinator, agreed=True)
    emails = dict(User.objects.values_list("id", "email"))
    assert [(each.subject, each.to) for each in mail.outbox] == [
        ("Votre avis est demandé sur la conservation du journal", [emails[dpo.person]]),
        ("L’avis sur la conservation du journal est rendu", [emails[coordinator.person]]),
        ("La conservation du journal est décidée", [emails[dpo.person]]),
    ]


def test_what_was_decided_is_what_pruning_does(
    alone: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = concertation_ledger(alone.concertation.id)
    record_now(ledger, a_read())
    actions.ask(alone.coordinator.actor, **ASKED)
    actions.advise(alone.dpo.actor, opinion="favourable")
    actions.decide(alone.coordinator.actor, agreed=True)
    later = timezone.now() + timedelta(days=700)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert prune.plan(ledger).count(RetentionClass.ACCESS) == 0
    actions.take_back(alone.coordinator.actor)
    assert prune.plan(ledger).count(RetentionClass.ACCESS) == 0
    with pytest.raises(errors.NothingAsked):
        actions.take_back(alone.coordinator.actor)
    much_later = later + keeping.NOTICE + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: much_later)
    assert prune.plan(ledger).count(RetentionClass.ACCESS) > 0


@pytest.mark.parametrize("how", ["taken back", "asked anew"])
def test_everybody_is_told_when_the_log_is_to_be_kept_less(
    alone: Circle, django_capture_on_commit_callbacks: Any, how: str
) -> None:
    coordinator, dpo = alone.coordinator.actor, alone.dpo.actor
    actions.ask(coordinator, **ASKED)
    actions.advise(dpo, opinion="favourable")
    actions.decide(coordinator, agreed=True)
    if how == "asked anew":
        actions.ask(coordinator, reason="complaint", years=2)
        actions.advise(dpo, opinion="shorter")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        if how == "asked anew":
            actions.decide(coordinator, agreed=True)
        else:
            actions.take_back(coordinator)
    told = {address for each in mail.outbox for address in each.to}
    admitted = Participation.objects.filter(
        concertation=alone.concertation, state=ParticipationState.ADMITTED
    )
    others = admitted.exclude(person=coordinator.person)
    assert told == set(others.values_list("person__email", flat=True))
    assert {each.subject for each in mail.outbox} == {"Le journal sera gardé moins longtemps"}


def test_nobody_decides_before_the_opinion_and_only_the_dpo_gives_it(alone: Circle) -> None:
    actions.ask(alone.coordinator.actor, **ASKED)
    with pytest.raises(errors.NothingAsked):
        actions.decide(alone.coordinator.actor, agreed=True)
    with pytest.raises(errors.NothingAsked):
        actions.decide(alone.coordinator.actor, agreed=False)
    with pytest.raises(errors.AlreadyAsked):
        actions.ask(alone.coordinator.actor, **ASKED)
    for name in ("coordinator", "participant", "manager", "police", "guest"):
        with pytest.raises(gate.Refused):
            actions.advise(alone.people[name].actor, opinion="favourable")
    for name in ("dpo", "participant", "manager", "police", "guest"):
        with pytest.raises(gate.Refused):
            actions.ask(alone.people[name].actor, **ASKED)
        with pytest.raises(gate.Refused):
            actions.decide(alone.people[name].actor, agreed=True)
        with pytest.raises(gate.Refused):
            actions.take_back(alone.people[name].actor)
    assert Entry.objects.filter(outcome="refused").count() == 5 + 3 * 5
    actions.advise(alone.dpo.actor, opinion="unfavourable")
    with pytest.raises(errors.NothingAsked):
        actions.advise(alone.dpo.actor, opinion="favourable")
    actions.decide(alone.coordinator.actor, agreed=False)
    with pytest.raises(errors.NothingAsked):
        actions.decide(alone.coordinator.actor, agreed=True)
    with pytest.raises(errors.NothingAsked):
        actions.take_back(alone.coordinator.actor)
    found = keeping.steps(Ledger.objects.get(name=concertation_ledger(alone.concertation.id)))
    assert keeping.in_force(found, timezone.now()) is None


def test_a_decision_in_force_is_taken_back_also_after_another_question_was_declined(
    alone: Circle,
) -> None:
    for agreed in (True, False):
        actions.ask(alone.coordinator.actor, **ASKED)
        actions.advise(alone.dpo.actor, opinion="favourable")
        with pytest.raises(errors.NothingAsked):
            actions.take_back(alone.coordinator.actor)
        actions.decide(alone.coordinator.actor, agreed=agreed)
    assert keeping_page(alone.coordinator.actor).may_take_back
    actions.take_back(alone.coordinator.actor)
    page = keeping_page(alone.coordinator.actor)
    assert (page.years, page.years_then, page.may_take_back) == (3, 1, False)


def test_who_asked_leaves_the_decision_to_another_coordinator(circle: Circle) -> None:
    second = Participation.objects.get(person=circle.participant.actor.person)
    second.roles = ["participant", "coordinator"]
    second.save()
    actions.ask(circle.coordinator.actor, **ASKED)
    actions.advise(circle.dpo.actor, opinion="favourable")
    with pytest.raises(errors.AnotherDecides):
        actions.decide(circle.coordinator.actor, agreed=True)
    assert keeping_page(circle.coordinator.actor).must_leave_it
    page = get(signed_in(circle.coordinator), url(circle, "log-keeping"))
    assert url(circle, "log-keeping-decide") not in page
    second.ends_on = timezone.localdate() - timedelta(days=1)
    second.starts_on = second.ends_on
    second.save()
    actions.decide(circle.coordinator.actor, agreed=True)


@pytest.mark.parametrize(
    "data", [{}, {"reason": "x", "years": "3"}, {"reason": "misuse", "years": "4"}]
)
def test_what_stands_on_no_list_is_said_and_records_nothing(
    alone: Circle, data: dict[str, str]
) -> None:
    client = signed_in(alone.coordinator)
    response = client.post(url(alone, "log-keeping-ask"), data)
    assert response.status_code == 422
    assert not Entry.objects.filter(verb=Verb.EXTENSION_ASKED).exists()
    for reason, years in (("x", 3), ("misuse", 1), ("misuse", 4)):
        with pytest.raises(errors.NotInList):
            actions.ask(alone.coordinator.actor, reason=reason, years=years)


@pytest.mark.parametrize("who", ["participant", "manager", "police", "guest"])
def test_the_page_is_for_the_coordination_and_the_dpo(circle: Circle, who: str) -> None:
    response = signed_in(circle.people[who]).get(url(circle, "log-keeping"))
    assert response.status_code == 404
    assert Entry.objects.filter(outcome="refused", actor=circle.people[who].actor.person).exists()


# --- Whose access ended, for governance's own end ------------------------------------------------


def test_access_ends_with_the_last_place_of_a_person_there(circle: Circle) -> None:
    row = Participation.objects.get(person=circle.police.actor.person)
    here = circle.concertation.id
    assert access_ends(here)[row.person_id] is None
    row.state, row.ended_at = ParticipationState.ENDED, timezone.now() - timedelta(days=9)
    row.save()
    assert access_ends(here)[row.person_id] == row.ended_at
    assert access_ends(None)[row.person_id] == row.ended_at
    row.pk, row.state, row.ended_at = None, ParticipationState.AWAITING, None
    row.save(force_insert=True)
    assert access_ends(here)[row.person_id] is None, "waiting for new keys is no end"


def test_a_place_that_ran_out_ended_with_its_day_and_an_invitation_gave_none(
    circle: Circle,
) -> None:
    row = Participation.objects.get(person=circle.police.actor.person)
    row.starts_on = row.ends_on = timezone.localdate() - timedelta(days=3)
    row.save()
    end = access_ends(circle.concertation.id)[row.person_id]
    assert end is not None
    assert timezone.localdate(end) == timezone.localdate() - timedelta(days=2)
    row.ends_on, row.state = None, ParticipationState.INVITED
    row.save()
    end = access_ends(circle.concertation.id)[row.person_id]
    assert end is not None
    assert end < timezone.now()


def test_an_organisation_counts_by_its_last_subscription(circle: Circle) -> None:
    one = Subscription.objects.filter(ends_on=None).first()
    assert one is not None
    assert access_ends(circle.concertation.id)[one.organisation] is None
    Subscription.objects.filter(organisation=one.organisation).update(
        ends_on=timezone.localdate() - timedelta(days=1)
    )
    assert access_ends(circle.concertation.id)[one.organisation] is not None
