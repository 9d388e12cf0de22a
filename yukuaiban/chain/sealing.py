"""Seal new events: a signed Merkle root in a file outside the database, so that whoever owns the database cannot rewrite it.

Each line of the seals file is one JSON object; `previous` is the SM3 of the line before, so lines chain too.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction

from yukuaiban.chain.faults import Fault
from yukuaiban.vault import sm3

BATCH = 5000
LONGEST_LINE = 4096  # bytes; a line is about 350
LOCK = 0x59554B5541  # advisory lock: one sealer at a time, or two would write the same number


def seals_file() -> Path:
    return Path(settings.SEALS_DIR) / "seals.jsonl"


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root over SM3; leaf and node hashes are told apart by a prefix byte, an odd node moves up unchanged."""
    level = [sm3(b"\x00" + leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [sm3(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def signing_key() -> Ed25519PrivateKey:
    """The seal key, outside the database; made at first use, readable by its owner only."""
    path = Path(settings.KEYS_DIR) / "chain_seal.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(pem)
        except FileExistsError:
            pass  # another process made it first
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 key")
    return key


def seal(*, at: datetime) -> int:
    """Seal one batch of events that no seal holds yet. Returns how many; 0 when there was nothing to do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "WITH taken AS (DELETE FROM chain_unsealed WHERE (subject, seq) IN"
            " (SELECT subject, seq FROM chain_unsealed LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING subject, seq)"
            " SELECT t.subject, t.seq, e.hash FROM taken t JOIN chain_event e USING (subject, seq)"
            " ORDER BY t.subject, t.seq",
            [BATCH],
        )
        rows = [(s, n, bytes(h)) for s, n, h in cursor.fetchall()]
        if not rows:
            return 0
        root = merkle_root([h for _, _, h in rows])
        cursor.execute("SELECT coalesce(max(number), 0) + 1 FROM chain_seal")
        number = max(cursor.fetchone()[0], _last_number() + 1)
        cursor.execute("INSERT INTO chain_seal VALUES (%s, %s, %s, %s)", [number, at, len(rows), root])
        cursor.execute(
            "INSERT INTO chain_seal_leaf SELECT %s, ord, s, n FROM unnest(%s::bigint[], %s::int[])"
            " WITH ORDINALITY AS leaf(s, n, ord)",
            [number, [s for s, _, _ in rows], [n for _, n, _ in rows]],
        )
        # The file is written before the commit: a line without its row is harmless, a row without its line is not.
        _append({"number": number, "at": at.isoformat(), "leaves": len(rows), "root": root.hex()})
    return len(rows)


def tick() -> int:
    """Seal one batch. Returns how many events; a full batch says that there may be more."""
    from yukuaiban.config.now import now

    sealed = seal(at=now())
    return sealed if sealed == BATCH else 0


def _lines() -> list[str]:
    path = seals_file()
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _last_line() -> str:
    """The last line of the seals file without reading the rest."""
    path = seals_file()
    if not path.exists() or not path.stat().st_size:
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST_LINE))
        return file.read().decode().rstrip("\n").rsplit("\n", 1)[-1]


def _last_number() -> int:
    last = _last_line()
    return int(json.loads(last)["number"]) if last else 0


def _append(entry: dict[str, Any]) -> None:
    path = seals_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    last = _last_line()
    entry["previous"] = sm3(last.encode()).hex() if last else ""
    entry["signature"] = base64.b64encode(signing_key().sign(_signed(entry))).decode()
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry, sort_keys=True) + "\n")
        out.flush()
        os.fsync(out.fileno())


def _signed(entry: dict[str, Any]) -> bytes:
    return json.dumps({k: v for k, v in entry.items() if k != "signature"}, sort_keys=True).encode()


def seal_fault(public_key: Ed25519PublicKey | None = None) -> Fault | None:
    """The first seal that does not hold: file, signature, or the events it sealed."""
    key = public_key or signing_key().public_key()
    previous, roots = "", {}
    for line in _lines():
        entry = json.loads(line)
        number = entry["number"]
        try:
            key.verify(base64.b64decode(entry["signature"]), _signed(entry))
        except InvalidSignature:
            return Fault(0, number, "seal_differs", f"line of seal {number} in the seals file is not signed by our key")
        if entry["previous"] != (sm3(previous.encode()).hex() if previous else ""):
            return Fault(0, number, "seal_differs", f"a line is missing before seal {number} in the seals file")
        previous, roots[number] = line, entry["root"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, leaves, root FROM chain_seal ORDER BY number")
        for number, leaves, root in cursor.fetchall():
            if roots.get(number) != bytes(root).hex():
                return Fault(0, number, "seal_differs", f"seal {number} of the database is not the one in the file")
            cursor.execute(
                "SELECT l.subject, l.seq, e.hash FROM chain_seal_leaf l LEFT JOIN chain_event e USING (subject, seq)"
                " WHERE l.seal = %s ORDER BY l.position",
                [number],
            )
            rows = cursor.fetchall()
            for subject, seq, digest in rows:
                if digest is None:
                    return Fault(subject, seq, "removed", f"it was sealed ({number}) and is gone")
            if len(rows) != leaves or merkle_root([bytes(h) for _, _, h in rows]) != bytes(root):
                return Fault(0, number, "seal_differs", f"the events of seal {number} do not give its root")
    return None
