"""What pages of accounts show, as frozen data; templates see no model of keys or seals."""

from concertation.accounts.reading.administration import administration
from concertation.accounts.reading.directory import awaiting, directory, member, vouched
from concertation.accounts.reading.own import (
    codes_left,
    has_app,
    landing,
    mine,
    own_reach,
    passkeys,
    restored,
)
from concertation.accounts.reading.places import (
    chain_place,
    circle_places,
    own_place,
    place_of,
    role_words,
    supervisors,
    wearing,
    worn_of,
)
from concertation.accounts.reading.threshold import threshold

__all__ = [
    "administration",
    "awaiting",
    "chain_place",
    "circle_places",
    "codes_left",
    "directory",
    "has_app",
    "landing",
    "member",
    "mine",
    "own_place",
    "own_reach",
    "passkeys",
    "place_of",
    "restored",
    "role_words",
    "supervisors",
    "threshold",
    "vouched",
    "wearing",
    "worn_of",
]
