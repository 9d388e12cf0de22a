"""Write down who looked at a licence, so that its holder can read it."""

from __future__ import annotations

from datetime import datetime

from yukuaiban.licences.models import How, LicenceLook
from yukuaiban.people.actors import Actor


def look_note(
    *, licence_id: int, how: How, at: datetime, by: Actor | None = None, purpose: str = "", case_number: str = ""
) -> LicenceLook:
    """Write down that somebody looked; `by` is None for the public."""
    who = LicenceLook.Who
    kind = who.PUBLIC if by is None else {"party": who.HOLDER, "officer": who.OFFICER}.get(by.kind, who.SYSTEM)
    return LicenceLook.objects.create(
        licence_id=licence_id,
        at=at,
        who=kind,
        how=how,
        account_id=by.account_id if by else None,
        department_id=by.department_id if by else None,
        purpose=purpose[:200],
        case_number=case_number,
    )
