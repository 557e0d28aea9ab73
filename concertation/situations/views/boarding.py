"""At the board: looking for words, and how it is displayed."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from concertation.accounts.actions import note_visit, set_density, set_shortcuts
from concertation.door import CircleRequest, Door, door
from concertation.situations import reading
from concertation.situations.codes import parse_code, show_code


@sensitive_post_parameters("searched")
@door(Door.CIRCLE)
@require_POST
def search(request: CircleRequest, slug: str) -> HttpResponse:
    """Look for words in opened texts, or go to a code. The words stay in this one request."""
    searched = request.POST.get("searched", "")[: reading.MOST_WORDS].strip()
    if code := parse_code(searched):
        sheet = reverse("situation", args=[slug, show_code(code)])
        if "HX-Request" in request.headers:
            # A script must not fetch the sheet first: that would be a reading of its own.
            return HttpResponseClientRedirect(sheet)
        return redirect(sheet)
    if not searched:
        return _to_board(request, slug)
    asked = reading.Asked.of(request.GET.dict() | request.POST.dict())
    shown = reading.board(
        request.actor,
        asked,
        since=note_visit(request.session, request.hat),
        searched=searched,
        whole="whole" in request.POST,
    )
    response = render(request, "situations/board.html", {"board": shown, "slug": slug})
    # The address stays that of the board, which a reload can ask for.
    response.headers["HX-Push-Url"] = "false"
    return response


@door(Door.CIRCLE)
@require_POST
def display(request: CircleRequest, slug: str) -> HttpResponse:
    """Keep how close the rows stand, and whether single keys do something."""
    chosen = request.POST.get("set", "")
    if chosen in {"compact", "wide"}:
        set_density(request.hat.person, compact=chosen == "compact")
    if chosen in {"keys_on", "keys_off"}:
        set_shortcuts(request.hat.person, on=chosen == "keys_on")
    return _to_board(request, slug)


def _to_board(request: CircleRequest, slug: str) -> HttpResponse:
    """Back to the board as it was asked for."""
    query = reading.Asked.of(request.GET.dict()).but()
    return redirect(reverse("board", args=[slug]) + (f"?{query}" if query else ""))
