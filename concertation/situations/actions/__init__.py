"""What can be done to a situation: each saves and records together, or not at all.

Every action takes the actor and names; `on` is the day it happened (today when left out; imports
pass historical ones), `purpose` is why. Refusals rise as `gate.Refused`, recorded; everything else
that can go wrong is a `SituationError` that a form shows.
"""

from concertation.situations.actions.access import (
    LONGEST_DAYS,
    USUAL_DAYS,
    answer_request,
    ask_access,
)
from concertation.situations.actions.agreed import (
    TRANSITIONS,
    agree_action,
    agree_new_action,
    answer_action,
    move_action,
    propose_action,
)
from concertation.situations.actions.agreement import withdraw_agreement
from concertation.situations.actions.at_meeting import brought_to_meeting
from concertation.situations.actions.audience import change_audience, withdraw
from concertation.situations.actions.bring import (
    bring_situation,
    discard_draft,
    edit_situation,
    save_draft,
)
from concertation.situations.actions.changing import hand_over_action, postpone_action
from concertation.situations.actions.erase import erase_situation
from concertation.situations.actions.extend import (
    ask_extension,
    decide_extension,
    give_opinion,
)
from concertation.situations.actions.follow import (
    FREE_KINDS,
    OF_THE_MEETING,
    change_state,
    check_may,
    close_situation,
    contribute,
    give_feedback,
    set_case_manager,
    write_entry,
)
from concertation.situations.actions.guests import (
    end_expired,
    open_several,
    open_to_guest,
    take_back,
)
from concertation.situations.actions.holding import answer_proposal, name_manager
from concertation.situations.actions.reopening import MOVED, move_situation, reopen_situation
from concertation.situations.actions.sharing import (
    answer_question,
    begin_long_sequence,
    decide_sharing,
    look_at,
)
from concertation.situations.actions.supervised import send_back_draft, submit_draft

__all__ = [
    "FREE_KINDS",
    "LONGEST_DAYS",
    "MOVED",
    "OF_THE_MEETING",
    "TRANSITIONS",
    "USUAL_DAYS",
    "agree_action",
    "agree_new_action",
    "answer_action",
    "answer_proposal",
    "answer_question",
    "answer_request",
    "ask_access",
    "ask_extension",
    "begin_long_sequence",
    "bring_situation",
    "brought_to_meeting",
    "change_audience",
    "change_state",
    "check_may",
    "close_situation",
    "contribute",
    "decide_extension",
    "decide_sharing",
    "discard_draft",
    "edit_situation",
    "end_expired",
    "erase_situation",
    "give_feedback",
    "give_opinion",
    "hand_over_action",
    "look_at",
    "move_action",
    "move_situation",
    "name_manager",
    "open_several",
    "open_to_guest",
    "postpone_action",
    "propose_action",
    "reopen_situation",
    "save_draft",
    "send_back_draft",
    "set_case_manager",
    "submit_draft",
    "take_back",
    "withdraw",
    "withdraw_agreement",
    "write_entry",
]
