"""A meeting in session: the shared screen, what is entered on it, and following it elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.enums import Purpose
from concertation.door import CircleRequest, Door, door
from concertation.meetings import actions_live, reading, reading_live
from concertation.meetings.enums import MeetingKind, Presence
from concertation.meetings.errors import MeetingError
from concertation.meetings.forms import sentence
from concertation.meetings.forms_live import GoForm, HolderForm, OpenForm, ScreenForms
from concertation.meetings.forms_notes import CollectiveForm, NoteForm
from concertation.meetings.keeping import (
    CLOSED_MEANWHILE,
    kept_follow,
    kept_live,
    kept_page,
    or_on_the_sheet,
)
from concertation.meetings.reading_notes import owners
from concertation.situations import actions as situations
from concertation.situations import reading as situation_reading
from concertation.situations.forms import AnswerForm, ContributeForm, ProposeForm


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def live(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Open the meeting, then run it; the coordinator's."""
    reading.check_may_plan(request.actor)
    line = reading.meeting_line(request.actor, number)
    if line.held:
        return redirect("meeting-minutes", slug=slug, number=number)
    if line.in_session:
        return show_live(request, number)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions_live.open_meeting(request.actor, meeting=number, reminded=True)
        except MeetingError as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("meeting-live", slug=slug, number=number)
    return render(request, "meetings/open.html", {"form": form, "meeting": line})


def _note_form(hour: reading_live.Hour) -> NoteForm | None:
    """What may be noted now; a case concertation notes on its situations."""
    if hour.meeting.of_situations or not hour.meeting.in_session:
        return None
    places = [place for place, each in enumerate(hour.points) if each.current]
    return NoteForm(
        meeting_kind=hour.meeting.kind_code, at=places[0] if places else 0, of=len(hour.points)
    )


def _collective_form(
    request: CircleRequest, hour: reading_live.Hour, refused: Mapping[str, Any]
) -> CollectiveForm | None:
    if hour.meeting.kind_code != MeetingKind.THEMATIC:
        return None
    return refused.get("collective") or CollectiveForm(people=owners(request.actor))


def show_live(
    request: CircleRequest, number: UUID, refused: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The coordinator's page; a refused form comes back as it was typed."""
    page = reading_live.live_page(request.actor, number)
    sheet = page.screen.sheet if page.screen else None
    kept, refused = kept_live(request, page, refused or {})
    if kept and not page.hour.meeting.in_session:
        return kept_page(request, page.hour.meeting, kept, CLOSED_MEANWHILE)
    context = {
        "page": page,
        "sheet": sheet,
        "forms": ScreenForms.of(sheet, refused) if sheet else None,
        "go": GoForm(),
        "kept": kept,
        "presences": [
            (each.value, each.label, shape) for each, shape in reading_live.PRESENCE_GLYPHS.items()
        ],
        "note": (refused or {}).get("note") or _note_form(page.hour),
        "collective": _collective_form(request, page.hour, refused or {}),
    }
    return render(request, "meetings/live.html", context)


def _done(
    request: CircleRequest, number: UUID, call: Callable[..., Any], **values: Any
) -> HttpResponse:
    """Do one thing to the meeting and go back to it; what went wrong is said there."""
    try:
        call(request.actor, meeting=number, **values)
    except MeetingError as error:
        messages.warning(request, sentence(error))
    return redirect("meeting-live", slug=request.hat.concertation.slug, number=number)


@door(Door.CIRCLE)
@require_POST
def presence(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """One click for one person."""
    reading.check_may_plan(request.actor)
    sent = request.POST
    who, _sign, how = sent.get("seat", sent.get("out", sent.get("back", ""))).partition(":")
    place = reading_live.as_number(who)
    if place is None or how not in {*Presence.values, ""}:
        return redirect("meeting-live", slug=slug, number=number)
    return _done(
        request,
        number,
        actions_live.note_presence,
        participation=place,
        presence=how,
        out="out" in sent,
    )


@door(Door.CIRCLE)
@require_POST
def send_out(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Those for whom the rest isn't leave the room."""
    reading.check_may_plan(request.actor)
    found = [reading_live.as_number(each) for each in request.POST.getlist("place")]
    places = [each for each in found if each]
    return _done(request, number, actions_live.send_out, places=places)


@door(Door.CIRCLE)
@require_POST
def go(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Another point on the screen."""
    reading.check_may_plan(request.actor)
    form = GoForm(request.POST)
    if not form.is_valid():
        return redirect("meeting-live", slug=slug, number=number)
    return _done(request, number, actions_live.go_to, **form.values())


@door(Door.CIRCLE)
@require_POST
def pause(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Stop the clocks, or go on."""
    reading.check_may_plan(request.actor)
    call = actions_live.resume if "resume" in request.POST else actions_live.pause
    return _done(request, number, call)


@door(Door.CIRCLE)
@require_POST
def other(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Another situation: an empty point, for whoever brings it."""
    reading.check_may_plan(request.actor)
    place = reading_live.as_number(request.POST.get("by", ""))
    if place is None:
        return redirect("meeting-live", slug=slug, number=number)
    return _done(request, number, actions_live.add_situation, by=place)


# --- What is entered about the situation on the screen ------------------------------------------


def _entered(request: CircleRequest, number: UUID, anchor: str) -> HttpResponse:
    response = redirect("meeting-live", slug=request.hat.concertation.slug, number=number)
    response.headers["Location"] += anchor
    return response


def _about(request: CircleRequest, number: UUID) -> UUID:
    reading.check_may_plan(request.actor)
    return reading_live.situation_of(request.actor, number, request.POST.get("item", ""))


@door(Door.CIRCLE)
@require_POST
@or_on_the_sheet
def review(request: CircleRequest, slug: str, number: UUID, action: UUID) -> HttpResponse:
    """What became of an action: done, under way, not possible, not undertaken."""
    about = _about(request, number)
    situation_reading.check_is_about(request.actor, about, action, purpose=Purpose.MEETING)
    form = AnswerForm(request.POST, auto_id=f"id_{action}_%s")
    if form.attempt(
        situations.answer_action, request.actor, action=action, purpose=Purpose.MEETING
    ):
        return _entered(request, number, "#t-review")
    return show_live(request, number, {str(action): form})


@door(Door.CIRCLE)
@require_POST
@or_on_the_sheet
def agree(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """A new action, as the group agrees on it."""
    about = _about(request, number)
    form = ProposeForm(request.POST, people=situation_reading.people(request.actor))
    if form.attempt(situations.agree_new_action, request.actor, situation=about):
        return _entered(request, number, "#t-add")
    return show_live(request, number, {"propose": form})


@door(Door.CIRCLE)
@require_POST
@or_on_the_sheet
def entry(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Feedback, a decision, a dissent, information: with the meeting's number."""
    about = _about(request, number)
    form = ContributeForm(request.POST, coordinates=True)
    if form.attempt(
        situations.write_entry,
        request.actor,
        situation=about,
        meeting=number,
        purpose=Purpose.MEETING,
    ):
        return _entered(request, number, "#t-entries")
    return show_live(request, number, {"entry": form})


@door(Door.CIRCLE)
@require_POST
@or_on_the_sheet
def manager(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Who holds the situation, and when the group looks again."""
    about = _about(request, number)
    form = HolderForm(request.POST, people=situation_reading.people(request.actor))
    done = form.attempt(
        situations.set_case_manager, request.actor, situation=about, purpose=Purpose.MEETING
    )
    if done or (form.stale and form.beside(situation_reading.saved_holding(request.actor, about))):
        return _entered(request, number, "#t-hold")
    return show_live(request, number, {"manager": form})


# --- Following elsewhere ------------------------------------------------------------------------


@door(Door.CIRCLE)
@require_safe
def follow(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The meeting on one's own device."""
    return show_follow(request, number)


def show_follow(
    request: CircleRequest,
    number: UUID,
    form: forms.Form | None = None,
    **refused: NoteForm | CollectiveForm,
) -> HttpResponse:
    """The page of whoever follows; a refused form comes back as it was typed."""
    page = reading_live.follow_page(request.actor, number)
    kept, form = kept_follow(request, page, form)
    context = {
        "page": page,
        "form": form or ContributeForm(initial={"kind": "feedback"}),
        "kept": kept,
        "note": refused.get("note") or _note_form(page.hour),
        "collective": refused.get("collective"),
    }
    return render(request, "meetings/follow.html", context)


@door(Door.CIRCLE)
@require_POST
@or_on_the_sheet
def follow_entry(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """A participant's own feedback on the point before the group, at the same time as others."""
    about = reading_live.situation_of(request.actor, number, request.POST.get("item", ""))
    form = ContributeForm(request.POST)
    if form.attempt(
        situations.write_entry,
        request.actor,
        situation=about,
        meeting=number,
        purpose=Purpose.MEETING,
    ):
        messages.success(request, _("C’est noté au fil."))
        return redirect("meeting-follow", slug=slug, number=number)
    return show_follow(request, number, form)


@door(Door.CIRCLE)
@require_safe
def version(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The number that changes with what is shown; asked every three seconds, and nothing else."""
    answer = reading_live.stamp(request.actor, number)
    if not reading_live.is_present(request.actor, number):
        session: Any = request.session
        session.is_no_activity()
    return HttpResponse(answer, content_type="text/plain")
