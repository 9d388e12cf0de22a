"""The job queue: jobs are done and forgotten, a dead worker's job is done by another, a task queues with its work."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from yukuaiban.config import jobs

DONE: list[str] = []


@app.task(name="config.tests.note")
def note(what: str) -> None:
    DONE.append(what)


@app.task(name="config.tests.queue_and_fail")
def queue_and_fail() -> None:
    with transaction.atomic():
        note.defer(what="from a task that failed")
        raise RuntimeError("after queueing")


@app.task(name="config.tests.end_untold")
def end_untold() -> None:
    """After it, the database cannot be told how it ended, as when the server was killed in that moment."""
    DONE.append("ended")
    if DONE == ["ended"]:
        rename("procrastinate_finish_job_v1", "gone")


def rename(function: str, to: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER FUNCTION {function} RENAME TO {to}")


@app.task(name="config.tests.fail_once", retry=jobs.RETRY)
def fail_once() -> None:
    DONE.append("tried")
    if DONE == ["tried"]:
        raise ConnectionError("away for a while")


@pytest.fixture(autouse=True)
def _nothing_done():
    DONE.clear()


def statuses() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
class TestWorker:
    def test_a_job_is_done_and_leaves_nothing_behind(self):
        note.defer(what="one")
        assert jobs.run_worker(wait=False) == 0
        assert DONE == ["one"]
        assert statuses() == []

    def test_a_job_queued_in_a_transaction_that_failed_was_never_queued(self):
        with pytest.raises(RuntimeError):
            queue_and_fail.func()
        jobs.run_worker(wait=False)
        assert DONE == []

    def test_what_a_task_queues_is_part_of_its_transaction(self):
        queue_and_fail.defer()
        jobs.run_worker(wait=False)
        assert DONE == []
        assert statuses() == [("config.tests.queue_and_fail", "failed")]

    def test_only_the_queues_asked_for(self):
        note.configure(queue="mass").defer(what="mass")
        note.defer(what="default")
        jobs.run_worker(queues=["default"], wait=False)
        assert DONE == ["default"]

    def test_what_failed_is_tried_again_later(self):
        fail_once.defer()
        jobs.run_worker(wait=False)
        assert statuses() == [("config.tests.fail_once", "todo")]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
        jobs.run_worker(wait=False)
        assert (DONE, statuses()) == (["tried", "tried"], [])

    def test_a_worker_that_cannot_tell_how_a_job_ended_ends_and_the_job_runs_again(self):
        end_untold.defer()
        assert jobs.run_worker(wait=False) == 1
        assert statuses() == [("config.tests.end_untold", "doing")]
        rename("gone", "procrastinate_finish_job_v1")
        jobs.retry_stalled()
        assert jobs.run_worker(wait=False) == 0
        assert (DONE, statuses()) == (["ended", "ended"], [])

    def test_the_job_of_a_worker_that_died_is_done_by_another(self):
        note.defer(what="again")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id"
            )
            dead = cursor.fetchone()[0]
            cursor.execute("SELECT * FROM procrastinate_fetch_job_v2(NULL, %s)", [dead])
        jobs.run_worker(wait=False)
        assert DONE == []
        jobs.retry_stalled()
        jobs.run_worker(wait=False)
        assert DONE == ["again"]
