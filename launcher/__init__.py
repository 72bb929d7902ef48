"""Runs the platform on one machine: PostgreSQL and Valkey from packages, web server, worker and beat.

Knows nothing of the business: it talks to Django only through ``manage.py`` and environment variables
(``DATABASE_URL``, ``DATABASE_OWNER_URL``, ``REDIS_URL``, ``DATA_DIR``, ``PORT``, ``BASE_URL``).

``services`` is the door: it lends the addresses of both servers, and they stop when the last borrower has
left.
"""
