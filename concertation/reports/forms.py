"""The one form of reports: why small numbers may be shown."""

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.reports import errors
from concertation.reports.enums import LiftReason
from concertation.resuming import ResumableForm

SENTENCES = {
    errors.AlreadyLifted: _("Les petits nombres de cette année sont déjà affichés."),
    errors.YearOutOfReach: _("Cette année n’a pas de rapport."),
    errors.UnknownReason: _("Choisissez une des raisons proposées."),
}


def sentence(error: errors.ReportError) -> str:
    """What happened, for a typed error."""
    return str(SENTENCES[type(error)])


class LiftForm(ResumableForm):
    """The reason, from a closed list: a free text would travel with the figures."""

    reason = forms.ChoiceField(
        label=_("Pourquoi afficher les petits nombres ?"),
        choices=LiftReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": SENTENCES[errors.UnknownReason]},
    )
