"""Where each guarded form is sent, and what it holds when nothing is wrong with it."""

from typing import Any

from django import forms

from concertation.meetings.forms import PlanForm
from concertation.situations.codes import show_code
from concertation.situations.forms import (
    AgreementForm,
    AnswerForm,
    BringForm,
    CloseForm,
    ContributeForm,
    DecideForm,
    FrameworkForm,
    HandOverForm,
    ManagerForm,
    MoveForm,
    PostponeForm,
    PresentationForm,
    ProposeForm,
    QuestionForm,
    SendBackForm,
    VoiceForm,
)
from concertation.situations.models import Situation
from tests.cast import Circle, number_of
from tests.signin import signed_in
from tests.situations import story
from tests.situations.pages import get, hidden, url
from tests.situations.test_pages_following import FORM
from tests.situations.test_reopening import elsewhere


def sheet(circle: Circle) -> tuple[Situation, str]:
    """A situation on the board, and its code."""
    row = story.bring(circle.participant)
    return row, show_code(row.code or "")


def case(circle: Circle, form: type[forms.Form]) -> tuple[str, dict[str, Any]]:
    """Where a form is sent, and what it holds when nothing is wrong with it."""
    if form is BringForm:
        return url(circle, "situation-bring"), dict(FORM)
    if form is PlanForm:
        return url(circle, "meeting-plan"), {
            "day": "2027-01-14",
            "at": "14:00",
            "place": "Par vidéo",
            "planned_minutes": 60,
            "kind": "case_concertation",
        }
    if form is SendBackForm:
        draft = story.handed(circle)
        return url(circle, "situation-confirm", draft.id), {"text": "Reformuler la question"}
    row, code = sheet(circle)
    if form is PresentationForm:
        return url(circle, "situation-edit", code), FORM | {"version": row.version}
    if form is ContributeForm:
        entry = {"kind": "information", "text": "Lien gardé"}
        return url(circle, "situation-contribute", code), entry
    if form is ProposeForm:
        return url(circle, "situation-action-propose", code), {
            "text": "Prêter deux chauffages",
            "owner": str(number_of(circle.participant)),
            "due_on": "2027-01-15",
        }
    if form is CloseForm:
        return url(circle, "situation-close", code), {"outcome": "admission_avoided"}
    if form is MoveForm:
        there = number_of(elsewhere(circle)[1])
        return url(circle, "situation-move", code), {"place": str(there), "outcome": "other"}
    if form is VoiceForm:
        voice = {"wish": "Rester", "informed": "yes", "agreement": "given"}
        return url(circle, "situation-voice", code), voice | {"version": row.version}
    if form is AgreementForm:
        return url(circle, "situation-agreement", code), {"how": "de vive voix"}
    if form is FrameworkForm:
        return url(circle, "framework"), {
            "basis": "law",
            "authority": "Loi inventée",
            "aim": "Prévenir les expulsions",
            "starts_on": "2026-01-01",
            "ends_on": "2999-01-01",
            "participants": [str(number_of(circle.manager))],
        }
    if form in {QuestionForm, DecideForm}:
        return before_the_questions(circle, form)
    if form is ManagerForm:
        manager = {"case_manager": str(number_of(circle.manager)), "note": "Elle sait"}
        return url(circle, "situation-manager", code), manager
    if form in {PostponeForm, HandOverForm}:
        action = story.agree(circle.participant, row, circle.participant)
        changed = {"what": "postpone", "due_on": "2027-01-15", "text": "Fermé"}
        if form is HandOverForm:
            changed = {"what": "hand_over", "owner": str(number_of(circle.manager)), "note": "Vu"}
        return url(circle, "situation-action-change", code, action.id), changed
    assert form is AnswerForm, f"say here where {form.__name__} is sent"
    action = story.agree(circle.participant, row, circle.participant)
    answer = {"state": "done", "text": "Livrés", "version": action.version}
    return url(circle, "situation-action", code, action.id), answer


def before_the_questions(circle: Circle, form: type[forms.Form]) -> tuple[str, dict[str, Any]]:
    """The sharing decision about a draft, come as far as this form."""
    address = url(circle, "situation-share-questions", story.draft(circle.participant).id)
    client = signed_in(circle.participant)
    given = {"q1": "no", "q4": "yes", "q5": "no", "q7": "yes"}
    if form is DecideForm:
        given["q8"] = "unable"
    for question, answer in given.items():
        client.post(address, {"question": question, "answer": answer})
    if form is QuestionForm:
        agreed = {"agreed_on": "2026-01-12", "agreed_how": "par écrit"}
        return address, {"question": "q8", "answer": "yes", **agreed}
    version = hidden(get(client, address), "version")
    adviser = str(number_of(circle.coordinator))
    return address, {"decide": "1", "version": version, "adviser": adviser, "advice": "Que faire ?"}
