"""How dates, money and hidden numbers are written in the language of the page. Templates use them as filters."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from yukuaiban.config.now import ZONE, today
from yukuaiban.identifiers import person_name

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def date_text(value: date | datetime | None) -> str:
    """`2026年11月22日`, `22 November 2026`; nothing for nothing."""
    if value is None:
        return ""
    day = _local(value)
    if is_chinese():
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def date_short(value: date | datetime | None) -> str:
    """`11月22日`, `22 Nov`: for lists, where the year is this year; with the year otherwise."""
    if value is None:
        return ""
    day = _local(value)
    is_other = day.year != today().year
    if is_chinese():
        return (f"{day.year}年" if is_other else "") + f"{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1][:3]}" + (f" {day.year}" if is_other else "")


def time_text(value: datetime | None) -> str:
    """`14:05`, in the city's time."""
    return "" if value is None else f"{value.astimezone(ZONE):%H:%M}"


def datetime_text(value: datetime | None) -> str:
    """`2026年11月22日 14:05`, `22 November 2026, 14:05`."""
    if value is None:
        return ""
    separator = " " if is_chinese() else ", "
    return f"{date_text(value)}{separator}{time_text(value)}"


def iso(value: date | datetime | None) -> str:
    """For `<time datetime>`."""
    if value is None:
        return ""
    return value.astimezone(ZONE).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def money(fen: int | None) -> str:
    """`¥12.50`, `¥1,200`; `免费` for nothing to pay. The amount is in fen, so nothing is ever rounded."""
    if fen is None:
        return ""
    if fen == 0:
        return _("免费")
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}" + (f".{rest:02}" if rest else "")


def relative_day(value: date | datetime | None) -> str:
    """`今天`, `明天`, `3 天后`, `已过 2 天`: calendar days from today, for people; working days come from the clock."""
    if value is None:
        return ""
    days = (_local(value) - today()).days
    if days in (-1, 0, 1):
        return {-1: _("昨天"), 0: _("今天"), 1: _("明天")}[days]
    if days > 0:
        return ngettext("%(days)d 天后", "%(days)d 天后", days) % {"days": days}
    return ngettext("%(days)d 天前", "%(days)d 天前", -days) % {"days": -days}


def working_days_left(left: int | None) -> str:
    """`还剩 3 个工作日`, `今天到期`, `已超期 2 个工作日`. `left` is negative when late."""
    if left is None:
        return ""
    if left == 0:
        return _("今天到期")
    if left > 0:
        return ngettext("还剩 %(days)d 个工作日", "还剩 %(days)d 个工作日", left) % {"days": left}
    return ngettext("已超期 %(days)d 个工作日", "已超期 %(days)d 个工作日", -left) % {"days": -left}


def masked(value: str | None, keep_first: int = 3, keep_last: int = 4) -> str:
    """`138****8000`: the ends of a number that a person recognises as his, never the whole of it."""
    text = (value or "").removeprefix("+86")  # a mainland number as it is said here
    hidden = len(text) - keep_first - keep_last
    if hidden <= 0:
        return "*" * len(text)
    return text[:keep_first] + "*" * hidden + (text[-keep_last:] if keep_last else "")


def masked_name(value: str | None) -> str:
    """`张*`, `欧阳**`, `·` kept: the surname and as many stars as characters follow."""
    return person_name.mask(value or "")


BROWSERS = (
    ("MicroMessenger", gettext_lazy("微信")), ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("CriOS", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str | None) -> str:
    """`Chrome, Android`: what a person recognises his device by; an empty text for what is no browser."""
    text = user_agent or ""
    browser = next((str(name) for part, name in BROWSERS if part in text), "")
    system = next((name for part, name in SYSTEMS if part in text), "")
    return ", ".join(filter(None, (browser, system)))


def file_size(size: int | None) -> str:
    """`812 B`, `34 KB`, `2.1 MB`."""
    if size is None:
        return ""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def _local(value: date | datetime) -> date:
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value
