"""Real parallel work in processes of their own, each with its own database connection, and their sudden end."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections

LIMIT_S = 60
_FORK = multiprocessing.get_context("fork")


def in_processes(work: Callable[[], Any], count: int) -> list[Any]:
    """Run the same work in so many processes that start together; returns what each answered."""
    gate = _FORK.Barrier(count, timeout=LIMIT_S)

    def child(says: Connection) -> None:
        gate.wait()
        says.send(work())

    started = [_start(child) for _n in range(count)]
    answers = [hears.recv() if hears.poll(LIMIT_S) else None for _process, hears in started]
    for process, _hears in started:
        process.join(LIMIT_S)
        assert process.exitcode == 0
    return answers


def killed_when(work: Callable[[Callable[[], None]], Any]) -> None:
    """Run work in a process that is killed (-9) at the place where it calls the function that it is given."""

    def child(says: Connection) -> None:
        def here() -> None:
            says.send("here")
            signal.pause()

        work(here)

    process, hears = _start(child)
    assert hears.poll(LIMIT_S), "the work never came to that place"
    assert hears.recv() == "here"
    os.kill(process.pid, signal.SIGKILL)
    process.join(LIMIT_S)
    assert process.exitcode == -signal.SIGKILL


def _start(child: Callable[[Connection], None]) -> tuple[Any, Connection]:
    connections.close_all()  # a forked process must not find its parent's connection
    hears, says = _FORK.Pipe(duplex=False)

    def run() -> None:
        # One from before a browser's event loop is hidden from the parent, not from the child: they would share a session,
        # and PostgreSQL would not notice that the child is gone.
        for left in connections.all(initialized_only=True):
            del connections[left.alias]
        try:
            child(says)
        finally:
            connections.close_all()

    process = _FORK.Process(target=run, daemon=True)
    process.start()
    return process, hears
