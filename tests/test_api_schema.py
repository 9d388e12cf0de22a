"""The description of the API is true: whatever it allows to be sent is answered as it says, and never with a fault.

schemathesis makes the requests from the published OpenAPI document, in this process, as a resident, an officer, and
nobody; half of them about things that are really there. Each request is undone, so that the next finds the same city.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from ninja.openapi.schema import OpenAPISchema
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.rights import World, make_world
from yukuaiban.config.api import api
from yukuaiban.config.now import now, today
from yukuaiban.people import tokens
from yukuaiban.people.models import Account, Post
from yukuaiban.people.services import token_make

pytestmark = pytest.mark.django_db

EXAMPLES = 2  # of each operation for each caller
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def world(city) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def one_connection():
    """The end of a request does not end the connection that holds the test's transaction; as Django's own client."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


class Described(OpenAPISchema):
    """The description, and which of its definitions took the place of another: they are kept by their bare name."""

    def __init__(self) -> None:
        self.overwritten: set[str] = set()
        super().__init__(api, "")
        self.overwritten &= set(re.findall(r"#/components/schemas/(\w+)", json.dumps(self)))

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        told = {name: it | {"description": ""} for name, it in definitions.items()}
        self.overwritten |= {
            name for name, it in told.items() if self.schemas.get(name, it) | {"description": ""} != it
        }
        super().add_schema_definitions(definitions)


def test_a_name_means_one_thing():
    described = Described()
    assert described.overwritten == set()
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    times = Counter(operation["operationId"] for operation in operations)
    assert [name for name, n in times.items() if n > 1] == []


#: Which operations a role tries: all, or those where it may more than others.
EVERYTHING, OFFICERS = "/api/v1/", "/api/v1/officers/"


@pytest.mark.parametrize(
    ("role", "below"),
    [
        ("owner", EVERYTHING),
        ("window", EVERYTHING),
        ("editor", EVERYTHING),
        (None, EVERYTHING),
        ("supervisor", OFFICERS),
        ("auditor", OFFICERS),
    ],
)
def test_every_answer_is_one_that_the_description_names(world, role, below):
    headers = _headers(world.accounts[role]) if role else {}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    problems: list[str] = []
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if not operation.path.startswith(below):
            continue
        count += 1
        try:
            _try(operation, _real(world, operation.path), headers)
        except (Exception, FailureGroup) as error:  # each is told at the end
            problems.append(f"{operation.label}\n{_told(error)}")
    assert count > (80 if below == EVERYTHING else 10)
    assert not problems, "\n\n".join(problems)


def _headers(account: Account) -> dict[str, str]:
    """A token with every scope; of an officer, at his post."""
    post = Post.objects.filter(account=account).first()
    _made, text = token_make(
        account=account,
        name="test",
        scopes=list(tokens.SCOPES),
        expires_on=today() + timedelta(days=1),
        post_id=post.pk if post else None,
        at=now(),
    )
    return {"Authorization": f"Bearer {text}"}


def _real(world: World, path: str) -> dict[str, Any]:
    """Of the parameters of an address those of which the world has one."""
    return {name: world.values["*"][name] for name in re.findall(r"{(\w+)}", path) if name in world.values["*"]}


def _try(operation: Any, real: dict[str, Any], headers: dict[str, str]) -> None:
    cases = st.one_of(operation.as_strategy(), operation.as_strategy(path_parameters=real)) if real else None

    @seed(20260302)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=cases if cases is not None else operation.as_strategy())
    def check(case: Any) -> None:
        try:
            with transaction.atomic():
                response = case.call(headers=headers)
                raise _Undo
        except _Undo:
            case.validate_response(response, checks=CHECKS)

    check()


class _Undo(Exception):
    """Roll back what a request did."""


def _told(error: BaseException) -> str:
    inner = getattr(error, "exceptions", None)
    return "\n".join(map(_told, inner)) if inner else f"{type(error).__name__}: {error}"[:1500]
