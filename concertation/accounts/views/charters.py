"""The charter's life: versions to read, a draft to write, receipts, subscriptions to end."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from concertation.accounts import actions
from concertation.accounts.charter_forms import CharterTextForm, PublishForm, SeenDraft, SeenPeople
from concertation.accounts.errors import AccountError, CharterDraftStale
from concertation.accounts.forms import PasswordAgain
from concertation.accounts.reading import charters as read
from concertation.accounts.reading.people import people_page
from concertation.accounts.views.helpers import actor_of, attempt
from concertation.accounts.views.signing_in import PAGE
from concertation.door import Door, door
from concertation.paper import NoPaperError, pdf_response
from ethics.charter.actions import LANGUAGES
from ethics.charter.drafting import GRACE


@door(Door.VERIFIED)
@require_safe
def charter_versions(request: HttpRequest) -> HttpResponse:
    """Every version that was ever in force."""
    return render(request, "charter/versions.html", {"versions": read.versions()})


@door(Door.VERIFIED)
@require_safe
def charter_version(request: HttpRequest, number: int) -> HttpResponse:
    """One version as it was published, and what it changed."""
    page = read.version_page(number, request.GET.get("langue") or get_language() or "fr")
    changes = read.since_before(number, page.language)
    return render(request, "charter/version.html", {"page": page, "changes": changes})


@door(Door.VERIFIED)
@require_safe
def charter_text(request: HttpRequest, number: int, language: str) -> HttpResponse:
    """The exact bytes whose SHA-256 was signed."""
    return _file(
        read.exact_text(number, language),
        f"charte-v{number}-{language}.md",
        "text/markdown; charset=utf-8",
    )


@door(Door.VERIFIED)
@require_safe
def charter_desk(request: HttpRequest) -> HttpResponse:
    """Versions and draft, for who publishes them."""
    return render(request, "charter/desk.html", {"page": read.charter_desk(actor_of(request))})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def charter_draft(request: HttpRequest) -> HttpResponse:
    """Write the next version; saving shows what it changes."""
    actor = actor_of(request)
    actions.check_may_publish(actor)
    texts, revision = read.draft_texts()
    form = CharterTextForm(request.POST or None, initial={**texts, "revision": revision})
    saved = attempt(
        form,
        lambda: actions.save_charter_draft(
            actor,
            {code: form.cleaned_data[f"text_{code}"] for code in LANGUAGES},
            revision=form.cleaned_data["revision"],
        ),
    )
    if saved:
        messages.success(request, _("Le projet est enregistré. Relisez ce qu’il change."))
        return redirect("charter-publish")
    stale = form.is_bound and form.data.get("revision") != str(revision)
    page = {
        "form": form,
        # Both texts stay in sight; the next save is made knowing theirs.
        "theirs": [texts[f"text_{code}"] for code in LANGUAGES] if stale else [],
        "revision": revision,
    }
    return render(request, "charter/draft.html", page)


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def charter_discard(request: HttpRequest) -> HttpResponse:
    """Ask, then throw the draft away as it was seen."""
    actor = actor_of(request)
    actions.check_may_publish(actor)
    form = SeenDraft(request.POST or None, initial={"revision": read.draft_texts()[1]})
    if form.is_valid():
        try:
            actions.discard_charter_draft(actor, revision=form.cleaned_data["revision"])
        except CharterDraftStale as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Le projet est jeté. La version en vigueur reste."))
        return redirect("charter-desk")
    return render(request, "charter/discard.html", {"form": form})


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def charter_publish(request: HttpRequest) -> HttpResponse:
    """Read what the draft changes, word by word, and publish it."""
    actor = actor_of(request)
    actions.check_may_publish(actor)
    changes, revision = read.compared(), read.draft_texts()[1]
    if not changes:
        return redirect("charter-desk")
    today = timezone.localdate()
    initial = {"effective_on": today, "grace_until": today + GRACE, "revision": revision}
    form = PublishForm(request.POST or None, initial=initial)
    done = attempt(form, lambda: actions.publish_charter(actor, **form.cleaned_data))
    if done:
        text = _("La version %(number)d est publiée. Chaque personne et organisation la signera.")
        messages.success(request, text % {"number": done.number})
        return redirect("charter-desk")
    page = {"form": form, "changes": changes, "revision": revision}
    return render(request, "charter/publish.html", page)


@door(Door.VERIFIED)
@require_safe
def charter_receipt(request: HttpRequest, signature: UUID) -> HttpResponse:
    """One's own signature as a file that anybody can verify."""
    return _receipt(read.own_receipt(actor_of(request), signature), f"signature-{signature}")


@door(Door.VERIFIED)
@require_safe
def charter_receipt_pdf(request: HttpRequest, signature: UUID) -> HttpResponse:
    """One's own signature on paper."""
    receipt = read.paper_receipt(actor_of(request), signature)
    try:
        return pdf_response(
            request,
            "charter/receipt_paper.html",
            {"receipt": receipt},
            f"signature-{signature}",
        )
    except NoPaperError:
        text = _("Ce serveur ne fait pas de PDF. Gardez le fichier JSON, ou imprimez la page.")
        messages.error(request, text)
        return redirect("start")


@door(Door.VERIFIED)
@require_safe
def subscription_receipt(
    request: HttpRequest, organisation: UUID, subscription: UUID
) -> HttpResponse:
    """A subscription as a file that anybody can verify."""
    row = actions.represented(actor_of(request), organisation)
    return _receipt(read.organisation_receipt(row, subscription), f"adhesion-{subscription}")


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def subscription_end(request: HttpRequest, organisation: UUID) -> HttpResponse:
    """End an organisation's subscription: its people are out from the next request on."""
    row = actions.represented(actor_of(request), organisation)
    form = PasswordAgain(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_subscription(
                actor_of(request), organisation=row.id, password=form.cleaned_data["password"]
            )
        except AccountError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("L’adhésion a pris fin. L’accès est fermé."))
            return redirect("subscription", organisation=row.id)
    page = {"form": form, "name": row.name, "organisation": row.id}
    return render(request, "charter/end.html", page)


@door(Door.VERIFIED)
@require_http_methods(PAGE)
def organisation_people(request: HttpRequest, organisation: UUID) -> HttpResponse:
    """The people a representative answers for; confirmed once a year."""
    row = actions.represented(actor_of(request), organisation)
    if request.method == "POST":
        form = SeenPeople(request.POST)
        seen = frozenset(form.cleaned_data["seen"]) if form.is_valid() else frozenset()
        try:
            actions.confirm_people(actor_of(request), organisation=row.id, seen=seen)
            messages.success(request, _("C’est noté. Nous vous le redemanderons dans un an."))
        except AccountError as error:
            messages.error(request, str(error))
        return redirect("organisation-people", organisation=row.id)
    return render(request, "charter/people.html", {"page": people_page(row)})


def _receipt(receipt: dict[str, Any], name: str) -> HttpResponse:
    text = json.dumps(receipt, ensure_ascii=False, indent=2) + "\n"
    return _file(text.encode(), f"{name}.json", "application/json")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
