"""The identifier guard on the forms: what is refused, what is asked, what is recorded of it."""

import html
import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, Final
from unittest.mock import patch

import pytest
from django import forms
from django.test import Client

import concertation
from audit.leaf import parse_leaf
from audit.models import Entry
from concertation.accounts.models import Organisation
from concertation.dpo.forms import SaveSearchForm
from concertation.dpo.review_forms import ReviewForm
from concertation.guarding import GuardedForm, is_free_text
from concertation.meetings.actions import plan_meeting
from concertation.meetings.forms import ChangeForm, PlanForm
from concertation.meetings.forms_agenda import PointForm
from concertation.meetings.forms_notes import CollectiveForm
from concertation.meetings.forms_without_account import WithoutAccountForm
from concertation.meetings.models import Meeting
from concertation.situations.codes import show_code
from concertation.situations.forms import (
    BringForm,
    ContributeForm,
    FrameworkForm,
)
from concertation.situations.forms.base import SituationForm
from concertation.situations.models import Situation
from concertation.situations.presentation import Tie
from ethics import gate
from tests.cast import Circle, Someone
from tests.guarding.sent import case, sheet
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, text_of, url
from tests.situations.test_pages_following import FORM

pytestmark = pytest.mark.django_db(databases=["default", "erasure"])

# Invented; the check digits are right, and no such person is known to us.
NISS: Final = "85.07.30-033.28"
SOFT: Final = "Mme Zzcanari"
OTHER: Final = "Mme Zzpinson"


def form_classes() -> Iterator[type[forms.Form]]:
    """Every form of the board, wherever its module lies."""
    for module in pkgutil.walk_packages(concertation.__path__, "concertation."):
        if not re.search(r"\.(migrations|settings|wsgi)", module.name):
            importlib.import_module(module.name)

    def below(kind: type[forms.Form]) -> Iterator[type[forms.Form]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    yield from (each for each in set(below(forms.Form)) if each.__module__.startswith("concert"))


def free_texts(form: type[forms.Form]) -> list[str]:
    """The names of its free texts."""
    return [name for name, field in form.base_fields.items() if is_free_text(field)]


# Texts that speak of no person concerned: of members, organisations and signed states.
NOT_OF_A_PERSON: Final = ("concertation.accounts.", "concertation.dpo.")


# A code that is looked up, and saved nowhere.
LOOKED_UP: Final = {"AskForm.code", "SlotForm.code"}


def test_every_free_text_of_the_board_stands_in_a_guarded_form() -> None:
    forgotten = {
        f"{form.__name__}.{name}"
        for form in form_classes()
        for name in free_texts(form)
        if not issubclass(form, GuardedForm) and not form.__module__.startswith(NOT_OF_A_PERSON)
    }
    assert forgotten == set()


GUARDED: Final = sorted(
    (
        pytest.param(form, name, id=f"{form.__name__}.{name}")
        for form in form_classes()
        if issubclass(form, GuardedForm)
        for name in free_texts(form)
        if f"{form.__name__}.{name}" not in LOOKED_UP
    ),
    key=lambda each: str(each.id),
)


COORDINATORS: Final = {
    PlanForm,
    ChangeForm,
    CollectiveForm,
    PointForm,
    FrameworkForm,
    WithoutAccountForm,
}


def sender(circle: Circle, form: type[forms.Form]) -> Someone:
    """Whose form it is."""
    if form in {ReviewForm, SaveSearchForm}:
        return circle.dpo
    return circle.coordinator if form in COORDINATORS else circle.participant


@pytest.mark.parametrize(("form", "name"), GUARDED)
def test_a_hard_identifier_in_any_field_is_refused_and_what_was_typed_stays(
    circle: Circle, form: type[forms.Form], name: str
) -> None:
    address, data = case(circle, form)
    client = signed_in(sender(circle, form))
    before = snapshot()
    typed = f"joindre le {NISS}"
    page = text_of(refused(client, address, data | {name: typed}))
    assert snapshot() == before, "nothing was saved, nothing recorded"
    assert re.search(
        rf'name="{name}"[^>]*>\s*{typed}|value="{typed}"[^>]*name="{name}"|'
        rf'name="{name}"[^>]*value="{typed}"',
        page,
    ), "what was typed is still there"
    assert f'<q data-slot="words" data-sealed>{NISS}</q>' in page
    assert "Numéro de registre national à retirer, ligne 1." in page
    # Without the identifier the very same form is taken.
    assert client.post(address, data).status_code == 302


def refused(client: Client, address: str, data: dict[str, Any]) -> Any:
    """What a page answers that saved nothing."""
    response = client.post(address, data)
    assert response.status_code == 200, response.get("Location")
    return response


def snapshot() -> tuple[Any, ...]:
    """Everything a write would move."""
    writes = Entry.objects.filter(klass="write").count()
    return (writes, list(Situation.objects.values_list("id", "version")), Meeting.objects.count())


def keys_in(page: str, name: str) -> list[str]:
    """The answers that a page offers, in its order, templates of the browser's half left out."""
    shown = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    found = re.findall(rf'name="{name}"\s+value="([^"]*)"', shown)
    return [html.unescape(each) for each in found]


def details(verb: str) -> list[dict[str, Any]]:
    """What the ledger holds of the guard."""
    rows = Entry.objects.filter(verb=verb).order_by("index")
    return [dict(parse_leaf(bytes(row.leaf or b"")).event.details) for row in rows]


def test_a_soft_passage_is_asked_then_saved_and_recorded_as_kind_and_count(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, ContributeForm)
    data["text"] = f"Un mot pour {SOFT}, puis un autre pour {SOFT} aussi."
    response = refused(client, address, data)
    page = response.content.decode()
    (key,) = keys_in(page, "guard_kept")
    assert "checked" not in page.split(key)[1][:40], "nothing is ticked beforehand"
    assert "Nom d’une personne à revoir, ligne 1." in text_of(response)
    assert client.post(address, data | {"guard_kept": [key]}).status_code == 302
    assert details("guard_confirmed") == [{"kind": "name", "count": 2}]
    (event,) = Entry.objects.filter(verb="guard_confirmed")
    assert event.subjects.get().kind == "situation"


def test_an_answer_counts_for_what_was_shown_and_for_nothing_that_came_later(
    circle: Circle,
) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, ContributeForm)
    (key,) = keys_in(
        refused(client, address, data | {"text": f"Vu {SOFT}."}).content.decode(), "guard_kept"
    )
    answered = {"text": f"Vu {SOFT} et {OTHER}.", "guard_kept": [key]}
    page = refused(client, address, data | answered).content.decode()
    both = keys_in(page, "guard_kept")
    assert len(both) == 2
    assert both[0] == key
    assert details("guard_confirmed") == []
    # The first answer is still ticked; the second is for the person to give.
    ticked = re.findall(r'name="guard_kept"\s+value="([^"]*)"\s+checked', page)
    assert [html.unescape(each) for each in ticked] == [key]
    assert client.post(address, data | answered | {"guard_kept": both}).status_code == 302
    assert details("guard_confirmed") == [{"kind": "name", "count": 2}]


def test_a_hard_passage_is_refused_whatever_is_answered(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, ContributeForm)
    answers = {"text": f"Le {NISS}", "guard_kept": [f"niss:{NISS}"], "guard_false": []}
    page = refused(client, address, data | answers).content.decode()
    assert keys_in(page, "guard_kept") == []


def test_an_answer_survives_a_refusal_for_another_reason(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, BringForm)
    data |= {"account": f"Un mot pour {SOFT}."}
    (key,) = keys_in(refused(client, address, data).content.decode(), "guard_kept")
    response = refused(client, address, data | {"question": "", "guard_kept": [key]})
    page = response.content.decode()
    assert re.search(r'name="guard_kept"\s+value="[^"]*"\s+checked', page)
    assert "à revoir, ligne" not in text_of(response), "it was answered"


def test_everything_is_said_at_once(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, BringForm)
    data |= {"account": f"Un mot pour {SOFT}.", "wish": f"Le {NISS}", "question": ""}
    page = text_of(refused(client, address, data))
    assert "Numéro de registre national à retirer" in page
    assert "Nom d’une personne à revoir" in page
    assert "3 points à revoir" in page


def test_a_passage_that_was_kept_once_is_not_asked_again(circle: Circle) -> None:
    client = signed_in(circle.participant)
    account = f"Un mot pour {SOFT}."
    row = story.bring(circle.participant)
    code = show_code(row.code or "")
    address = url(circle, "situation-edit", code)
    data = FORM | {"version": row.version, "account": account}
    (key,) = keys_in(refused(client, address, data).content.decode(), "guard_kept")
    assert client.post(address, data | {"guard_kept": [key]}).status_code == 302
    version = hidden(get(client, address), "version")
    again = data | {"version": version, "account": f"{account} Et il fait froid."}
    assert client.post(address, again).status_code == 302
    assert details("guard_confirmed") == [{"kind": "name", "count": 1}]
    # In another field it is a new passage: nobody has answered for it there.
    version = hidden(get(client, address), "version")
    refused(client, address, again | {"version": version, "wish": account})


def test_a_false_alarm_on_a_soft_passage_keeps_it_and_is_counted_by_kind(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, ContributeForm)
    data["text"] = f"Un mot pour {SOFT}."
    page = refused(client, address, data).content.decode()
    assert (
        client.post(address, data | {"guard_false": keys_in(page, "guard_false")}).status_code
        == 302
    )
    expected = {"kind": "name", "category": "soft", "count": 1, "language": "fr"}
    assert details("guard_false_alarm") == [expected]
    assert details("guard_confirmed") == []


def test_a_false_alarm_on_a_hard_passage_is_counted_once_and_stays_refused(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, ContributeForm)
    data["text"] = f"Le {NISS}"
    (key,) = keys_in(refused(client, address, data).content.decode(), "guard_false")
    response = refused(client, address, data | {"guard_false": [key]})
    assert "Fausse alerte comptée, sans le texte" in text_of(response)
    assert keys_in(response.content.decode(), "guard_false") == []
    expected = {"kind": "niss", "category": "hard", "count": 1, "language": "fr"}
    assert details("guard_false_alarm") == [expected]


def test_a_false_alarm_that_was_never_shown_is_not_counted(circle: Circle) -> None:
    client = signed_in(circle.participant)
    address, data = case(circle, ContributeForm)
    claims = [f"niss:{NISS}", "niss:autre", "name:x"]
    assert client.post(address, data | {"guard_false": claims}).status_code == 302
    assert details("guard_false_alarm") == []


# --- The door itself -------------------------------------------------------------------------


def test_an_action_without_a_form_is_refused_too(circle: Circle) -> None:
    row, _code = sheet(circle)
    with pytest.raises(gate.IdentifierFound) as caught:
        story.entry(circle.participant, row, f"Le {NISS}")
    assert str(caught.value) == "niss"
    with pytest.raises(gate.IdentifierFound):
        story.entry(circle.participant, row, f"Vu {SOFT}")


def test_a_text_inside_a_coded_field_is_looked_through(circle: Circle) -> None:
    for more in (
        {"informed_why": f"le {NISS}"},
        {"informed_how": f"le {NISS}"},
        {"agreement_how": f"le {NISS}"},
        {"network": (Tie(f"le {NISS}", "strong"),)},
    ):
        with pytest.raises(gate.IdentifierFound):
            story.draft(circle.participant, **more)


def test_a_draft_from_before_a_rule_is_looked_through_when_it_is_shared(circle: Circle) -> None:
    with patch("ethics.gate.guarded.scan", return_value=[]):
        row = story.draft(circle.participant, account=f"Le {NISS}")
    with pytest.raises(gate.IdentifierFound):
        story.share(circle.participant, row.id)
    client = signed_in(circle.participant)
    answers = {"danger": "no", "identifiable": "no", "attested": "on", "version": row.version}
    response = refused(client, url(circle, "situation-share", row.id), answers)
    assert "Numéro de registre national à retirer" in text_of(response)


def test_the_circle_s_own_organisations_are_known_to_the_guard(circle: Circle) -> None:
    Organisation.objects.create(name="Ailleurs", domain="health", enterprise_number="0417497106")
    with patch("ethics.gate.guarded.scan", return_value=[]) as scan:
        story.entry(circle.participant, sheet(circle)[0])
    known = scan.call_args.kwargs["known"]
    assert {"Les Tilleuls", "La Théière tilleuls", "Coup-de-Pouce tilleuls"} <= known
    assert "Ailleurs" not in known


def test_a_meeting_has_an_address_and_no_person(circle: Circle) -> None:
    client = signed_in(circle.coordinator)
    address, data = case(circle, PlanForm)
    assert client.post(address, data | {"place": "rue des Quatre-Vents 12"}).status_code == 302
    with pytest.raises(gate.IdentifierFound):
        plan_meeting(
            circle.coordinator.actor, starts_at=Meeting.objects.get().starts_at, place=NISS
        )


def test_a_view_that_forgets_the_guard_answers_in_words(circle: Circle) -> None:
    def careless(form: SituationForm, call: Any, *args: Any, **fixed: Any) -> Any:
        return form.is_valid() and call(*args, **(form.values() | fixed))

    client = signed_in(circle.participant)
    address, data = case(circle, ContributeForm)
    with patch.object(SituationForm, "attempt", careless):
        response = client.post(address, data | {"text": f"Le {NISS}"})
    assert response.status_code == 422
    assert "ce que vous avez écrit y est encore" in text_of(response)
