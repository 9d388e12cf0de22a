"""What the platform knows of a party, as facts: to pre-fill forms and to check conditions.

Law: 国务院令第716号 第七条 (what can be had by sharing may not be asked for again).
"""

from __future__ import annotations

from typing import Any

from yukuaiban.people.models import OrganisationProfile, Party


def of_party(party_id: int) -> dict[str, Any]:
    """Facts of a party in the shapes of the form language (blocks person and organisation).

    Returns: {"applicant": block, "kind", "birth_on", "sex", "phone", "email", "division", "assurance"}; absent what
    is not known.
    """
    party = Party.objects.select_related("organisation__legal_representative").get(pk=party_id)
    found: dict[str, Any] = {"kind": party.kind, "name": party.name, "assurance": party.assurance}
    if party.is_person:
        document = {"kind": party.id_kind, "number": party.id_number} if party.id_number else None
        found["applicant"] = _known({"name": party.name, "document": document, "phone": party.phone})
        found |= _known(
            {"birth_on": party.birth_on and party.birth_on.isoformat(), "sex": party.sex, "document": document}
        )
    else:
        profile: OrganisationProfile | None = getattr(party, "organisation", None)
        head = profile.legal_representative if profile else None
        found["applicant"] = _known(
            {
                "name": party.name,
                "credit_code": profile and profile.credit_code,
                "legal_representative": head and head.name,
                "phone": party.phone,
            }
        )
        if profile:
            found |= _known({"credit_code": profile.credit_code, "industry": profile.industry, "scope": profile.scope})
    return found | _known({"phone": party.phone, "email": party.email, "division": party.division_id})


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}
