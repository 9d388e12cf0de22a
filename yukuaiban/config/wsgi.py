"""The WSGI entry point."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yukuaiban.config.settings")


def behind(proxies: list[str], inner: Callable[..., Any]) -> Callable[..., Any]:
    """The application as it is reached through these proxies: REMOTE_ADDR is the address of who asked the first of them.

    Args:
        proxies: Addresses or networks; nobody else's X-Forwarded-For is believed.
    """
    return wrap_wsgi_with_proxy_headers(inner, trusted_hosts=proxies) if proxies else inner


def _application() -> Callable[..., Any]:
    inner = get_wsgi_application()
    from django.conf import settings

    return behind(settings.PROXIES, inner)


application = _application()
