"""What happened, provably: the ledger of every read, write and refusal.

Imports inside point one way: enums, names → event, merkle → models → record, reading, checkpoint,
verify → commands. The package imports nothing from ethics or concertation.
"""
