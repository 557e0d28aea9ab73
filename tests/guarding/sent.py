"""Where each guarded form is sent, and what it holds when nothing is wrong with it."""

from typing import Any

from django import forms
from django.utils import timezone

from audit.enums import Purpose
from audit.models import ReviewItem
from audit.review.queue import first_day
from audit.review.rules import Rule
from concertation.dpo import review_actions
from concertation.dpo.forms import SaveSearchForm
from concertation.dpo.review_forms import ReaderAnswerForm, ReviewForm
from concertation.meetings import actions_live
from concertation.meetings.actions import plan_meeting
from concertation.meetings.enums import MeetingKind
from concertation.meetings.forms import ChangeForm, PlanForm
from concertation.meetings.forms_agenda import PointForm, SlotForm
from concertation.meetings.forms_notes import CollectiveForm, NoteForm
from concertation.meetings.forms_without_account import WithoutAccountForm
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
from ethics import gate
from tests.cast import Circle, number_of
from tests.meetings.hour import plan
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
    if form is WithoutAccountForm:
        meeting = plan_meeting(
            circle.coordinator.actor, starts_at=timezone.now(), place="Par vidéo"
        )
        return url(circle, "meeting-without-account", meeting.id), {
            "name": "Zzdumont",
            "function": "médecin",
            "organisation": "",
            "secrecy_status": "professional",
            "presence": "remote",
            "language": "fr",
            "how": "link",
            "email": "zz@cabinet.example",
        }
    if form is ChangeForm:
        meeting = plan(circle)
        return url(circle, "meeting-change", meeting.id), {
            "version": meeting.version,
            "day": "2027-01-14",
            "at": "14:00",
            "place": "Par vidéo",
            "planned_minutes": 60,
        }
    if form in {NoteForm, CollectiveForm}:
        return at_a_thematic(circle, form)
    if form in {PointForm, SlotForm}:
        meeting = plan(circle)
        name = "meeting-point" if form is PointForm else "meeting-ask"
        return url(circle, name, meeting.id), {"title": "Permanence d’été", "minutes": 5}
    if form is SaveSearchForm:
        return f"{url(circle, 'ledger-keep')}?verb=read", {"name": "Lectures"}
    if form in {ReviewForm, ReaderAnswerForm}:
        return of_the_review(circle, form)
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


def of_the_review(circle: Circle, form: type[forms.Form]) -> tuple[str, dict[str, Any]]:
    """An item about what the participant read; for the answer, they were asked already."""
    row = story.bring(circle.manager)
    for _ in range(2):
        gate.reveal(
            circle.participant.actor, records=[row], subjects=[row.id], purpose=Purpose.SHEET
        )
    review_actions.prepare(circle.dpo.actor, first_day(timezone.localdate()))
    item = ReviewItem.objects.get(rule=Rule.WITHOUT_INVOLVEMENT)
    if form is ReviewForm:
        sent = {"ending": "explained", "text": "Vu", "version": item.version}
        return url(circle, "review-item", item.id), sent
    asked = review_actions.end_item(
        circle.dpo.actor, item.id, ending="questioned", text="Pourquoi ?", version=item.version
    )
    return url(circle, "review-answer", item.id), {"text": "Une garde", "version": asked.version}


def at_a_thematic(circle: Circle, form: type[forms.Form]) -> tuple[str, dict[str, Any]]:
    """A thematic concertation in session."""
    row = plan(circle, days=0, kind=MeetingKind.THEMATIC)
    actions_live.open_meeting(circle.coordinator.actor, meeting=row.id, reminded=True)
    if form is NoteForm:
        sent = {"kind": "finding", "text": "Les lits manquent"}
        return url(circle, "meeting-note", row.id), sent
    return url(circle, "meeting-collective", row.id), {
        "text": "Écrire une note commune",
        "owner": str(number_of(circle.participant)),
        "due_on": "2027-01-15",
    }


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
