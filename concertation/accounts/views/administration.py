"""Administration: concertations, organisations, first coordinators, representatives."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from concertation.accounts import actions
from concertation.accounts.enums import Cadence
from concertation.accounts.forms import (
    ConcertationForm,
    CoordinatorForm,
    OrganisationForm,
    RepresentativeForm,
)
from concertation.accounts.models import Concertation, Organisation
from concertation.accounts.reading import administration as read_administration
from concertation.accounts.views.helpers import actor_of, attempt, link_of, tell_sent
from concertation.accounts.views.signing_in import PAGE
from concertation.door import Door, door


@door(Door.VERIFIED)
@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """What exists, and what each still needs."""
    page = read_administration(actor_of(request))
    return render(request, "accounts/administration.html", {"page": page})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def concertation(request: HttpRequest) -> HttpResponse:
    """Create a concertation."""
    actions.check_may_administer(actor_of(request))
    form = ConcertationForm(
        request.POST or None, initial={"languages": ["fr", "nl"], "cadence": Cadence.MONTHLY}
    )
    made = attempt(
        form, lambda: actions.create_concertation(actor_of(request), **form.cleaned_data)
    )
    if made:
        messages.success(request, _("La concertation est créée. Désignez sa coordination."))
        return redirect("administration-coordinator", concertation=made.id)
    return render(request, "accounts/administration_concertation.html", {"form": form})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def organisation(request: HttpRequest) -> HttpResponse:
    """Create an organisation."""
    actions.check_may_administer(actor_of(request))
    form = OrganisationForm(request.POST or None)
    made = attempt(
        form, lambda: actions.create_organisation(actor_of(request), **form.cleaned_data)
    )
    if made:
        messages.success(request, _("L’organisation est créée. Désignez qui la représente."))
        return redirect("administration-representative", organisation=made.id)
    return render(request, "accounts/administration_organisation.html", {"form": form})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def coordinator(request: HttpRequest, concertation: UUID) -> HttpResponse:
    """Name who founds a concertation's keys."""
    actions.check_may_administer(actor_of(request))
    row = get_object_or_404(Concertation, id=concertation)
    form = CoordinatorForm(request.POST or None, initial={"language": "fr"})
    invited = attempt(
        form,
        lambda: actions.name_first_coordinator(
            actor_of(request), concertation=row, link=link_of(request), **form.cleaned_data
        ),
    )
    if invited:
        tell_sent(request, invited)
        return redirect("administration")
    page = {"form": form, "name": row.name}
    return render(request, "accounts/administration_coordinator.html", page)


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def representative(request: HttpRequest, organisation: UUID) -> HttpResponse:
    """Name who may bind an organisation."""
    actions.check_may_administer(actor_of(request))
    row = get_object_or_404(Organisation, id=organisation)
    form = RepresentativeForm(request.POST or None, initial={"language": "fr"})
    invited = attempt(
        form,
        lambda: actions.name_representative(
            actor_of(request), organisation=row, link=link_of(request), **form.cleaned_data
        ),
    )
    if invited:
        tell_sent(request, invited)
        return redirect("administration")
    page = {"form": form, "name": row.name}
    return render(request, "accounts/administration_representative.html", page)
