"""Forms of meetings: one to plan, one to record attendance and duration."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.accounts.enums import Cadence
from concertation.guarding import GuardedForm
from concertation.meetings import errors
from concertation.meetings.actions import ALLOWED_IN_A_PLACE
from concertation.meetings.actions_planning import MOST_DATES
from concertation.meetings.enums import MeetingKind, Presence
from concertation.meetings.reading import Attendee, MeetingLine
from concertation.resuming import ResumableForm

LATELY = timedelta(days=62)

SENTENCES = {
    errors.DateOutOfReach: gettext_lazy("Choisissez une date d’ici deux ans au plus."),
    errors.NotYetHeld: gettext_lazy(
        "Cette réunion n’a pas encore eu lieu\u00a0: les présences se notent le jour même ou après."
    ),
    errors.BadDuration: gettext_lazy("Indiquez une durée de 1 à 600 minutes."),
    errors.NobodyPresent: gettext_lazy(
        "Notez au moins une personne présente ou à distance\u00a0: sans personne, la réunion n’a"
        " pas eu lieu."
    ),
    errors.UnknownAttendee: gettext_lazy(
        "Une personne de la liste n’est plus membre\u00a0: rouvrez la page et notez à nouveau."
    ),
    errors.WrongState: gettext_lazy(
        "La réunion n’en est plus là : rouvrez la page pour voir où elle en est."
    ),
    errors.AnotherRuns: gettext_lazy(
        "Une autre réunion est encore en cours : closez-la, et celle-ci pourra s’ouvrir."
    ),
    errors.MeetingChanged: gettext_lazy(
        "Quelqu’un vient de modifier cette réunion : voici son état, ce que vous avez écrit reste."
        " Relisez, puis recommencez."
    ),
    errors.UnknownItem: gettext_lazy("Ce point n’est plus à l’ordre du jour."),
    errors.AlreadyOnAgenda: gettext_lazy("Cette situation est déjà à l’ordre du jour."),
    errors.NothingAsked: gettext_lazy("Indiquez le code d’une situation, ou quelques mots."),
    errors.ReminderMissing: gettext_lazy(
        "Lisez le rappel à voix haute, puis cochez : la réunion peut alors s’ouvrir."
    ),
    errors.NoSituationHere: gettext_lazy(
        "On ne parle d’aucune situation dans ce genre de réunion\u00a0: prévoyez-la pour une"
        " concertation de situations."
    ),
    errors.NotNotedHere: gettext_lazy("Ce genre de réunion ne note pas cela."),
    errors.NotBrought: gettext_lazy(
        "Choisissez une situation que vous avez présentée dans les trois jours de la réunion."
    ),
    errors.MeetingOver: gettext_lazy(
        "Cette réunion est passée\u00a0: on n’y invite plus, et un lien n’y sert plus."
    ),
    errors.NoCharterInForce: gettext_lazy(
        "Aucune charte n’est en vigueur\u00a0: l’administration doit en publier une."
    ),
    errors.NotSaid: gettext_lazy(
        "Lisez la phrase à voix haute, puis cochez si la personne a dit oui."
    ),
    errors.NotAccepted: gettext_lazy(
        "La personne n’a pas encore accepté par son lien\u00a0: il n’y a rien à contresigner."
    ),
    errors.Countersigned: gettext_lazy(
        "C’est déjà contresigné\u00a0: la ligne reste comme elle a été signée."
    ),
    errors.LinkSpent: gettext_lazy("Ce lien ne fonctionne plus."),
    errors.CharterMoved: gettext_lazy(
        "La charte vient de changer\u00a0: relisez-la sur cette page, puis acceptez-la."
    ),
    errors.MeetingDayOver: gettext_lazy(
        "La réunion est close et sa journée est passée : ce que vous avez écrit n’y entre plus."
        " Le texte est encore là, et s’envoie d’ici sur la fiche de la situation."
    ),
    errors.NobodyInTheRoom: gettext_lazy(
        "Notez d’abord qui est là : ce qui s’affiche est consigné comme montré à ces personnes."
    ),
}


def sentence(error: errors.MeetingError) -> str:
    """What happened and what to do, for a typed error."""
    return str(SENTENCES[type(error)])


class PlanForm(ResumableForm, GuardedForm):
    """Date, time, place, planned minutes and kind of a meeting."""

    allowed: ClassVar = {"place": ALLOWED_IN_A_PLACE}

    day = forms.DateField(
        label=gettext_lazy("Jour"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choisissez le jour de la réunion.")},
    )
    at = forms.TimeField(
        label=gettext_lazy("Heure"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("Indiquez l’heure, par exemple 14:00.")},
    )
    place = forms.CharField(
        label=gettext_lazy("Lieu"),
        max_length=120,
        help_text=gettext_lazy("«\u00a0Par vidéo\u00a0», ou la salle où l’on se retrouve."),
        error_messages={"required": gettext_lazy("Indiquez où l’on se retrouve.")},
    )
    link = forms.URLField(
        label=gettext_lazy("Lien de l’appel vidéo"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy(
            "Seules les personnes du cercle le voient, sur la page de la réunion."
        ),
        error_messages={
            "invalid": gettext_lazy("Collez le lien entier, qui commence par https://.")
        },
    )
    planned_minutes = forms.IntegerField(
        label=gettext_lazy("Durée prévue, en minutes"),
        min_value=10,
        max_value=240,
        help_text=gettext_lazy("Une concertation dure une heure au plus."),
        error_messages={
            "min_value": gettext_lazy("Prévoyez dix minutes au moins."),
            "max_value": gettext_lazy("Prévoyez quatre heures au plus."),
        },
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Genre"), choices=MeetingKind.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, planned_minutes: int) -> None:
        start = {
            "planned_minutes": planned_minutes,
            "kind": MeetingKind.CASE_CONCERTATION,
            "at": time(14, 0),
        }
        super().__init__(data, initial=start)

    repeat = forms.ChoiceField(
        label=gettext_lazy("Répéter"),
        choices=[("", gettext_lazy("une seule date")), *Cadence.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    times = forms.IntegerField(
        label=gettext_lazy("Nombre de dates"),
        min_value=1,
        max_value=MOST_DATES,
        required=False,
        help_text=gettext_lazy("Chaque date se déplace ou s’annule ensuite à part."),
        error_messages={
            "min_value": gettext_lazy("De 1 à 24 dates."),
            "max_value": gettext_lazy("De 1 à 24 dates."),
        },
    )

    def clean_day(self) -> date:
        """Ahead, or lately: a meeting that was held unplanned is still to be recorded."""
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate() - LATELY:
            raise forms.ValidationError(
                gettext_lazy(
                    "Ce jour est trop ancien\u00a0: une réunion se prévoit, ou se note dans les"
                    " deux mois."
                )
            )
        return day

    def values(self) -> dict[str, Any]:
        """What `plan_meeting` takes."""
        day: date = self.cleaned_data["day"]
        at: time = self.cleaned_data["at"]
        return {
            "starts_at": timezone.make_aware(datetime.combine(day, at)),
            "place": self.cleaned_data["place"].strip(),
            "link": self.cleaned_data["link"],
            "planned_minutes": self.cleaned_data["planned_minutes"],
            "kind": self.cleaned_data["kind"],
            "repeat": self.cleaned_data["repeat"],
            "times": self.cleaned_data["times"] or 1,
        }


class ChangeForm(ResumableForm, GuardedForm):
    """Another day, hour, place, link or length for one date."""

    allowed: ClassVar = {"place": ALLOWED_IN_A_PLACE}

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = PlanForm.base_fields["day"]
    at = PlanForm.base_fields["at"]
    place = PlanForm.base_fields["place"]
    link = PlanForm.base_fields["link"]
    planned_minutes = PlanForm.base_fields["planned_minutes"]

    def __init__(self, data: Mapping[str, Any] | None = None, *, meeting: MeetingLine) -> None:
        start = {
            "version": meeting.version,
            "day": meeting.on,
            "at": meeting.starts_at.time(),
            "place": meeting.place,
            "link": meeting.link,
            "planned_minutes": meeting.planned_minutes,
        }
        super().__init__(data, initial=start)

    def saw(self, version: int) -> None:
        """The page shows the meeting as it is now: the next sending is understood to know it."""
        typed: Any = self.data
        again = typed.copy()
        again["version"] = str(version)
        self.data = again

    def values(self) -> dict[str, Any]:
        """What `change_meeting` takes."""
        given = dict(self.cleaned_data)
        day, at = given.pop("day"), given.pop("at")
        given["place"] = given["place"].strip()
        return {**given, "starts_at": timezone.make_aware(datetime.combine(day, at))}


class HoldForm(ResumableForm):
    """How long the meeting lasted, and how each person of the circle attended."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Durée réelle, en minutes"), min_value=1, max_value=600
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        people: Sequence[Attendee],
        minutes: int,
    ) -> None:
        super().__init__(data, initial={"minutes": minutes})
        self.people = people
        for each in people:
            self.fields[_name(each.participation)] = forms.ChoiceField(
                label=_("Présence de %(person)s, %(organisation)s")
                % {"person": each.person, "organisation": each.organisation},
                choices=Presence.choices,
                widget=forms.RadioSelect,
                # Nobody is noted as present, and so as having seen, without a click.
                initial=each.presence or Presence.ABSENT,
            )

    def rows(self) -> list[tuple[Attendee, forms.BoundField]]:
        """Each person with their field, for the page."""
        return [(each, self[_name(each.participation)]) for each in self.people]

    def values(self) -> dict[str, Any]:
        """What `hold_meeting` takes."""
        return {
            "minutes": self.cleaned_data["minutes"],
            "presences": {
                each.participation: self.cleaned_data[_name(each.participation)]
                for each in self.people
            },
        }


def _name(participation: UUID) -> str:
    return f"presence_{participation.hex}"
