"""The database and the data folder of a test run.

PostgreSQL is the one of DATABASE_URL, else the embedded server in a temporary folder. Two template databases are made
once: `bare` is migrated, `city` has the packs loaded as well. Each pytest-xdist worker clones them when first needed.

    def test_one_thing(db): ...              an empty, migrated database: the test makes what it needs
    def test_in_the_city(db, city): ...      the same with the whole city loaded (`city` before anything that reads it)

A test that commits (`django_db(transaction=True)`, `live_server`) is followed by a fresh clone instead of emptied
tables: the city stays loaded, and the event chain, which refuses TRUNCATE, need not be talked round.

No test sees the data folder of a running instance, and today is a fixed day.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import settings as hypothesis_settings

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))
RUN, EMBEDDED = "YUKUAIBAN_TEST_RUN", "YUKUAIBAN_TEST_EMBEDDED"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
FIRST_PROCESS = WORKER == "main"  # the workers of pytest-xdist inherit what it sets
TODAY = "2026-03-02"  # a Monday; the year's holiday notice is known


def _point_the_settings_at_this_run() -> Path:
    """Before anything reads the settings: a folder of our own, and nothing of the caller's but DATABASE_URL."""
    if FIRST_PROCESS:
        for name in [name for name in os.environ if name.startswith("YUKUAIBAN_")]:
            del os.environ[name]
        os.environ[RUN] = tempfile.mkdtemp(prefix="yukuaiban-tests-")
        Path(os.environ[RUN]).chmod(0o711)  # the embedded server may run as another user
        if not os.environ.get("DATABASE_URL"):
            os.environ[EMBEDDED] = "1"
    run = Path(os.environ[RUN])
    (run / WORKER / "static").mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="yukuaiban.config.settings",
        YUKUAIBAN_DATA=str(run / WORKER),
        YUKUAIBAN_KEYS=str(run / "keys"),  # shared: what the template holds was encrypted under them
        YUKUAIBAN_TODAY=TODAY,
    )
    return run


FOLDER = _point_the_settings_at_this_run()

# How long one example takes on a machine that others use too says nothing about the code.
hypothesis_settings.register_profile("shared machine", deadline=None)
hypothesis_settings.load_profile("shared machine")

pytest_plugins = ["tests.browser"]  # page_at, chromium

from yukuaiban.config.launch.cluster import FAST_BUT_UNSAFE, SUPERUSER, Cluster  # noqa: E402

CLUSTER = Cluster(FOLDER, overrides=dict(FAST_BUT_UNSAFE)) if EMBEDDED in os.environ else None
if CLUSTER and FIRST_PROCESS:
    CLUSTER.prepare()
    os.environ["DATABASE_URL"] = CLUSTER.address(SUPERUSER)

import django  # noqa: E402
from django.conf import settings  # noqa: E402

django.setup()
BASE = settings.DATABASES["default"]["NAME"]


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def _start_the_embedded_server() -> None:
    if CLUSTER and FIRST_PROCESS and CLUSTER.process is None:
        CLUSTER.start()


@contextlib.contextmanager
def _server() -> Iterator[Any]:
    """A plain connection to the maintenance database, outside Django and its blocking of databases in tests."""
    import psycopg

    _start_the_embedded_server()
    known = settings.DATABASES["default"]
    options = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    wanted = {key: value for key, value in options.items() if value}
    with psycopg.connect(dbname="postgres", autocommit=True, **wanted) as server:
        yield server


def _name(kind: str, worker: str) -> str:
    return f"test_{BASE}_{worker}_{kind}"


def _clone(server: Any, source: str, target: str) -> None:
    server.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
    server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _use(name: str) -> None:
    """Point Django, in every thread, at another database of the same server."""
    from django.db import connections

    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


def _forget_what_was_read() -> None:
    """Drop what this process keeps of a database: it belongs to a test that was rolled back, or to another clone.

    By the rule of the house what is read from the database is read in `selectors`, and kept under an epoch; numbers
    of epochs and rows come again in another clone.
    """
    from yukuaiban.calendars import selectors as calendars
    from yukuaiban.config import epochs

    epochs.forget()
    calendars.settled()
    for name, module in sys.modules.copy().items():
        if name.startswith("yukuaiban.") and name.endswith((".selectors", ".guide")):
            for kept in list(vars(module).values()):
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()
                elif type(kept).__module__.startswith("yukuaiban.") and callable(getattr(kept, "clear", None)):
                    kept.clear()


def _digest(*patterns: str) -> str:
    """What a template is made from: the same digest, the same template."""
    digest = hashlib.sha256()
    for file in sorted({file for pattern in patterns for file in ROOT.glob(pattern) if file.is_file()}):
        if "tests" not in file.parts and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def prepare_template(kind: str) -> None:
    """Fill the template that Django is connected to: migrations for `bare`, the packs on top of it for `city`."""
    from django.core.management import call_command

    from yukuaiban.config.launch import steps

    if kind == "bare":
        call_command("migrate", verbosity=0, interactive=False)
    else:
        steps.load_packs(lambda line: None)


def _template(kind: str) -> str:
    """The name of a template that is up to date. One process makes it while the others wait."""
    from django.db import connections

    name = _name(kind, "template")
    digest = _digest("yukuaiban/**/migrations/*.py", "requirements/base.txt")
    if kind == "city":
        floors = [f"yukuaiban/{area}/**/*.py" for area in ("calendars", "conditions", "items", "places", "identifiers")]
        digest = _digest("yukuaiban/**/migrations/*.py", "requirements/base.txt", "packs/**/*", *floors)
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        found = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if found and found[0] == digest:
            return name
        _clone(server, "template0" if kind == "bare" else _template("bare"), name)
        before = settings.DATABASES["default"]["NAME"]
        _use(name)
        try:
            prepare_template(kind)
        finally:
            connections.close_all()
            _use(before)
        server.execute(f"COMMENT ON DATABASE \"{name}\" IS '{digest}'")
    return name


# --- pytest ----------------------------------------------------------------------------------------------------------

CLONES: set[str] = set()
EPOCHS_ADVANCED: list[str] = []  # by the test before this one, in a transaction that was rolled back
NEEDS_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server", "city"}


def pytest_configure(config: pytest.Config) -> None:
    if FIRST_PROCESS and config.getoption("numprocesses", None):
        _start_the_embedded_server()  # here and not in a worker: it must outlive each of them


def pytest_unconfigure(config: pytest.Config) -> None:
    if FIRST_PROCESS:
        if CLUSTER:
            CLUSTER.stop()
            if CLUSTER.place != CLUSTER.home:  # its folder was closed to the server's user
                shutil.rmtree(CLUSTER.place, ignore_errors=True)
        shutil.rmtree(FOLDER, ignore_errors=True)


def _take_clone(kind: str) -> None:
    """Connect this worker to its own clone, making it when first asked for."""
    name = _name(kind, WORKER)
    if name not in CLONES:
        template = _template(kind)
        with _server() as server:
            _clone(server, template, name)
        CLONES.add(name)
    if settings.DATABASES["default"]["NAME"] != name:
        _use(name)
        _forget_what_was_read()
    elif kind == "bare" or EPOCHS_ADVANCED:  # a test in the loaded city mostly reads: there it is worth keeping
        _forget_what_was_read()
    EPOCHS_ADVANCED.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser last: playwright keeps an event loop in its thread, in which nothing else can run one."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    from django.utils import translation

    translation.deactivate()  # a page asked for in English leaves its thread in English
    fixtures = set(getattr(item, "fixturenames", ()))
    if fixtures & NEEDS_DATABASE or item.get_closest_marker("django_db"):
        blocker = item.config.stash[_blocker_key()]
        with blocker.unblock():
            _take_clone("city" if "city" in fixtures else "bare")


def _blocker_key() -> Any:
    from pytest_django.plugin import blocking_manager_key

    return blocking_manager_key


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> Iterator[None]:
    """Replaces pytest-django's: the hook above has connected us; here we clear up and keep clones fresh."""
    from django.db import connections
    from django.test import TransactionTestCase

    from yukuaiban.config import epochs

    def fresh_clone(self: TransactionTestCase) -> None:
        name = settings.DATABASES["default"]["NAME"]
        connections.close_all()
        with _server() as server:
            _clone(server, _name(name.rpartition("_")[2], "template"), name)
        _forget_what_was_read()

    def noted_advance(name: epochs.Name) -> int:
        EPOCHS_ADVANCED.append(name)
        return advance(name)

    advance = epochs.advance
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", fresh_clone)
        patch.setattr(epochs, "advance", noted_advance)
        yield
    connections.close_all()
    with _server() as server:
        for name in CLONES:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def city() -> None:
    """The whole city of packs/ is loaded; `pytest_runtest_setup` connects the right clone before any other fixture."""


@pytest.fixture
def another_database(django_db_blocker: Any) -> Iterator[Callable[[str], str]]:
    """`another_database("bare")`: the address of one more clone, for a process of its own; dropped after the test."""
    made: list[str] = []

    def make(kind: str) -> str:
        name = f"{_name(kind, WORKER)}_{len(made)}"
        with django_db_blocker.unblock():
            template = _template(kind)
        with _server() as server:
            _clone(server, template, name)
            made.append(name)
            info = server.info
            login = f"{quote(info.user)}:{quote(info.password)}" if info.password else quote(info.user)
            return f"postgresql://{login}@/{name}?{urlencode({'host': info.host, 'port': info.port})}"

    yield make
    with _server() as server:
        for name in made:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
