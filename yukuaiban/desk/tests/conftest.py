"""A small city, and its officers in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from yukuaiban.items.loading import load_city
from yukuaiban.items.tests.packs import write_pack
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account


@pytest.fixture
def small(transactional_db: None, tmp_path: Path) -> Path:
    """A city of a few items, as its pack."""
    folder = write_pack(tmp_path)
    load_city(folder=folder)
    return folder


@pytest.fixture
def signed_in(page_at: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    def opened(width: int, who: Actor, path: str, **options: Any) -> Page:
        client = Client()
        client.force_login(Account.objects.get(pk=who.account_id))
        page = page_at(width, **options)
        page.context.add_cookies(
            [{"name": n, "value": c.value, "url": live_server.url} for n, c in client.cookies.items()]
        )
        page.goto(path)
        return page

    return opened
