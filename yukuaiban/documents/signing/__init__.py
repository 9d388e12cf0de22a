"""Electronic signatures of documents: the keys, the signature (PAdES), the check of a file that comes back.

Law: 电子签名法 第十三条 (what makes a signature reliable), 第十四条 (its force); 国务院令第716号 第八条 to 第十二条
(e-signature, e-seal, e-licence and e-archive have the force of paper). Why not SM2 yet: ADR 0031.
"""

from yukuaiban.documents.signing.check import FileCheck, Outcome, check
from yukuaiban.documents.signing.keys import SigningKeysFault
from yukuaiban.documents.signing.pades import sign

__all__ = ["FileCheck", "Outcome", "SigningKeysFault", "check", "sign"]
