"""Pages of accounts: each parses, calls one function, renders."""

from concertation.accounts.views.signing_in import locked_out

__all__ = ["locked_out"]
