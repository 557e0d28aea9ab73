"""What the coordinator opens to a guest, and takes back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading
from concertation.situations.errors import SituationError
from concertation.situations.forms import OpenToGuestForm


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def guest(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """The situations open to a guest; tick others, until a day."""
    page = reading.guest_page(request.actor, number)
    form = OpenToGuestForm(request.POST or None, page=page)
    if request.method == "POST" and form.attempt(actions.open_several, request.actor, guest=number):
        messages.success(request, _("C’est ouvert, jusqu’au jour que vous avez choisi."))
        return redirect("situation-guest", slug=slug, number=number)
    context = {"page": page, "form": form, "slug": slug}
    return render(request, "situations/guest.html", context)


@door(Door.CIRCLE)
@require_POST
def take_back(request: CircleRequest, slug: str, number: UUID, code: str) -> HttpResponse:
    """Take one situation back from a guest, now."""
    about = reading.number_of(request.actor, code)
    try:
        actions.take_back(request.actor, situation=about, guest=number)
    except SituationError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("La situation n’est plus ouverte à cette personne."))
    return redirect("situation-guest", slug=slug, number=number)
