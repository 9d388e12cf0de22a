"""The one source of "now". Nothing else in the project reads the wall clock for a date that matters."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

ZONE = ZoneInfo("Asia/Shanghai")


def shift() -> timedelta:
    """How far YUKUAIBAN_TODAY moves this process from the wall clock; zero when it is not set."""
    wanted = os.environ.get("YUKUAIBAN_TODAY", "")
    if not wanted:
        return timedelta(0)
    try:
        return timedelta(days=(date.fromisoformat(wanted) - datetime.now(ZONE).date()).days)
    except ValueError as error:
        raise ImproperlyConfigured(f"YUKUAIBAN_TODAY is {wanted!r}: write a date such as 2026-11-22.") from error


def now() -> datetime:
    """This instant, in the city's time zone."""
    return datetime.now(ZONE) + shift()


def today() -> date:
    """The city's date today; a case filed at 00:30 in Chongqing is of that day, whatever the server's zone."""
    return now().date()
