"""The hook for a virus scanner: clamd, by its INSTREAM command, over a local socket or TCP.

Not configured (`YUKUAIBAN_CLAMD` empty), nothing is scanned, and desks say so in a banner; each material remembers
whether it was scanned. Configured but not answering, uploads are refused: a door with a guard is shut while he is away.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

TIMEOUT = 30.0
CHUNK = 64 * 1024
# Past StreamMaxLength it refuses the stream; past its other limits it says so only with AlertExceedsMax.
TOO_LARGE = ("INSTREAM size limit exceeded", "stream: Heuristics.Limits.Exceeded")
REMEMBERED = 60.0  # seconds: a banner on every page does not ask the scanner every time


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"  # no scanner is configured


@dataclass(frozen=True, slots=True)
class Scan:
    verdict: Verdict
    signature: str = ""  # the scanner's name of what it found


class State(StrEnum):
    OFF = "off"
    WORKING = "working"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Status:
    """How the scanner stands, and in words what that means."""

    state: State
    text: str
    version: str = ""


class ScannerSilent(Exception):
    """The scanner is configured but gave no verdict."""


class TooLargeToScan(Exception):
    """The scanner takes no file of this size (StreamMaxLength, MaxFileSize): trying again does not help."""


def scan(file: BinaryIO) -> Scan:
    """Show a file to the scanner.

    Raises: ScannerSilent, TooLargeToScan.
    """
    if not settings.CLAMD_SOCKET:
        return Scan(Verdict.NOT_SCANNED)
    try:
        with _connected() as line:
            # A file past its limit it answers and hangs up on, unread: the answer says why.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                _show(line, file)
            answer = _answer(line)
    except OSError as error:
        raise ScannerSilent(str(error)) from error
    # "stream: OK" | "stream: Win.Test.EICAR_HDB-1 FOUND" | "INSTREAM size limit exceeded. ERROR"
    if answer.startswith(TOO_LARGE):
        raise TooLargeToScan(answer)
    if answer == "stream: OK":
        return Scan(Verdict.CLEAN)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Scan(Verdict.INFECTED, answer.removeprefix("stream: ").removesuffix(" FOUND"))
    raise ScannerSilent(answer)


def _show(line: socket.socket, file: BinaryIO) -> None:
    line.sendall(b"zINSTREAM\0")
    file.seek(0)
    while block := file.read(CHUNK):
        line.sendall(len(block).to_bytes(4, "big") + block)
    line.sendall(b"\0\0\0\0")


_asked: tuple[float, str, str, State] | None = None  # when, which scanner, its version, how it stands


def antivirus_status(*, fresh: bool = False) -> Status:
    """How the scanner stands, asked at most once a minute by each process."""
    global _asked
    clock, scanner = time.monotonic(), settings.CLAMD_SOCKET
    if fresh or _asked is None or _asked[1] != scanner or clock - _asked[0] >= REMEMBERED:
        version, state = _ask()
        _asked = (clock, scanner, version, state)
    return Status(_asked[3], _words(_asked[3]), _asked[2])


def _ask() -> tuple[str, State]:
    if not settings.CLAMD_SOCKET:
        return "", State.OFF
    try:
        with _connected(timeout=2.0) as line:
            line.sendall(b"zVERSION\0")
            return _answer(line), State.WORKING
    except OSError:
        return "", State.SILENT


def _words(state: State) -> str:
    return {
        State.OFF: _("未配置病毒查杀（YUKUAIBAN_CLAMD）：上传的材料没有经过检查。"),
        State.SILENT: _("病毒查杀服务没有响应：申请人暂时不能上传材料。请系统管理员检查 clamd。"),
        State.WORKING: _("病毒查杀正常。"),
    }[state]


@contextlib.contextmanager
def _connected(timeout: float = TIMEOUT) -> Iterator[socket.socket]:
    family, address = parse_address(settings.CLAMD_SOCKET)
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(timeout)
        line.connect(address)
        yield line


def parse_address(text: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """`/run/clamav/clamd.ctl`, `unix:/run/...`, `tcp://host:3310` or `host:3310`."""
    text = text.removeprefix("unix://").removeprefix("unix:").removeprefix("tcp://").removeprefix("tcp:")
    if text.startswith("/"):
        return socket.AF_UNIX, text
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit():
        raise ImproperlyConfigured(f"YUKUAIBAN_CLAMD is {text!r}: write /run/clamav/clamd.ctl or host:3310.")
    host = host.strip("[]")
    return (socket.AF_INET6 if ":" in host else socket.AF_INET), (host, int(port))


def _answer(line: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\0") and len(data) < 4096:
        part = line.recv(4096)
        if not part:
            break
        data += part
    return data.rstrip(b"\0").decode("utf-8", "replace").strip()
