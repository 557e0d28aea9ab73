"""The form that records a framework document."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.situations.actions.frameworks import AIM, ALLOWED_IN_A_FRAMEWORK, AUTHORITY
from concertation.situations.forms.base import REQUIRED, SituationForm, area, day, one_line, radio
from concertation.situations.reading.frameworks import Named
from ethics.sharing.models import FrameworkBasis


class FrameworkForm(SituationForm):
    """What the document says: on what it rests, its aim, whom it names, until when."""

    allowed: ClassVar = {"authority": ALLOWED_IN_A_FRAMEWORK, "aim": ALLOWED_IN_A_FRAMEWORK}

    basis = radio(_("Le cadre repose sur"), FrameworkBasis.choices)
    authority = one_line(
        _("Autorité, titre et date du document"),
        AUTHORITY,
        help_text=_("Comme on le cite. Le document lui-même reste chez vous."),
    )
    aim = area(_("Le but qu’il fixe"), AIM)
    starts_on = day(_("Valable du"))
    ends_on = day(_("Jusqu’au"))
    participants = forms.TypedMultipleChoiceField(
        label=_("Les participants qu’il nomme"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages=REQUIRED,
        help_text=_(
            "Tant qu’une seule personne qui lit le tableau n’est pas nommée, la question 6 reste"
            " fermée."
        ),
    )

    def __init__(self, *args: Any, people: Iterable[Named] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["participants"]
        field.choices = [(str(each.number), each.label) for each in people]
