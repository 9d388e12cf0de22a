"""Read and draw other people's files in a child process that may take little time and memory and write no file.

A decoder that a hostile file sends into a loop, or makes ask for all memory, costs its child and not the service. The
file reaches the child through memory, so its plain content never touches a disk.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection
from typing import Any, BinaryIO

from django.conf import settings

from yukuaiban.documents.fonts import FONTS_DIR
from yukuaiban.materials.inspection import Found, Kind, Refused

TIMEOUT = 30.0  # seconds by the clock on the wall; the child's own limit on computing is shorter
AT_ONCE = threading.BoundedSemaphore(4)
_START = "import sys; sys.path.insert(0, sys.argv[1]); from yukuaiban.materials.limited_child import main; main()"


class Undrawable(Exception):
    """No picture of this page can be made; the file itself can still be opened."""


def inspect(file: BinaryIO, *, accept: Collection[str], max_pages: int | None = None) -> Found:
    """`inspection.inspect`, in a child. Raises: Refused (a child that gave up counts as `too_complex`)."""
    options = {"accept": sorted(accept)} | ({"max_pages": max_pages} if max_pages else {})
    answer, _data = _run("inspect", file, options) or ({"refused": "too_complex", "facts": {}}, b"")
    if "refused" in answer:
        raise Refused(answer["refused"], **answer["facts"])
    return Found(Kind(answer["kind"]), answer["pages"], answer["width"], answer["height"], tuple(answer["flags"]))


def draw(file: BinaryIO, kind: Kind, *, page: int = 1, width: int = 1200, stamp: str = "") -> tuple[str, bytes]:
    """A page as an image, stamped where a stamp is given: content type and bytes.

    Raises: Undrawable.
    """
    if kind is Kind.PDF:
        file, page = _flattened(file, page=page), 1
    return _drawn("draw", file, {"kind": kind, "page": page, "width": width, "stamp": stamp})


def stamped_copy(file: BinaryIO, kind: Kind, *, pages: int, stamp: str) -> tuple[str, bytes]:
    """The whole document with the stamp on each page: content type and bytes.

    Raises: Undrawable.
    """
    if kind is Kind.PDF:
        file = _flattened(file)
    return _drawn("copy", file, {"kind": kind, "pages": pages, "stamp": stamp})


def _flattened(file: BinaryIO, *, page: int | None = None) -> BinaryIO:
    """A PDF with its seals and filled fields drawn into the pages; by a child of its own: none may write files."""
    result = _run("flatten", file, {"page": page})
    if result is None:
        raise Undrawable
    return io.BytesIO(result[1])


def _drawn(what: str, file: BinaryIO, options: dict[str, Any]) -> tuple[str, bytes]:
    result = _run(what, file, {**options, "fonts": str(FONTS_DIR)})
    if result is None or "content_type" not in result[0]:
        raise Undrawable
    return result[0]["content_type"], result[1]


def _run(what: str, file: BinaryIO, options: dict[str, Any]) -> tuple[dict[str, Any], bytes] | None:
    """Run one task; None when the child died, ran out of time or memory."""
    with AT_ONCE, _in_memory(file) as content:
        task = json.dumps({"what": what, "file": content.fileno(), **options})
        try:
            child = subprocess.run(  # noqa: S603  # our own interpreter and code; the file is an open descriptor
                [sys.executable, "-I", "-c", _START, str(settings.ROOT), task],
                pass_fds=[content.fileno()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT,
                check=False,
                env={"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
            )
        except subprocess.TimeoutExpired:
            return None
    head, found, data = child.stdout.partition(b"\n")
    if child.returncode or not found:
        return None
    answer: dict[str, Any] = json.loads(head)
    return answer, data


def _in_memory(file: BinaryIO) -> BinaryIO:
    """The plain content as a file without a name: in memory where the system can, else unlinked at once."""
    if hasattr(os, "memfd_create"):
        content: BinaryIO = os.fdopen(os.memfd_create("material"), "w+b")
    else:
        content = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the caller's with
    file.seek(0)
    while block := file.read(1024 * 1024):
        content.write(block)
    content.flush()
    content.seek(0)
    return content
