"""Pages of meetings: the list, planning, and recording that one was held."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.meetings import actions, actions_planning, calendar, reading, reading_after
from concertation.meetings.errors import MeetingError
from concertation.meetings.forms import HoldForm, PlanForm, sentence
from concertation.meetings.views_calendar import link_of
from ethics.gate import IdentifierFound


@door(Door.CIRCLE)
@require_safe
def meetings(request: CircleRequest, slug: str) -> HttpResponse:
    """Planned and held meetings."""
    return render(request, "meetings/list.html", {"page": reading.meeting_list(request.actor)})


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def plan(request: CircleRequest, slug: str) -> HttpResponse:
    """Plan a meeting; the coordinator's."""
    reading.check_may_plan(request.actor)
    usual = request.hat.concertation.planned_minutes
    form = PlanForm(request.POST or None, planned_minutes=usual)
    if request.method == "POST" and form.is_valid():
        try:
            rows = actions_planning.plan_series(request.actor, **form.values())
        except IdentifierFound as found:
            form.show_found(request.actor, found)
        except MeetingError as error:
            form.add_error("day", sentence(error))
        else:
            calendar.send(rows, link_of(request))
            messages.success(
                request,
                ngettext(
                    "La réunion est au calendrier, le cercle est averti.",
                    "Les %(number)d réunions sont au calendrier, le cercle est averti.",
                    len(rows),
                )
                % {"number": len(rows)},
            )
            return redirect("meeting", slug=slug, number=rows[0].id)
    return render(request, "meetings/plan.html", {"form": form})


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def hold(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Record attendance and duration of a meeting, or correct them; the coordinator's."""
    page = reading_after.hold_page(request.actor, number)
    form = HoldForm(request.POST or None, people=page.attendees, minutes=page.usual_minutes)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hold_meeting(request.actor, meeting=number, **form.values())
        except MeetingError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Présences et durée sont notées."))
            return redirect("meeting", slug=slug, number=number)
    return render(request, "meetings/hold.html", {"form": form, "page": page})
