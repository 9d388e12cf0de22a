"""People and filed cases for tests: real rows in the loaded city, made by the services the product uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from bench.answers import RESIDENCE as RESIDENCE
from yukuaiban.config.now import ZONE, now, today
from yukuaiban.identifiers import resident_id
from yukuaiban.identifiers.checks import mod_11_2, mod_31
from yukuaiban.items.models import DirectoryEntry, EntryVersion, ServiceItem
from yukuaiban.items.schema import ItemContent
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Desk, OrganisationProfile, Party, Post
from yukuaiban.places.models import Department

_serial = count(100)


def id_number(birth: date | None = None, serial: int | None = None) -> str:
    """A resident ID with a right checksum and a region that no person has (示例); a new one each time, or of `serial`."""
    days, order = divmod(next(_serial) if serial is None else serial, 1000)
    body = f"500000{birth or date(1990, 1, 1) + timedelta(days):%Y%m%d}{order:03d}"
    return body + mod_11_2(body)


def person(name: str = "张示例", *, assurance: str = "real_name", birth: date | None = None, **more: Any) -> Account:
    """A natural person with an account and a verified identity."""
    number = id_number(birth)
    party = Party(
        kind="person",
        name=name,
        id_kind="resident_id",
        id_number=number,
        birth_on=resident_id.parse(number).born_on,
        assurance=assurance,
        assured_at=now(),
        phone="13800138000",
        is_sample=True,
        **more,
    )
    party.save()
    account = Account(email=f"p{party.pk}@example.invalid", party=party, is_sample=True)
    account.set_unusable_password()
    account.save()
    return account


def organisation(account: Account, name: str = "重庆示例有限公司") -> Party:
    """A registered organisation whose legal representative holds the account."""
    body = f"91500000MA5U{next(_serial):05d}"
    code = body + mod_31(body)
    party = Party(
        kind="organisation", name=name, id_kind="credit_code", id_number=code, assurance="real_name", assured_at=now(),
        phone="02312345678", is_sample=True,
    )  # fmt: skip
    party.save()
    OrganisationProfile.objects.create(
        party=party,
        credit_code=code,
        legal_representative=account.party,
        representative_since=today(),
        updated_at=now(),
    )
    return party


def applicant(account: Account, party: Party | None = None) -> Actor:
    acting = party or account.party
    assert acting is not None
    return Actor(kind="party", account_id=account.pk, name=acting.name, party_id=acting.pk)


def officer(role: str, department: Department, division: str, name: str | None = None) -> Actor:
    """An officer at the desk of a role, as an actor."""
    account = person(name or f"{role}示例")
    desk, _made = Desk.objects.get_or_create(department=department, division_id=division, role=role, name="")
    post = Post.objects.create(account=account, desk=desk, valid_from=today() - timedelta(days=30))
    return Actor(
        kind="officer",
        account_id=account.pk,
        name=str(account),
        desk_id=desk.pk,
        post_id=post.pk,
        role=role,
        department_id=department.pk,
        division=division,
    )


@dataclass
class Office:
    """One item in one district with everybody who handles it."""

    item: ServiceItem
    window: Actor = field(init=False)
    handler: Actor = field(init=False)
    approver: Actor = field(init=False)

    def __post_init__(self) -> None:
        where = (self.item.department, self.item.division_id)
        self.window = officer("window", *where)
        self.handler = officer("handler", *where)
        self.approver = officer("approver", *where)

    def by_role(self, role: str) -> Actor:
        return {"window": self.window, "handler": self.handler, "approver": self.approver}[role]


def office(slug: str = "residence_permit", division: str = "500103") -> Office:
    """The office of a worked-out item in a district (default 渝中区)."""
    item = ServiceItem.objects.select_related("department").get(
        entry__current_version__content__slug=slug, division_id=division
    )
    return Office(item)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def reworked(slug: str, **parts: Any) -> None:
    """A next version of a worked-out item with other parts: `process={...}` is laid over the one it has."""
    entry = DirectoryEntry.objects.get(current_version__content__slug=slug)
    version = entry.current_version
    assert version is not None
    content = version.content
    for name, part in parts.items():
        content[name] = {**content[name], **part} if isinstance(content[name], dict) else part
    content = ItemContent.model_validate(content).model_dump(mode="json")
    entry.current_version = EntryVersion.objects.create(
        entry=entry, number=version.number + 1, digest=f"{slug} {version.number + 1}".encode()[:32], content=content,
        published_at=now(),
    )  # fmt: skip
    if "item_type" in parts:
        entry.item_type = parts["item_type"]
    entry.save()
