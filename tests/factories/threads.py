"""Real parallel work: threads with their own database connections, started together or made to meet."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
from django.db import connection, connections

LIMIT_S = 20


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all works at once, each in a thread; returns their answers or the errors they raised, in order."""
    gate = threading.Barrier(len(works), timeout=LIMIT_S)

    def run(work: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return work()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


class Meeting:
    """A place in the code where two transactions meet: nobody goes on until the other is there too, is kept waiting
    by a lock of PostgreSQL, or is through.
    """

    def __init__(self, parties: int = 2) -> None:
        self._parties = parties
        self._arrived = 0
        self._through = 0
        self._state = threading.Lock()

    def meet(self) -> None:
        """Wait for the other."""
        with self._state:
            self._arrived += 1
        deadline = time.monotonic() + LIMIT_S
        with _watcher() as cursor:
            while time.monotonic() < deadline:
                with self._state:
                    if self._arrived >= self._parties or self._through:
                        return
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if cursor.fetchone()[0]:
                    return
                time.sleep(0.005)  # the pace of asking, not a guess at how long something takes
        raise AssertionError("the other never came")

    def run(self, works: Sequence[Callable[[], Any]]) -> list[Any]:
        """As ``at_once``, noting who is through."""

        def noted(work: Callable[[], Any]) -> Callable[[], Any]:
            def run() -> Any:
                try:
                    return work()
                finally:
                    with self._state:
                        self._through += 1

            return run

        return at_once([noted(work) for work in works])

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with a meeting before it."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.meet()
            return function(*args, **kwargs)

        return wrapped

    def after(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with a meeting after it."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            answer = function(*args, **kwargs)
            self.meet()
            return answer

        return wrapped


class _watcher:
    """A connection of its own that looks at what the others wait for."""

    def __enter__(self) -> Any:
        of = connection.settings_dict
        self._connection = psycopg2.connect(
            dbname=of["NAME"], user=of["USER"], password=of["PASSWORD"], host=of["HOST"], port=of["PORT"]
        )
        self._connection.autocommit = True
        return self._connection.cursor()

    def __exit__(self, *_error: object) -> None:
        self._connection.close()
