"""The one door: decide, record, open. Nothing else in the house opens sealed text.

A caller hands over an actor and records; the gate fetches the facts itself from the provider that
`concertation` registers at start, decides by `ethics.policy`, commits the event to the ledger, and
only then opens what was granted. Writers get a pen that seals and can't open.
"""

from ethics.gate.actor import Actor, Answers
from ethics.gate.alarms import missing_key_alarm
from ethics.gate.audience import (
    LEAST_READERS,
    holders,
    let_in,
    members,
    seal_to_circle,
    seal_to_readers,
    shared_records,
)
from ethics.gate.circle import (
    KeysTaken,
    WrongDigits,
    admit,
    change_role,
    digits,
    found,
    remove,
)
from ethics.gate.facts import FactsProvider, provider_is_registered, register_facts_provider
from ethics.gate.guarded import IdentifierFound, Passage, known_names, look
from ethics.gate.guests import take_scope_back
from ethics.gate.interrupted import (
    KeptText,
    Returned,
    forget_text,
    keep_text,
    kept_texts,
    return_text,
)
from ethics.gate.lost import lost_with_keys
from ethics.gate.offers import Offers, offers
from ethics.gate.read import (
    UNOPENABLE,
    Revelation,
    Unopenable,
    allow,
    fetch_standing,
    may,
    refuse_unknown,
    reveal,
    reveal_tallies,
    standing,
)
from ethics.gate.recovery import (
    BadRecoveryKey,
    OtherRecoveryKey,
    check_recovery_key,
    forget_recovery_key,
    new_recovery_key,
    pending_recovery_key,
    recovery_groups,
    recovery_key,
    reissue,
    rescue,
)
from ethics.gate.refusals import Flooded, Refused, refuse
from ethics.gate.restoring import (
    NothingToRestore,
    SameMember,
    SecondTooSoon,
    await_restoring,
    proposal,
    restore,
    vouch,
)
from ethics.gate.rotation import holds_keys, rotate
from ethics.gate.supervision import hand_over, take_back
from ethics.gate.unlock import (
    KeysMissing,
    Unlocking,
    begin_session,
    confirm_password,
    finish_session,
    held_for_command,
    make_member_keys,
    opens,
    rewrap_keys,
    save_member_keys,
    sign_statement,
)
from ethics.gate.write import Pen, writing

__all__ = [
    "LEAST_READERS",
    "UNOPENABLE",
    "Actor",
    "Answers",
    "BadRecoveryKey",
    "FactsProvider",
    "Flooded",
    "IdentifierFound",
    "KeptText",
    "KeysMissing",
    "KeysTaken",
    "NothingToRestore",
    "Offers",
    "OtherRecoveryKey",
    "Passage",
    "Pen",
    "Refused",
    "Returned",
    "Revelation",
    "SameMember",
    "SecondTooSoon",
    "Unlocking",
    "Unopenable",
    "WrongDigits",
    "admit",
    "allow",
    "await_restoring",
    "begin_session",
    "change_role",
    "check_recovery_key",
    "confirm_password",
    "digits",
    "fetch_standing",
    "finish_session",
    "forget_recovery_key",
    "forget_text",
    "found",
    "hand_over",
    "held_for_command",
    "holders",
    "holds_keys",
    "keep_text",
    "kept_texts",
    "known_names",
    "let_in",
    "look",
    "lost_with_keys",
    "make_member_keys",
    "may",
    "members",
    "missing_key_alarm",
    "new_recovery_key",
    "offers",
    "opens",
    "pending_recovery_key",
    "proposal",
    "provider_is_registered",
    "recovery_groups",
    "recovery_key",
    "refuse",
    "refuse_unknown",
    "register_facts_provider",
    "reissue",
    "remove",
    "rescue",
    "restore",
    "return_text",
    "reveal",
    "reveal_tallies",
    "rewrap_keys",
    "rotate",
    "save_member_keys",
    "seal_to_circle",
    "seal_to_readers",
    "shared_records",
    "sign_statement",
    "standing",
    "take_back",
    "take_scope_back",
    "vouch",
    "writing",
]
