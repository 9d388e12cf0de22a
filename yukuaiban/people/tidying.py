"""What nobody needs any more: counts, revocations, claims that lapsed, accounts that were never proved.

How long each kind is kept stands in the retention table. Accounts that were never proved go by themselves, hourly; the
rest when the operator runs the table (`yukuaiban cases erase --due`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.db.models import Q

from yukuaiban.config import retention
from yukuaiban.config.now import now
from yukuaiban.people import limits, passes
from yukuaiban.people.models import Account, AccountEvent, CorrectionRequest, PersonRead, PhoneClaim


def sweep() -> None:
    """Called every hour by the ticks; whatever it leaves it takes the next time."""
    limits.sweep()
    passes.sweep()
    at = now()
    PhoneClaim.objects.filter(state=PhoneClaim.State.PROVEN, expires_at__lt=at).update(state=PhoneClaim.State.LAPSED)
    retention.run(at, only=["unproved_account"])


def unproved(on: date) -> models.QuerySet[Account]:
    """Accounts that proved neither a phone number nor an address in time."""
    return Account.objects.filter(
        retention.due("joined_at", retention.row_of("unproved_account"), on),
        last_login__isnull=True,
        phone_verified_at__isnull=True,
        is_sample=False,
        closed_at__isnull=True,
        party__id_index__isnull=True,
    ).exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user"))


def _delete_accounts(keys: Sequence[Any], at: datetime) -> int:
    gone = 0
    for key in keys:
        with transaction.atomic():
            account = unproved(at.date()).filter(pk=key).first()
            if account is None:  # proved meanwhile
                continue
            party = account.party
            account.delete()
            if party is not None:
                party.delete()
        gone += 1
    return gone


def _reads_of_free_cases(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return rows.exclude(Q(reference__in=list(retention.held().values())) & ~Q(reference=""))


def register() -> None:
    """Tell the retention table what people leave behind."""
    rows, delete = retention.rows_of, retention.delete_rows
    over = [PhoneClaim.State.SETTLED, PhoneClaim.State.LAPSED]
    decided = [CorrectionRequest.State.DONE, CorrectionRequest.State.REFUSED]
    retention.register(
        retention.Kind("unproved_account", unproved, _delete_accounts),
        retention.Kind(
            "closed_account",
            rows(AccountEvent, "account__closed_at", "closed_account"),
            delete(AccountEvent),
        ),
        retention.Kind("phone_claim", rows(PhoneClaim, "proven_at", "phone_claim", state__in=over), delete(PhoneClaim)),
        retention.Kind(
            "correction_request",
            rows(CorrectionRequest, "decided_at", "correction_request", state__in=decided),
            delete(CorrectionRequest),
        ),
        retention.Kind(
            "access_log/person",
            rows(PersonRead, "at", "access_log"),
            delete(PersonRead),
            _reads_of_free_cases,
        ),
    )
