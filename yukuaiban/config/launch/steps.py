"""What happens between a database that answers and the first page: an ordered list of steps, in `STEPS`.

A step calls the entry point of the area that knows how. Each is safe to repeat, and quick when nothing has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils import translation

from yukuaiban.config.launch import progress

Report = Callable[[object], None]


@dataclass(frozen=True)
class Step:
    """One step before the first page.

    Args:
        title: What a person sees.
        run: Does it, telling `report` how far it is; what it returns is shown at the end.
        demo: Whether it belongs to the demonstration only, which `up --no-demo` and `up --production` leave out.
    """

    title: str
    run: Callable[[Report], object]
    demo: bool = False


def run_all(*, demo: bool) -> None:
    """Every step in its order, each a line of progress."""
    for step in STEPS:
        if step.demo and not demo:
            continue
        with progress.step(step.title) as at:
            at.note = str(step.run(at.progress) or "")


def entry_point(address: str) -> Callable[..., Any] | None:
    """The function `module:name`; None while the part of the house that brings it is not there."""
    module, name = address.split(":")
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        return None
    return getattr(import_module(module), name) if found else None


# --- database --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Connect as the owner of the tables, where the embedded cluster has one: the service's role may not alter them."""
    from django.conf import settings
    from django.db import connection

    from yukuaiban.config.launch.cluster import OWNER, SERVICE

    known = connection.settings_dict
    if os.environ.get("DATABASE_URL") or known["USER"] != SERVICE or not (settings.DATA_DIR / "postgres").exists():
        yield
        return
    connection.close()
    known["USER"] = OWNER
    try:
        yield
    finally:
        connection.close()
        known["USER"] = SERVICE


def migrate(report: Report) -> str:
    """Bring the tables up to date, as their owner."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with as_owner():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            report(f"{len(plan)} to apply")
            call_command("migrate", verbosity=0, interactive=False)
    return f"{len(plan)} applied" if plan else "up to date"


# --- files -----------------------------------------------------------------------------------------------------------


def collect_static(report: Report) -> str:
    """Copy what browsers load to DATA/static, named by content and compressed; skipped when nothing changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    sources = [(name, storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    digest = hashlib.sha256("\n".join(f"{name} {_state(path)}" for name, path in sorted(sources)).encode()).hexdigest()
    stamp = root.with_name(f"{root.name}.digest")
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest and (root / "staticfiles.json").exists():
        return f"{len(sources)} files (unchanged)"
    report(f"{len(sources)} files")
    call_command("collectstatic", verbosity=0, interactive=False, clear=root.exists())
    stamp.write_text(digest, encoding="ascii")
    return f"{len(sources)} files"


def _state(path: str) -> str:
    status = Path(path).stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def compile_translations(report: Report) -> str:
    """Merge the fragments of every area and compile them."""
    compile_messages = entry_point("yukuaiban.design.translations:compile_messages")
    return "compiled" if compile_messages and compile_messages() else "up to date"


def check_files(report: Report) -> str:
    """Whether files can be stored, read and deleted where the settings say."""
    from yukuaiban.config.launch import StartRefused

    check = entry_point("yukuaiban.storage.store:check")
    try:
        return str(check() if check else "")
    except Exception as fault:
        if reason := getattr(fault, "reason", None):
            raise StartRefused(str(reason)) from fault
        raise


# --- what the areas bring --------------------------------------------------------------------------------------------


def make_keys(report: Report) -> str:
    """Keys for personal data, for signing documents and for sealing the chain: made at the first start, never replaced.

    In production they are not made by themselves: a missing keys folder there means a lost one.
    """
    from django.conf import settings

    made: list[Any] = []
    if (initialise := entry_point("yukuaiban.vault.keys:initialise")) and not settings.PRODUCTION:
        made = list(initialise() or ())
    for address in (
        "yukuaiban.vault.keys:ring",
        "yukuaiban.documents.signing.keys:ring",
        "yukuaiban.chain.sealing:signing_key",
    ):
        if ensure := entry_point(address):
            ensure()
    return "made" if made else "there"


def load_packs(report: Report) -> str:
    """Load the city of YUKUAIBAN_CITY from the packs. What was edited at a desk is left alone."""
    said: list[str] = []

    def tell(line: object) -> None:
        said.append(str(line))
        report(line)

    if load_city := entry_point("yukuaiban.items.loading:load_city"):
        with translation.override("en"):  # as the other lines of the launch
            load_city(report=tell)
    return said[-1] if said else ""


def make_demo(report: Report) -> str:
    """Demo people, each with a password of this data folder."""
    ensure_demo = entry_point("yukuaiban.people.demo:ensure_demo")
    return str((ensure_demo(report=report) or "") if ensure_demo else "")


def make_demo_matters(report: Report) -> str:
    """A few announcements and applications, so that no list of a demonstration is empty."""
    ensure = entry_point("yukuaiban.portal.demo:ensure")
    return str((ensure(report) or "") if ensure else "")


STEPS: list[Step] = [
    Step("migrations", migrate),
    Step("static files", collect_static),
    Step("translations", compile_translations),
    Step("keys", make_keys),
    Step("place for files", check_files),
    Step("packs", load_packs),
    Step("demo people", make_demo, demo=True),
    Step("demo matters", make_demo_matters, demo=True),
]
