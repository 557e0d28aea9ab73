"""“Puis-je partager ?” as its pages show it: where somebody stands, and what the board knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.enums import Purpose, Verb
from concertation.accounts.enums import ParticipationState
from concertation.accounts.models import Organisation, Participation
from concertation.situations.enums import SituationState
from concertation.situations.errors import NotReadable
from concertation.situations.models import Situation
from concertation.situations.reading.find import check_offered, code_of, my_place
from ethics import gate
from ethics.charter import reading as charter
from ethics.policy import Act
from ethics.roles import READING_ROLES, Role, SecrecyStatus, may_hold_key
from ethics.sharing import frameworks
from ethics.sharing.models import Framework, SharingDecision
from ethics.sharing.outcomes import SHARING, VISIBLE, SharingOutcome
from ethics.sharing.progress import Progress
from ethics.sharing.record import last_decision, open_decision
from ethics.sharing.tree import Answer, Ending, Question, at_most
from ethics.sharing.words import WORDINGS, Wording


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to whom a secret might be entrusted, and what the board knows of them."""

    number: UUID
    label: str
    # Bound by professional secrecy, and the charter signed.
    bound: bool
    # Police or justice: never the same mission of help.
    other_mission: bool
    known: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer on the way, for the list beside the question and the summary."""

    question: Question
    short: str
    answer: str
    # The board answered it: no framework is recorded.
    by_board: bool


@dataclass(frozen=True, slots=True)
class SharingPage:
    """Where somebody stands in the sharing decision about one draft or situation."""

    situation: UUID
    code: str
    draft: bool
    hidden: bool
    # Of the recorded answers; 0 before the first one.
    version: int
    progress: Progress
    asks: Question | None
    ending: Ending
    answered: tuple[Answered, ...]
    framework: Framework | None
    recipients: tuple[Recipient, ...]
    # This person brought it; an intern's text isn't their supervisor's to change.
    own: bool

    @property
    def wording(self) -> Wording | None:
        """The question's words; none at the ending."""
        return WORDINGS[self.asks] if self.asks else None

    def reaches(self, question: Question) -> bool:
        """Whether this question stands on the way; not one that the board answers."""
        if question == Question.FRAMEWORK and self.framework is None:
            return False
        return self.progress.walk(framework=self.framework is not None).reaches(question)

    @property
    def left(self) -> int:
        """How many more questions there can be after this one."""
        return at_most(self.asks) if self.asks else 0

    @property
    def before(self) -> Question | None:
        """The question before this one, to go back to; those of the board aren't asked again."""
        asked = [each.question for each in self.answered if not each.by_board]
        if self.asks in asked:
            asked = asked[: asked.index(self.asks)]
        return asked[-1] if asked else None

    @property
    def in_danger(self) -> bool:
        """Whether the numbers to call come before anything else."""
        danger = self.progress.answers.get(Question.DANGER) == Answer.YES
        return danger and self.asks in {Question.AVERT, Question.OFFENCE, Question.IMMINENT, None}

    @property
    def shares(self) -> bool:
        """Whether the ending lets something be shared: “Je peux, je n’y suis pas obligé·e”."""
        return bool(SHARING & set(self.ending))

    @property
    def shows(self) -> bool:
        """Whether confirming makes this draft visible to the circle."""
        return self.draft and bool(VISIBLE & set(self.ending))

    @property
    def chosen(self) -> tuple[Recipient, ...]:
        """The recipients chosen so far."""
        return tuple(each for each in self.recipients if each.number in self.progress.recipients)

    @property
    def shows_again(self) -> bool:
        """Whether a new agreement covers everybody who reads the board."""
        return (
            self.hidden
            and self.ending == (SharingOutcome.SHARED_SECRET,)
            and self.progress.start == Question.AGREED
            and self.circle <= set(self.progress.recipients)
        )

    circle: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision that was taken, for the page that says what it means."""

    code: str
    draft: UUID | None
    own: bool
    ending: Ending
    made_at: datetime
    review_on: date | None
    adviser: str
    recipients: tuple[str, ...]

    @property
    def outcome(self) -> SharingOutcome:
        """What it is; an emergency that goes with it stands in `urgent`."""
        return self.ending[0]

    @property
    def urgent(self) -> bool:
        """Whether the numbers to call come first."""
        return SharingOutcome.EMERGENCY in self.ending

    @property
    def shares(self) -> bool:
        """“Je peux, je n’y suis pas obligé·e”."""
        return self.outcome in SHARING


def sharing_page(actor: gate.Actor, row: Situation, *, purpose: Purpose) -> SharingPage:
    """Where this person stands about a situation they may decide on, recorded, opened after.

    A draft is its author's; the row was found by `find` or `find_draft`. Raises `Refused` or
    `NotReadable`.
    """
    draft = row.state == SituationState.DRAFT
    if not draft:
        check_offered(actor, row, Act.DECIDE_SHARING, Verb.SHARING_ANSWERED, purpose)
    decision = open_decision(row.id, my_place(actor))
    progress = _progress(actor, row, decision, purpose)
    places = places_of(actor)
    circle = circle_of(places)
    framework = frameworks.in_force(row.concertation_id, circle)
    way = progress.walk(framework=framework is not None)
    asks = progress.asks(framework=framework is not None)
    return SharingPage(
        situation=row.id,
        code=code_of(row),
        draft=draft,
        hidden=row.hidden,
        version=decision.version if decision else 0,
        progress=progress,
        asks=asks,
        ending=() if asks else way.ending,
        answered=tuple(
            _answered(question, answer, progress, by_board=framework is None)
            for question, answer in way.path.items()
        ),
        framework=framework,
        recipients=_recipients(actor, places),
        own=row.brought_by_id == actor.participation,
        circle=circle - {my_place(actor)},
    )


def _progress(
    actor: gate.Actor, row: Situation, decision: SharingDecision | None, purpose: Purpose
) -> Progress:
    opened = gate.reveal(
        actor,
        records=[decision] if decision else [],
        subjects=[row.id],
        purpose=purpose,
        fields={SharingDecision.SEALED_AS: ("answers",)},
    )
    codes: Any = opened.get(decision, "answers") if decision else {}
    if codes is gate.UNOPENABLE:
        raise NotReadable
    return Progress.of(codes or {})


def _answered(
    question: Question, answer: Answer, progress: Progress, *, by_board: bool
) -> Answered:
    words = WORDINGS[question]
    said = str(words.answers[answer][0]) if answer in words.answers else _("Plus personne")
    if question == Question.AGREED and answer == Answer.YES:
        day = date_format(date.fromisoformat(progress.agreed_on)) if progress.agreed_on else ""
        said = ", ".join(part for part in (said, day, progress.agreed_how) if part)
    return Answered(question, str(words.short), said, by_board and question == Question.FRAMEWORK)


def places_of(actor: gate.Actor) -> Sequence[Participation]:
    """Everybody who takes part in the actor's concertation today."""
    rows = Participation.objects.filter(
        concertation=actor.concertation, state=ParticipationState.ADMITTED
    ).select_related("organisation", "person")
    return [row for row in rows if row.is_current()]


def circle_of(places: Iterable[Participation]) -> frozenset[UUID]:
    """Those of them who read the board."""
    return frozenset(
        row.id for row in places if may_hold_key(row.role_set, SecrecyStatus(row.secrecy_status))
    )


def _recipients(actor: gate.Actor, places: Sequence[Participation]) -> tuple[Recipient, ...]:
    """Everybody who takes part but oneself and the DPO, who reads no situation."""
    rows = [
        row
        for row in places
        if row.id != actor.participation
        and row.role_set & READING_ROLES
        and Role.DPO not in row.role_set
    ]
    subscribed = charter.subscribed_organisations({row.organisation_id for row in rows})
    signed = charter.signed_participations([row.id for row in rows])
    return tuple(
        _recipient(row, row.organisation_id in subscribed and row.id in signed) for row in rows
    )


def _recipient(row: Participation, signed: bool) -> Recipient:
    status = SecrecyStatus(row.secrecy_status)
    known = [str(status.label)]
    known.append(_("charte signée") if signed else _("charte pas signée"))
    return Recipient(
        number=row.id,
        label=f"{row.organisation.name}, {row.person.name} ({row.function})",
        bound=signed and status == SecrecyStatus.PROFESSIONAL,
        other_mission=status == SecrecyStatus.POLICE_JUSTICE,
        known=", ".join(known),
    )


def advisers(actor: gate.Actor) -> tuple[tuple[UUID, str], ...]:
    """Whom to ask for advice: the DPO, the coordination, colleagues of one's own organisation."""
    found = []
    for row in places_of(actor):
        if row.id == actor.participation:
            continue
        who = f"{row.organisation.name}, {row.person.name}"
        if Role.DPO in row.role_set:
            found.append((row.id, _("DPO\u00a0: %(who)s") % {"who": who}))
        elif Role.COORDINATOR in row.role_set:
            found.append((row.id, _("Coordination\u00a0: %(who)s") % {"who": who}))
        elif row.organisation_id == actor.organisation and row.role_set & READING_ROLES:
            found.append((row.id, _("Collègue\u00a0: %(who)s") % {"who": who}))
    return tuple(found)


def decision_taken(actor: gate.Actor, row: Situation, *, purpose: Purpose) -> DecisionShown | None:
    """The last decision this person took about a situation; `None` before the first one.

    Raises `Refused` or `NotReadable`.
    """
    decision = last_decision(row.id, my_place(actor))
    progress = _progress(actor, row, decision, purpose)
    if decision is None:
        return None
    people = {each.id: each for each in _named(progress.recipients, decision.adviser)}
    return DecisionShown(
        code=code_of(row),
        draft=row.id if row.state == SituationState.DRAFT else None,
        own=row.brought_by_id == actor.participation,
        ending=decision.ending,
        made_at=decision.made_at,
        review_on=decision.review_on,
        adviser=_name(people.get(decision.adviser)) if decision.adviser else "",
        recipients=tuple(_name(people[each]) for each in progress.recipients if each in people),
    )


@dataclass(frozen=True, slots=True)
class SharingNote:
    """A decision to share, as the board notes it: that it was taken, never the secret."""

    label: str
    on: datetime
    organisation: str


@dataclass(frozen=True, slots=True)
class SheetSharing:
    """What a sheet shows of sharing: decisions taken, and what this person may decide now."""

    notes: tuple[SharingNote, ...]
    hidden: bool
    may_decide: bool
    may_withdraw: bool


def sheet_sharing(row: Situation, offered: gate.Offers, *, told: bool) -> SheetSharing:
    """The sharing of one situation, newest decision first; `told`: its texts are shown too."""
    taken: Sequence[SharingDecision] = ()
    if told:
        known = [str(each) for each in SHARING]
        rows = SharingDecision.objects.filter(container=row.id, outcome__in=known)
        taken = list(rows.order_by("-made_at"))
    names = dict(Organisation.objects.values_list("id", "name")) if taken else {}
    return SheetSharing(
        notes=tuple(
            SharingNote(str(each.ending[0].label), each.made_at, names.get(each.organisation, ""))
            for each in taken
        ),
        hidden=row.hidden,
        may_decide=offered.may(Act.DECIDE_SHARING),
        may_withdraw=offered.may(Act.WITHDRAW_AGREEMENT) and not row.hidden,
    )


def _named(numbers: Sequence[UUID], adviser: UUID | None) -> Sequence[Participation]:
    wanted = [*numbers, *((adviser,) if adviser else ())]
    return list(
        Participation.objects.filter(id__in=wanted).select_related("organisation", "person")
    )


def _name(row: Participation | None) -> str:
    return f"{row.organisation.name}, {row.person.name}" if row else ""
