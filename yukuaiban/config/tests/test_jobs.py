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
