"""The test database itself: isolated, cloned, and whole again after a test that commits."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone


def leave_a_session() -> None:
    Session.objects.create(session_key="left-behind", session_data="", expire_date=timezone.now())


@pytest.mark.django_db
def test_each_worker_has_its_own_clone():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0].startswith("test_")
        assert cursor.fetchone() is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_test_that_commits_leaves_nothing_behind(time):
    assert not Session.objects.filter(session_key="left-behind").exists()
    leave_a_session()


@pytest.mark.django_db
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_test_that_does_not_commit_leaves_nothing_behind_either(time):
    assert not Session.objects.filter(session_key="left-behind").exists()
    leave_a_session()
