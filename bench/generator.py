"""The load generator: a process of its own, non-blocking sockets and one loop, because its CPU is taken from the service.

    python -m bench.generator < JOB.json > ANSWER.json

Each connection is one visitor at a time: it asks, waits for the whole answer, and asks again. Cookies are kept as a
browser would: the signed pass that an answer brings is sent with the next request of the same person. Where one
endpoint is measured, everybody fetches his pass before; in a mixed visit the visitor comes without one.
"""

from __future__ import annotations

import json
import random
import resource
import selectors
import socket
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

PASS = b"ykb_pass="


class Person:
    """Somebody signed in."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.session, self.csrf, self.signed = known["session"].encode(), known["csrf"].encode(), b""

    def cookie(self) -> bytes:
        signed = b"; " + PASS + self.signed if self.signed else b""
        whole: bytes = b"ykb_session=" + self.session + b"; csrftoken=" + self.csrf + signed
        return whole


Asked = tuple[str, bytes, bytes, Person | None]  # label, method, path, who


class Visitor:
    """One connection."""

    def __init__(self, port: int, script: Iterator[Asked]) -> None:
        self.port, self.script = port, script
        self.socket = self._connect()
        self.buffer = b""
        self.need: int | None = None
        self.began = 0.0
        self.asked: Asked | None = None

    def _connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        return made

    def ask(self) -> bool:
        """Send the next request; False when there is none."""
        self.asked = next(self.script, None)
        if self.asked is None:
            return False
        _label, method, path, who = self.asked
        head = method + b" " + path + b" HTTP/1.1\r\nHost: 127.0.0.1:" + str(self.port).encode() + b"\r\n"
        if who is not None:
            head += b"Cookie: " + who.cookie() + b"\r\n"
            if method == b"POST":
                head += b"X-CSRFToken: " + who.csrf + b"\r\nContent-Length: 0\r\n"
        self.buffer, self.need = b"", None
        self.began = time.perf_counter()
        self.socket.sendall(head + b"Accept-Encoding: gzip\r\n\r\n")
        return True

    def read(self) -> int | None:
        """What has arrived; the status once the answer is whole."""
        piece = self.socket.recv(262144)
        if not piece:
            raise ConnectionError("closed")
        self.buffer += piece
        if self.need is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            if at >= 0:
                self.need = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
            elif b"transfer-encoding: chunked" in head:
                self.need = -1
            else:
                self.need = end + 4
            if PASS in head and self.asked is not None and self.asked[3] is not None:
                at = head.find(PASS) + len(PASS)
                self.asked[3].signed = self.buffer[at:end].split(b";", 1)[0]
        if (self.need == -1 and self.buffer.endswith(b"0\r\n\r\n")) or 0 <= self.need <= len(self.buffer):
            return int(self.buffer[9:12])
        return None


def script(job: dict[str, Any], number: int) -> Iterator[Asked]:
    """What one connection asks for, for ever, or until the drafts are used up."""
    chance = random.Random(job["seed"] * 1000 + number)
    people: list[Person] = job["people"]
    mode, pages = job["mode"], job.get("pages", {})
    if mode != "visit":
        for who in people[number :: job["connections"]]:
            yield "pass", b"GET", job["sign_in"].encode(), who
    if mode == "get":
        while True:
            yield mode, b"GET", chance.choice(job["paths"]), chance.choice(people)
    drafts = iter(job["drafts"][number :: job["connections"]])
    if mode == "file":
        for n, draft in drafts:
            yield "file", b"POST", f"/api/v1/cases/{draft}/file".encode(), people[n]
        return
    while True:  # a visit: six requests, four of them public
        n = chance.randrange(len(people))
        people[n].signed = b""
        yield "home", b"GET", pages["home"].encode(), None
        yield "search", b"GET", chance.choice(pages["search"]), None
        yield "item page", b"GET", chance.choice(pages["item"]), None
        yield "item API", b"GET", chance.choice(pages["item_api"]), None
        yield "my cases", b"GET", pages["my_cases"].encode(), people[n]
        draft = next(drafts, None) if chance.random() < 0.1 else None
        if draft is not None:
            yield "file", b"POST", f"/api/v1/cases/{draft[1]}/file".encode(), people[draft[0]]
        else:
            own = pages["case"][n] or pages["case"][0]
            yield "case page", b"GET", chance.choice(own).encode(), people[n]


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Ask for so many seconds after a warm-up; what came of it."""
    from urllib.parse import quote

    def address(path: str) -> bytes:
        return quote(path, safe="/?=&%").encode()

    job["people"] = [Person(each) for each in job.get("people", [])]
    job["paths"] = [address(path) for path in job.get("paths", [])]
    for name in ("search", "item", "item_api"):
        if name in job.get("pages", {}):
            job["pages"][name] = [address(path) for path in job["pages"][name]]
    waiting = selectors.DefaultSelector()
    for number in range(job["connections"]):
        visitor = Visitor(job["port"], script(job, number))
        if visitor.ask():
            waiting.register(visitor.socket, selectors.EVENT_READ, visitor)
    ready = 0.0  # when everybody has his pass
    start = end = float("inf")
    took: dict[str, list[float]] = defaultdict(list)
    wrong: dict[str, int] = defaultdict(int)
    counting = False
    cpu = 0.0
    while (now := time.perf_counter()) < end and waiting.get_map():
        if not ready and all(who.signed or job["mode"] == "visit" for who in job["people"]):
            ready = now
            start = now + job["warm_up"]
            end = start + job["seconds"]
        if not counting and now >= start:
            counting, cpu, start = True, _cpu(), now
            sys.stderr.write("start\n")
            sys.stderr.flush()
        for key, _events in waiting.select(0.1):
            visitor = key.data
            status = visitor.read()
            if status is None:
                continue
            if counting:
                label = visitor.asked[0]
                took[label].append(time.perf_counter() - visitor.began)
                if status != 200:
                    wrong[f"{label} {status}"] += 1
            if not visitor.ask():
                waiting.unregister(visitor.socket)
    seconds = time.perf_counter() - start
    everything = sorted(each for label in took.values() for each in label)
    return {
        "requests": len(everything),
        "seconds": seconds,
        "rate": len(everything) / seconds,
        "wrong": wrong,
        "ran_dry": not waiting.get_map(),
        "cpu": _cpu() - cpu,
        **_percentiles(everything),
        "by_label": {label: {"requests": len(v), **_percentiles(sorted(v))} for label, v in took.items()},
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    def at(share: float) -> float:
        return round(values[min(int(len(values) * share), len(values) - 1)] * 1000, 2) if values else 0.0

    return {"p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1)}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
