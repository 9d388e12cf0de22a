"""A brake on trying codes: wrong ones are counted per address, for all processes together (the cache is shared)."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yukuaiban.licences.errors import TooManyLooks

WRONG_CODES = 20
FILES = 30
WINDOW = 600  # seconds


def check(request: HttpRequest, what: str, most: int) -> None:
    """Refuse an address that has used up its tries. Raises: TooManyLooks."""
    if int(cache.get(_key(request, what), 0)) >= most:
        raise TooManyLooks(_("试得太频繁了。请 {minutes} 分钟后再试，或直接扫描二维码。").format(minutes=WINDOW // 60))


def count(request: HttpRequest, what: str) -> None:
    """One more try."""
    key = _key(request, what)
    if not cache.add(key, 1, WINDOW):
        try:
            cache.incr(key)
        except ValueError:  # it ran out in between
            cache.set(key, 1, WINDOW)


def _key(request: HttpRequest, what: str) -> str:
    return f"licences.{what}.{request.META.get('REMOTE_ADDR', '')}"
