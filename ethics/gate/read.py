"""Reading: decide, commit the event, open. In that order, always."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit.enums import Purpose, SubjectKind, Verb
from audit.event import Event, Subject
from audit.record import record_now
from ethics.gate import keyring
from ethics.gate.actor import Actor
from ethics.gate.alarms import chain_watched, unopenable_alarm
from ethics.gate.facts import PlaceFacts, Standing, provider, standing_facts
from ethics.gate.refusals import Refused, ledger_of, refuse
from ethics.policy import OUTSIDE, Act, Decision, FieldGroup, Refusal, decide, in_reach, who_is
from ethics.policy_facts import PersonFacts, SubjectFacts
from ethics.secrecy import chain, unsealing
from ethics.secrecy.fields import SealedField, SealedRecord
from ethics.secrecy.suites import SecrecyError


class Unopenable:
    """Stands where a sealed text did not open; the page says so, the rest is shown."""

    def __str__(self) -> str:
        return str(_("Cette donnée ne peut pas être ouverte, le DPO est averti."))

    def __bool__(self) -> bool:
        return False


UNOPENABLE: Final = Unopenable()


_VERBS: Final[Mapping[Act, Verb]] = {
    Act.READ: Verb.READ,
    Act.READ_OWN: Verb.READ,
    Act.LIST: Verb.LIST,
    Act.SEARCH: Verb.SEARCH,
    Act.EXPORT: Verb.EXPORT,
    Act.READ_HISTORY: Verb.READ,
    Act.SEE_READERS: Verb.READ,
    Act.READ_REPORT: Verb.REPORT_READ,
    Act.READ_LEDGER: Verb.LEDGER_READ,
    Act.VERIFY_LEDGER: Verb.LEDGER_VERIFIED,
}


# They may find nothing, and are recorded all the same.
_MAY_BE_EMPTY: Final = frozenset({Act.LIST, Act.SEARCH, Act.EXPORT})


@dataclass(frozen=True, slots=True)
class Revelation:
    """What the gate opened: values by record and field; what it withheld isn't in it."""

    groups: Mapping[UUID, frozenset[FieldGroup]]
    values: Mapping[tuple[UUID, int, str], Any] = field(repr=False, default_factory=dict)

    def get(self, record: SealedRecord, name: str) -> Any:
        """A field's text or codes; `UNOPENABLE` when it did not open, `None` when withheld."""
        return self.values.get((record.id, record.version, name))

    def may_see(self, subject: UUID, group: FieldGroup) -> bool:
        """Whether a group of a situation was granted."""
        return group in self.groups.get(subject, frozenset())


def standing(actor: Actor, place: PlaceFacts | None = None) -> Refusal | None:
    """Why this person may enter nothing of their concertation now; `None` when they may.

    For the middleware that guards every route: second factor, participation, chain, subscription
    and charter, on every request and method. It has just fetched the place, and hands it over.
    """
    refusal = who_is(fetch_standing(actor, place=place).person)
    if refusal is None:
        # A page that opens no text shows the circle too: a chain that doesn't extend what this
        # member saw stops it as well.
        keyring.chain_state(actor)
    return refusal


def may(actor: Actor, act: Act) -> bool:
    """Whether a control is worth showing; the act is decided anew, and recorded, when done."""
    return in_reach(act, fetch_standing(actor).person)


def fetch_standing(
    actor: Actor, *, fresh: bool = False, place: PlaceFacts | None = None
) -> Standing:
    """The actor's facts, fetched once a request; `fresh` fetches them again (under a lock)."""
    held = actor.keys
    name = (actor.concertation, actor.participation)
    if held is not None and not fresh and name in held.standings:
        known: Standing = held.standings[name]
        return known
    if held is not None:
        held.without.clear()
    state = chain.state(actor.concertation) if actor.concertation else None
    facts = standing_facts(actor, state, place)
    if held is not None:
        held.standings[name] = facts
        if state is not None:
            held.chains[state.concertation] = state
    return facts


def allow(
    actor: Actor,
    act: Act,
    *,
    purpose: Purpose,
    verb: Verb | None = None,
    subjects: Sequence[Subject] = (),
    record: bool = True,
) -> Decision:
    """Decide an act that opens no text (members, report, ledger, meetings) and record it.

    Raises `Refused`, recorded, when the answer is no.
    """
    verb = verb or _VERBS.get(act, Verb.READ)
    with chain_watched(actor):
        facts = _standing_for(actor, act)
    decision = decide(act, facts.person)
    if not decision.granted:
        raise refuse(
            actor,
            decision.refusal or Refusal.ROLE,
            verb=verb,
            concertation=actor.concertation,
            purpose=purpose,
        )
    if record:
        event = _event(actor, verb, decision, facts, purpose, tuple(subjects))
        record_now(ledger_of(actor.concertation), event)
    return decision


def _standing_for(actor: Actor, act: Act) -> Standing:
    if act not in OUTSIDE:
        return fetch_standing(actor)
    # Held outside any concertation: no chain, no charter of a participation stands in the way.
    second = actor.keys is not None and actor.keys.second_factor
    roles = provider().platform_roles(actor.person)
    yes = bool(roles)
    return Standing(PersonFacts(second, yes, yes, roles, yes, subscribed=yes, signed=yes))


def refuse_unknown(actor: Actor, *, purpose: Purpose, foreign: tuple[UUID, UUID] | None) -> Refused:
    """Record that a code was tried which isn't this concertation's, and give what to raise.

    `foreign` is (concertation, situation) of a code that exists elsewhere: recorded in that
    concertation's ledger. An unknown one goes to the platform's. The answer is the same.
    """
    if foreign:
        return refuse(
            actor,
            Refusal.UNKNOWN_SUBJECT,
            verb=Verb.READ,
            concertation=foreign[0],
            purpose=purpose,
            subjects=(foreign[1],),
        )
    return refuse(
        actor, Refusal.UNKNOWN_SUBJECT, verb=Verb.READ, concertation=None, purpose=purpose
    )


def reveal(
    actor: Actor,
    *,
    records: Sequence[SealedRecord],
    subjects: Iterable[UUID],
    purpose: Purpose,
    act: Act = Act.READ,
    fields: Mapping[str, Collection[str]] | None = None,
) -> Revelation:
    """Open sealed fields of situations for an actor.

    `subjects` are the situations asked for, `records` the sealed rows of them, `fields` limits the
    sealed fields by model (`SEALED_AS`); without it all are asked. The gate drops every record of
    another container and every field of a group the policy withholds. A single situation refused
    raises `Refused`, as does a list of which nothing is granted; in a list the refused
    ones are left out. The event is committed first. For `Act.READ_OWN` only records under a key
    sealed to the actor by name open: their draft, and the text they brought, as they wrote it.
    """
    asked = tuple(dict.fromkeys(subjects))
    if not asked and act not in _MAY_BE_EMPTY:
        return Revelation({})
    groups = _groups(records, fields)
    with chain_watched(actor):
        facts = fetch_standing(actor)
        granted, role, mine = _decide_all(actor, facts, act, asked, groups, purpose)
        state = keyring.chain_state(actor)
    seen = tuple(sorted(set().union(*granted.values()))) if granted else ()
    event = _event(
        actor,
        _VERBS[act],
        Decision(True, role),
        facts,
        purpose,
        tuple(Subject(SubjectKind.SITUATION, number) for number in granted),
        tuple(str(group) for group in seen),
    )
    record_now(ledger_of(actor.concertation), event)
    shown = [each for each in records if each.container in granted]
    shown = [each for each in shown if _is_theirs(each, mine.get(each.container))]
    by_name = act == Act.READ_OWN
    return Revelation(granted, _open(actor, state, shown, granted, fields, by_name=by_name))


def _is_theirs(record: SealedRecord, actions: frozenset[UUID] | None) -> bool:
    """Someone granted only the actions addressed to them sees no other action of the situation."""
    return actions is None or record.scope == record.container or record.scope in actions


def _groups(
    records: Sequence[SealedRecord], fields: Mapping[str, Collection[str]] | None
) -> frozenset[FieldGroup]:
    found = {FieldGroup.FRAME}
    for model in {type(record) for record in records}:
        found.update(group for _, group in _asked(model, fields))
    return frozenset(found)


def _asked(
    model: type[SealedRecord], fields: Mapping[str, Collection[str]] | None
) -> list[tuple[SealedField, FieldGroup]]:
    """The sealed fields asked of a model, each with its group."""
    names = None if fields is None else fields.get(model.SEALED_AS, ())
    return [
        (each, FieldGroup(each.group))
        for each in model.sealed_fields()
        if names is None or each.name in names
    ]


def subject_facts(actor: Actor, asked: tuple[UUID, ...]) -> Mapping[UUID, SubjectFacts]:
    """What is true between the actor and situations, fetched once a request; writes ask anew.

    A command has no request, works long, and others write meanwhile: nothing is kept for it.
    """
    known: dict[UUID, SubjectFacts] = {}
    if actor.keys is not None and actor.request_id:
        known = actor.keys.subjects
    missing = [number for number in asked if number not in known]
    if missing:
        known.update(provider().subjects([actor], missing).get(actor.participation, {}))
    return known


def _decide_all(
    actor: Actor,
    facts: Standing,
    act: Act,
    asked: tuple[UUID, ...],
    groups: frozenset[FieldGroup],
    purpose: Purpose,
) -> tuple[dict[UUID, frozenset[FieldGroup]], Any, dict[UUID, frozenset[UUID]]]:
    """Decide each subject: groups granted, the first granting role (the one worn), and for those
    who see only the actions addressed to them, which these are."""
    about = subject_facts(actor, asked)
    granted: dict[UUID, frozenset[FieldGroup]] = {}
    mine: dict[UUID, frozenset[UUID]] = {}
    role = None
    refusal = who_is(facts.person)
    for number in asked:
        subject = about.get(number)
        if act == Act.READ_OWN:
            decision = decide(act, facts.person, subject)
            if decision.granted:
                granted[number], role = groups, role or decision.role
                mine[number] = frozenset()
            refusal = refusal or decision.refusal
            continue
        read = decide(Act.READ, facts.person, subject, groups)
        decision = read if act == Act.READ else decide(act, facts.person, subject)
        if decision.granted and read.granted:
            granted[number] = read.groups
            role = role or decision.role
            if subject and subject.addressed_to:
                without = replace(subject, addressed_to=frozenset())
                read = decide(Act.READ, facts.person, without, groups)
                if FieldGroup.ACTIONS not in read.groups:
                    mine[number] = subject.addressed_to
        else:
            refusal = refusal or decision.refusal or read.refusal
    # A list may be empty; a single situation may not, nor a list outside the person's reach.
    in_list = act in _MAY_BE_EMPTY and in_reach(act, facts.person)
    if not granted and not in_list:
        raise refuse(
            actor,
            refusal or Refusal.ROLE,
            verb=_VERBS[act],
            concertation=actor.concertation,
            purpose=purpose,
            subjects=asked[:1],
        )
    return granted, role, mine


def _open(
    actor: Actor,
    state: chain.ChainState,
    records: Sequence[SealedRecord],
    granted: Mapping[UUID, frozenset[FieldGroup]],
    fields: Mapping[str, Collection[str]] | None,
    *,
    by_name: bool = False,
) -> dict[tuple[UUID, int, str], Any]:
    wanted = {(each.container, each.scope, each.key_generation) for each in records}
    keys = keyring.scope_keys(actor, state, wanted, by_name=by_name)
    asked = {model: _asked(model, fields) for model in {type(each) for each in records}}
    values: dict[tuple[UUID, int, str], Any] = {}
    failed: dict[UUID, tuple[SealedRecord, str]] = {}
    for record in records:
        key = keys.get((record.scope, record.key_generation), SecrecyError("no_key"))
        groups = granted[record.container]
        permitted = [each for each, group in asked[type(record)] if group in groups]
        if isinstance(key, SecrecyError):
            opened: dict[str, Any] = dict.fromkeys((each.name for each in permitted), key)
        else:
            opened = unsealing.open_fields(key, record, permitted)
        for name, value in opened.items():
            if isinstance(value, SecrecyError):
                failed[record.id] = (record, str(value))
                value = UNOPENABLE
            values[record.id, record.version, name] = value
    for record, why in failed.values():
        unopenable_alarm(actor, record.container, why)
    return values


def reveal_tallies(
    actor: Actor, tallies: Sequence[SealedRecord], *, purpose: Purpose
) -> Revelation:
    """Open the year tallies of the actor's concertation for its report; recorded first."""
    allow(
        actor,
        Act.READ_REPORT,
        purpose=purpose,
        subjects=tuple(Subject(SubjectKind.REPORT, tally.id) for tally in tallies),
    )
    state = keyring.chain_state(actor)
    values: dict[tuple[UUID, int, str], Any] = {}
    for tally in tallies:
        if tally.container != actor.concertation:
            continue
        for each in type(tally).sealed_fields():
            name = (tally.id, tally.version, each.name)
            try:
                key = keyring.tally_key(actor, state, tally.key_generation)
                values[name] = unsealing.open_field(key, tally, each)
            except SecrecyError as error:
                values[name] = UNOPENABLE
                unopenable_alarm(actor, tally.container, str(error))
    return Revelation({}, values)


def _event(
    actor: Actor,
    verb: Verb,
    decision: Decision,
    facts: Standing,
    purpose: Purpose,
    subjects: tuple[Subject, ...],
    field_groups: tuple[str, ...] = (),
) -> Event:
    return Event(
        verb=verb,
        actor=actor.person,
        organisation=actor.organisation,
        role=str(decision.role) if decision.role else "",
        purpose=purpose,
        subjects=subjects,
        field_groups=field_groups,
        charter_version=facts.charter_version,
        request_id=actor.request_id,
    )
