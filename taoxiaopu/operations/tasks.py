"""What a Celery worker tells about its tasks: the timetable's runs, and lines in the log."""

import logging
import logging.config
from time import monotonic
from typing import Any

import structlog
from celery import signals
from django.conf import settings
from django.db import Error

from taoxiaopu.operations import timetable

log = structlog.get_logger(__name__)


@signals.setup_logging.connect
def use_our_logging(**kwargs: Any) -> None:
    """The worker's and beat's lines look as the web's."""
    logging.config.dictConfig(settings.LOGGING)


@signals.task_prerun.connect
def begin(task_id: str = "", task: Any = None, **kwargs: Any) -> None:
    """Lines of this task carry its id and name."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id, task=task.name)
    task.request.taoxiaopu_started = monotonic()


@signals.task_postrun.connect
def conclude(task: Any = None, state: str | None = None, retval: Any = None, **kwargs: Any) -> None:
    """One line a task, and the timetable's row. The database may be what failed: then the log has to do."""
    seconds = monotonic() - getattr(task.request, "taoxiaopu_started", monotonic())
    failed = isinstance(retval, BaseException)
    log.log(
        logging.ERROR if failed else logging.INFO,
        "task_finished",
        state=state,
        ms=round(seconds * 1000),
        error=type(retval).__name__ if failed else "",
    )
    try:
        timetable.record(task.name, error=type(retval).__name__ if failed else "", seconds=seconds)
    except Error:
        log.warning("timetable_not_written")
    structlog.contextvars.clear_contextvars()
