"""The walk behind `test_rights.py`: every page and API operation there is, who visits it, and what stands in the way.

routes()          every address of the resolver and every operation of the API, by name
World             a city in which each of them has something to show
visit(...)        one request as one role, undone afterwards
"""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template.backends.jinja2 import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

TABLE = Path(__file__).with_name("rights.csv")

#: Who walks. `owner` is the person everything in the world belongs to; `elsewhere` handles in another department.
ROLES = [
    "anonymous",
    "registered",
    "owner",
    "stranger",
    "window",
    "handler",
    "approver",
    "elsewhere",
    "editor",
    "supervisor",
    "auditor",
]
OK, GO, LOGIN, NONE, NO, NOTHING = "ok", "go", "login", "none", "no", "-"
#: What the words in the table mean.
MEANING = {
    OK: "may: it is shown, or the act is weighed on its merits (also 400, 409, 422, 503)",
    GO: "is led on to another page",
    LOGIN: "is asked to log in",
    NONE: "finds nothing there",
    NO: "is known but may not",
    NOTHING: "there is no such method",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address: a page by its name in the resolver, or an operation of the API by method and path."""

    name: str
    path: str = ""  # of the API, with {parameters}
    methods: tuple[str, ...] = ("GET", "POST")
    body: Any = None  # of the API: the least that fits its description, so that rights are met before form


@cache
def routes() -> list[Route]:
    """Every page and every API operation, in the order of the resolver."""
    pages = dict.fromkeys(name for name in named(get_resolver()) if not name.startswith("api:"))
    return [Route(name) for name in pages] + list(_operations())


def named(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of all addresses under one, with their namespaces; an unnamed one by its pattern."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from named(entry, (*namespaces, entry.namespace) if entry.namespace else namespaces)
        elif isinstance(entry, URLPattern):
            yield ":".join((*namespaces, entry.name)) if entry.name else f"/{entry.pattern}"


def _operations() -> Iterator[Route]:
    from yukuaiban.config.api import api

    schema = api.get_openapi_schema()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            body = _least(content["schema"], schema) if content else None
            yield Route(f"{method.upper()} {path}", path, (method.upper(),), body)
    yield Route(f"GET {reverse('api:openapi-json')}", reverse("api:openapi-json"), ("GET",))


def _least(wanted: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The least value that fits a JSON schema."""
    if "$ref" in wanted:
        found = schema
        for part in wanted["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return _least(found, schema)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in wanted:
            return _least(wanted[choice][0], schema)
    if "const" in wanted or "enum" in wanted:
        return wanted.get("const", wanted.get("enum", [None])[0])
    match wanted.get("type"):
        case "object":
            return {key: _least(wanted["properties"][key], schema) for key in wanted.get("required", [])}
        case "array":
            return [_least(wanted["items"], schema)] * wanted.get("minItems", 0)
        case "integer" | "number":
            return wanted.get("minimum", wanted.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
        case "string":
            known = {"date": "2026-06-01", "date-time": "2026-06-01T10:00:00+08:00"}
            return known.get(wanted.get("format", ""), "x" * max(1, wanted.get("minLength", 1)))
        case _:
            return None


# --- the table --------------------------------------------------------------------------------------------------------


def table() -> dict[tuple[str, str], dict[str, str]]:
    """The hand-written rights: (route, method) -> role -> word."""
    with TABLE.open(encoding="utf-8", newline="") as rows:
        found = list(csv.DictReader(row for row in rows if not row.startswith("#")))
    return {(row["route"], row["method"]): {role: row[role] for role in ROLES} for row in found}


# --- the world --------------------------------------------------------------------------------------------------------


@dataclass
class World:
    """One resident with a child, a mandate, a draft, an open and a closed case, and everybody around him."""

    accounts: dict[str, Any] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)  # by route, or by the name of a parameter

    def parameters(self, route: str, names: list[str]) -> dict[str, Any]:
        """What to put into an address: the route's own values, else those of the parameter's name."""
        own = self.values.get(route, {})
        return {name: own.get(name, self.values["*"].get(name, 1)) for name in names}

    def body(self, route: Route) -> Any:
        """What to send: the least that fits, with the route's own values where they have a place in it."""
        if not isinstance(route.body, dict):
            return route.body
        own = self.values.get(route.name, {})
        return route.body | {name: own[name] for name in route.body if name in own}


def make_world() -> World:
    """Everything in one transaction; made by the services that the product uses."""
    from tests.people import RESIDENCE, applicant, at, office, officer, person
    from yukuaiban.calendars.tests.test_notices import HEADER, rows_2027
    from yukuaiban.cases import services as cases
    from yukuaiban.cases.tests.test_life import give_materials
    from yukuaiban.config.now import now
    from yukuaiban.desk.services import item_change_write
    from yukuaiban.items.loading import edits
    from yukuaiban.items.loading.holidays import year_in
    from yukuaiban.items.loading.proposals import propose_notice
    from yukuaiban.items.models import ServiceItem
    from yukuaiban.licences.services import licence_grant
    from yukuaiban.people import services as people
    from yukuaiban.people.models import Account, Guardianship, Relation
    from yukuaiban.people.tests import factories
    from yukuaiban.places.models import Department
    from yukuaiban.portal.models import Announcement
    from yukuaiban.ratings.services import rating_give

    monday = date(2026, 3, 2)
    where = office()
    other = Department.objects.filter(division="500103").exclude(pk=where.item.department_id).first()
    owner, owner_acts = person("张示例"), None
    owner_acts = applicant(owner)

    def filed() -> Any:
        case = cases.draft_start(service_item_id=where.item.pk, by=owner_acts, at=at(monday))
        cases.draft_save(case_id=case.pk, answers=RESIDENCE, by=owner_acts, at=at(monday))
        give_materials(case)
        return cases.case_file(case_id=case.pk, by=owner_acts, at=at(monday)).case

    done = filed()
    cases.case_accept(case_id=done.pk, by=where.window, at=at(date(2026, 3, 3)))
    step = done.steps.get(stage=1)
    cases.step_pass(case_id=done.pk, step_id=step.pk, by=where.handler, at=at(date(2026, 3, 3)))
    cases.case_grant(case_id=done.pk, by=where.approver, at=at(date(2026, 3, 3)))
    cases.case_certify(case_id=done.pk, by=where.approver, at=at(date(2026, 3, 3)))
    done.refresh_from_db()
    rated = filed()
    cases.case_withdraw(case_id=rated.pk, by=owner_acts, at=at(monday), reason="示例")
    rated.refresh_from_db()
    rating_give(case=rated, by=owner_acts, level=5, at=at(monday))
    running = filed()
    draft = cases.draft_start(service_item_id=where.item.pk, by=owner_acts, at=at(monday))

    child = people.guardianship_declare(
        account=owner, name="示例子", id_kind="resident_id", id_number=factories.resident_id("20180601"),
        relation=Relation.PARENT, consents=True, at=now(),
    )  # fmt: skip
    unseen = people.guardianship_declare(
        account=owner, name="示例女", id_kind="resident_id", id_number=factories.resident_id("20190601"),
        relation=Relation.PARENT, consents=True, at=now(),
    )  # fmt: skip
    Guardianship.objects.filter(pk=unseen.pk).update(confirmed_at=None)
    mandate = people.mandate_offer(
        account=owner, principal=owner.party, name="示例亲友", contact="a@example.com",
        relation=Relation.OTHER, terms=factories.terms(), at=now(),
    )  # fmt: skip
    correction = people.correction_ask(
        account=owner, party=owner.party, field="address", wanted="示例路 1 号", reason="搬家", at=now()
    )

    actors = {"window": where.window, "handler": where.handler, "approver": where.approver} | {
        role: officer(role, where.item.department, "500103") for role in ("editor", "supervisor", "auditor")
    }
    actors["elsewhere"] = officer("handler", other, "500103")
    accounts = {role: Account.objects.get(pk=actor.account_id) for role, actor in actors.items()}
    news = Announcement.objects.create(
        title_zh="示例公告", title_en="Sample", body_zh="示例", body_en="Sample",
        starts_at=now(), written_by=accounts["editor"], written_at=now(),
    )  # fmt: skip
    edited, _new = item_change_write(
        item=where.item, differences={"scope": "national"}, reason="示例", by=actors["editor"], at=now()
    )
    summary = {"zh": "示例", "en": "Sample"}
    rows = ServiceItem.objects.filter(department=where.item.department, entry__current_version__isnull=False)
    second = rows.exclude(pk=where.item.pk).select_related("entry__current_version", "department").first()
    content = edits.draft_of(second, actors["editor"]).content | {"summary": summary}
    edits.draft_save(item=second, content=content, revision=0, by=actors["editor"], at=now())
    guide, _new = edits.draft_propose(item=second, revision=1, reason="示例", by=actors["editor"], at=now())
    listed = "\n".join([HEADER, *rows_2027()]).encode()
    load, _new = propose_notice(year=year_in("2027.csv", listed, 2027), by=actors["editor"])
    token, _text = people.token_make(
        account=owner, name="示例程序", scopes=["people:read"], expires_on=date(2026, 6, 1), at=now()
    )
    grant = licence_grant(
        licence_id=done.licence_id, department=where.item.department, purpose="办理示例",
        valid_from=monday, valid_until=date(2026, 6, 1), by=owner_acts, at=now(),
    )  # fmt: skip
    accounts |= {"owner": owner, "stranger": person("李示例"), "registered": person("", assurance="registered")}
    return World(
        accounts=accounts,
        values={
            "*": {
                "pk": 1,
                "number": running.number,
                "code": where.item.code,
                "subject": draft.pk,
                "slot": "photo",
                "group": where.item.entry.current_version.content["form"]["groups"][0]["key"],
                "token": "none",
                "licence_id": done.licence_id,
                "identifier": "none",
                "page": 1,
                "announcement_id": news.pk,
                "change_id": edited.pk,
                "load_id": load.pk,
                "guardianship_id": child.pk,
                "mandate_id": mandate.pk,
                "grant_id": grant.pk,
                "request_id": correction.pk,
                "post_id": where.handler.post_id,
                "desk_id": where.handler.desk_id,
            },
            **{f"desk:proposal{act}": {"pk": load.pk} for act in ("", "_publish", "_back", "_withdraw", "_compare", "_sign")},
            "desk:item_change": {"pk": edited.pk},
            "desk:draft_part": {"where": "materials.0"},
            **{f"desk:proposal_{what}": {"pk": guide.pk} for what in ("guide", "form")},
            "portal:entry": {"code": where.item.entry.code},
            "places:hall": {"code": "none"},
            "people:guardianship_end": {"pk": child.pk},
            "people:api_token_revoke": {"pk": token.pk},
            "licences:revoke_grant": {"pk": grant.pk},
            "portal:announcement": {"pk": news.pk},
            **{f"desk:{name}": {"pk": news.pk} for name in
               ("announcement", "announcement_publish", "announcement_withdraw")},
            "POST /api/v1/people/mandates/{mandate_id}/{act}": {"act": "decline"},
            "GET /api/v1/officers/log/looks/{kind}": {"kind": "records"},
            "POST /api/v1/people/mandates/offers": {"principal_party_id": owner.party_id},
            **{f"{method} /api/v1/officers/requests/guardianships/{{guardianship_id}}{act}":
               {"guardianship_id": unseen.pk} for method, act in (("GET", ""), ("POST", "/confirm"))},
            "people:child_consent": {"pk": child.pk},
            "people:mandate_act": {"pk": mandate.pk, "act": "decline"},
            "people:post_substitute": {"pk": where.handler.post_id},
            "people:post_end": {"pk": where.handler.post_id},
            "people:correction": {"pk": correction.pk},
            "people:guardianship_confirm": {"pk": unseen.pk},
            **{f"cases:{name}": {"number": draft.number} for name in
               ("draft", "draft_discard", "draft_materials", "draft_review", "draft_group")},
            "ratings:rate": {"number": done.number},
            "GET /api/v1/cases/{number}/rating": {"number": rated.number},
            **{f"desk:{name}": {"number": rated.number, "act": "call_back"} for name in
               ("rating", "rating_phone", "rating_act")},
            **{route: {"number": rated.number, "act": "call_back"} for route in
               ("GET /api/v1/desk/ratings/{number}", "POST /api/v1/desk/ratings/{number}/phone",
                "POST /api/v1/desk/ratings/{number}/acts/{act}")},
            **{f"licences:{name}": {"pk": done.licence_id} for name in
               ("licence", "show", "download", "looks", "grant")},
            "desk:act": {"act": "accept"},
            "POST /api/v1/desk/cases/{number}/acts/record_site_visit": {"officers": [where.handler.post_id]},
        },
    )  # fmt: skip


# --- walking ----------------------------------------------------------------------------------------------------------


class Walker:
    """One role's browser. Each visit is undone, so that the next finds the same world."""

    def __init__(self, world: World, role: str) -> None:
        self.world, self.client = world, Client(raise_request_exception=False)
        if role != "anonymous":
            self.client.force_login(world.accounts[role])
            self._typed_the_password_a_moment_ago(world.accounts[role])
            self.client.get("/zh/me")  # hands out the signed pass
        self.cookies = {name: cookie.value for name, cookie in self.client.cookies.items()}

    def _typed_the_password_a_moment_ago(self, account: Any) -> None:
        session = self.client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()

    def visit(self, route: Route, method: str) -> str:
        """What the role meets there, as a word of the table."""
        self.client.cookies = SimpleCookie(self.cookies)
        try:
            with _unrendered(), transaction.atomic():
                body = "" if route.body is None else json.dumps(self.world.body(route))
                kind = "application/json" if body else "application/octet-stream"
                answer = self.client.generic(method, self.address(route), body, content_type=kind)
                raise _Undo
        except _Undo:
            return classify(answer)

    def address(self, route: Route) -> str:
        if route.path:
            names = re.findall(r"{(\w+)}", route.path)
            return route.path.format(**self.world.parameters(route.name, names))
        if route.name.startswith("/"):
            return route.name
        return reverse(route.name, kwargs=self.world.parameters(route.name, parameters_of(route.name)))


def _unrendered() -> AbstractContextManager[Any]:
    """Who may see a page is settled before it is drawn; drawing it costs most of the time."""
    return patch.object(Template, "render", lambda *args, **kwargs: "")


class _Undo(Exception):
    """Roll back what a visit did."""


def parameters_of(name: str) -> list[str]:
    """The parameters of a named address."""
    resolver = get_resolver()
    *namespaces, last = name.split(":")
    for namespace in namespaces:
        resolver = resolver.namespace_dict[namespace][1]
    return list(resolver.reverse_dict.getlist(last)[-1][0][0][1])


def classify(answer: HttpResponse) -> str:
    """A status as a word of the table."""
    match answer.status_code:
        case 405:
            return NOTHING
        case 401:
            return LOGIN
        case 404:
            return NONE
        case 403:
            return NO
        case code if 300 <= code < 400:
            return LOGIN if answer["Location"].partition("?")[0] == reverse(settings.LOGIN_URL) else GO
        case code if code < 500 or code == 503:
            return OK
        case code:
            return f"error {code}"
