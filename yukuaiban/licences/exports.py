"""What a person's copy of all his data holds of this domain. Law: 个人信息保护法 第四十五条."""

from __future__ import annotations

from typing import Any

from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import STATE_LABELS, State
from yukuaiban.people.models import Party


def export(party: Party) -> Any:
    """Every version of every licence, who looked at it, and whom its holder let look; the PDFs are in the wallet."""
    found = Licence.objects.filter(holder=party).prefetch_related("looks__department", "grants__department")
    return [_licence(licence) for licence in found.order_by("issued_at", "pk")] or None


def _licence(licence: Licence) -> dict[str, Any]:
    return {
        "title": licence.title_zh,
        "licence_id": licence.licence_id,
        "version": licence.version,
        "state": STATE_LABELS[State(licence.state)],
        "holder": licence.holder_name,
        "issuer": licence.issuer_name,
        "case": licence.case_number,
        "issued_at": licence.issued_at,
        "valid_from": licence.valid_from,
        "last_day": licence.last_day,
        "facts": licence.facts,
        "looks": [
            {
                "at": look.at,
                "who": look.get_who_display(),
                "how": look.get_how_display(),
                "department": look.department.name_zh if look.department else "",
                "purpose": look.purpose,
                "case": look.case_number,
            }
            for look in licence.looks.all()
        ],
        "grants": [
            {
                "department": grant.department.name_zh,
                "purpose": grant.purpose,
                "valid_from": grant.valid_from,
                "last_day": grant.last_day,
                "revoked_at": grant.revoked_at,
            }
            for grant in licence.grants.all()
        ],
    }
