"""The page of one meeting, and what is done on its agenda."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.meetings import actions_agenda, reading
from concertation.meetings.changing import running_beside
from concertation.meetings.enums import Coming
from concertation.meetings.errors import MeetingError
from concertation.meetings.forms import sentence
from concertation.meetings.forms_agenda import AgendaForm, PointForm, RequestForm, SlotForm
from concertation.meetings.reading_visit import guests_of, visit_page
from ethics.gate import IdentifierFound


@door(Door.CIRCLE)
@require_safe
def meeting(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """One meeting; its guest's own page for a guest of one meeting."""
    if request.hat.for_meeting:
        page = visit_page(request.actor, number)
        return render(request, "meetings/visit.html", {"page": page})
    return _show(request, number)


def _show(
    request: CircleRequest, number: UUID, refused: dict[str, Any] | None = None
) -> HttpResponse:
    page = reading.meeting_page(request.actor, number)
    forms: dict[str, Any] = {"edit": None, "point": None, "ask": None}
    if page.agenda and page.may_prepare:
        forms = {
            "edit": AgendaForm(lines=page.agenda.lines, version=page.agenda.version),
            "point": PointForm(),
            "ask": SlotForm(),
        }
    guests = guests_of(request.actor, number) if page.may_plan else ()
    context = {"page": page, "guests": guests, "comings": Coming, **forms, **(refused or {})}
    beside = running_beside(number, request.hat.concertation.id) if page.may_prepare else None
    context["running"] = reading.MeetingLine.of(beside) if beside else None
    return render(request, "meetings/meeting.html", context)


def _back(slug: str, number: UUID, at: str = "t-agenda") -> HttpResponse:
    response = redirect("meeting", slug=slug, number=number)
    response.headers["Location"] += f"#{at}"
    return response


def _button_pressed(names: list[str], move: tuple[str, int] | None) -> str:
    """Where the keyboard goes on: the button that moved the point, in its new place; the other one
    where that one ends."""
    if move is None or move[0] not in names:
        return "t-agenda"
    name, place = move
    upwards = place < names.index(name)
    if place <= 0:
        upwards = False
    elif place >= len(names) - 1:
        upwards = True
    return f"{'up' if upwards else 'down'}-{name}"


@door(Door.CIRCLE)
@require_POST
def edit(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Save the minutes; move or drop a point, or publish."""
    reading.check_may_plan(request.actor)
    page = reading.meeting_page(request.actor, number)
    if page.agenda is None:
        return _back(slug, number)
    form = AgendaForm(request.POST, lines=page.agenda.lines, version=page.agenda.version)
    if not form.is_valid():
        return _show(request, number, {"edit": form})
    try:
        row = actions_agenda.set_agenda(request.actor, meeting=number, **form.values())
        if "publish" in request.POST:
            actions_agenda.publish_agenda(request.actor, meeting=number, version=row.version)
            messages.success(request, _("L’ordre du jour est publié\u00a0: le cercle est averti."))
    except MeetingError as error:
        form.saw(page.agenda.version)
        messages.warning(request, sentence(error))
        return _show(request, number, {"edit": form})
    names = [line.name for line in page.agenda.lines]
    return _back(slug, number, _button_pressed(names, form.values()["move"]))


@door(Door.CIRCLE)
@require_POST
def add(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Put a free point, or a situation the work calls for, on the agenda."""
    reading.check_may_plan(request.actor)
    if code := request.POST.get("code"):
        try:
            actions_agenda.add_point(request.actor, meeting=number, code=code)
        except MeetingError as error:
            messages.warning(request, sentence(error))
        return _back(slug, number)
    form = PointForm(request.POST)
    if form.is_valid():
        try:
            actions_agenda.add_point(
                request.actor,
                meeting=number,
                title=form.cleaned_data["title"],
                minutes=form.cleaned_data["minutes"],
            )
        except IdentifierFound as found:
            form.show_found(request.actor, found)
        except MeetingError as error:
            form.add_error("title", sentence(error))
        else:
            return _back(slug, number)
    return _show(request, number, {"point": form})


@door(Door.CIRCLE)
@require_POST
def ask(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """A participant asks for a moment of the hour."""
    form = SlotForm(request.POST)
    if form.is_valid():
        try:
            actions_agenda.ask_for_point(
                request.actor,
                meeting=number,
                code=form.cleaned_data["code"],
                title=form.cleaned_data["title"],
            )
        except IdentifierFound as found:
            form.show_found(request.actor, found)
        except MeetingError as error:
            form.refuse(error, sentence(error))
        else:
            messages.success(
                request, _("C’est demandé\u00a0: la coordination place le point à l’ordre du jour.")
            )
            return _back(slug, number)
    return _show(request, number, {"ask": form})


@door(Door.CIRCLE)
@require_POST
def answer(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Place what somebody asked for, or take it off the list."""
    reading.check_may_plan(request.actor)
    form = RequestForm(request.POST)
    if form.is_valid():
        try:
            actions_agenda.answer_request(request.actor, meeting=number, **form.values())
        except MeetingError as error:
            messages.warning(request, sentence(error))
    return _back(slug, number)


@door(Door.CIRCLE)
@require_POST
def reply(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """Say whether I come."""
    said = request.POST.get("coming", "")
    if said in Coming.values:
        try:
            actions_agenda.say_coming(request.actor, meeting=number, coming=said)
        except MeetingError as error:
            messages.warning(request, sentence(error))
    return redirect("meeting", slug=slug, number=number)
