"""Electronic signatures of documents: the keys, the signature (PAdES), the check of a file that comes back.

Law: 电子签名法 第十三条 (what makes a signature reliable), 第十四条 (its force); 国务院令第716号 第八条 to 第十二条
(e-signature, e-seal, e-licence and e-archive have the force of paper). Why not SM2 yet: ADR 0031.
"""

from __future__ import annotations

from datetime import datetime

from yukuaiban.documents.signing.keys import SigningKeysFault
from yukuaiban.documents.signing.outcome import MAX_BYTES, FileCheck, Outcome

__all__ = ["MAX_BYTES", "FileCheck", "Outcome", "SigningKeysFault", "check", "sign"]

# pyHanko takes half a second to import: only who signs or checks pays for it.


def sign(pdf: bytes, *, name: str, reason: str, at: datetime) -> bytes:
    """`pades.sign`: the same document, signed with the current key."""
    from yukuaiban.documents.signing import pades

    return pades.sign(pdf, name=name, reason=reason, at=at)


def check(pdf: bytes) -> FileCheck:
    """`checking.check`: what can be said about a file; never raises for what is inside it."""
    from yukuaiban.documents.signing import checking

    return checking.check(pdf)
