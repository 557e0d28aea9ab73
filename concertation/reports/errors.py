"""What can go wrong with a report."""


class ReportError(Exception):
    """The decision was not recorded."""


class AlreadyLifted(ReportError):
    """Small numbers of this year are already shown, by an earlier decision."""


class YearOutOfReach(ReportError):
    """A year before concertations existed here, or one that is still to come."""


class UnknownReason(ReportError):
    """A reason outside the closed list."""
