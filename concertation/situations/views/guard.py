"""The page that explains the identifier guard."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from concertation.door import CircleRequest, Door, door
from concertation.situations import reading


@door(Door.CIRCLE)
@require_safe
def guard(request: CircleRequest, slug: str) -> HttpResponse:
    """What the guard recognises, how to write instead, a field to try it, its false alarms."""
    # Its field is in no form: what is tried there is sent nowhere.
    request.has_guarded_text = True  # type: ignore[attr-defined]  # read by `browser_guard`
    page = reading.guard_page(request.actor)
    return render(request, "guard/page.html", {"page": page, "slug": slug})
