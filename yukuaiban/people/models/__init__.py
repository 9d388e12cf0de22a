"""People: who logs in, who has rights and duties, who may act for whom, who holds which post, and who read what.

Cut by topic; import from here.
"""

from yukuaiban.people.models.accounts import (
    Account,
    AccountEvent,
    AccountEventKind,
    Attempt,
    PhoneClaim,
    Revocation,
)
from yukuaiban.people.models.authority import Guardianship, Mandate, MandateKind, Relation
from yukuaiban.people.models.officers import Desk, Post, Role
from yukuaiban.people.models.parties import (
    IdKind,
    OrganisationKind,
    OrganisationProfile,
    Party,
    PartyKind,
    Sex,
)
from yukuaiban.people.models.privacy import Consent, CorrectionRequest, PersonRead
from yukuaiban.people.models.tokens import ApiToken

__all__ = [
    "Account",
    "AccountEvent",
    "AccountEventKind",
    "ApiToken",
    "Attempt",
    "Consent",
    "CorrectionRequest",
    "Desk",
    "Guardianship",
    "IdKind",
    "Mandate",
    "MandateKind",
    "OrganisationKind",
    "OrganisationProfile",
    "Party",
    "PartyKind",
    "PersonRead",
    "PhoneClaim",
    "Post",
    "Relation",
    "Revocation",
    "Role",
    "Sex",
]
