"""Translation: Chinese msgids in the code, English in `locale/en/fragments/*.po`, catalogues compiled from both.

Two catalogues are made, neither is committed:
- `locale/en/LC_MESSAGES/django.{po,mo}`: all fragments merged;
- `locale/zh/LC_MESSAGES/django.mo`: the Chinese that Django and the installed apps bring under `zh_Hans`, so that
  their own sentences (a password too short, a date that is none) come out Chinese under our language code `zh`.
"""

from __future__ import annotations

import argparse
import gettext
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.utils.translation.reloader import translation_file_changed

Key = str | tuple[str, str]  # a msgid, or (context, msgid)

# What counts as "mark this for translation" in Python; Jinja2 brings its own names.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
METHODS = [("**/tests/**", "ignore"), ("**/migrations/**", "ignore"), ("**.py", "python"), ("**/jinja2/**", "jinja2")]
METHOD_NAMES = {"ignore": "ignore", "python": "python", "jinja2": "jinja2.ext:babel_extract"}
OPTIONS = {"**/jinja2/**": {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


@dataclass(frozen=True)
class Untranslated:
    """A msgid without English, and where it is used."""

    msgid: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.places[0]}: {self.msgid!r}"


def locale_dir() -> Path:
    return Path(settings.LOCALE_PATHS[0])


def fragments() -> list[Path]:
    return sorted((locale_dir() / "en" / "fragments").glob("*.po"))


def merged_english() -> tuple[Catalog, list[str]]:
    """All fragments in one catalogue, and every contradiction between two of them as a sentence."""
    merged = Catalog(locale="en", project="Yukuaiban", charset="utf-8", fuzzy=False)
    said_by: dict[Key, tuple[Any, str]] = {}
    contradictions: list[str] = []
    for path in fragments():
        with path.open("rb") as file:
            catalog = read_po(file, locale="en", charset="utf-8", abort_invalid=True)
        for message in catalog:
            if not message.id or not _has_text(message):
                continue
            key = catalog._key_for(message.id, message.context)
            if key in said_by and said_by[key][0] != message.string:
                before, where = said_by[key]
                contradictions.append(f"{path.name}: {message.id!r} is {message.string!r}; {where} says {before!r}.")
                continue
            said_by[key] = (message.string, path.name)
            merged.add(message.id, message.string, context=message.context)
    return merged, contradictions


def compile_messages(*, force: bool = False) -> bool:
    """Bring both catalogues up to date; cheap when they are. Returns whether anything was written.

    Every process calls it at start (DesignConfig.ready), so two may do so at once: each file is put in place whole.
    """
    english = locale_dir() / "en" / "LC_MESSAGES" / "django.mo"
    chinese = locale_dir() / "zh" / "LC_MESSAGES" / "django.mo"
    sources = [*fragments(), (locale_dir() / "en" / "fragments"), Path(__file__)]
    if not force and _newer_than(english, sources) and _newer_than(chinese, [Path(__file__)]):
        return False
    merged, _ = merged_english()
    _replace(english.with_suffix(".po"), lambda out: write_po(out, merged, sort_output=True, width=120))
    _replace(english, lambda out: write_mo(out, merged))
    _replace(chinese, lambda out: write_mo(out, _their_chinese()))
    translation_file_changed(None, chinese)  # what Django and Python's gettext read before is out of date
    return True


def untranslated() -> list[Untranslated]:
    """Every msgid of the code and the templates that no fragment puts into English."""
    merged, _ = merged_english()
    known = {merged._key_for(m.id, m.context) for m in merged if m.id}
    missing: dict[Key, Untranslated] = {}
    for msgid, context, place in _extracted():
        key = (msgid, context) if context else msgid
        if key in known:
            continue
        before = missing.get(key)
        missing[key] = Untranslated(msgid, (*(before.places if before else ()), place))
    return sorted(missing.values(), key=lambda u: u.places[0])


def unused() -> list[str]:
    """Every msgid of the fragments that neither code nor templates use any more."""
    merged, _ = merged_english()
    used = {(msgid, context) for msgid, context, _ in _extracted()}
    return sorted(_singular(m) for m in merged if m.id and (_singular(m), m.context) not in used)


# --- the verb `yukuaiban messages`


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `messages` to the command line."""
    parser = subparsers.add_parser(
        "messages",
        help="merge and compile the translations; list what has no English",
        description="Collect the sentences of pages, rules and letters, compile their English, list those that have none.",
    )
    parser.add_argument("--check", action="store_true", help="fail when a sentence has no English")
    parser.add_argument("--unused", action="store_true", help="also list translations nobody uses")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compile, then report; 1 when `--check` found something."""
    compile_messages(force=True)
    _, contradictions = merged_english()
    missing = untranslated()
    stale = unused() if options.unused else []
    if options.json:
        answer = {
            "untranslated": [{"msgid": m.msgid, "places": list(m.places)} for m in missing],
            "contradictions": contradictions,
            "unused": stale,
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    else:
        lines = [*(str(m) for m in missing), *contradictions, *(f"unused: {msgid!r}" for msgid in stale)]
        lines.append(f"{len(missing)} without English, {len(contradictions)} contradictions.")
        sys.stdout.write("\n".join(lines) + "\n")
    return 1 if options.check and (missing or contradictions) else 0


# --- the parts


def _extracted() -> Iterator[tuple[str, str | None, str]]:
    """(msgid, context, place) of every marked sentence in the package."""
    root = Path(settings.PACKAGE)
    found = extract_from_dir(
        root,
        method_map=[(pattern, METHOD_NAMES[method]) for pattern, method in METHODS],
        options_map=OPTIONS,
        keywords=KEYWORDS,
    )
    for name, line, msgid, _comments, context in found:
        text = msgid[0] if isinstance(msgid, tuple) else msgid
        if text:
            yield text, context, f"{root.name}/{name}:{line}"


def _their_chinese() -> Catalog:
    """The Chinese of Django and of every installed app that is not ours."""
    import django.conf

    catalog = Catalog(locale="zh_Hans", charset="utf-8", fuzzy=False)
    folders = [Path(django.conf.__file__).parent / "locale"]
    folders += [Path(app.path) / "locale" for app in apps.get_app_configs() if not app.name.startswith("yukuaiban")]
    for folder in folders:
        for name in ("zh_Hans", "zh_CN"):
            file = gettext.find("django", str(folder), [name])
            if file:
                with Path(file).open("rb") as stream:
                    _take_all(catalog, gettext.GNUTranslations(stream))
                break
    return catalog


def _take_all(catalog: Catalog, theirs: gettext.GNUTranslations) -> None:
    for key, text in theirs._catalog.items():  # type: ignore[attr-defined]
        msgid, plural = key if isinstance(key, tuple) else (key, None)
        if not msgid or plural not in (None, 0):
            continue
        context, _, rest = msgid.rpartition("\x04")
        # A plural sentence is stored under (msgid, form); Chinese has one form, the lookup goes by the singular.
        catalog.add((rest, rest) if plural == 0 else rest, (text,) if plural == 0 else text, context=context or None)


def _has_text(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def _singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def _newer_than(target: Path, sources: Iterable[Path]) -> bool:
    if not target.exists():
        return False
    made_at = target.stat().st_mtime_ns
    return all(not source.exists() or source.stat().st_mtime_ns <= made_at for source in sources)


def _replace(target: Path, write: Any) -> None:
    """Write a whole file beside its place, then move it there."""
    buffer = io.BytesIO()
    write(buffer)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name)
    with os.fdopen(handle, "wb") as out:
        out.write(buffer.getvalue())
    Path(name).chmod(0o644)
    Path(name).replace(target)
