"""What the guard says to people: a name for each kind, and what to write instead."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethics.guard.findings import Kind

KIND_LABELS: Final[dict[Kind, str | Promise]] = {
    Kind.NISS: _("numéro de registre national"),
    Kind.EMAIL: _("adresse électronique"),
    Kind.URL_PERSON: _("page d’une personne"),
    Kind.PHONE: _("numéro de téléphone"),
    Kind.IBAN: _("numéro de compte"),
    Kind.PLATE: _("plaque d’immatriculation"),
    Kind.BIRTH_DATE: _("date de naissance"),
    Kind.DATE: _("date complète"),
    Kind.ADDRESS: _("adresse avec numéro"),
    Kind.NAME: _("nom d’une personne"),
    Kind.QUASI: _("détail qui fait reconnaître"),
    Kind.OFFENCE: _("condamnation ou fait de police"),
}

# By the code that a rule of the table gives.
ADVICE: Final[dict[str, str | Promise]] = {
    "number": _("Retirez ce numéro : le code de la situation suffit."),
    "contact": _("Retirez cette coordonnée : gardez-la dans votre propre dossier."),
    "profile": _("Retirez ce lien : il mène à une personne."),
    "account": _("Retirez ce numéro de compte : écrivez plutôt « son compte »."),
    "plate": _("Retirez cette plaque : écrivez plutôt « sa voiture »."),
    "birth": _("Écrivez plutôt un âge approché : « fin de la cinquantaine »."),
    "date": _("Écrivez plutôt une période : « début mars », « au printemps »."),
    "address": _("Écrivez plutôt la rue sans le numéro, ou le quartier."),
    "name": _("Écrivez plutôt un rôle : « la personne », « sa fille », « un voisin »."),
    "floor": _("Écrivez plutôt « en étage » ou « dans un appartement »."),
    "building": _("Écrivez plutôt « un immeuble de logements sociaux » ou le quartier."),
    "age": _("Écrivez plutôt « très âgée » : peu de personnes ont cet âge ici."),
    "diagnosis": _("Écrivez plutôt « une maladie grave » : ce diagnostic est rare."),
    "nationality": _("Gardez l’un ou l’autre, ou une tranche d’âge : « la trentaine »."),
    "school": _("Écrivez plutôt « son école » ou « une école du quartier »."),
    "employer": _("Écrivez plutôt le secteur : « dans le commerce », « dans le nettoyage »."),
    "offence": _("Retirez ce fait : condamnations et faits de police n’ont pas leur place ici."),
}
