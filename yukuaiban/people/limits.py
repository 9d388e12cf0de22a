"""How often something may be tried: one statement per attempt, one count for all processes."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.errors import DomainError
from yukuaiban.vault import blind_index

_COUNT = """
INSERT INTO people_attempt AS a (key, count, until) VALUES (%s, 1, now() + make_interval(secs => %s))
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN a.until <= now() THEN 1 ELSE a.count + 1 END,
    until = CASE WHEN a.until <= now() THEN excluded.until ELSE a.until END
RETURNING count, ceil(extract(epoch FROM until - now()))
"""


class TooOften(DomainError):
    """Tried too often; `details` says after how many seconds it is possible again."""

    code, status = "people.too_often", 429


def consume(what: str, whose: str, *, at_most: int, seconds: int) -> None:
    """Count one attempt; refuse the one too many.

    Args:
        what: The kind of attempt.
        whose: Whom it is counted for: a phone number, an account; stored as a blind index.

    Raises: TooOften.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_key(what, whose), seconds])
        count, left = cursor.fetchone()
    if count > at_most:
        minutes = max(1, -(-int(left) // 60))
        raise TooOften(
            _("操作太频繁，请 {minutes} 分钟后再试。").format(minutes=minutes), details={"retry_after": int(left)}
        )


def give_back(what: str, whose: str) -> None:
    """Take one attempt back: it was right, and only wrong ones count."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_attempt SET count = count - 1 WHERE key = %s AND count > 0", [_key(what, whose)])


def asker(request: HttpRequest) -> str:
    """Whom an attempt without log-in is counted for: the network address; of IPv6 the network of a household (/64)."""
    address = request.META.get("REMOTE_ADDR", "")
    try:
        found = ip_address(address)
    except ValueError:
        return str(address)
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))


def _key(what: str, whose: str) -> str:
    return f"{what}:{blind_index('attempt', whose).hex()[:40]}"


def sweep() -> int:
    """Delete counts that no longer count; a job runs this."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_attempt WHERE until <= now()")
        return int(cursor.rowcount)
