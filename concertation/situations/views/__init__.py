"""Pages of situations: bringing one, and following it."""
