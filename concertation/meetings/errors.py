"""What can go wrong with a meeting; forms turn these into sentences beside the field."""

from uuid import UUID


class MeetingError(Exception):
    """The meeting was not saved."""


class UnknownMeeting(MeetingError):
    """No meeting of this concertation has this number."""


class DateOutOfReach(MeetingError):
    """The date is before concertations existed here, or further than two years ahead."""


class NotYetHeld(MeetingError):
    """The meeting lies in the future: it can't have been held."""


class BadDuration(MeetingError):
    """A duration is from one minute to a whole working day."""


class NobodyPresent(MeetingError):
    """A meeting with nobody present is no meeting (design 1, mistakes of earlier tables)."""


class UnknownAttendee(MeetingError):
    """Attendance was given for someone who has no place in this concertation."""


class WrongState(MeetingError):
    """The meeting isn't at that point: already started, over, or not yet begun."""


class AnotherRuns(MeetingError):
    """Another meeting of this concertation goes on: it is closed before the next one opens."""


class MeetingChanged(MeetingError):
    """Somebody else changed it in between."""


class UnknownItem(MeetingError):
    """No such point on this agenda."""


class AlreadyOnAgenda(MeetingError):
    """The situation has a point on this agenda already."""


class NothingAsked(MeetingError):
    """A point needs a situation, or a few words."""


class ReminderMissing(MeetingError):
    """A meeting opens with the confidentiality reminder, and the three assistants off."""


class NobodyInTheRoom(MeetingError):
    """Nothing is put on the screen before anybody is marked present."""


class NotBrought(MeetingError):
    """Only one's own situation, brought within three days of the meeting, completes a point."""


class MeetingOver(MeetingError):
    """Nobody is invited to a meeting that was held, or whose day is over."""


class NoCharterInForce(MeetingError):
    """There is no charter to accept."""


class NotSaid(MeetingError):
    """The coordinator countersigns what was said aloud, and ticks that it was."""


class NotAccepted(MeetingError):
    """The person has not opened their link and said yes yet."""


class Countersigned(MeetingError):
    """It was signed: it stays as it was signed."""


class LinkSpent(MeetingError):
    """A link that was used, is too old, or never was: nobody is told which."""


class CharterMoved(MeetingError):
    """Another version came into force while the page was read."""


class MeetingDayOver(MeetingError):
    """The meeting was closed and its day is over: what is still to say about one of its situations
    goes to the situation's sheet. Carries the point it was typed for."""

    def __init__(self, item: UUID) -> None:
        super().__init__()
        self.item = item


class NotNotedHere(MeetingError):
    """This kind of meeting doesn't note that."""


class NoSituationHere(MeetingError):
    """An intervision or a thematic concertation speaks of no situation (design 1)."""
