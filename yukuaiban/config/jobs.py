"""The job queue: the worker that empties it, and what keeps it in order. Every task may run twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from procrastinate import RetryStrategy
from procrastinate.exceptions import ConnectorException

log = structlog.get_logger("yukuaiban.jobs")

STALLED_AFTER = 30.0  # seconds without a sign of life from the worker that took the job
CONCURRENCY = 4
GRACE = 8.0  # seconds a running job has when the worker is told to stop; after that it runs again elsewhere

#: For every task: what failed because something was away for a while is tried for two hours, ever later.
RETRY = RetryStrategy(max_attempts=12, exponential_wait=2)


def run_worker(*, queues: list[str] | None = None, concurrency: int = CONCURRENCY, wait: bool = True) -> int:
    """Work off the queues until SIGTERM or SIGINT, which lets running jobs finish.

    Returns the exit code: 1 when the database went away, or a job ended and the database could not be told. It would
    show that job as running for as long as this worker lives, so the worker ends; whoever watches it starts another,
    and the job runs again.

    The worker has its own connections. What a task itself queues goes through Django's, so that it is queued in the
    task's transaction or not at all.

    Args:
        queues: Only these; all when None.
        wait: Whether to wait for new jobs; without it, end when nothing is left.
    """
    from procrastinate.contrib.django import app

    only: Any = {"queues": queues} if queues else {}

    untold: list[asyncio.Task[Any]] = []

    async def until_told(call_next: Callable[[], Awaitable[Any]], _context: object, worker: Any) -> Any:
        def ended(job: asyncio.Task[Any]) -> None:
            if job.cancelled() or job.exception() is not None:  # a failure of the job itself was told and is none here
                untold.append(job)
                worker.stop()

        job = asyncio.current_task()
        assert job is not None
        job.add_done_callback(ended)
        return await call_next()

    async def work() -> None:
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                **only,
                concurrency=concurrency,
                wait=wait,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE,
                fetch_job_polling_interval=1,
                task_middleware=[with_sound_connections],
                worker_middleware=[until_told],
            )

    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    try:
        asyncio.run(work())
    except ConnectorException as error:
        log.warning("the database went away; this worker ends", error=str(error.__cause__ or error))
        return 1
    return 1 if untold else 0


def with_sound_connections(call_next: Callable[[], Any], context: object, worker: object) -> Any:
    """Drop a connection that broke, before and after each job, as Django does around each request."""
    from django.db import close_old_connections

    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()


def retry_stalled() -> int:
    """Put jobs whose worker died back into the queue. Returns 0: nothing is left to do at once."""
    from asgiref.sync import async_to_sync
    from procrastinate.contrib.django import app

    manager = app.job_manager
    for job in async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=STALLED_AFTER):
        async_to_sync(manager.retry_job)(job)
    return 0


def clear_sessions() -> int:
    """Delete sessions that have expired, by the clock that set their end. Returns 0: nothing is left to do at once."""
    from importlib import import_module

    from django.conf import settings

    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return 0
