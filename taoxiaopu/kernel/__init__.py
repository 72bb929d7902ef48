"""The foundation: money, time, actors, state moves, locks, audit, idempotency, jobs, errors and the rules' numbers.

It imports no app and knows people only as actors (a kind and a reference), never by a foreign key.
"""
