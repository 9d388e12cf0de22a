"""The scanner's real protocol, spoken by a small clamd on loopback and on a local socket."""

from __future__ import annotations

import io
import socket
import socketserver
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from yukuaiban.materials import antivirus
from yukuaiban.materials.antivirus import (
    Scan,
    ScannerSilent,
    State,
    TooLargeToScan,
    Verdict,
    antivirus_status,
    scan,
)

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_MAX = 25 * 1024 * 1024


class Clamd(socketserver.StreamRequestHandler):
    """clamd(8): commands that begin with z end with a zero byte; INSTREAM takes <length><data> until length 0."""

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zVERSION\0":
            self.wfile.write(b"ClamAV 1.4.1/27300/Mon Mar  2 09:00:00 2026\0")
        elif command == b"zINSTREAM\0":
            content = b""
            while length := int.from_bytes(self.rfile.read(4), "big"):
                content += self.rfile.read(length)
                if len(content) > STREAM_MAX:
                    self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            found = EICAR in content
            self.wfile.write(b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if found else b"stream: OK\0")
        else:
            self.wfile.write(b"UNKNOWN COMMAND\0")


class Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


class Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path, monkeypatch):
    server = Tcp(("127.0.0.1", 0), Clamd) if request.param == "tcp" else Unix(str(tmp_path / "clamd.ctl"), Clamd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = server.server_address
    settings.CLAMD_SOCKET = f"tcp://127.0.0.1:{address[1]}" if request.param == "tcp" else str(address)
    monkeypatch.setattr(antivirus, "_asked", None)
    yield server
    server.shutdown()
    server.server_close()


def test_a_clean_file(clamd):
    assert scan(io.BytesIO(b"a" * 200_000)) == Scan(Verdict.CLEAN)


def test_a_virus_is_found_wherever_it_lies(clamd):
    assert scan(io.BytesIO(b"a" * 100_000 + EICAR)) == Scan(Verdict.INFECTED, "Win.Test.EICAR_HDB-1")


def test_the_file_is_read_from_its_beginning(clamd):
    file = io.BytesIO(EICAR)
    file.read()
    assert scan(file).verdict is Verdict.INFECTED


def test_a_file_larger_than_the_scanner_takes_is_told_from_a_scanner_that_is_away(clamd):
    with pytest.raises(TooLargeToScan):
        scan(io.BytesIO(b"a" * (2 * STREAM_MAX)))


def test_a_working_scanner_tells_its_version(clamd):
    status = antivirus_status()
    assert (status.state, status.version[:6]) == (State.WORKING, "ClamAV")


def test_without_a_scanner_nothing_is_scanned_and_the_status_says_so(settings):
    settings.CLAMD_SOCKET = ""
    assert scan(io.BytesIO(EICAR)) == Scan(Verdict.NOT_SCANNED)
    status = antivirus_status()
    assert status.state is State.OFF
    assert "未配置病毒查杀" in status.text


@pytest.mark.parametrize("address", ["/nowhere/clamd.ctl", "closed"])
def test_a_scanner_that_does_not_answer_gives_no_verdict(settings, address, monkeypatch):
    if address == "closed":
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
    settings.CLAMD_SOCKET = address
    with pytest.raises(ScannerSilent):
        scan(io.BytesIO(b"a"))
    assert antivirus_status(fresh=True).state is State.SILENT


def test_a_scanner_that_hangs_up_gives_no_verdict(settings):
    class Rude(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(10)

    with Tcp(("127.0.0.1", 0), Rude) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_SOCKET = f"127.0.0.1:{server.server_address[1]}"
        with pytest.raises(ScannerSilent):
            scan(io.BytesIO(b"a" * 1_000_000))
        server.shutdown()


def test_the_status_is_asked_once_a_minute(clamd, monkeypatch):
    antivirus_status()
    monkeypatch.setattr(antivirus, "_ask", lambda: pytest.fail("asked again"))
    assert antivirus_status().state is State.WORKING


@pytest.mark.parametrize("text", ["", "clamd", "host:", ":3310", "host:port"])
def test_an_address_that_is_none_is_named(text):
    with pytest.raises(ImproperlyConfigured, match="YUKUAIBAN_CLAMD"):
        antivirus.parse_address(text)
