"""What one person owes, in all their concertations on one page."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from concertation.door import Door, door
from concertation.situations import reading

if TYPE_CHECKING:
    from ethics import gate


@door(Door.VERIFIED)
@require_safe
def my_actions(request: HttpRequest) -> HttpResponse:
    """My actions by concertation; with one concertation only, its home page shows them."""
    actor: gate.Actor = request.actor  # type: ignore[attr-defined]
    chosen = {
        key.removeprefix("hat:"): str(value)
        for key, value in request.session.items()
        if key.startswith("hat:")
    }
    places = reading.current_places(actor.person, chosen)
    if not places:
        return redirect("start")
    if len(places) == 1:
        return redirect("home", slug=places[0].concertation.slug)
    groups = reading.actions_everywhere(actor, places)
    total = sum(len(each.actions) for each in groups)
    overdue = sum(each.overdue for each in groups)
    context = {"groups": groups, "total": total, "overdue": overdue}
    return render(request, "situations/my_actions.html", context)
