"""What changes people: cut by topic; import from here."""

from yukuaiban.people.services.accounts import (
    account_open,
    account_prepare,
    phone_verified,
)

__all__ = ["account_open", "account_prepare", "phone_verified"]
