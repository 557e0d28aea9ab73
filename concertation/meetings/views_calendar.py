"""Moving and cancelling dates, calendar files, and a person's own calendar address."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.enums import Verb
from concertation.door import CircleRequest, Door, door
from concertation.meetings import actions_planning, calendar, reading, reading_calendar
from concertation.meetings.errors import MeetingError
from concertation.meetings.forms import ChangeForm, sentence
from concertation.meetings.models import Meeting
from ethics.gate import IdentifierFound
from ethics.gate.refusals import refuse
from ethics.policy import Refusal


def link_of(request: HttpRequest, slug: str = "") -> Callable[[UUID], str]:
    """Turns a meeting's number into the full address of its page."""
    name = slug or request.resolver_match.kwargs["slug"]  # type: ignore[union-attr]
    return lambda number: request.build_absolute_uri(reverse("meeting", args=[name, number]))


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def change(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Move one date, or change its place, link or length; the coordinator's."""
    reading.check_may_plan(request.actor)
    line = reading.meeting_line(request.actor, number)
    form = ChangeForm(request.POST if request.method == "POST" else None, meeting=line)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions_planning.change_meeting(request.actor, meeting=number, **form.values())
        except IdentifierFound as found:
            form.show_found(request.actor, found)
        except MeetingError as error:
            form.add_error(None, sentence(error))
            form.saw(line.version)
        else:
            calendar.send([row], link_of(request))
            messages.success(request, _("La date est modifiée, le cercle est averti."))
            return redirect("meeting", slug=slug, number=number)
    return render(request, "meetings/change.html", {"form": form, "meeting": line})


@door(Door.CIRCLE)
@require_POST
def cancel(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Drop one date; the coordinator's."""
    reading.check_may_plan(request.actor)
    version = reading.meeting_line(request.actor, number).version
    try:
        row = actions_planning.cancel_meeting(request.actor, meeting=number, version=version)
    except MeetingError as error:
        messages.warning(request, sentence(error))
        return redirect("meeting", slug=slug, number=number)
    calendar.send([row], link_of(request), method=calendar.CANCEL)
    messages.success(request, _("La réunion est annulée, le cercle est averti."))
    return redirect("meetings", slug=slug)


@door(Door.CIRCLE)
@require_safe
def file(request: CircleRequest, slug: str) -> HttpResponse:
    """All dates as a file for one's own calendar."""
    return _calendar(reading_calendar.calendar_rows(request.actor), link_of(request))


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def address(request: CircleRequest, slug: str) -> HttpResponse:
    """One's own secret address: made, shown once, ended."""
    shown = ""
    if request.method == "POST" and "end" in request.POST:
        actions_planning.end_calendar_address(request.actor)
        messages.success(request, _("L’adresse ne répond plus."))
        return redirect("calendar-address", slug=slug)
    if request.method == "POST":
        token = actions_planning.new_calendar_address(request.actor)
        shown = request.build_absolute_uri(reverse("calendar", args=[token]))
    reading.meeting_list(request.actor)
    context = {"shown": shown, "has": reading_calendar.has_calendar_address(request.actor)}
    return render(request, "meetings/calendar.html", context)


@door(Door.OPEN)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program finds at a secret address: dates, and nothing else."""
    rows = reading_calendar.calendar_of(actions_planning.hash_of(token))
    if rows is None:
        refuse(None, Refusal.UNKNOWN_SUBJECT, verb=Verb.LIST, concertation=None)
        raise Http404
    slug = rows[0].concertation.slug if rows else ""
    return _calendar(rows, link_of(request, slug) if slug else lambda number: "")


def _calendar(rows: list[Meeting], link: Callable[[UUID], str]) -> HttpResponse:
    response = HttpResponse(calendar.calendar_file(rows, link), content_type=calendar.CONTENT_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="reunions.ics"'
    return response
