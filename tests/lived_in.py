"""A data folder somebody has lived in, and what can be read in one: for programs of their own.

python -m tests.lived_in live     a person, a file, chained events, a seal
python -m tests.lived_in tell     what of it is there, as JSON
"""

from __future__ import annotations

import json
import sys

from yukuaiban.config.cli import Needs, standing

CONTENT = "一份材料（示例）".encode() * 50_000


def live() -> None:
    from tests.people import person
    from yukuaiban import storage
    from yukuaiban.chain import sealing
    from yukuaiban.chain.store import new_subject
    from yukuaiban.chain.tests.test_chain import append

    number, wrapped = new_subject()
    append(number, wrapped, 3)
    sealing.tick()
    append(*new_subject(), 2)  # not sealed yet
    person("𠮷示例")
    storage.put_bytes(CONTENT)


def tell() -> None:
    from django.db import connection

    from yukuaiban.chain.store import payloads
    from yukuaiban.chain.verification import verify
    from yukuaiban.people.models import Party
    from yukuaiban.storage.store import backend, read

    party = Party.objects.get(name="𠮷示例")
    report = verify()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT right_to FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_to, pg_class"
            " WHERE relname LIKE 'chain\\_event%%' AND relkind IN ('r', 'p') AND has_table_privilege(oid, right_to)"
        )
        rights = [row[0] for row in cursor.fetchall()]
    print(json.dumps({
        "id_number": party.id_number, "file": [read(name) == CONTENT for name in backend().names()],
        "events": report.events, "holds": report.holds, "payload": payloads(1)[3], "rights_to_change_events": rights,
    }))  # fmt: skip


if __name__ == "__main__":
    with standing(Needs.DATABASE):
        {"live": live, "tell": tell}[sys.argv[1]]()
