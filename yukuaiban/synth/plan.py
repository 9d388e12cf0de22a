"""What was asked for, and the numbers of rows reserved for it: person i has the row `party + i`, whoever makes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from yukuaiban.config.errors import DomainError
from yukuaiban.config.now import today

CHUNK = {"persons": 10_000, "organisations": 10_000, "cases": 5_000}
WITH_PASSWORD = 1000
STEPS_PER_CASE = 8  # numbers reserved for the steps of one case

TABLES = """
CREATE TABLE IF NOT EXISTS synth_run (
    people bigint, organisations bigint, cases bigint, seed bigint, today date,
    party bigint, account bigint, subject bigint, step bigint, finished_at timestamptz
);
CREATE TABLE IF NOT EXISTS synth_chunk (part text, number int, seconds real, PRIMARY KEY (part, number));
CREATE TABLE IF NOT EXISTS synth_held (id int GENERATED ALWAYS AS IDENTITY, relation text, name text, again text);
"""


class AnotherCity(DomainError):
    """The database holds, or is getting, another synthetic city."""

    code, status = "synth.another_city", 409


@dataclass(frozen=True, slots=True)
class Plan:
    """One synthetic city. Rows of parties: people first, then organisations."""

    people: int
    organisations: int
    cases: int
    seed: int
    today: date
    party: int = 0
    account: int = 0
    subject: int = 0
    step: int = 0

    def asked(self) -> tuple[int, int, int, int]:
        return self.people, self.organisations, self.cases, self.seed

    @property
    def regulars(self) -> int:
        """People who file again and again, and can log in: the first ones."""
        return min(WITH_PASSWORD, self.people)

    def representative(self, organisation: int) -> int:
        """Which person represents an organisation by law."""
        return (organisation * 7919 + 13) % self.people

    def chunks(self, part: str) -> int:
        wanted = {"persons": self.people, "organisations": self.organisations, "cases": self.cases}[part]
        return -(-wanted // CHUNK[part])

    def span(self, part: str, number: int) -> range:
        """Which people, organisations or cases a chunk holds."""
        wanted = {"persons": self.people, "organisations": self.organisations, "cases": self.cases}[part]
        return range(number * CHUNK[part], min((number + 1) * CHUNK[part], wanted))


def begin(people: int, organisations: int, cases: int, seed: int) -> tuple[Plan, bool]:
    """The plan of this database, made when there is none; and whether it is carried out already.

    Raises: AnotherCity.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute(
            "SELECT people, organisations, cases, seed, today, party, account, subject, step, finished_at FROM synth_run"
        )
        row = cursor.fetchone()
        if row is not None:
            known = Plan(*row[:9])
            if known.asked() != (people, organisations, cases, seed):
                raise AnotherCity(
                    _(
                        "数据库里已有另一座合成城市：{people} 人，{organisations} 个单位，{cases} 个办件，种子 {seed}。请用相同的参数继续，或换一个数据文件夹。"
                    ).format(**asdict(known))
                )
            return known, row[9] is not None
        plan = Plan(people, organisations, cases, seed, today())
        plan = replace(
            plan,
            party=_reserve(cursor, "pg_get_serial_sequence('people_party', 'id')", people + organisations),
            account=_reserve(cursor, "pg_get_serial_sequence('people_account', 'id')", people),
            subject=_reserve(cursor, "'chain_subject_seq'", cases),
            step=_reserve(cursor, "pg_get_serial_sequence('cases_step', 'id')", cases * STEPS_PER_CASE),
        )
        cursor.execute(
            "INSERT INTO synth_run VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, NULL)", list(asdict(plan).values())
        )
    return plan, False


def _reserve(cursor, sequence: str, many: int) -> int:  # type: ignore[no-untyped-def]
    """Take so many numbers from a sequence; the first of them."""
    cursor.execute(f"SELECT nextval({sequence})")
    first = int(cursor.fetchone()[0])
    cursor.execute(f"SELECT setval({sequence}, %s)", [first + many])
    return first
