"""What was typed for a point that is no longer before the group: it comes back, named after it.

While somebody types, another coordinator goes on, pauses, or closes the meeting. A form refused
then finds no place under the point on the screen: it stands apart, under the name of its own point,
and goes there when it is sent again. Once the meeting's day is over it goes to the situation's
sheet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from audit.enums import Purpose
from concertation.door import CircleRequest
from concertation.meetings.errors import MeetingDayOver
from concertation.meetings.forms import sentence
from concertation.meetings.forms_live import HolderForm
from concertation.meetings.models import AgendaItem
from concertation.meetings.reading import MeetingLine, may_plan, unknown
from concertation.meetings.reading_live import FollowPage, Hour, LivePage, as_number
from concertation.situations import reading as situations
from concertation.situations.codes import show_code
from concertation.situations.forms import AnswerForm, ContributeForm, ProposeForm
from concertation.situations.models import AgreedAction
from concertation.situations.reading import ScreenAction
from ethics import gate
from ethics.policy import Act

View = Callable[..., HttpResponse]
CLOSED_MEANWHILE: Final = gettext_lazy(
    "La réunion vient d’être close. Ce que vous avez écrit est encore là : envoyez-le aujourd’hui,"
    " il ira au point pour lequel vous l’avez écrit."
)
# The forms under a situation; those of its actions go by the action's number.
_ABOUT_A_SITUATION: Final = frozenset({"propose", "entry", "manager"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that finds no place on the page, and the point it was typed for."""

    form: forms.Form
    # The address it was sent to: the next sending goes there too.
    path: str
    item: str
    code: str
    words: str
    # The same point is before the group still: somebody else answered the action meanwhile.
    here: bool = False
    now: ScreenAction | None = None


def kept_live(
    request: CircleRequest, page: LivePage, refused: Mapping[str, Any]
) -> tuple[Kept | None, Mapping[str, Any]]:
    """The refused form that has no place under what is on the screen, and those that have one."""
    for name, form in refused.items():
        about = name in _ABOUT_A_SITUATION or as_number(name) is not None
        if about and not _has_its_place(request, page, name):
            kept = _kept(request, page.hour, form, f"id_kept_{name}_%s")
            if form.refusal is not None and form.stale:
                _sees_again(form, name)
                kept = replace(kept, now=_now(page, name))
            return kept, {}
    return None, refused


def kept_follow(
    request: CircleRequest, page: FollowPage, form: forms.Form | None
) -> tuple[Kept | None, forms.Form | None]:
    """The same on one's own device: what was typed for a point that went by."""
    if form is None or (page.sheet is not None and _is_current(request, page.hour)):
        return None, form
    return _kept(request, page.hour, form, "id_kept_%s"), None


def _kept(request: CircleRequest, hour: Hour, form: Any, auto_id: str) -> Kept:
    # Its fields stand beside those of the point on the screen: no two of one name.
    form.auto_id = auto_id
    item = request.POST.get("item", "")
    points = {each.line.number: each.line for each in hour.points}
    line = points.get(as_number(item))
    return Kept(
        form,
        request.path,
        item,
        line.code if line else "",
        line.words if line else "",
        here=_is_current(request, hour),
    )


def _now(page: LivePage, name: str) -> ScreenAction | None:
    """What is saved of an action, as the screen shows it to everybody present."""
    sheet = page.screen.sheet if page.screen else None
    return (
        next((each for each in sheet.review if str(each.number) == name), None) if sheet else None
    )


def _is_current(request: CircleRequest, hour: Hour) -> bool:
    current = hour.current
    typed_for = as_number(request.POST.get("item", ""))
    return current is not None and not hour.paused and current.line.number == typed_for


def _has_its_place(request: CircleRequest, page: LivePage, name: str) -> bool:
    sheet = page.screen.sheet if page.screen else None
    if sheet is None or not _is_current(request, page.hour):
        return False
    if name in _ABOUT_A_SITUATION:
        return bool(sheet.people)
    return any(str(each.number) == name and each.to_review for each in sheet.review)


def _sees_again(form: Any, name: str) -> None:
    """They were told that somebody else answered meanwhile: the next sending knows it."""
    number = as_number(name)
    row = AgreedAction.objects.filter(id=number).first() if number else None
    if row is not None:
        form.saw(row.version)


def kept_page(request: CircleRequest, meeting: MeetingLine, kept: Kept, said: Any) -> HttpResponse:
    """What was typed, alone on its page: the meeting it was typed at is closed."""
    context = {"kept": kept, "meeting": meeting, "said": said}
    return render(request, "meetings/kept_page.html", context)


# --- Once its day is over -----------------------------------------------------------------------

_Build = Callable[[CircleRequest], forms.Form]


def _answer(request: CircleRequest) -> forms.Form:
    return AnswerForm(request.POST)


def _propose(request: CircleRequest) -> forms.Form:
    return ProposeForm(request.POST, people=situations.people(request.actor))


def _contribute(request: CircleRequest) -> forms.Form:
    return ContributeForm(request.POST, coordinates=may_plan(request.actor))


def _manager(request: CircleRequest) -> forms.Form:
    return HolderForm(request.POST, people=situations.people(request.actor))


# Where each is written otherwise: on the situation's own sheet, by the same form.
_ON_THE_SHEET: Final[Mapping[str, tuple[str, _Build]]] = {
    "meeting-review": ("situation-action", _answer),
    "meeting-agree": ("situation-action-propose", _propose),
    "meeting-entry": ("situation-contribute", _contribute),
    "meeting-follow-entry": ("situation-contribute", _contribute),
    "meeting-manager": ("situation-manager", _manager),
}


def or_on_the_sheet(view: View) -> View:
    """What reaches a meeting after its day comes back with the way to the sheet."""

    @wraps(view)
    def answer(request: CircleRequest, slug: str, number: UUID, **more: Any) -> HttpResponse:
        try:
            return view(request, slug, number, **more)
        except MeetingDayOver as over:
            return _day_over(request, slug, number, over, more.get("action"))

    return answer


def _day_over(
    request: CircleRequest, slug: str, number: UUID, over: MeetingDayOver, action: UUID | None
) -> HttpResponse:
    item = AgendaItem.objects.select_related("meeting", "situation").get(id=over.item)
    about = item.situation
    seen = gate.reveal(
        request.actor,
        records=(),
        subjects=[about.id] if about else [],
        purpose=Purpose.MEETING,
        act=Act.LIST,
    )
    if about is None or about.id not in seen.groups:
        raise unknown(request.actor, number)
    code = show_code(about.code or "")
    name = request.resolver_match.url_name if request.resolver_match else ""
    route, build = _ON_THE_SHEET[name or ""]
    where = [slug, code, action] if action else [slug, code]
    kept = Kept(build(request), reverse(route, args=where), "", code, "")
    return kept_page(request, MeetingLine.of(item.meeting), kept, sentence(over))
