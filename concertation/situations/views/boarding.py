"""At the board: looking for words, and how it is displayed."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from concertation.accounts.actions import note_visit, set_density, set_shortcuts
from concertation.door import CircleRequest, Door, door
from concertation.situations import reading
from concertation.situations.codes import parse_code, show_code
from concertation.spreadsheets import download, workbook


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
def export(request: CircleRequest, slug: str) -> HttpResponse:
    """The view as it is filtered and ordered, all its pages, in a file; recorded as an export."""
    shown = reading.board(
        request.actor,
        reading.Asked.of(request.GET.dict()),
        since=note_visit(request.session, request.hat),
        export=True,
    )
    header = [
        _("Code"),
        _("Situation"),
        _("Besoins"),
        _("Délai"),
        _("État"),
        _("Prochaine date"),
        _("Actions ouvertes"),
        _("En retard"),
        _("Retours attendus"),
        _("Référent·e"),
    ]
    rows = [
        (
            row.code,
            row.headline,
            ", ".join(row.needs),
            row.urgency,
            row.state,
            row.next_on,
            row.open_actions,
            row.overdue_actions,
            row.owed,
            row.holder,
        )
        for row in shown.rows
    ]
    widths = (12, 48, 28, 12, 12, 14, 10, 10, 10, 28)
    return download(workbook(_("Tableau"), header, rows, widths), slugify(_("Tableau")))


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
