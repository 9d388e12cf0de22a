"""Accounts: opened, reached by phone, logged out, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from yukuaiban.people.models import Account, AccountEvent, AccountEventKind, Party, PartyKind


def account_prepare(*, account: Account) -> None:
    """Give a new account the person it belongs to, of whom nothing is known yet."""
    if account.party_id is None:
        account.party = Party.objects.create(kind=PartyKind.PERSON)


@transaction.atomic
def account_open(*, phone: str | None = None, email: str = "", password: str | None = None, at: datetime) -> Account:
    """Open an account whose phone (E.164) or e-mail is already proved: for demonstrations, imports and tests.

    People open theirs on the sign-up page, which proves the address by a code.
    """
    from allauth.account.models import EmailAddress

    account = Account(email=email.lower(), joined_at=at)
    account_prepare(account=account)
    account.set_phone(phone)
    account.phone_verified_at = at if phone else None
    account.set_password(password)
    account.save()
    if email:
        EmailAddress.objects.create(user=account, email=email.lower(), primary=True, verified=True)
    note(account, AccountEventKind.OPENED, at)
    return account


def phone_verified(*, account: Account, phone: str, at: datetime) -> None:
    """A code sent to the number came back: the number is the account's."""
    account.set_phone(phone)
    account.phone_verified_at = at
    account.save(update_fields=["phone", "phone_index", "phone_verified_at"])


def note(account: Account | int, kind: AccountEventKind, at: datetime, **facts: Any) -> None:
    """Write down what happened to an account, for its holder to see."""
    account_id = account if isinstance(account, int) else account.pk
    AccountEvent.objects.create(account_id=account_id, kind=kind, at=at, facts=facts)
