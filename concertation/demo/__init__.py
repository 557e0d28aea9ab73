"""The demo: invented people and situations, built through the same actions as everything else.

No row of a situation is written past the gate: people are invited, choose a password, make keys,
sign the charter, read their digits aloud and are admitted; situations are drafted, shared, followed
and closed by those who may.
"""
