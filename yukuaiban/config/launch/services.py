"""The processes that serve: web, worker, ticks. Each is a function that runs until told to stop, with its exit code."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from yukuaiban.config.launch import children

MOST_WORKERS = 16
THREADS = 8  # per web worker; each may hold one database connection
KILL_AFTER = 8  # seconds; granian once hung on SIGTERM while starting
#: What the areas import only where they use it, because it takes long: a second together.
LATER = ("pypinyin", "yukuaiban.documents.signing.pades", "yukuaiban.documents.signing.checking", "openpyxl")


def load_program() -> None:
    """Import all that the processes need, once, before they are forked: settings, models, every page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yukuaiban.config.settings")
    import django
    from django.urls import get_resolver

    django.setup()
    _ = get_resolver().url_patterns
    import yukuaiban.config.jobs
    import yukuaiban.config.ticks  # noqa: F401


def load_the_rest() -> None:
    """Import what the program leaves for later, so that no process does it while somebody waits, and all share it."""
    for module in LATER:
        import_module(module)


def web_workers() -> int:
    """YUKUAIBAN_WEB_WORKERS, else one for each core this process may use."""
    from yukuaiban.config import env

    given = env.text("YUKUAIBAN_WEB_WORKERS", "")
    return int(given) if given.isdigit() and int(given) else min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def run_web(host: str, port: int) -> int:
    """Serve pages and API until SIGTERM or SIGINT."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    def application() -> Callable[..., Any]:
        """In each worker: follow the parent into death, else it would hold the port and go on answering.

        The application is made here and not before the fork: making it reads the list of collected static files.
        """
        children.die_with_parent(signal.SIGKILL)
        from yukuaiban.config.wsgi import application

        threading.Thread(target=warm_up, args=(application,), daemon=True).start()
        return application

    server = Granian(
        "yukuaiban.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=web_workers(),
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER,
    )
    server.serve(target_loader=application, wrap_loader=False)
    return 0


def warm_up(application: Callable[..., Any]) -> None:
    """Ask for the home page once, so that the first visitor of each worker does not wait for the catalogue."""
    from django.conf import settings
    from django.db import connection
    from django.test import RequestFactory

    host = next((name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*", "["))), "localhost")
    try:
        environ = RequestFactory().get("/zh/", SERVER_NAME=host, HTTP_X_FORWARDED_PROTO="https").environ
        for _part in application(environ, lambda status, headers, *more: None):
            pass
    finally:
        connection.close()


def run_worker() -> int:
    from yukuaiban.config import jobs

    return jobs.run_worker()


def run_ticks() -> int:
    from yukuaiban.config import ticks

    return ticks.run()
