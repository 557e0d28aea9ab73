"""What people see of the log about themselves, and the report for the person concerned."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from concertation.door import CircleRequest, Door, door
from concertation.dpo.consultations import consultations
from concertation.dpo.errors import UnknownCode
from concertation.dpo.forms import page_number
from concertation.dpo.my_log import my_log as own_log
from concertation.paper import NoPaperError, pdf_response


@door(Door.CIRCLE)
@require_safe
def my_log(request: CircleRequest, slug: str) -> HttpResponse:
    """What I opened and did here, what the DPO asked of me, who restored my access."""
    page = own_log(request.actor, page_number(request.GET))
    return render(request, "dpo/my_log.html", {"page": page})


@door(Door.CIRCLE)
@require_safe
def consulted(request: CircleRequest, slug: str) -> HttpResponse:
    """The report of consultations of a situation, for the person concerned; the DPO's to give."""
    try:
        told = consultations(request.actor, request.GET.get("situation", ""))
    except UnknownCode:
        raise Http404 from None
    try:
        return pdf_response(request, "dpo/consultations_paper.html", {"report": told}, "releve")
    except NoPaperError:
        messages.error(request, _("Ce serveur ne fait pas de PDF. Imprimez la page du journal."))
        return redirect("ledger", slug=slug)
