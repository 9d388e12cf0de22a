"""What a load balancer asks."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection


def test_alive_says_nothing_of_the_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_when_every_migration_is_applied(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'chain'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"].endswith("missing")


def test_not_ready_without_a_database(client, monkeypatch):
    def refuse(*arguments: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert client.get("/readyz").json()["database"] == "unreachable"


def test_neither_is_ever_cached(client):
    assert "no-store" in client.get("/healthz")["Cache-Control"]
