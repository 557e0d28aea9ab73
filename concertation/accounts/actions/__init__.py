"""What can be done with accounts, organisations and memberships; each saves and records together.

Signing in and out are in `signing_in`, because they change the request's session.
"""

from concertation.accounts.actions.administration import (
    check_may_administer,
    create_concertation,
    create_organisation,
    first_administrator,
    name_first_coordinator,
    name_representative,
)
from concertation.accounts.actions.charters import (
    check_may_publish,
    confirm_people,
    discard_charter_draft,
    end_subscription,
    publish_charter,
    save_charter_draft,
)
from concertation.accounts.actions.invitations import (
    Invited,
    accept_invitation,
    invited_person,
)
from concertation.accounts.actions.joining import (
    found_concertation,
    groups_to_retype,
    represented,
    sign_charter,
    start_founding,
    subscribe,
    subscribe_and_sign,
)
from concertation.accounts.actions.keys import check_may_renew, renew_keys
from concertation.accounts.actions.membership import (
    NewPlace,
    change_role,
    check_may_invite,
    invite,
    leave,
    remove,
    resend_invitation,
)
from concertation.accounts.actions.own_account import (
    change_language,
    choose_mail,
    renew_codes,
    say_reach,
    wear,
)
from concertation.accounts.actions.renewing import (
    ask_factor_link,
    ask_password_link,
    change_password,
    person_of_link,
    reset_factor,
    reset_password,
)
from concertation.accounts.actions.restoring import admit, admit_several, vouch
from concertation.accounts.actions.visits import note_visit, set_density, set_shortcuts

__all__ = [
    "Invited",
    "NewPlace",
    "accept_invitation",
    "admit",
    "admit_several",
    "ask_factor_link",
    "ask_password_link",
    "change_language",
    "change_password",
    "change_role",
    "check_may_administer",
    "check_may_invite",
    "check_may_publish",
    "check_may_renew",
    "choose_mail",
    "confirm_people",
    "create_concertation",
    "create_organisation",
    "discard_charter_draft",
    "end_subscription",
    "first_administrator",
    "found_concertation",
    "groups_to_retype",
    "invite",
    "invited_person",
    "leave",
    "name_first_coordinator",
    "name_representative",
    "note_visit",
    "person_of_link",
    "publish_charter",
    "remove",
    "renew_codes",
    "renew_keys",
    "represented",
    "resend_invitation",
    "reset_factor",
    "reset_password",
    "save_charter_draft",
    "say_reach",
    "set_density",
    "set_shortcuts",
    "sign_charter",
    "start_founding",
    "subscribe",
    "subscribe_and_sign",
    "vouch",
    "wear",
]
