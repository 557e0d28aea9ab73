"""The frame of every page: who is here, which concertation, where one can go."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from concertation.accounts.models import Concertation, Participation
from ethics import gate
from ethics.charter.reading import latest_signature
from ethics.policy import Act, cell
from ethics.roles import Role


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu."""

    label: str
    url: str
    icon: str
    current: bool
    phone: bool


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
    charter_line: str = ""
    account_url: str = ""
    sign_out_url: str = ""


# (route, label, icon, in the phone's bar, act that must be in the roles' reach)
_ENTRIES = (
    ("home", lambda: _("Accueil"), "home", True, Act.READ_MEMBERS),
    ("board", lambda: _("Tableau"), "board", True, Act.LIST),
    ("meetings", lambda: _("Réunions"), "meeting", True, Act.READ_MEETINGS),
    ("report", lambda: _("Rapport"), "report", False, Act.READ_REPORT),
    ("members", lambda: _("Membres"), "people", False, Act.READ_MEMBERS),
    ("ledger", lambda: _("Journal des accès"), "shield", True, Act.READ_LEDGER),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Fill the frame; on pages before the second factor it stays empty."""
    nav = Navigation(demo=settings.DEMO)
    actor: gate.Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"nav": nav}
    nav.signed_in = True
    nav.display_name = request.user.name  # type: ignore[union-attr]
    nav.account_url = reverse("account")
    nav.sign_out_url = reverse("sign-out")
    hat: Participation | None = getattr(request, "hat", None)
    if hat is None:
        return {"nav": nav}
    nav.organisation_name = hat.organisation.name
    nav.concertation = hat.concertation
    nav.concertations = _others(request, hat)
    nav.items = _items(request, hat)
    if _reaches(hat, Act.BRING):
        nav.bring_url = reverse("situation-bring", args=[hat.concertation.slug])
    signature = latest_signature(hat.id)
    if signature:
        nav.charter_line = _("Charte, version %(number)s, signée le %(day)s.") % {
            "number": signature.charter_id,
            "day": date_format(signature.made_at, "DATE_FORMAT"),
        }
    return {"nav": nav}


def _reaches(hat: Participation, act: Act) -> bool:
    """Whether any role of the row stands in the act's cell: what the menu offers. The gate decides
    anew, by the chain, when the page is asked for."""
    roles = hat.role_set
    if Role.DPO in roles:
        roles = frozenset({Role.DPO})
    return bool(roles & set(cell(act)))


def _items(request: HttpRequest, hat: Participation) -> list[Item]:
    slug = hat.concertation.slug
    match = request.resolver_match
    here = match.url_name if match else ""
    items = []
    for route, label, icon, phone, act in _ENTRIES:
        if not _reaches(hat, act) and not (route == "home"):
            continue
        items.append(
            Item(
                label(),
                reverse(route, args=[slug]),
                icon,
                bool(here) and (here == route or here.startswith(f"{route[:-1]}-")),
                phone,
            )
        )
    items.append(
        Item(_("Charte"), reverse("charter", args=[hat.id]), "charter", here == "charter", False)
    )
    items.append(
        Item(
            _("Qui peut voir quoi"),
            reverse("policy", args=[slug]),
            "eye",
            here == "policy",
            False,
        )
    )
    return items


def _others(request: HttpRequest, hat: Participation) -> list[dict[str, Any]]:
    rows = (
        Participation.objects.filter(person=request.user.pk)
        .exclude(state="ended")
        .select_related("concertation")
        .order_by("concertation__name")
    )
    seen = {row.concertation.slug: row.concertation for row in rows}
    return [
        {
            "name": each.name,
            "slug": each.slug,
            "url": reverse("home", args=[each.slug]),
            "current": each.id == hat.concertation_id,
        }
        for each in seen.values()
    ]
