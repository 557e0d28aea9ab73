"""The frame of every page: who is here, which concertation, where one can go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from concertation.accounts.models import Concertation, Participation
from ethics.charter.reading import signed_line
from ethics.policy import Act, cell
from ethics.roles import Role


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu."""

    label: str
    url: str
    icon: str
    current: bool
    # Stands in the bar at the bottom of a telephone.
    phone: bool
    # Stands in the panel behind one's name, at every width: the bar holds what is used daily.
    panel: bool = False


@dataclass(slots=True)
class Navigation:
    """What `base.html` shows around a page."""

    demo: bool = False
    signed_in: bool = False
    display_name: str = ""
    organisation_name: str = ""
    concertation: Concertation | None = None
    concertations: list[dict[str, Any]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    bring_url: str = ""
    # One's actions in all concertations; of no use with one.
    actions_url: str = ""
    charter_line: str = ""
    # A newer version of the charter waits for this person's signature until then.
    renew_by: date | None = None
    renew_url: str = ""
    account_url: str = ""
    sign_out_url: str = ""
    # Whether single keys do something, for this person.
    shortcuts: bool = True


# (route, label, icon, in the phone's bar, act in the roles' reach, routes under it)
_ENTRIES: tuple[tuple[str, Callable[[], str], str, bool, Act, str], ...] = (
    ("home", lambda: _("Accueil"), "home", True, Act.READ_MEMBERS, "home"),
    ("board", lambda: _("Tableau"), "board", True, Act.LIST, "situation"),
    ("meetings", lambda: _("Réunions"), "meeting", True, Act.READ_MEETINGS, "meeting"),
    ("report", lambda: _("Rapport"), "report", False, Act.READ_REPORT, "report"),
    ("members", lambda: _("Membres"), "people", False, Act.READ_MEMBERS, "member"),
    ("review", lambda: _("Revue"), "eye", True, Act.REVIEW, "review"),
    ("ledger", lambda: _("Journal des accès"), "shield", True, Act.READ_LEDGER, "ledger"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Fill the frame; on pages before the second factor it stays empty."""
    nav = Navigation(demo=settings.DEMO)
    if getattr(request, "actor", None) is None:
        return {"nav": nav}
    nav.signed_in = True
    nav.display_name = request.user.name  # type: ignore[union-attr]
    nav.shortcuts = request.user.shortcuts  # type: ignore[union-attr]
    nav.account_url = reverse("account")
    nav.sign_out_url = reverse("sign-out")
    hat: Participation | None = getattr(request, "hat", None)
    if hat is None:
        nav.items = _outside(request)
        return {"nav": nav}
    nav.organisation_name = hat.organisation.name
    nav.concertation = hat.concertation
    nav.concertations = _others(request, hat)
    if sum(each["acts"] for each in nav.concertations) > 1:
        nav.actions_url = reverse("my-actions")
    nav.items = _items(request, hat)
    if nav.actions_url:
        nav.items.append(_my_actions(request))
    if _reaches(hat, Act.BRING):
        nav.bring_url = reverse("situation-bring", args=[hat.concertation.slug])
    signed = signed_line(hat.id)
    if signed:
        nav.charter_line = _("Charte, version %(number)s, signée le %(day)s.") % {
            "number": signed.version,
            "day": date_format(signed.at, "DATE_FORMAT"),
        }
        nav.renew_by = signed.renew_by
        nav.renew_url = reverse("charter", args=[hat.id])
    return {"nav": nav}


def _reaches(hat: Participation, act: Act) -> bool:
    """Whether any role of the row stands in the act's cell: what the menu offers. The gate decides
    anew, by the chain, when the page is asked for."""
    roles = hat.role_set
    if Role.DPO in roles:
        roles = frozenset({Role.DPO})
    return bool(roles & set(cell(act)))


def _here(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "") if match else ""


def _items(request: HttpRequest, hat: Participation) -> list[Item]:
    slug, here = hat.concertation.slug, _here(request)
    items = [
        Item(
            label(),
            reverse(route, args=[slug]),
            icon,
            here in (route, under) or here.startswith(f"{under}-"),
            phone,
        )
        for route, label, icon, phone, act, under in _ENTRIES
        if _reaches(hat, act)
    ]
    if hat.for_meeting:
        address = reverse("meeting", args=[slug, hat.for_meeting])
        items = [Item(_("La réunion"), address, "meeting", here == "meeting", True)]
    if not _reaches(hat, Act.LIST) and hat.role_set & {Role.GUEST, Role.LIMITED_READER}:
        # In the board's place and at its address: what is theirs.
        mine = here == "board" or here.startswith("situation")
        url = reverse("board", args=[slug])
        items.insert(1, Item(_("Mes situations"), url, "board", mine, True))
    items.append(
        Item(
            _("Charte"),
            reverse("charter", args=[hat.id]),
            "charter",
            here == "charter",
            False,
            True,
        )
    )
    if _reaches(hat, Act.RECORD_FRAMEWORK):
        legal = reverse("framework", args=[slug])
        items.append(Item(_("Cadre légal"), legal, "shield", here == "framework", False, True))
    items.append(
        Item(
            _("Notice pour la personne"),
            reverse("person-notice", args=[slug]),
            "info",
            here == "person-notice",
            False,
            True,
        )
    )
    items.append(
        Item(
            _("Qui peut voir quoi"),
            reverse("policy", args=[slug]),
            "eye",
            here == "policy",
            False,
            True,
        )
    )
    own = reverse("my-log", args=[slug])
    items.append(Item(_("Mon journal"), own, "history", here == "my-log", False, True))
    items.append(
        Item(
            _("Règles de la revue"),
            reverse("review-rules", args=[slug]),
            "search",
            here == "review-rules",
            False,
            True,
        )
    )
    items.append(
        Item(_("Garde-fou"), reverse("guard", args=[slug]), "heed", here == "guard", False, True)
    )
    if _reaches(hat, Act.READ_ERASURES):
        address = reverse("erasures", args=[slug])
        items.append(
            Item(_("Effacements"), address, "lock", here.startswith("erasure"), False, True)
        )
    if _reaches(hat, Act.GIVE_OPINION):
        address = reverse("opinions", args=[slug])
        items.append(
            Item(_("Prolongations"), address, "lock", here.startswith("opinion"), False, True)
        )
    if _reaches(hat, Act.GIVE_OPINION) or _reaches(hat, Act.KEEP_LOG):
        address = reverse("log-keeping", args=[slug])
        items.append(
            Item(
                _("Conservation du journal"), address, "history", here == "log-keeping", False, True
            )
        )
    return items + _administration(request)


def _outside(request: HttpRequest) -> list[Item]:
    """The menu of pages that belong to no concertation."""
    here = _here(request)
    start = Item(_("Mes places"), f"{reverse('start')}?choisir=1", "home", here == "start", True)
    actions = [_my_actions(request)] if here == "my-actions" else []
    return [start, *actions, *_administration(request)]


def _my_actions(request: HttpRequest) -> Item:
    here = _here(request) == "my-actions"
    # Out of a concertation it stands in the bar, where there is room; inside one, home leads there.
    return Item(_("Mes actions"), reverse("my-actions"), "check", here, here, not here)


def _administration(request: HttpRequest) -> list[Item]:
    if not getattr(request.user, "is_administrator", False):
        return []
    here = _here(request).startswith(("administration", "charter-d", "charter-publish"))
    return [Item(_("Administration"), reverse("administration"), "gear", here, True)]


def _others(request: HttpRequest, hat: Participation) -> list[dict[str, Any]]:
    rows = (
        Participation.objects.filter(person=request.user.pk)
        .exclude(state="ended")
        .select_related("concertation")
        .order_by("concertation__name")
    )
    seen = {row.concertation.slug: row.concertation for row in rows}
    # Where an action could be theirs: a DPO owns none.
    acting = {row.concertation.slug for row in rows if Role.DPO not in row.role_set}
    return [
        {
            "name": each.name,
            "slug": each.slug,
            "url": reverse("home", args=[each.slug]),
            "current": each.id == hat.concertation_id,
            "acts": each.slug in acting,
        }
        for each in seen.values()
    ]
