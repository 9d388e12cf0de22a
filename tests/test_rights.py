"""Rights: every page and API operation, visited as every role, against one table written by hand (`rights.csv`).

A new page fails here until its row is written: think who may, then write it. `MEANING` in `tests/rights.py` says what
the words mean; a failure prints the row as it would have to be, for you to agree with or to correct the page.
"""

from __future__ import annotations

import pytest

from tests import rights


def test_every_page_and_operation_has_its_row_and_every_row_its_page():
    known = {route.name for route in rights.routes()}
    listed = {name for name, _method in rights.table()}
    missing = sorted(known - listed)
    gone = sorted(listed - known)
    assert not missing, f"Without a row in tests/rights.csv: {missing}"
    assert not gone, f"Rows for what no longer exists: {gone}"


def test_the_table_uses_only_words_that_mean_something():
    words = {word for row in rights.table().values() for word in row.values()}
    assert words <= rights.MEANING.keys()


@pytest.mark.django_db
@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("role", rights.ROLES)
def test_each_role_meets_what_the_table_says(role, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    walker, table = rights.Walker(rights.make_world(), role), rights.table()
    known = {route.name: route for route in rights.routes()}
    wrong = []
    for (name, method), row in table.items():
        met = walker.visit(known[name], method)
        if met != row[role]:
            wrong.append(f"{name} {method}: {role} meets “{met}”, the table says “{row[role]}”")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.django_db
@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("role", ["anonymous", "owner"])
def test_head_is_answered_as_get_is(role, settings):
    """What checks links and previews pages asks for the headers alone; to a 405 it says that the page is broken."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    walker = rights.Walker(rights.make_world(), role)
    met = {r.name: (walker.visit(r, "GET"), walker.visit(r, "HEAD")) for r in rights.routes() if "GET" in r.methods}
    reached = {name: pair for name, pair in met.items() if pair[0] not in {rights.NOTHING, rights.NONE}}
    assert len(reached) > 90
    assert {name: pair for name, pair in reached.items() if pair[0] != pair[1]} == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("role", ["owner", "handler"])
def test_a_method_without_a_row_does_not_exist(role, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    walker, table = rights.Walker(rights.make_world(), role), rights.table()
    unlisted = [(r, m) for r in rights.routes() for m in r.methods if (r.name, m) not in table]
    closed = {rights.NOTHING, rights.NONE}
    there = [f"{r.name} {m}: “{met}”" for r, m in unlisted if (met := walker.visit(r, m)) not in closed]
    assert not there, "Without a row in tests/rights.csv:\n" + "\n".join(there)
