"""What nobody needs any more: counts, revocations, claims that lapsed, accounts that were never proved."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction

from yukuaiban.config.now import now
from yukuaiban.people import limits, passes
from yukuaiban.people.models import Account, PhoneClaim

UNPROVED_FOR = timedelta(days=7)
AT_ONCE = 500


def sweep() -> None:
    """Called every hour by the ticks; whatever it leaves it takes the next time."""
    limits.sweep()
    passes.sweep()
    at = now()
    PhoneClaim.objects.filter(state=PhoneClaim.State.PROVEN, expires_at__lt=at).update(state=PhoneClaim.State.LAPSED)
    unproved = Account.objects.filter(
        joined_at__lt=at - UNPROVED_FOR,
        last_login__isnull=True,
        phone_verified_at__isnull=True,
        is_sample=False,
        closed_at__isnull=True,
        party__id_index__isnull=True,
    ).exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user"))
    for account in unproved[:AT_ONCE]:
        with transaction.atomic():
            party = account.party
            account.delete()
            if party is not None:
                party.delete()
