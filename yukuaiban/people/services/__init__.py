"""What changes people: cut by topic; import from here."""

from yukuaiban.people.services.accounts import (
    account_close,
    account_logout_everywhere,
    account_open,
    account_prepare,
    add_obstacle,
    note,
    obstacles,
    tell,
)
from yukuaiban.people.services.families import (
    child_consent_set,
    consent_give,
    consent_withdraw,
    guardianship_confirm,
    guardianship_declare,
    guardianship_end,
)
from yukuaiban.people.services.identity import (
    identity_take_over,
    real_name_check,
    real_person_check,
)
from yukuaiban.people.services.mandates import (
    Terms,
    mandate_answer_code,
    mandate_ask_organisation,
    mandate_ask_relative,
    mandate_by_code,
    mandate_confirm,
    mandate_decline,
    mandate_offer,
    mandate_revoke,
)
from yukuaiban.people.services.officers import first_supervisor, post_end, post_give, post_substitute
from yukuaiban.people.services.organisations import organisation_register
from yukuaiban.people.services.phones import (
    check_new_phone,
    check_own_identity,
    phone_change,
    phone_claim_open,
    phone_claim_settle,
    phone_verified,
)
from yukuaiban.people.services.privacy import correction_ask, correction_decide, correction_open, person_read
from yukuaiban.people.services.tokens import token_make, token_revoke

__all__ = [
    "Terms",
    "account_close",
    "account_logout_everywhere",
    "account_open",
    "account_prepare",
    "add_obstacle",
    "check_new_phone",
    "check_own_identity",
    "child_consent_set",
    "consent_give",
    "consent_withdraw",
    "correction_ask",
    "correction_decide",
    "correction_open",
    "first_supervisor",
    "guardianship_confirm",
    "guardianship_declare",
    "guardianship_end",
    "identity_take_over",
    "mandate_answer_code",
    "mandate_ask_organisation",
    "mandate_ask_relative",
    "mandate_by_code",
    "mandate_confirm",
    "mandate_decline",
    "mandate_offer",
    "mandate_revoke",
    "note",
    "obstacles",
    "organisation_register",
    "person_read",
    "phone_change",
    "phone_claim_open",
    "phone_claim_settle",
    "phone_verified",
    "post_end",
    "post_give",
    "post_substitute",
    "real_name_check",
    "real_person_check",
    "tell",
    "token_make",
    "token_revoke",
]
