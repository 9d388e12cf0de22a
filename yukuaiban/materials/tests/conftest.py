"""A matter that collects materials, without any of the domains above: one applicant, one item's slots."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count

import pytest

from yukuaiban import storage
from yukuaiban.config.now import now
from yukuaiban.items.schema import MaterialSlot, Text
from yukuaiban.materials import limited, services, slots, sources
from yukuaiban.materials.inspection import inspect
from yukuaiban.materials.slots import Matter
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Party

SUBJECTS = count(1_000_001)
PURPOSE = {"zh": "居住证申领", "en": "Residence permit"}


def make_slot(key: str = "proof", **options) -> MaterialSlot:
    title = options.pop("title", Text(zh=f"住所证明（{key}）", en=f"Proof of residence ({key})"))
    return MaterialSlot(key=key, title=title, **options)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.FILES_DIR, settings.CLAMD_SOCKET = tmp_path / "files", ""


@pytest.fixture(autouse=True)
def own_sources(monkeypatch):
    monkeypatch.setattr(sources, "_wallets", [])
    monkeypatch.setattr(sources, "_registers", {})
    monkeypatch.setattr(sources, "_connecting", [])


@pytest.fixture
def inspected_here(monkeypatch):
    """Inspect in this process: what the child adds has tests of its own, and a child for each file takes its time."""
    monkeypatch.setattr(limited, "inspect", inspect)


@pytest.fixture
def make_account(db):
    numbers = count(1)

    def make(name: str = "张三", **party) -> Account:
        person = Party.objects.create(kind="person", name=name, **party)
        return Account.objects.create_user(email=f"p{next(numbers)}@example.org", party=person)

    return make


@pytest.fixture
def applicant(make_account) -> Account:
    return make_account("张三", birth_on=date(1990, 1, 1), is_sample=True)


@pytest.fixture
def make_matter(applicant):
    def make(*wanted: MaterialSlot, account: Account | None = None, **options) -> Matter:
        account = account or applicant
        by = Actor(kind="party", account_id=account.pk, name=account.name, party_id=account.party_id)
        subject = options.pop("subject", None) or next(SUBJECTS)
        return Matter(
            subject=subject,
            owner_id=options.pop("owner_id", account.party_id),
            reference=options.pop("reference", f"渝-{subject}"),
            purpose=PURPOSE,
            by=by,
            slots=wanted or (make_slot(),),
            **options,
        )

    return make


@pytest.fixture
def hand_in():
    """Upload bytes into a slot of a matter, as a page does."""

    def hand_in(matter: Matter, content: bytes, key: str | None = None, name: str = "证明.pdf"):
        slot = matter.slot(key or matter.slots[0].key)
        with storage.receive(limit=slot.max_mb * services.MEGABYTE) as received:
            received.write(content)
            received.finish()
            return services.material_upload(matter=matter, slot=slot, received=received, name=name, at=now())

    return hand_in


@pytest.fixture
def reached(monkeypatch):
    """Let requests reach matters: `reached(matter)` for its applicant, `reached.readers[subject]` for an officer."""
    matters: dict[int, Matter] = {}
    readers: dict[int, tuple[int, Actor]] = {}

    def resolve(request, subject):
        matter = matters.get(subject)
        return matter if matter and request.user.pk == matter.by.account_id else None

    def may_read(request, subject):
        account_id, actor = readers.get(subject, (None, None))
        return actor if request.user.pk == account_id else None

    monkeypatch.setattr(slots, "_resolvers", [(resolve, may_read)])

    def reach(matter: Matter, **changes) -> Matter:
        matters[matter.subject] = replace(matter, **changes)
        return matters[matter.subject]

    reach.readers = readers
    return reach


@pytest.fixture
def stored(settings):
    """The files that lie in the storage, finished or not."""

    def listing():
        return [f for f in settings.FILES_DIR.rglob("*") if f.is_file() and f.name != ".lock"]

    return listing
