"""Forms of an import: the file, which column is what, going on."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from concertation.situations.columns import COLUMNS, TEXTS
from concertation.situations.forms.base import REQUIRED
from concertation.situations.reading.imports import ImportPage
from concertation.spreadsheets import MOST_BYTES, SpreadsheetError


class UploadForm(forms.Form):
    """An `.xlsx` file, held in memory only."""

    file = forms.FileField(
        label=_("Votre tableau (.xlsx)"),
        help_text=_(
            "Une ligne de titres, puis une ligne par situation. 5 Mo et 5\u00a0000 lignes au plus."
            " Le fichier n’est gardé nulle part en clair."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            # A larger file than the server holds in memory doesn't arrive at all.
            "required": _("Choisissez un fichier .xlsx de 5 Mo au plus."),
            "empty": _("Ce fichier est vide."),
        },
    )

    def clean_file(self) -> bytes:
        """Its bytes."""
        given = self.cleaned_data["file"]
        return bytes(given.read(MOST_BYTES + 1))

    def refuse(self, error: SpreadsheetError) -> None:
        """Say beside the field what is wrong with the file."""
        self.add_error("file", str(error))


class StepForm(forms.Form):
    """Go on from the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class StartForm(StepForm):
    """Make drafts of the rows that can be drafts."""

    soft_too = forms.BooleanField(
        label=_(
            "J’ai revu les lignes où un passage est à revoir\u00a0: rien n’y fait reconnaître une"
            " personne, reprenez-les aussi."
        ),
        required=False,
    )


class ColumnsForm(StepForm):
    """Which column of the table is what; who brings the rows that name nobody."""

    def __init__(
        self, *args: Any, page: ImportPage, people: Iterable[tuple[UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        titles: list[tuple[str, Any]] = [("", _("(ne pas reprendre)"))]
        for number, title in enumerate(page.header):
            seen = title or next((row[number] for row in page.sample if row[number]), "")
            titles.append((str(number), f"{number + 1}. {seen[:60]}"))
        for name, label in COLUMNS.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=titles,
                required=False,
                initial=str(page.columns.get(name, "")),
                help_text=_("E-mail, nom ou organisation.") if name == "brought_by" else "",
            )
        self.fields["owner"] = forms.TypedChoiceField(
            label=_("Qui présente les lignes sans nom"),
            coerce=UUID,
            choices=[(str(number), label) for number, label in people],
            initial=str(page.owner),
            error_messages=REQUIRED,
        )

    def clean(self) -> dict[str, Any]:
        """Each column once, and something to read in each row."""
        data: dict[str, Any] = super().clean() or {}
        chosen = {name: data[name] for name in COLUMNS if data.get(name)}
        for name, number in chosen.items():
            if list(chosen.values()).count(number) > 1:
                self.add_error(name, _("Cette colonne est choisie deux fois."))
        if not set(chosen) & set(TEXTS):
            self.add_error(
                None, _("Choisissez au moins une colonne de texte, par exemple le titre.")
            )
        return data

    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        data = self.cleaned_data
        chosen = {name: int(data[name]) for name in COLUMNS if data.get(name)}
        return {"chosen": chosen, "owner": data["owner"], "version": data["version"]}
