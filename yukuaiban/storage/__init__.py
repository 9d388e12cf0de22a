"""Files by the SM3 digest of their content, encrypted at rest, streamed in and out.

SM3 and not SHA-256: the chain, the letters and the licences name files by the digest the national standards ask for
(GB/T 32905-2016), so one digest serves all; at some 200 MB/s it is never what an upload waits for.
"""

from yukuaiban.storage.references import FileDigestField
from yukuaiban.storage.store import (
    Blob,
    Receiving,
    delete_unreferenced,
    exists,
    open_file,
    put,
    put_bytes,
    read,
    receive,
)

__all__ = [
    "Blob",
    "FileDigestField",
    "Receiving",
    "delete_unreferenced",
    "exists",
    "open_file",
    "put",
    "put_bytes",
    "read",
    "receive",
]
