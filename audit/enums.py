"""The ledger's vocabulary. Codes are part of the leaf format: add, never rename or reuse."""

from enum import StrEnum


class Outcome(StrEnum):
    """How it ended. A refusal is its verb with REFUSED and a reason; FAILED is a fault."""

    GRANTED = "granted"
    REFUSED = "refused"
    FAILED = "failed"


class RetentionClass(StrEnum):
    """How long an entry keeps its content (design 2, retention; design 3, classes)."""

    ACCESS = "access"
    WRITE = "write"
    GOVERNANCE = "governance"


class Purpose(StrEnum):
    """Why it was read; the route supplies it (eHealth: who, what, when, how, and why)."""

    AGENDA = "agenda"
    MY_ACTION = "my_action"
    FOLLOW_UP = "follow_up"
    MEETING = "meeting"
    SHEET = "sheet"
    BOARD = "board"
    BRINGING = "bringing"
    REPORT = "report"
    REVIEW = "review"
    IMPORT = "import"
    ADMINISTRATION = "administration"
    ACCOUNT = "account"


class SubjectKind(StrEnum):
    """What a subject's number refers to. A number is a UUID and never a foreign key."""

    SITUATION = "situation"
    CONTRIBUTION = "contribution"
    ACTION = "action"
    DRAFT = "draft"
    MEETING = "meeting"
    MINUTES = "minutes"
    IMPORT = "import"
    PERSON = "person"
    PARTICIPATION = "participation"
    INVITATION = "invitation"
    ORGANISATION = "organisation"
    CONCERTATION = "concertation"
    CHARTER = "charter"
    SUBSCRIPTION = "subscription"
    SIGNATURE = "signature"
    WITHOUT_ACCOUNT = "without_account"
    TALLY_NOTE = "tally_note"
    REPORT = "report"
    FRAMEWORK = "framework"
    REVIEW_ITEM = "review_item"
    LEDGER = "ledger"


class Verb(StrEnum):
    """What was done, or tried."""

    # the account
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    LOCKED_OUT = "locked_out"
    SECOND_FACTOR = "second_factor"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    SECOND_FACTOR_SET = "second_factor_set"
    PASSWORD_SET = "password_set"  # noqa: S105 - a verb, not a password
    RESET_ASKED = "reset_asked"
    KEYS_RENEWED = "keys_renewed"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    TEXT_KEPT = "text_kept"
    TEXT_RETURNED = "text_returned"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session_ended"
    REACH_SAID = "reach_said"
    # the charter
    CHARTER_READ = "charter_read"
    CHARTER_DRAFTED = "charter_drafted"
    CHARTER_PUBLISHED = "charter_published"
    CHARTER_SIGNED = "charter_signed"
    CHARTER_WITHDRAWN = "charter_withdrawn"
    CHARTER_SHOWN = "charter_shown"
    ORGANISATION_SUBSCRIBED = "organisation_subscribed"
    SUBSCRIPTION_ENDED = "subscription_ended"
    PEOPLE_CONFIRMED = "people_confirmed"
    # someone present without account: the link they were given, what they said yes to, the
    # coordinator's signature under it
    CHARTER_OFFERED = "charter_offered"
    CHARTER_ACCEPTED = "charter_accepted"
    CHARTER_COUNTERSIGNED = "charter_countersigned"
    # membership and keys
    INVITED = "invited"
    INVITATION_ACCEPTED = "invitation_accepted"
    ADMITTED = "admitted"
    ACCESS_RESTORED = "access_restored"
    REMOVED = "removed"
    ROLE_CHANGED = "role_changed"
    GENESIS = "genesis"
    GENERATION_MADE = "generation_made"
    RECOVERY_USED = "recovery_used"
    RECOVERY_REISSUED = "recovery_reissued"
    RECOVERY_CHECKED = "recovery_checked"
    RECOVERY_REMINDED = "recovery_reminded"
    RESTORE_PROPOSED = "restore_proposed"
    # reading
    READ = "read"
    LIST = "list"
    SEARCH = "search"
    PRINT = "print"
    EXPORT = "export"
    MINUTES_READ = "minutes_read"
    REPORT_READ = "report_read"
    REPORT_EXPORTED = "report_exported"
    # situations
    DRAFT_SAVED = "draft_saved"
    DRAFT_DISCARDED = "draft_discarded"
    DRAFT_SUBMITTED = "draft_submitted"
    DRAFT_TAKEN_BACK = "draft_taken_back"
    DRAFT_SENT_BACK = "draft_sent_back"
    SHARING_ANSWERED = "sharing_answered"
    SHARING_DECIDED = "sharing_decided"
    AGREEMENT_WITHDRAWN = "agreement_withdrawn"
    SITUATION_SHOWN_AGAIN = "situation_shown_again"
    SITUATION_BROUGHT = "situation_brought"
    SITUATION_EDITED = "situation_edited"
    SITUATION_STATE_CHANGED = "situation_state_changed"
    SITUATION_RESTRICTED = "situation_restricted"
    SITUATION_CLOSED = "situation_closed"
    CASE_MANAGER_SET = "case_manager_set"
    CASE_MANAGER_PROPOSED = "case_manager_proposed"
    CASE_MANAGER_DECLINED = "case_manager_declined"
    CONTRIBUTION_ADDED = "contribution_added"
    ACTION_PROPOSED = "action_proposed"
    ACTION_AGREED = "action_agreed"
    ACTION_STATE_CHANGED = "action_state_changed"
    ACTION_POSTPONED = "action_postponed"
    ACTION_HANDED_OVER = "action_handed_over"
    FEEDBACK_GIVEN = "feedback_given"
    RESEALED = "resealed"
    IMPORTED = "imported"
    TALLY_MOVED = "tally_moved"
    TALLY_NOTED = "tally_noted"
    GUARD_CONFIRMED = "guard_confirmed"
    GUARD_FALSE_ALARM = "guard_false_alarm"
    # access to restricted situations
    ACCESS_ASKED = "access_asked"
    ACCESS_GRANTED = "access_granted"
    ACCESS_DECLINED = "access_declined"
    ACCESS_ENDED = "access_ended"
    CONFLICT_DECLARED = "conflict_declared"
    # meetings
    MEETING_PLANNED = "meeting_planned"
    MEETING_HELD = "meeting_held"
    MEETING_CHANGED = "meeting_changed"
    ATTENDANCE_RECORDED = "attendance_recorded"
    MEETING_OPENED = "meeting_opened"
    MEETING_ANSWERED = "meeting_answered"
    AGENDA_CHANGED = "agenda_changed"
    AGENDA_PUBLISHED = "agenda_published"
    MINUTES_SAVED = "minutes_saved"
    SHOWN_ON_SCREEN = "shown_on_screen"
    # statistics
    SUPPRESSION_LIFTED = "suppression_lifted"
    REPORT_SIGNED = "report_signed"
    # rights and retention
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_DECLINED = "extension_declined"
    RETENTION_EXTENDED = "retention_extended"
    OPINION_GIVEN = "opinion_given"
    RIGHTS_REQUEST = "rights_request"
    ERASED = "erased"
    PRUNED = "pruned"
    # the ledger itself
    LEDGER_READ = "ledger_read"
    LEDGER_EXPORTED = "ledger_exported"
    LEDGER_VERIFIED = "ledger_verified"
    SEARCH_KEPT = "search_kept"
    CHECKPOINT_SIGNED = "checkpoint_signed"
    CHECKPOINT_KEY_CHANGED = "checkpoint_key_changed"
    REVIEW_PREPARED = "review_prepared"
    REVIEWED = "reviewed"
    REVIEW_ANSWERED = "review_answered"
    REVIEW_SIGNED = "review_signed"
    CHECKPOINT_SENT = "checkpoint_sent"
    # administration
    SETTINGS_CHANGED = "settings_changed"
    FRAMEWORK_RECORDED = "framework_recorded"
    FRAMEWORK_ENDED = "framework_ended"
    CONCERTATION_CREATED = "concertation_created"
    ORGANISATION_CREATED = "organisation_created"
    # faults
    REQUESTED = "requested"
    UNOPENABLE = "unopenable"
    ALARM = "alarm"


GOVERNANCE_VERBS = frozenset(
    {
        Verb.CHARTER_DRAFTED,
        Verb.CHARTER_PUBLISHED,
        Verb.CHARTER_SIGNED,
        Verb.CHARTER_WITHDRAWN,
        Verb.ORGANISATION_SUBSCRIBED,
        Verb.SUBSCRIPTION_ENDED,
        Verb.PEOPLE_CONFIRMED,
        Verb.CHARTER_OFFERED,
        Verb.CHARTER_ACCEPTED,
        Verb.CHARTER_COUNTERSIGNED,
        Verb.INVITED,
        Verb.INVITATION_ACCEPTED,
        Verb.ADMITTED,
        Verb.ACCESS_RESTORED,
        Verb.REMOVED,
        Verb.ROLE_CHANGED,
        Verb.GENESIS,
        Verb.GENERATION_MADE,
        Verb.RECOVERY_USED,
        Verb.RECOVERY_REISSUED,
        Verb.RECOVERY_CHECKED,
        Verb.RECOVERY_REMINDED,
        Verb.RESTORE_PROPOSED,
        Verb.SECOND_FACTOR_SET,
        Verb.SECOND_FACTOR_REMOVED,
        Verb.PASSWORD_SET,
        Verb.KEYS_RENEWED,
        Verb.ACCESS_ASKED,
        Verb.ACCESS_GRANTED,
        Verb.ACCESS_DECLINED,
        Verb.ACCESS_ENDED,
        Verb.SUPPRESSION_LIFTED,
        Verb.REPORT_SIGNED,
        Verb.EXTENSION_ASKED,
        Verb.EXTENSION_DECLINED,
        Verb.RETENTION_EXTENDED,
        Verb.OPINION_GIVEN,
        Verb.RIGHTS_REQUEST,
        Verb.ERASED,
        Verb.PRUNED,
        Verb.LEDGER_VERIFIED,
        Verb.CHECKPOINT_SIGNED,
        Verb.CHECKPOINT_KEY_CHANGED,
        Verb.REVIEW_PREPARED,
        Verb.REVIEWED,
        Verb.REVIEW_ANSWERED,
        Verb.REVIEW_SIGNED,
        Verb.CHECKPOINT_SENT,
        Verb.SETTINGS_CHANGED,
        Verb.FRAMEWORK_RECORDED,
        Verb.FRAMEWORK_ENDED,
        Verb.CONCERTATION_CREATED,
        Verb.ORGANISATION_CREATED,
        Verb.UNOPENABLE,
        Verb.ALARM,
    }
)

WRITE_VERBS = frozenset(
    {
        Verb.DRAFT_SAVED,
        Verb.DRAFT_DISCARDED,
        Verb.DRAFT_SUBMITTED,
        Verb.DRAFT_TAKEN_BACK,
        Verb.DRAFT_SENT_BACK,
        Verb.SHARING_ANSWERED,
        Verb.SHARING_DECIDED,
        Verb.AGREEMENT_WITHDRAWN,
        Verb.SITUATION_SHOWN_AGAIN,
        Verb.SITUATION_BROUGHT,
        Verb.SITUATION_EDITED,
        Verb.SITUATION_STATE_CHANGED,
        Verb.SITUATION_RESTRICTED,
        Verb.SITUATION_CLOSED,
        Verb.CASE_MANAGER_SET,
        Verb.CASE_MANAGER_PROPOSED,
        Verb.CASE_MANAGER_DECLINED,
        Verb.ACTION_POSTPONED,
        Verb.ACTION_HANDED_OVER,
        Verb.CONTRIBUTION_ADDED,
        Verb.ACTION_PROPOSED,
        Verb.ACTION_AGREED,
        Verb.ACTION_STATE_CHANGED,
        Verb.FEEDBACK_GIVEN,
        Verb.RESEALED,
        Verb.IMPORTED,
        Verb.TALLY_MOVED,
        Verb.TALLY_NOTED,
        Verb.GUARD_CONFIRMED,
        Verb.GUARD_FALSE_ALARM,
        Verb.CONFLICT_DECLARED,
        Verb.MEETING_PLANNED,
        Verb.MEETING_HELD,
        Verb.MEETING_CHANGED,
        Verb.ATTENDANCE_RECORDED,
        Verb.MEETING_OPENED,
        Verb.MEETING_ANSWERED,
        Verb.AGENDA_CHANGED,
        Verb.AGENDA_PUBLISHED,
        Verb.MINUTES_SAVED,
    }
)


def retention_class(verb: Verb, outcome: Outcome) -> RetentionClass:
    """Say how long an event is kept (design 3).

    What was refused or failed changed nothing, so it is an access; faults found by the machine
    (a ciphertext that did not open, an alarm) stay governance whatever their outcome.
    """
    if verb in (Verb.UNOPENABLE, Verb.ALARM):
        return RetentionClass.GOVERNANCE
    if outcome is not Outcome.GRANTED:
        return RetentionClass.ACCESS
    if verb in GOVERNANCE_VERBS:
        return RetentionClass.GOVERNANCE
    if verb in WRITE_VERBS:
        return RetentionClass.WRITE
    return RetentionClass.ACCESS
