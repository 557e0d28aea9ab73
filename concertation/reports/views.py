"""Pages of the year's report."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from concertation.door import CircleRequest, Door, door
from concertation.reports import actions, reading
from concertation.reports.errors import ReportError
from concertation.reports.forms import LiftForm, sentence


@door(Door.CIRCLE)
@require_safe
def report(request: CircleRequest, slug: str) -> HttpResponse:
    """This year's report."""
    return redirect("report-year", slug=slug, year=timezone.localdate().year)


@door(Door.CIRCLE)
@require_safe
def report_year(request: CircleRequest, slug: str, year: int) -> HttpResponse:
    """One year: a page, or as JSON what may leave it."""
    _check(year)
    if request.GET.get("format") == "json":
        told = reading.report_export(request.actor, year)
        return JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    found = reading.year_report(request.actor, year)
    return render(request, "reports/year.html", {"report": found, "form": LiftForm()})


@door(Door.CIRCLE)
@require_POST
def lift(request: CircleRequest, slug: str, year: int) -> HttpResponse:
    """Record the coordinator's decision to show small numbers."""
    _check(year)
    reading.check_may_lift(request.actor)
    form = LiftForm(request.POST)
    if form.is_valid():
        try:
            actions.lift_suppression(request.actor, year=year, **form.cleaned_data)
        except ReportError as error:
            messages.error(request, sentence(error))
        else:
            messages.success(request, _("Votre décision est notée au journal des accès."))
        return redirect("report-year", slug=slug, year=year)
    found = reading.year_report(request.actor, year)
    return render(request, "reports/year.html", {"report": found, "form": form}, status=422)


def _check(year: int) -> None:
    if not reading.is_reportable(year):
        raise Http404
