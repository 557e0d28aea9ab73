"""The sheet of one situation: what this person may see of it, in one reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper
from django.utils import timezone

from audit import reading as ledger
from audit.enums import Purpose
from audit.names import concertation_ledger
from concertation.accounts.models import Organisation
from concertation.situations.enums import (
    AGREED_ACTION_STATES,
    ENDED_ACTION_STATES,
    OPEN_STATES,
    ActionState,
    ContributionKind,
    Need,
    Outcome,
    SituationState,
    TieKind,
    Urgency,
)
from concertation.situations.models import Contribution, Situation, acted_for
from concertation.situations.reading import words
from concertation.situations.reading.brought import Brought, brought_text
from concertation.situations.reading.find import code_of, find, neighbours
from concertation.situations.reading.frame import Frame, frame_of
from concertation.situations.reading.mine import owes, told_on
from concertation.situations.reading.owed import ANSWERS
from concertation.situations.reading.people import Choice, people
from concertation.situations.reading.sharing import SheetSharing, sheet_sharing
from concertation.situations.reading.words import label, labels, shown
from ethics import gate
from ethics.policy import Act, FieldGroup


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An agreed action on the sheet, and what this person may do with it."""

    number: UUID
    text: str
    result: str
    state: str
    state_label: str
    glyph: str
    owner: str
    mine: bool
    due_on: date
    overdue_days: int
    version: int
    # Who acts outside the board, where the owner relays.
    acts: str
    # Agreed on, and its owner hasn't told the group yet.
    owes: bool
    may_change: bool
    # Answering goes on until it ended, and then until its owner has told the group.
    may_answer: bool
    may_agree: bool


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the timeline; a meeting's decision carries the dissent from it."""

    kind: str
    label: str
    on: date
    by: str
    text: str
    dissent: tuple["EntryRow", ...] = ()

    @property
    def is_decision(self) -> bool:
        """Whether a meeting decided it."""
        return self.kind == ContributionKind.DECISION


@dataclass(frozen=True, slots=True)
class TieRow:
    """Someone around the person."""

    who: str
    label: str
    glyph: str


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """An organisation whose people had the situation before them."""

    organisation: str
    last: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Story:
    """The texts of a situation, as they opened; empty where nothing stands."""

    headline: str
    needs: tuple[str, ...]
    urgency: str
    pressing: bool
    account: str
    tried: str
    question: str
    strengths: str
    wish: str
    informed: str
    agreement: str
    agreement_glyph: str
    network: tuple[TieRow, ...]
    missing: str
    outcome: str
    unmet_needs: tuple[str, ...]
    outcome_comment: str

    @property
    def gaps(self) -> list[str]:
        """Who is missing, line by line."""
        return [line for line in self.missing.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A situation as one person sees it. `story` is missing for a limited reader, and `frame` too
    unless they brought it: then `brought` is the text they wrote."""

    number: UUID
    code: str
    version: int
    frame: Frame | None
    story: Story | None
    brought: Brought | None
    actions: tuple[ActionRow, ...]
    entries: tuple[EntryRow, ...]
    sharing: SheetSharing
    readers: tuple[ReaderRow, ...]
    people: tuple[Choice, ...]
    offers: gate.Offers
    # The codes before and after, among the open situations in sight, in the order of their day.
    before: str = ""
    after: str = ""
    # Nobody but its bringer told the group anything yet: they are owed a first word.
    unanswered: bool = False

    @property
    def may_contribute(self) -> bool:
        """Whether the timeline takes an entry of this person."""
        return self.offers.may(Act.CONTRIBUTE)

    @property
    def may_propose(self) -> bool:
        """Whether this person may propose an action."""
        return self.offers.may(Act.PROPOSE_ACTION)

    @property
    def may_edit(self) -> bool:
        """Whether this person may write the presentation anew."""
        return self.offers.may(Act.EDIT)

    @property
    def may_set_manager(self) -> bool:
        """Whether this person may say who holds the situation."""
        return self.offers.may(Act.SET_CASE_MANAGER)

    @property
    def may_close(self) -> bool:
        """Whether this person may close the situation."""
        return self.offers.may(Act.CLOSE)

    @property
    def may_reopen(self) -> bool:
        """Whether this person may take the closed situation up again."""
        return self.offers.may(Act.REOPEN)

    @property
    def may_restrict(self) -> bool:
        """Whether this person may say who reads the situation."""
        return self.offers.may(Act.RESTRICT)

    @property
    def may_withdraw(self) -> bool:
        """Whether this person may withdraw from the situation."""
        return self.offers.may(Act.WITHDRAW)

    @property
    def may_erase(self) -> bool:
        """Whether this person may erase the situation before its time."""
        return self.offers.may(Act.ERASE)

    @property
    def may_extend(self) -> bool:
        """Whether this person may ask that the situation is kept longer, or decide it."""
        return self.offers.may(Act.EXTEND)

    @property
    def may_see_history(self) -> bool:
        """Whether the history of the fields is this person's to read."""
        return self.offers.may(Act.READ_HISTORY)

    @property
    def may_see_readers(self) -> bool:
        """Whether this person may see which organisations read the sheet."""
        return self.offers.may(Act.SEE_READERS)


def situation_sheet(actor: gate.Actor, code: str, *, purpose: Purpose = Purpose.SHEET) -> Sheet:
    """What this person may see of a situation, recorded once, opened after.

    A limited reader gets the actions addressed to them, and of what they brought the text as they
    wrote it; a text that doesn't open stands as its sentence while the rest is shown. Raises
    `Refused`: unknown, of another concertation, or not theirs to read, the answer is the same.
    """
    row = find(actor, code, purpose=purpose)
    # What still runs comes first, by its date; what has ended stays below.
    actions = sorted(
        row.actions.select_related("owner__organisation").annotate(
            told_on=told_on(),
            mine=ExpressionWrapper(acted_for(actor.participation), output_field=BooleanField()),
        ),
        key=lambda each: (each.state in ENDED_ACTION_STATES, each.due_on),
    )
    entries = list(row.contributions.select_related("author__organisation"))
    opened = gate.reveal(
        actor, records=[row, *actions, *entries], subjects=[row.id], purpose=purpose
    )
    offered = gate.offers(actor, row.id)
    timeline = opened.may_see(row.id, FieldGroup.TIMELINE)
    told = opened.may_see(row.id, FieldGroup.SUMMARY)
    own = not told and offered.may(Act.READ_OWN)
    readers = offered.may(Act.SEE_READERS)
    before, after = neighbours(actor, row)
    return Sheet(
        number=row.id,
        code=code_of(row),
        version=row.version,
        frame=frame_of(actor, row) if opened.may_see(row.id, FieldGroup.FRAME) else None,
        story=_story(row, opened) if told else None,
        brought=brought_text(actor, row, purpose=purpose) if own else None,
        actions=tuple(
            _action(actor, row, each, opened, offered)
            for each in actions
            if opened.get(each, "text") is not None
        ),
        entries=_timeline(entries, opened) if timeline else (),
        sharing=sheet_sharing(row, offered, told=opened.may_see(row.id, FieldGroup.VOICE)),
        readers=_readers(row) if readers else (),
        people=people(actor, row)
        if offered.may(Act.PROPOSE_ACTION) or offered.may(Act.SET_CASE_MANAGER)
        else (),
        offers=offered,
        before=before,
        after=after,
        unanswered=timeline and row.state in OPEN_STATES and not _answered(row, entries),
    )


def readers_by_organisation(actor: gate.Actor, code: str) -> tuple[ReaderRow, ...]:
    """Which organisations had a situation before them; asking is recorded too.

    Raises `Refused`.
    """
    row = find(actor, code, purpose=Purpose.SHEET)
    gate.reveal(actor, records=[], subjects=[row.id], purpose=Purpose.SHEET, act=Act.SEE_READERS)
    return _readers(row)


def _story(row: Situation, opened: gate.Revelation) -> Story:
    values = {each.name: opened.get(row, each.name) for each in Situation.sealed_fields()}
    urgency, agreement, outcome = values["urgency"], values["agreement"], values["outcome"]
    answer = agreement.get("answer", "") if isinstance(agreement, dict) else ""
    ended: Mapping[str, Any] = outcome if isinstance(outcome, dict) else {}
    return Story(
        headline=shown(values["headline"]),
        needs=labels(values["needs"], Need),
        urgency=label(urgency, Urgency),
        pressing=urgency in {Urgency.SOON, Urgency.ACUTE},
        **{name: shown(values[name]) for name in ("account", "tried", "question", "strengths")},
        wish=shown(values["wish"]),
        informed=words.informed(values["informed"]),
        agreement=words.agreement(agreement),
        agreement_glyph=words.AGREEMENT_GLYPHS.get(answer, "ring"),
        network=_ties(values["network"]),
        missing=shown(values["missing"]),
        outcome=label(ended.get("outcome", outcome), Outcome),
        unmet_needs=labels(ended.get("unmet_needs"), Need),
        outcome_comment=shown(values["outcome_comment"]),
    )


def _ties(value: Any) -> tuple[TieRow, ...]:
    if value is gate.UNOPENABLE:
        return (TieRow(str(value), "", "lock"),)
    return tuple(
        TieRow(tie["who"], label(tie["kind"], TieKind), tie["kind"]) for tie in value or ()
    )


def _action(
    actor: gate.Actor,
    about: Situation,
    row: Any,
    opened: gate.Revelation,
    offered: gate.Offers,
) -> ActionRow:
    mine = row.mine
    live = row.state in AGREED_ACTION_STATES
    late = (timezone.localdate() - row.due_on).days
    runs = live and about.state != SituationState.CLOSED
    return ActionRow(
        number=row.id,
        text=shown(opened.get(row, "text")),
        result=shown(opened.get(row, "result")),
        state=row.state,
        state_label=str(ActionState(row.state).label),
        glyph=words.ACTION_GLYPHS[row.state],
        owner=row.owner.organisation.name,
        mine=mine,
        due_on=row.due_on,
        overdue_days=max(0, late) if runs else 0,
        version=row.version,
        acts=shown(opened.get(row, "acts")),
        owes=about.state != SituationState.CLOSED
        and row.state not in {ActionState.PROPOSED, ActionState.WITHDRAWN}
        and owes(row, None),
        may_change=row.ended_on is None
        and (offered.may(Act.MOVE_ACTION, own=mine) or offered.may(Act.AGREE_ACTION)),
        may_answer=(live and offered.may(Act.MOVE_ACTION, own=mine))
        or (mine and _silent(row) and offered.may(Act.GIVE_FEEDBACK)),
        may_agree=row.state == ActionState.PROPOSED and offered.may(Act.AGREE_ACTION),
    )


def _answered(row: Situation, entries: Sequence[Contribution]) -> bool:
    others = (each for each in entries if each.author_id != row.brought_by_id)
    return any(each.kind in ANSWERS for each in others)


def _silent(row: Any) -> bool:
    """Whether an action ended without a word to the group."""
    ended = row.ended_on is not None and row.state != ActionState.WITHDRAWN
    return ended and owes(row, None)


def _timeline(rows: Sequence[Contribution], opened: gate.Revelation) -> tuple[EntryRow, ...]:
    decided = {row.meeting for row in rows if row.kind == ContributionKind.DECISION}
    dissent: dict[UUID | None, list[EntryRow]] = {}
    apart = []
    for row in rows:
        if row.kind == ContributionKind.DISSENT and row.meeting and row.meeting in decided:
            dissent.setdefault(row.meeting, []).append(_entry(row, opened))
        else:
            apart.append(row)
    found = []
    for row in apart:
        with_it: tuple[EntryRow, ...] = ()
        if row.kind == ContributionKind.DECISION:
            # Under the newest decision of that meeting, once.
            with_it = tuple(dissent.pop(row.meeting, ()))
        found.append(_entry(row, opened, with_it))
    return tuple(found)


def _entry(
    row: Contribution, opened: gate.Revelation, dissent: tuple[EntryRow, ...] = ()
) -> EntryRow:
    return EntryRow(
        kind=row.kind,
        label=str(ContributionKind(row.kind).label),
        on=row.on,
        by=words.place(row.author),
        text=shown(opened.get(row, "text")),
        dissent=dissent,
    )


def _readers(row: Situation) -> tuple[ReaderRow, ...]:
    seen = ledger.who_saw(concertation_ledger(row.concertation_id), row.id, opened=True)
    names = Organisation.objects.in_bulk([each.organisation for each in seen if each.organisation])
    return tuple(
        ReaderRow(names[each.organisation].name, each.last, each.times)
        for each in seen
        if each.organisation in names
    )
