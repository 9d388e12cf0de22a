"""Sample people of a demonstration, with passwords that exist in one data folder only.

Refused in production and whenever the site answers to more than this machine. The log-ins stand in
`KEYS_DIR/demo_logins.json`, readable by its owner; losing the file makes new passwords at the next start.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from ruamel.yaml import YAML

from yukuaiban.config.now import now
from yukuaiban.config.packs import pack_folders
from yukuaiban.identifiers import documents
from yukuaiban.items.models import ServiceItem
from yukuaiban.people import selectors, services
from yukuaiban.people.models import Account, Desk, Mandate, MandateKind, Party, Post, Relation
from yukuaiban.people.services.identity import Proven, join
from yukuaiban.people.verifiers import Sandbox
from yukuaiban.places.models import Department

FILE = "people/demo.yaml"
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else when typed from a screen
PASSWORD_LENGTH = 12
SINCE = date(2020, 1, 1)  # before any date a demonstration plays


class DemoRefused(Exception):
    """Sample people may not exist here."""


class DemoLogin(NamedTuple):
    """One person who can log in, in the columns in which a start prints him."""

    what: str
    name: str
    login: str
    password: str


def ensure_demo(report: Callable[[str], object] | None = None) -> str:
    """Make whoever is missing of the sample people; says in one line who is there.

    Raises: DemoRefused.
    """
    people = _people()
    with transaction.atomic():
        accounts = _ensure_people(people, now())
        _ensure_relations(people, accounts, now())
        posts = _ensure_posts(people, accounts)
    line = f"{len(people)} sample people, {posts} posts"
    if report is not None:
        report(line)
    return line


def demo_logins() -> list[DemoLogin]:
    """Who can log in to this data folder's demonstration.

    Raises: DemoRefused.
    """
    refuse_elsewhere()
    known = _read_passwords()
    return [
        DemoLogin(row["what"]["zh"], row["name"], _address(row), known[row["login"]])
        for row in _people()
        if row["login"] in known
    ]


def login_of(login: str) -> DemoLogin:
    """One sample person by his short name: `resident`, `handler`. Raises: KeyError, DemoRefused."""
    for row, found in zip(_people(), demo_logins(), strict=True):
        if row["login"] == login:
            return found
    raise KeyError(login)


def logins_present() -> bool:
    """Whether this data folder ever held a demonstration; production refuses such a folder."""
    return _file().exists()


def refuse_elsewhere() -> None:
    """Raises: DemoRefused unless this is a demonstration on this machine only."""
    if settings.PRODUCTION or not settings.DEMO:
        raise DemoRefused("Sample people exist only in a demonstration on this machine, never in production.")


# --- the people -------------------------------------------------------------------------------------------------------


def _people() -> list[dict[str, Any]]:
    return list(_content()["people"])


def _content() -> dict[str, Any]:
    content: dict[str, Any] = {"mail": "demo.example", "divisions": [], "people": []}
    for folder in pack_folders():
        if (path := folder / FILE).is_file():
            content = _read(path, path.stat().st_mtime_ns)
    return content


@lru_cache(maxsize=4)
def _read(path: Path, _written: int) -> dict[str, Any]:
    """Asked for once per person: read once, until it is written anew."""
    return dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def _address(row: dict[str, Any]) -> str:
    return f"{row['login']}@{_content()['mail']}"


def _ensure_people(people: list[dict[str, Any]], at: datetime) -> dict[str, Account]:
    refuse_elsewhere()
    passwords = _read_passwords()
    fresh = {row["login"] for row in people} - passwords.keys()
    passwords |= {login: "".join(secrets.choice(ALPHABET) for _n in range(PASSWORD_LENGTH)) for login in fresh}
    wanted = Account.objects.filter(is_sample=True, email__in=[_address(row) for row in people])
    known = {account.email: account for account in wanted.select_related("party")}
    accounts = {}
    for row in people:
        account = known.get(_address(row))
        if account is None:
            account = _open(row, passwords[row["login"]], at)
        elif row["login"] in fresh:  # the file was lost
            account.set_password(passwords[row["login"]])
            account.save(update_fields=["password"])
        accounts[row["login"]] = account
    if fresh:
        _write_passwords(passwords)
    return accounts


def _open(row: dict[str, Any], password: str, at: datetime) -> Account:
    account = services.account_open(email=_address(row), password=password, at=at)
    account.is_sample = True
    account.save(update_fields=["is_sample"])
    document = documents.parse(documents.Kind.RESIDENT_ID, row["id_number"])
    join(account, Proven(document, row["name"], Sandbox().check_person(document, row["name"])), at)
    return account


def _ensure_relations(people: list[dict[str, Any]], accounts: dict[str, Account], at: datetime) -> None:
    """Children, a mother who lets her son act, a company with its agent."""
    for row in people:
        account = accounts[row["login"]]
        person = account.party
        assert person is not None
        for child in row.get("children", []):
            if not person.wards.filter(ward__name=child["name"], ended_at__isnull=True).exists():
                services.guardianship_declare(
                    account=account,
                    name=child["name"],
                    id_kind="resident_id",
                    id_number=child["id_number"],
                    relation=Relation.PARENT,
                    consents=True,
                    at=at,
                )
        company = row.get("organisation")
        if company and not person.represented_organisations.filter(credit_code=company["credit_code"]).exists():
            services.organisation_register(account=account, code=company["credit_code"], name=company["name"], at=at)
        if row.get("lets_act"):
            _ensure_mandate(MandateKind.RELATIVE, person, accounts[row["lets_act"]], account, at)
        if row.get("agent_of"):
            head = accounts[row["agent_of"]]
            assert head.party is not None
            organisation = head.party.represented_organisations.select_related("party").first()
            if organisation is not None:
                _ensure_mandate(MandateKind.AGENT, organisation.party, account, head, at)


def _ensure_mandate(kind: MandateKind, principal: Party, agent: Account, confirmed_by: Account, at: datetime) -> None:
    today = at.date()
    if selectors.mandates_in_force(today).filter(principal=principal, agent=agent.party).exists():
        return
    Mandate.objects.create(
        kind=kind,
        state=Mandate.State.CONFIRMED,
        principal=principal,
        agent=agent.party,
        relation=Relation.PARENT if kind == MandateKind.RELATIVE else "",
        items=None,
        valid_from=today,
        valid_until=today + timedelta(days=365),
        asked_at=at,
        asked_by=confirmed_by,
        confirmed_at=at,
        confirmed_by=confirmed_by,
    )


# --- posts ------------------------------------------------------------------------------------------------------------


def _ensure_posts(people: list[dict[str, Any]], accounts: dict[str, Account]) -> int:
    """A post for each officer in each department he is for; what is there already stays."""
    wanted = 0
    for row in people:
        post = row.get("post")
        if not post:
            continue
        account = accounts[row["login"]]
        known = Desk.objects.filter(posts__account=account, role=post["role"], name="")
        held = set(known.values_list("department", "division"))
        for department in _departments(post):
            if (department.pk, department.division_id) not in held:
                desk, _made = Desk.objects.get_or_create(
                    department=department, division_id=department.division_id, role=post["role"], name=""
                )
                Post.objects.create(account=account, desk=desk, valid_from=SINCE)
            wanted += 1
    return wanted


def _departments(post: dict[str, Any]) -> Iterable[Department]:
    if not post.get("everywhere"):
        return Department.objects.filter(kind=post["department"], division=post["division"])
    at_work = ServiceItem.objects.filter(
        division__in=_content()["divisions"], entry__current_version__isnull=False, state=ServiceItem.State.ACTIVE
    )
    return Department.objects.filter(pk__in=at_work.values("department")).order_by("code")


# --- passwords --------------------------------------------------------------------------------------------------------


def _file() -> Path:
    return Path(settings.KEYS_DIR) / "demo_logins.json"


def _read_passwords() -> dict[str, str]:
    path = _file()
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _write_passwords(passwords: dict[str, str]) -> None:
    """Whole or not at all, readable by its owner only."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(passwords, out, indent=1)
    draft.rename(path)
