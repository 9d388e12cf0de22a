"""A holder, an issuing body with its people, and a licence; files and keys of the test's own."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests import people
from yukuaiban.config.now import ZONE
from yukuaiban.documents.signing import keys
from yukuaiban.licences import services
from yukuaiban.licences.models import Licence
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role
from yukuaiban.people.tests.factories import department
from yukuaiban.places.models import Department

AT = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)  # the day on which tests are played


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path, monkeypatch):
    settings.FILES_DIR = tmp_path / "files"
    settings.OUTBOX_DIR = tmp_path / "messages"
    monkeypatch.setattr(keys, "folder", lambda: tmp_path / "signing")
    monkeypatch.setattr(keys, "_ring", None)
    yield
    keys._ring = None


@pytest.fixture
def body(db) -> Department:
    return department()


@pytest.fixture
def approver(body) -> Actor:
    return at_work(Role.APPROVER, body)


@pytest.fixture
def account(db):
    return people.person("张小三")


@pytest.fixture
def holder(account) -> Actor:
    return people.applicant(account)


@pytest.fixture
def stranger(db) -> Actor:
    return people.applicant(people.person("李四"))


@pytest.fixture
def permit(body, approver, account) -> Licence:
    """A residence permit for a year from today."""
    return issue(account.party, body, approver)


def at_work(role: Role, where: Department) -> Actor:
    return people.officer(role, where, where.division_id)


def issue(party, body, by, **more) -> Licence:
    facts = {"number": party.id_number or "", "address": "重庆市渝中区示例路 1 号", "since": "2025-11-01"}
    wanted = {
        "type_code": "residence_permit",
        "holder": party,
        "facts": facts,
        "issuer": body,
        "by": by,
        "at": AT,
        "case_number": "K7MQ-3RTX-9WHD",
        "valid_from": date(2026, 3, 2),
        "valid_until": date(2027, 3, 2),
    }
    return services.licence_issue(**(wanted | more))
