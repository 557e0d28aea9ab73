"""Closing a meeting, its minutes, and the situation that completes an empty point."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.enums import Verb
from concertation.door import CircleRequest, Door, door
from concertation.meetings import actions, actions_live, calendar, reading, reading_after
from concertation.meetings.errors import MeetingError
from concertation.meetings.forms import sentence
from concertation.meetings.forms_live import CloseMeetingForm
from concertation.meetings.reading_live import as_number
from concertation.meetings.views_calendar import link_of
from concertation.paper import NoPaperError, pdf_response
from concertation.situations.codes import parse_code


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def close(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Close the meeting; the coordinator's."""
    reading.check_may_plan(request.actor)
    line = reading.meeting_line(request.actor, number)
    if not line.in_session:
        return redirect("meeting", slug=slug, number=number)
    page = reading_after.close_page(request.actor, number)
    initial = {"minutes": page.minutes, "next_on": page.next_on, "version": page.version}
    form = CloseMeetingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        next_on = values.pop("next_on")
        try:
            actions_live.close_meeting(request.actor, meeting=number, **values)
        except MeetingError as error:
            form.add_error(None, sentence(error))
            form.saw(page.version)
        else:
            messages.success(request, _("La réunion est close\u00a0: voici son compte rendu."))
            if next_on:
                _plan_next(request, line, next_on)
            return redirect("meeting-minutes", slug=slug, number=number)
    return render(request, "meetings/close.html", {"form": form, "page": page})


def _plan_next(request: CircleRequest, line: reading.MeetingLine, next_on: datetime) -> None:
    """At the same place and by the same link; a date that somebody planned meanwhile is enough."""
    if reading_after.is_planned(request.actor, next_on):
        return
    try:
        row = actions.plan_meeting(
            request.actor,
            starts_at=next_on,
            place=line.place,
            link=line.link,
            planned_minutes=line.planned_minutes,
        )
    except MeetingError as error:
        messages.warning(request, sentence(error))
    else:
        calendar.send([row], link_of(request))
        messages.success(request, _("La prochaine est au calendrier, le cercle est averti."))


@door(Door.CIRCLE)
@require_safe
def minutes(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The minutes, by this reader's rights."""
    page = reading_after.minutes_page(request.actor, number)
    return render(request, "meetings/minutes.html", {"minutes": page})


@door(Door.CIRCLE)
@require_safe
def minutes_pdf(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The same on paper."""
    page = reading_after.minutes_page(request.actor, number, verb=Verb.PRINT)
    try:
        return pdf_response(
            request, "meetings/minutes_paper.html", {"minutes": page}, f"reunion-{page.meeting.on}"
        )
    except NoPaperError:
        messages.error(request, _("Ce serveur ne fait pas de PDF\u00a0: imprimez la page."))
        return redirect("meeting-minutes", slug=slug, number=number)


@door(Door.CIRCLE)
@require_POST
def complete(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Say which situation an empty point was."""
    item, code = as_number(request.POST.get("item", "")), request.POST.get("code", "")
    if item is None or parse_code(code) is None:
        messages.warning(
            request, _("Ce code contient une faute de frappe\u00a0: vérifiez-le sur la fiche.")
        )
        return redirect("meeting", slug=slug, number=number)
    try:
        actions_live.complete_item(request.actor, meeting=number, item=item, code=code)
    except MeetingError as error:
        messages.warning(request, sentence(error))
    else:
        messages.success(request, _("Le point a sa situation."))
    return redirect("meeting", slug=slug, number=number)
