"""Erasing a closed situation, and the certificates of what was erased."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from concertation.accounts.forms import PasswordAgain
from concertation.accounts.views.helpers import attempt
from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, reading


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def erase(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Erase a closed situation before its time, after the password and a word on what it means."""
    about = reading.to_erase(request.actor, code)
    form = PasswordAgain(request.POST or None)
    made = attempt(
        form,
        lambda: actions.erase_situation(
            request.actor, situation=about.number, password=form.cleaned_data["password"]
        ),
    )
    if made:
        messages.success(request, _("La situation est effacée. Voici le procès-verbal."))
        return redirect("erasure", slug=slug, number=made.id)
    context = {"form": form, "about": about, "slug": slug}
    return render(request, "situations/erase.html", context)


@door(Door.CIRCLE)
@require_safe
def erasures(request: CircleRequest, slug: str) -> HttpResponse:
    """What was erased, by number."""
    rows = reading.certificates(request.actor)
    return render(request, "situations/erasures.html", {"rows": rows, "slug": slug})


@door(Door.CIRCLE)
@require_safe
def erasure(request: CircleRequest, slug: str, number: UUID) -> HttpResponse:
    """One certificate, to read and to print."""
    row = reading.certificate(request.actor, number)
    return render(request, "situations/erasure.html", {"row": row, "slug": slug})
