"""What a run needs of the database, made inside the program: sessions, drafts, and the statements the service sends.

    python -m bench.prepare SPEC.json DRAFTS

Before a run: everything, described in one file for the load generator and for pgbench, which gets so many drafts.
Drafts are copies of one draft that the product's own services made. pgbench files copies of their own, with one event
for all, so what it files is taken away again before anything reads it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.answers import RESIDENCE
from bench.limit import FIRST_OF_POOL

STATEMENTS = Callable[..., Any]
USERS, OFFICERS, FILERS = 400, 20, 120  # people signed in; the first of them have drafts in every district
FIRST_PEOPLE = 1000  # of the city file again and again; pgbench files for others
SLUG = "residence_permit"


def make(spec: Path, pool: int) -> None:
    """Everything a run needs; `pool`: how many drafts pgbench gets."""
    from django.db import transaction

    from yukuaiban.people.models import Account
    from yukuaiban.synth.load import figures

    known = figures()
    if not known or known["finished_at"] is None:
        raise SystemExit("There is no whole synthetic city in this database.")
    many = min(USERS, known["people"], 1000)
    accounts = list(
        Account.objects.filter(pk__gte=known["account"], pk__lt=known["account"] + many).select_related("party")
    )
    with transaction.atomic():
        _forget_drafts(known)
        template = _template(accounts[-1])  # whose number is no other parameter's
        drafts = _drafts(template, accounts)
        reserved = _pool(template, pool)
    with transaction.atomic():
        mine, file = _captured_my_cases(accounts[-1]), _captured_filing(template)
    spec.write_text(
        json.dumps(
            {
                "city": {k: known[k] for k in ("people", "organisations", "cases", "seed")},
                "users": [_session(account) for account in accounts],
                "officers": [_session(account, officer=True) for account in _officers()],
                "names": _names(),
                "drafts": drafts,
                "pages": _pages(accounts),
                "pool": reserved,
                "limit": {
                    "my_cases": {
                        "statements": mine,
                        "parties": {"first": accounts[0].party_id, "many": many},
                    },
                    "file": {"statements": [s for s in file if s["sql"].startswith("WITH moved")]},
                    "file_all": {"statements": file},
                },
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )


# --- sessions ---------------------------------------------------------------------------------------------------------


def _session(account: Any, *, officer: bool = False) -> dict[str, Any]:
    """Signed in as a log-in would leave it, without its password; an officer with a second factor."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    if officer:
        session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session.save()
    return {"session": session.session_key, "csrf": "b" * 32}


def _officers() -> list[Any]:
    """Those with most to do."""
    from django.db.models import Count

    from yukuaiban.cases.models import Work
    from yukuaiban.people.models import Post

    busy = Work.objects.values("desk").annotate(many=Count("pk")).order_by("-many")[:OFFICERS]
    posts = Post.objects.filter(desk__in=[row["desk"] for row in busy]).select_related("account__party")
    return [post.account for post in posts.order_by("desk", "pk").distinct("desk")]


def _names() -> list[str]:
    """What officers look for: surnames of people whose cases are at work."""
    from yukuaiban.cases.models import Work

    rows = Work.objects.values_list("case__applicant__name", flat=True)[:200]
    return sorted({name[:2] for name in rows if name})


def _pages(accounts: Sequence[Any]) -> dict[str, Any]:
    """Addresses that the mixed visit asks for."""
    from django.urls import reverse

    from yukuaiban.cases.models import Case
    from yukuaiban.items.models import ServiceItem

    items = list(
        ServiceItem.objects.filter(entry__current_version__isnull=False, division_id="500103", state="active")
        .order_by("code")
        .values_list("code", flat=True)[:40]
    )
    own: dict[int, list[str]] = {}
    for account, number in Case.objects.filter(
        filed_by__in=accounts, acting_as="self", seq__gt=0, pk__lt=FIRST_OF_POOL
    ).values_list("filed_by", "number"):
        own.setdefault(account, []).append(number)
    return {
        "home": "/zh/",
        "search": [f"/zh/search?q={word}" for word in ("居住证", "养老", "营业执照", "jzz", "社保卡", "公积金")],
        "item": [reverse("portal:item", args=[code]).replace("/en/", "/zh/") for code in items],
        "item_api": [f"/api/v1/items/{code}" for code in items],
        "my_cases": "/api/v1/cases",
        "my_cases_page": reverse("cases:mine").replace("/en/", "/zh/"),
        "case": [[f"/zh/{_tail(number)}" for number in own.get(account.pk, [])[:20]] for account in accounts],
        "desk": reverse("desk:work").replace("/en/", "/zh/"),
    }


def _tail(number: str) -> str:
    from django.urls import reverse

    return reverse("cases:case", args=[number]).split("/", 2)[2]


# --- drafts -----------------------------------------------------------------------------------------------------------


def _template(account: Any) -> Any:
    """One complete draft, made by the services that people use."""
    from yukuaiban.cases import services
    from yukuaiban.cases.matters import matter_of
    from yukuaiban.config.now import now
    from yukuaiban.items.models import ServiceItem
    from yukuaiban.materials.models import MaterialUse
    from yukuaiban.materials.slots import is_asked
    from yukuaiban.people.actors import Actor

    by = Actor(kind="party", account_id=account.pk, name=account.name, party_id=account.party_id)
    item = ServiceItem.objects.get(entry__current_version__content__slug=SLUG, division_id="500103")
    case = services.draft_start(service_item_id=item.pk, by=by, at=now())
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=by, at=now())
    case.refresh_from_db()
    matter = matter_of(case, by)
    for slot in matter.slots:
        if slot.necessity == "required" and is_asked(slot, matter.answers):
            MaterialUse.objects.create(
                subject=case.pk, slot_key=slot.key, slot_title={"zh": slot.title.zh, "en": slot.title.en}, is_sample=True,
                owner_id=case.applicant_id, how="register", source="bench", by=by.facts(), by_account_id=by.account_id,
                purpose=matter.purpose, reference=case.number, at=now(),
            )  # fmt: skip
    return case


def _columns(table: str, without: set[str]) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return ", ".join(f'"{column.name}"' for column in found if column.name not in without)


def _drafts(template: Any, accounts: Sequence[Any]) -> list[list[Any]]:
    """Copies of a draft, one for each filer and district: [person, number]."""
    from django.db import connection

    from yukuaiban.identifiers import case_number
    from yukuaiban.items.models import ServiceItem
    from yukuaiban.materials.models import new_number

    items = ServiceItem.objects.filter(entry__current_version__content__slug=SLUG, state="active").order_by("code")
    places = [
        row
        for row in items.values_list("pk", "division_id", "department_id", "differences_id")
        if row[0] != template.service_item_id and row[3] == template.differences_id
    ]
    pairs = [(n, place) for place in places for n in range(len(accounts[:FILERS]))]
    rows = [(accounts[n].pk, accounts[n].party_id, *place[:3], case_number.new()) for n, place in pairs]
    case = _columns("cases_case", {"id", "number", "filed_by_id", "applicant_id", "service_item_id", "division_id", "department_id"})  # fmt: skip
    use = _columns("materials_materialuse", {"id", "number", "subject", "owner_id", "by_account_id", "reference"})
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
                SELECT nextval('chain_subject_seq') AS subject, r.* FROM unnest(
                    %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[]
                ) AS r(account, party, item, division, department, number);
            INSERT INTO chain_key (subject, wrapped) SELECT c.subject, k.wrapped FROM copies c, chain_key k WHERE k.subject = %s;
            INSERT INTO cases_case (id, number, filed_by_id, applicant_id, service_item_id, division_id, department_id, {case})
                SELECT c.subject, c.number, c.account, c.party, c.item, c.division, c.department, {case}
                FROM copies c, (SELECT {case} FROM cases_case WHERE id = %s) AS t;
            """,
            [*map(list, zip(*rows, strict=True)), template.pk, template.pk],
        )
        cursor.execute(
            "SELECT c.subject, c.party, c.account, c.number, u.id FROM copies c, materials_materialuse u"
            " WHERE u.subject = %s",
            [template.pk],
        )
        uses = [(*row, new_number()) for row in cursor.fetchall()]
        cursor.execute(
            f"INSERT INTO materials_materialuse (subject, owner_id, by_account_id, reference, number, {use})"
            f" SELECT c.subject, c.party, c.account, c.reference, c.number, {', '.join(f'u.{name}' for name in use.split(', '))}"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[])"
            " AS c(subject, party, account, reference, use, number) JOIN materials_materialuse u ON u.id = c.use",
            [*map(list, zip(*uses, strict=True))],
        )
    return [[n, row[5]] for (n, _place), row in zip(pairs, rows, strict=True)]


def _pool(template: Any, many: int) -> dict[str, int]:
    """Drafts for pgbench, above any number that the service gives; one for each person after the first thousand."""
    from django.db import connection

    from yukuaiban.synth.load import figures

    known, first = figures(), FIRST_OF_POOL
    many = min(many, known["people"] - FIRST_PEOPLE)
    account, party = known["account"] + FIRST_PEOPLE, known["party"] + FIRST_PEOPLE
    case = _columns("cases_case", {"id", "number", "filed_by_id", "applicant_id"})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(
            f"INSERT INTO cases_case (id, number, filed_by_id, applicant_id, {case})"
            f" SELECT %s + n, 'BENCH' || n, %s + n, %s + n, {case}"
            f" FROM generate_series(0, %s) AS n, (SELECT {case} FROM cases_case WHERE id = %s) AS t",
            [first, account, party, many - 1, template.pk],
        )
    return {"first": first, "many": many, "account": account, "party": party}


def _forget_drafts(known: dict[str, Any]) -> None:
    """Drafts of an earlier run."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM cases_case WHERE state = 'draft' AND filed_by_id >= %s AND filed_by_id < %s RETURNING id),"
            " uses AS (DELETE FROM materials_materialuse u USING gone WHERE u.subject = gone.id)"
            " DELETE FROM chain_key k USING gone WHERE k.subject = gone.id",
            [known["account"], known["account"] + known["people"]],
        )


# --- the statements that the service sends -----------------------------------------------------------------------------


@contextmanager
def _recorded() -> Iterator[list[tuple[str, Any]]]:
    """Every statement between here and there, as the program hands it to the driver."""
    from django.db import connection

    found: list[tuple[str, Any]] = []

    def record(execute: STATEMENTS, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield found


def _captured_my_cases(account: Any) -> list[dict[str, Any]]:
    from yukuaiban.cases import selectors
    from yukuaiban.people.actors import Actor

    by = Actor(kind="party", account_id=account.pk, name="", party_id=account.party_id)
    with _recorded() as found:
        selectors.my_cases(by)
    return [_for_pgbench(sql, params, {account.party_id: "party"}) for sql, params in found]


def _captured_filing(template: Any) -> list[dict[str, Any]]:
    """All statements of a filing; what it wrote is rolled back."""
    from django.db import transaction

    from yukuaiban.cases import services
    from yukuaiban.config.now import now
    from yukuaiban.people.actors import Actor

    by = Actor(kind="party", account_id=template.filed_by_id, name="", party_id=template.applicant_id)
    names = {template.pk: "id", template.filed_by_id: "account", template.applicant_id: "party"}
    for warm in (True, False):  # the first one fills what a process keeps
        sid = transaction.savepoint()
        with _recorded() as found:
            services.case_file(case_id=template.pk, by=by, at=now(), idempotency_key=None)
        transaction.savepoint_rollback(sid)
        if warm:
            template.refresh_from_db()
    kept = [(sql, params) for sql, params in found if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    return [_for_pgbench(sql, params, names) for sql, params in kept]


def _for_pgbench(sql: str, params: Any, names: dict[int, str]) -> dict[str, Any]:
    """One statement with `:names` for what changes from one transaction to the next, and for every other parameter."""
    from django.db import connection
    from psycopg.adapt import PyFormat, Transformer

    connection.ensure_connection()
    transformer = Transformer(connection.connection)
    values: dict[str, str] = {}

    def name_of(value: Any, names: dict[int, str]) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int) and value in names:
            return f":{names[value]}"
        name = f"p{len(values)}"
        dumped = transformer.get_dumper(value, PyFormat.TEXT).dump(value)
        values[name] = bytes(dumped or b"").decode()
        return f":{name}"

    if isinstance(params, dict):
        for key in sorted(params, key=len, reverse=True):
            if f"%({key})s" in sql:  # by its name: a sequence number may look like anybody's
                sql = sql.replace(f"%({key})s", ":id" if key == "subject" else name_of(params[key], {}))
    else:
        for value in params or ():
            sql = sql.replace("%s", name_of(value, names), 1)
    return {"sql": " ".join(sql.replace("%%", "%").split()), "values": values}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yukuaiban.config.settings")
    import django

    django.setup()
    make(Path(sys.argv[1]), int(sys.argv[2]))


if __name__ == "__main__":
    main()
