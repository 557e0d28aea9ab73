"""The home page of a concertation."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from concertation.accounts.actions import note_visit
from concertation.door import CircleRequest, Door, door
from concertation.meetings.home import home_page
from ethics.roles import Role


@door(Door.CIRCLE)
@require_safe
def home(request: CircleRequest, slug: str) -> HttpResponse:
    """My actions, the feedback I owe, the next meeting, what is new; a DPO's is the ledger, a
    guest's of one meeting that meeting."""
    if Role.DPO in request.hat.role_set:
        return redirect("ledger", slug=slug)
    if request.hat.for_meeting:
        return redirect("meeting", slug=slug, number=request.hat.for_meeting)
    page = home_page(request.actor, note_visit(request.session, request.hat))
    return render(request, "meetings/home.html", {"home": page})
