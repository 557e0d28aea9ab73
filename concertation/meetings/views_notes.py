"""What an intervision or a thematic concertation notes, and what becomes of its actions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from concertation.door import CircleRequest, Door, door
from concertation.meetings import actions_notes, reading, reading_notes
from concertation.meetings.errors import MeetingError
from concertation.meetings.forms import sentence
from concertation.meetings.forms_notes import CollectiveForm, NoteForm
from concertation.meetings.views_live import show_follow, show_live
from concertation.situations.forms import AnswerForm
from concertation.situations.forms.base import SituationForm


def _attempt(form: SituationForm, call: Callable[..., Any], actor: Any, **fixed: Any) -> bool:
    """Do it, or say beside what was typed why not."""
    try:
        return form.attempt(call, actor, **fixed) is not None
    except MeetingError as error:
        form.add_error(None, sentence(error))
        return False


@door(Door.CIRCLE)
@require_POST
def note(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Anybody of the circle notes something, on their own device or, the coordinator, on the
    screen."""
    live = "live" in request.POST and reading.may_plan(request.actor)
    line = reading.meeting_line(request.actor, number)
    form = NoteForm(request.POST, meeting_kind=line.kind_code)
    if _attempt(form, actions_notes.note, request.actor, meeting=number):
        messages.success(request, _("C’est noté."))
        return redirect("meeting-live" if live else "meeting-follow", slug=slug, number=number)
    if live and line.in_session:
        return show_live(request, number, {"note": form})
    return show_follow(request, number, note=form)


@door(Door.CIRCLE)
@require_POST
def agree(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """An action for several, as the group agrees on it."""
    reading.check_may_plan(request.actor)
    form = CollectiveForm(request.POST, people=reading_notes.owners(request.actor))
    if _attempt(form, actions_notes.agree, request.actor, meeting=number):
        return redirect("meeting-live", slug=slug, number=number)
    if reading.meeting_line(request.actor, number).in_session:
        return show_live(request, number, {"collective": form})
    return show_follow(request, number, collective=form)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def answer(request: CircleRequest, slug: str, number: UUID, action: UUID) -> HttpResponse:
    """What became of an action for several: its owner's, or the coordinator's."""
    line = reading_notes.collective_action(request.actor, number, action)
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial={"version": line.version, "state": line.state, "text": line.result_typed},
    )
    if request.method == "POST":
        if form.attempt(actions_notes.answer, request.actor, action=action):
            messages.success(request, _("C’est noté."))
            return redirect("home", slug=slug)
        if form.stale:
            form.saw(line.version)
    return render(request, "meetings/collective.html", {"action": line, "form": form})
