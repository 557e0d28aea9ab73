"""What may go wrong on the DPO's pages, for the forms to say."""


class DpoError(Exception):
    """Something the form can put into words."""


class KeptStateUnusable(DpoError):
    """The text handed in is no signed state of this concertation's ledger or the platform's."""


class UnknownCode(DpoError):
    """No living situation of this concertation has this code; recorded like any unknown code."""


class NotThatMonth(DpoError):
    """A month that has not begun has no queue."""


class Stale(DpoError):
    """Somebody changed the item since the page was opened."""


class Ended(DpoError):
    """The item has ended, or the question was answered: there is nothing left to do."""


class AlreadyAsked(DpoError):
    """Asked once: the reader's answer, or none, is what the item ends on; and of questions about
    the log's keeping one is open at a time."""


class NobodyToAsk(DpoError):
    """The reader has no place here any more, and couldn't come to answer."""


class TooManySearches(DpoError):
    """Twenty kept searches are a list that nobody reads."""


class NotYet(DpoError):
    """The month isn't over, or an item of it was not looked at yet."""


class AlreadySigned(DpoError):
    """A month has one report."""


class NotInList(DpoError):
    """Not one of the words that may be chosen."""


class NothingAsked(DpoError):
    """No question about the log's keeping waits for this; somebody was first, perhaps."""


class AnotherDecides(DpoError):
    """Who asked leaves the decision to another coordinator, where there is one."""
