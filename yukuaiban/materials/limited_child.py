"""What runs inside the child of `limited`: set the limits, do one task, answer on standard output. No Django here."""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from typing import Any

from yukuaiban.materials import drawing
from yukuaiban.materials.inspection import Kind, Refused, inspect

COMPUTING = 20  # seconds
MEMORY = 2 * 1024**3


def main() -> None:
    _limit(resource.RLIMIT_CPU, COMPUTING)
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    task = json.loads(sys.argv[2])
    answer, data = _TASKS[task.pop("what")](task.pop("file"), task)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)
    sys.stdout.flush()
    os._exit(0)  # nothing to tidy up, and no decoder gets another turn


def _limit(what: int, soft: int) -> None:
    _soft, hard = resource.getrlimit(what)
    resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _inspect(descriptor: int, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        with open(descriptor, "rb", closefd=False) as file:
            return asdict(inspect(file, **options)), b""
    except Refused as refused:
        return {"refused": refused.code, "facts": refused.facts}, b""


def _draw(descriptor: int, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    kind, page = Kind(options.pop("kind")), options.pop("page")
    if kind is Kind.PDF:
        return {"content_type": "image/png"}, drawing.page_of_pdf(_path(descriptor), page=page, **options)
    with open(descriptor, "rb", closefd=False) as file:
        return {"content_type": "image/jpeg"}, drawing.picture(file, **options)


def _copy(descriptor: int, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    kind, pages = Kind(options.pop("kind")), options.pop("pages")
    if kind is Kind.PDF:
        return {"content_type": "application/pdf"}, drawing.stamped_pdf(_path(descriptor), pages=pages, **options)
    with open(descriptor, "rb", closefd=False) as file:
        return {"content_type": "image/jpeg"}, drawing.picture(file, width=drawing.MAX_COPY_SIDE, **options)


def _flatten(descriptor: int, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from yukuaiban.materials import flattening

    with open(descriptor, "rb", closefd=False) as file:
        return {}, flattening.flattened(file, **options)


def _path(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}" if os.path.exists("/proc/self/fd") else f"/dev/fd/{descriptor}"


_TASKS = {"inspect": _inspect, "draw": _draw, "copy": _copy, "flatten": _flatten}
