"""People for tests, made by the services that make real ones."""

from __future__ import annotations

import itertools
import json
import re
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from yukuaiban.config.now import now, today
from yukuaiban.identifiers import checks
from yukuaiban.people import services
from yukuaiban.people.actors import Actor, actor_for_post
from yukuaiban.people.models import Account, Desk, Post, Role
from yukuaiban.places.models import Department, Division

PASSWORD = "kang-tai-sheng-shi-9"
_serials = itertools.count(100)
_phones = itertools.count(10000000)


def resident_id(born: str = "19900101", serial: str | None = None) -> str:
    """A resident number that no person has: region 500000."""
    body = f"500000{born}{serial or f'{next(_serials) % 890:03d}'}"
    return body + checks.mod_11_2(body)


def credit_code(body: str = "91500999MA0000009") -> str:
    return body + checks.mod_31(body)


def phone() -> str:
    return f"+86138{next(_phones)}"


def account(*, real: str | None = None, born: str = "19900101", password: str = PASSWORD, **more: Any) -> Account:
    """An account with a proved phone; `real` is the name it passed the real-name check with."""
    if not more.get("phone") and not more.get("email"):
        more["phone"] = phone()
    made = services.account_open(password=password, at=now(), **more)
    if real is not None:
        services.real_name_check(account=made, id_kind="resident_id", id_number=resident_id(born), name=real, at=now())
        made.refresh_from_db()
    return made


def signed_in(who: Account) -> Client:
    client = Client()
    client.force_login(who)
    return client


def reauthenticated(who: Account) -> Client:
    """Signed in, with the password typed a moment ago."""
    client = signed_in(who)
    client.post("/zh/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def department(kind: str = "public_security", division: str = "500103") -> Department:
    city, _made = Division.objects.get_or_create(
        code="500000", defaults={"name_zh": "重庆市", "kind": "city", "source": "test"}
    )
    place, _made = Division.objects.get_or_create(
        code=division, defaults={"name_zh": "示例区", "kind": "district", "parent": city, "source": "test"}
    )
    found, _made = Department.objects.get_or_create(
        division=place,
        kind=kind,
        defaults={"code": f"{kind}-{division}", "name_zh": f"示例{kind}局", "name_en": kind, "short_zh": kind,
                  "source": "test"},
    )  # fmt: skip
    return found


def officer(role: Role, name: str = "示例干部", where: Department | None = None) -> tuple[Account, Post]:
    who = account(real=name)
    where = where or department()
    desk, _made = Desk.objects.get_or_create(department=where, division=where.division, role=role, name="")
    post = Post.objects.create(account=who, desk=desk, valid_from=today() - timedelta(days=30))
    return who, post


def at_work(role: Role, name: str = "示例干部", where: Department | None = None) -> Actor:
    return actor_for_post(*officer(role, name, where))


def messages(to: str | None = None) -> list[dict[str, Any]]:
    """What the sandbox sent, oldest first."""
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(settings.OUTBOX_DIR.glob("*.json"))]
    return [message for message in found if to is None or message["to"] == to]


def code_sent(to: str) -> str:
    """The code in the last message to somebody."""
    return re.findall(r"(?<![0-9A-Z])(\d{6}|[2-9A-HJ-NP-Z]{10})(?![0-9A-Z])", messages(to)[-1]["body"])[-1]


def terms(items: list[str] | None = None, days: int = 30, start: date | None = None) -> services.Terms:
    start = start or today()
    return services.Terms(items=items, valid_from=start, valid_until=start + timedelta(days=days))
