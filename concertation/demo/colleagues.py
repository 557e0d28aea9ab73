"""Les Tilleuls: who replaces a colleague, and an intern whose draft awaits their supervisor."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from concertation.accounts.enums import Place
from concertation.demo import people, tilleuls
from concertation.demo.people import Newcomer
from concertation.demo.telling import Table
from concertation.situations import actions
from concertation.situations.enums import Agreement, Informed
from concertation.situations.presentation import Presentation, Tie

# The houses of the participant and of the case manager of the demo.
REPLACED: Final = "theiere"
SUPERVISES: Final = "coup"
MONTH: Final = timedelta(days=30)


def join(table: Table, *, relay: Newcomer, intern: Newcomer, today: date) -> None:
    """Admit both, and let the intern submit a draft."""
    replaced = table.seats[REPLACED].place
    to = people.new_place(
        replaced.organisation, "infirmière, en relais", today, ends_on=today + MONTH
    )
    tilleuls.add(table, relay, replace(to, replaces=replaced))
    supervisor = table.seats[SUPERVISES].place
    to = people.new_place(
        supervisor.organisation, "stagiaire, travail social", today, role=Place.INTERN
    )
    seat = tilleuls.add(table, intern, replace(to, supervised_by=supervisor))
    draft = actions.save_draft(seat.actor(), presentation=_presentation(today))
    actions.submit_draft(seat.actor(), draft=draft.id)


def _presentation(today: date) -> Presentation:
    return Presentation(
        headline="Voudrait apprendre à lire son courrier sans aide",
        needs=("income_rights", "day_activities"),
        urgency="not_urgent",
        account="Vient chaque semaine avec les lettres de la quinzaine. Comprend tout à voix haute,"
        " se perd dès qu’il faut lire seul·e, et laisse passer des délais.",
        tried="Une heure de lecture ensemble, deux fois",
        question="Qui connaît un atelier de lecture où l’on n’a pas peur de commencer ?",
        strengths="Retient tout ce qui est dit, n’oublie jamais un rendez-vous",
        wish="Ouvrir mes lettres sans attendre le mardi",
        informed=Informed.YES,
        agreement=Agreement.GIVEN,
        agreement_on=today - timedelta(days=3),
        agreement_how="de vive voix",
        network=(Tie("le service social", "strong"),),
        missing="un atelier en petit groupe",
    )
