"""The append-only event log: one hash chain per subject (a case, a licence, a real estate unit).

    hash_n = SM3(hash_(n-1) || JCS(event_n))          JCS: RFC 8785

An event carries facts that are nobody's personal data, and `SM3(salt || payload)` for what is. Payload and salt lie
apart, encrypted under a key of the subject, so that lawful erasure leaves the chain valid. The head of a chain stands
on the subject's own row, written by the same statement as the event: writers of two subjects never wait for each other.
"""

from yukuaiban.chain.events import Event, Link, link

__all__ = ["Event", "Link", "link"]
