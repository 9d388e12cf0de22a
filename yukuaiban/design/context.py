"""What every page is told without asking: language, navigation, banners, the date that is played."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import cached_property

from yukuaiban.config.languages import other
from yukuaiban.config.now import shift, today
from yukuaiban.design import navigation


def page(request: HttpRequest) -> dict[str, Any]:
    """The context of every template that is rendered for a request."""
    return {"page": PageContext(request)}


class PageContext:
    """Read by the skeletons (`page.main_nav`, ...). Each part is computed when it is asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def path(self) -> str:
        return self.request.get_full_path()

    @property
    def address(self) -> str:
        """Where this page is found again, for paper."""
        return settings.SITE_URL.rstrip("/") + self.request.path

    @property
    def language(self) -> str:
        return (translation.get_language() or settings.LANGUAGE_CODE)[:2]

    @property
    def other_language(self) -> str:
        return other(self.language)

    @cached_property
    def other_language_url(self) -> str:
        """This page in the other language: addresses differ in their first word alone."""
        prefix = f"/{self.language}/"
        if self.path.startswith(prefix):
            return f"/{self.other_language}/{self.path.removeprefix(prefix)}"
        return f"/{self.other_language}/"

    @cached_property
    def main_nav(self) -> list[navigation.Entry]:
        return list(navigation.entries("main", self.request))

    @cached_property
    def account_nav(self) -> list[navigation.Entry]:
        return list(navigation.entries("account", self.request))

    @cached_property
    def foot_nav(self) -> list[navigation.Entry]:
        return list(navigation.entries("foot", self.request))

    @cached_property
    def desk_nav(self) -> list[navigation.Entry]:
        return list(navigation.entries("desk", self.request))

    @cached_property
    def banners(self) -> list[navigation.Banner]:
        return navigation.banners(self.request)

    @property
    def demo(self) -> bool:
        """This is a demonstration, and every page says so."""
        return bool(getattr(settings, "DEMO", False))

    @property
    def played_date(self) -> Any:
        """The date set by YUKUAIBAN_TODAY, or None on an ordinary day."""
        return today() if shift() else None

    @cached_property
    def messages(self) -> list[Any]:
        """What the last act says once (django.contrib.messages); read only where a cookie says there may be one."""
        cookies = self.request.COOKIES
        if settings.SESSION_COOKIE_NAME not in cookies and "messages" not in cookies:
            return []
        return list(get_messages(self.request))

    @cached_property
    def viewer(self) -> Any:
        """Who is signed in, or None. Without a session cookie nothing is read, so public bytes stay public."""
        if settings.SESSION_COOKIE_NAME not in self.request.COOKIES:
            return None
        return navigation.viewer(self.request)
