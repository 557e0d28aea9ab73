"""Following situations: the board, the sheet, and what is done on it."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from concertation.accounts.actions import note_visit
from concertation.door import CircleRequest, Door, door
from concertation.situations import actions, noticing, reading
from concertation.situations.codes import parse_code, show_code
from concertation.situations.errors import (
    BroughtMeanwhile,
    NotReadable,
    SituationError,
    StaleVersion,
)
from concertation.situations.errors_following import NotAskedToHold
from concertation.situations.forms import (
    ActionForm,
    AnswerForm,
    ContributeForm,
    ManagerForm,
    PresentationForm,
    ProposeForm,
    SheetForms,
)
from concertation.situations.reading.timeline import in_order
from ethics.policy import Act
from ethics.roles import Role

CHANGED_MEANWHILE: Final = gettext_lazy(
    "Quelqu’un a changé cette action entre-temps\u00a0: relisez-la, puis recommencez s’il le faut."
)
# A version has fewer digits; more would fit no database's integer.
_MOST_DIGITS: Final = 10


@door(Door.CIRCLE)
@require_safe
def board(request: CircleRequest, slug: str) -> HttpResponse:
    """The board; for those it isn't for, the short list of what is opened to them."""
    if not reading.has_board(request.actor):
        rows = reading.opened_to(request.actor)
        context = {"rows": rows, "slug": slug, "brings": reading.brings(request.actor)}
        return render(request, "situations/opened.html", context)
    asked = reading.Asked.of(request.GET.dict())
    since = note_visit(request.session, request.hat)
    shown = reading.board(request.actor, asked, since=since)
    return render(request, "situations/board.html", {"board": shown, "slug": slug})


@door(Door.CIRCLE)
@require_safe
def situation(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """The sheet of one situation; other spellings of its code lead to the one with a hyphen."""
    parsed = parse_code(code)
    if parsed and code != show_code(parsed):
        return redirect("situation", slug=slug, code=show_code(parsed))
    return sheet_page(request, slug, code)


def sheet_page(
    request: CircleRequest, slug: str, code: str, refused: dict[str, Any] | None = None
) -> HttpResponse:
    """The sheet, with the form that was refused as it was typed."""
    sheet = reading.situation_sheet(request.actor, code)
    # What the person was told of this situation, they have before them now.
    noticing.saw(request.hat.id, sheet.number)
    coordinates = Role.COORDINATOR in request.hat.role_set
    forms = SheetForms.of(sheet, coordinates=coordinates, data=refused)
    context = {"sheet": sheet, "forms": forms, "slug": slug, "refused": refused or {}}
    context["timeline"] = in_order(sheet)
    return render(request, "situations/sheet.html", context)


def _back(slug: str, code: str, anchor: str = "") -> HttpResponse:
    return redirect(reverse("situation", args=[slug, code]) + anchor)


@door(Door.CIRCLE)
@require_POST
def contribute(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Add an entry to the timeline."""
    about = reading.number_of(request.actor, code)
    coordinates = Role.COORDINATOR in request.hat.role_set
    form = ContributeForm(request.POST, coordinates=coordinates)
    if form.attempt(actions.write_entry, request.actor, situation=about) or form.sent_before:
        messages.success(request, _("C’est noté au fil."))
        return _back(slug, code, "#fil")
    actions.check_may(request.actor, Act.CONTRIBUTE, situation=about)
    return sheet_page(request, slug, code, {"contribute": form})


@door(Door.CIRCLE)
@require_POST
def propose(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Propose an action."""
    about = reading.number_of(request.actor, code)
    form = ProposeForm(request.POST, people=reading.people(request.actor))
    if form.attempt(actions.propose_action, request.actor, situation=about) or form.sent_before:
        messages.success(request, _("L’action est proposée\u00a0: le groupe peut en convenir."))
        return _back(slug, code, "#actions")
    actions.check_may(request.actor, Act.PROPOSE_ACTION, situation=about)
    return sheet_page(request, slug, code, {"propose": form})


@door(Door.CIRCLE)
@require_POST
def answer(request: CircleRequest, slug: str, code: str, number: UUID) -> HttpResponse:
    """Note the state of an action and a word to the group, from the sheet or from the home page."""
    reading.check_is_of(request.actor, code, number)
    form = AnswerForm(request.POST, auto_id=f"id_{number}_%s")
    if form.attempt(actions.answer_action, request.actor, action=number) or beside_saved(
        request, form, number
    ):
        messages.success(request, _("Le retour est noté."))
        if request.POST.get("next") == "home":
            return redirect("home", slug=slug)
        return _back(slug, code, "#actions")
    return sheet_page(request, slug, code, {str(number): form})


def beside_saved(request: CircleRequest, form: ActionForm, number: UUID) -> bool:
    """Where somebody else saved meanwhile, put both texts side by side in the form; whether what
    they saved is the same thing sent twice, and nothing is left to choose."""
    if not form.stale:
        return False
    saved = reading.saved_action(request.actor, number)
    if form.was_sent_twice(saved):
        return True
    form.compare(saved)
    return False


def version_seen(request: CircleRequest) -> int | None:
    """The version of an action that stood on the page of a button without a form of its own."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < _MOST_DIGITS else None


@door(Door.CIRCLE)
@require_POST
def agree(request: CircleRequest, slug: str, code: str, number: UUID) -> HttpResponse:
    """The group agrees on a proposed action."""
    reading.check_is_of(request.actor, code, number)
    try:
        actions.agree_action(request.actor, action=number, expected_version=version_seen(request))
    except StaleVersion:
        messages.warning(request, CHANGED_MEANWHILE)
    except SituationError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("L’action est convenue."))
    return _back(slug, code, "#actions")


@door(Door.CIRCLE)
@require_POST
def manager(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Say who holds the situation, and when to look again."""
    about = reading.number_of(request.actor, code)
    form = ManagerForm(request.POST, people=reading.people(request.actor))
    done = form.attempt(actions.name_manager, request.actor, situation=about) or form.sent_before
    if done or (form.stale and form.beside(reading.saved_holding(request.actor, about))):
        messages.success(request, _("Le suivi est noté."))
        return _back(slug, code, "#suivi")
    actions.check_may(request.actor, Act.SET_CASE_MANAGER, situation=about)
    return sheet_page(request, slug, code, {"manager": form})


@door(Door.CIRCLE)
@require_POST
def manager_answer(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Accept or decline to hold the situation."""
    about = reading.number_of(request.actor, code)
    accept = request.POST.get("answer") == "accept"
    try:
        actions.answer_proposal(request.actor, situation=about, accept=accept)
    except NotAskedToHold as error:
        saved = reading.saved_holding(request.actor, about)
        if accept and saved.holder == request.actor.participation:
            # A second click: they said yes already.
            messages.success(request, _("Vous êtes référent·e de cette situation."))
        else:
            messages.warning(request, str(error))
    except SituationError as error:
        messages.warning(request, str(error))
    else:
        said = _("Vous êtes référent·e de cette situation.") if accept else _("C’est décliné.")
        messages.success(request, said)
    return _back(slug, code, "#suivi")


@door(Door.CIRCLE)
@require_POST
def state(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Let a situation rest, or take it up again."""
    about = reading.number_of(request.actor, code)
    try:
        actions.change_state(request.actor, situation=about, state=request.POST.get("state", ""))
    except SituationError as error:
        messages.warning(request, str(error))
    return _back(slug, code)


@door(Door.CIRCLE)
@require_http_methods(["GET", "POST"])
def edit(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """Write the presentation anew; two people at once see both texts."""
    try:
        saved = reading.to_edit(request.actor, code)
    except NotReadable as error:
        messages.error(request, str(error))
        return _back(slug, code)
    initial = PresentationForm.initial_of(saved.presentation, saved.version)
    form = PresentationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.attempt(
        actions.edit_situation, request.actor, situation=saved.number
    ):
        messages.success(request, _("Le texte est modifié\u00a0; l’ancien reste à l’historique."))
        return _back(slug, code)
    conflicts = form.conflicts(saved.presentation, saved.version)
    context = {"form": form, "saved": saved, "conflicts": conflicts, "slug": slug}
    return render(request, "situations/edit.html", context)


def edit_what_was_brought(request: CircleRequest, slug: str, code: str) -> HttpResponse | None:
    """The form to bring a situation, sent again after it was shared, beside what is saved; `None`
    when it says the same, or for whoever doesn't edit."""
    if not reading.edits(request.actor, code):
        return None
    try:
        saved = reading.to_edit(request.actor, code)
    except NotReadable:
        return None
    initial = PresentationForm.initial_of(saved.presentation, saved.version)
    form = PresentationForm(request.POST, initial=initial)
    form.is_valid()
    form.refuse(BroughtMeanwhile())
    conflicts = form.conflicts(saved.presentation, saved.version)
    context = {"form": form, "saved": saved, "conflicts": conflicts, "slug": slug}
    return render(request, "situations/edit.html", context) if conflicts else None


@door(Door.CIRCLE)
@require_safe
def history(request: CircleRequest, slug: str, code: str) -> HttpResponse:
    """How each text came to be."""
    shown = reading.field_history(request.actor, code)
    return render(request, "situations/history.html", {"history": shown, "slug": slug})
