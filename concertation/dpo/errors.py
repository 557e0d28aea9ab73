"""What may go wrong on the DPO's pages, for the forms to say."""


class DpoError(Exception):
    """Something the form can put into words."""


class KeptStateUnusable(DpoError):
    """The text handed in is no signed state of this concertation's ledger or the platform's."""


class UnknownCode(DpoError):
    """No living situation of this concertation has this code; recorded like any unknown code."""
