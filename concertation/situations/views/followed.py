"""What one person holds, and what they were told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.situations import noticing, reading


@door(Door.CIRCLE)
@require_safe
def followed(request: CircleRequest, slug: str) -> HttpResponse:
    """The situations this person holds, with what is new in each."""
    rows = reading.followed(request.actor)
    return render(request, "situations/followed.html", {"rows": rows, "slug": slug})


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def notices(request: CircleRequest, slug: str) -> HttpResponse:
    """What this person was told and why; all of it can be marked as seen."""
    if request.method == "POST":
        noticing.saw_all(request.hat.id)
        return redirect("notices", slug=slug)
    rows = reading.my_notices(request.actor)
    return render(request, "situations/notices.html", {"rows": rows, "slug": slug})
