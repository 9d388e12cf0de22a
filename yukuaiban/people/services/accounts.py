"""Accounts: opened, logged out everywhere, closed; and the log of what happened to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.messages import gateway
from yukuaiban.people import passes
from yukuaiban.people.errors import CannotClose
from yukuaiban.people.models import (
    Account,
    AccountEvent,
    AccountEventKind,
    ApiToken,
    Consent,
    Mandate,
    Party,
    PartyKind,
)
from yukuaiban.people.signals import account_closed

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

#: Each says, in the person's language, what must be finished before an account can be closed. Domains add theirs.
Obstacle = Callable[[Account], list[str]]
_obstacles: list[Obstacle] = []


def account_prepare(*, account: Account) -> None:
    """Give a new account the person it belongs to, of whom nothing is known yet."""
    if account.party_id is None:
        account.party = Party.objects.create(kind=PartyKind.PERSON)


@transaction.atomic
def account_open(*, phone: str | None = None, email: str = "", password: str | None = None, at: datetime) -> Account:
    """Open an account whose phone (E.164) or e-mail is already proved: for demonstrations, claims and tests.

    People open theirs on the sign-up page, which proves the address by a code.
    """
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


def note(account: Account | int, kind: AccountEventKind, at: datetime, **facts: Any) -> None:
    """Write down what happened to an account, for its holder to see."""
    account_id = account if isinstance(account, int) else account.pk
    AccountEvent.objects.create(account_id=account_id, kind=kind, at=at, facts=facts)


def tell(
    account: Account, kind: str, subject: StrPromise, body: StrPromise, *, to: str | None = None, **values: Any
) -> None:
    """Tell the holder of an account, in his language, once the transaction is committed.

    Args:
        subject, body: Lazy translations with {names} of `values`.
        to: Another address than his e-mail, or his phone where he has no e-mail.
    """
    address = to or account.email or (account.phone if account.phone_verified_at else None)
    if not address:
        return
    with translation.override(account.language):
        words = str(subject), str(body).format(**values)
    transaction.on_commit(lambda: gateway.send(address, kind, *words), robust=True)


@transaction.atomic
def account_logout_everywhere(*, account: Account, at: datetime) -> None:
    """End every session of the account, this one included, on every device within five seconds."""
    Account.objects.filter(pk=account.pk).update(epoch=F("epoch") + 1)
    account.refresh_from_db(fields=["epoch"])
    end_sessions(account, at)
    note(account, AccountEventKind.LOGGED_OUT_EVERYWHERE, at)


def end_sessions(account: Account, at: datetime, *, keep: str | None = None) -> None:
    """Delete what is stored of the account's sessions but one (`keep`, a session key), stop its tokens, and let no pass
    of it count."""
    ApiToken.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=at)
    sessions = UserSession.objects.filter(user=account).exclude(session_key=keep or "")
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions._raw_delete(sessions.db)  # no signal per row: the whole account is revoked below
    passes.revoke(account.pk)


def add_obstacle(obstacle: Obstacle) -> None:
    """Register what may stand in the way of closing an account, such as a case under way. Twice is once."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


def obstacles(account: Account) -> list[str]:
    """What must be finished before the account can be closed."""
    return [text for obstacle in _obstacles for text in obstacle(account)]


@transaction.atomic
def account_close(*, account: Account, at: datetime) -> None:
    """Close an account (注销).

    Deleted at once: phone, e-mail, password, second factors, sessions, consents, mandates given, held and not yet
    answered, drafts.
    Kept, because the law asks for it: the person in cases and licences (archives), and the log of who read him.

    Raises: CannotClose while something is under way.
    Law: 个人信息保护法 第四十七条; 在线政务服务若干规定 第十二条 (electronic archives).
    """
    if open_matters := obstacles(account):
        raise CannotClose(_("还不能注销：{matters}").format(matters="；".join(open_matters)))
    party = account.party
    tell(
        account,
        "account.closed",
        gettext_lazy("账号已注销"),
        gettext_lazy("您的渝快办账号已按您的申请注销。若非本人操作，请拨打 12345。"),
    )
    account_closed.send(sender=Account, account=account, party=party, at=at)
    if party is not None:
        _end_authority(account, party, at)
        party.phone = None
        party.email, party.address = "", None
        party.save()
    end_sessions(account, at)
    EmailAddress.objects.filter(user=account).delete()
    Authenticator.objects.filter(user=account).delete()
    account.set_phone(None)
    account.email, account.party, account.is_active, account.closed_at = "", None, False, at
    account.set_unusable_password()
    account.epoch += 1
    account.save()
    note(account, AccountEventKind.CLOSED, at)


def _end_authority(account: Account, party: Party, at: datetime) -> None:
    held = Mandate.objects.filter(state=Mandate.State.CONFIRMED)
    for mandate in (held.filter(principal=party) | held.filter(agent=party)).select_for_update():
        mandate.state, mandate.revoked_at, mandate.revoked_by = Mandate.State.REVOKED, at, account
        mandate.end_reason = _("账号已注销")
        mandate.save()
        for other in Account.objects.filter(party=mandate.agent_id):
            passes.revoke(other.pk)
    unanswered = Mandate.objects.filter(state__in=[Mandate.State.ASKED, Mandate.State.OFFERED])
    unanswered.filter(Q(principal=party) | Q(agent=party) | Q(asked_by=account)).update(
        state=Mandate.State.DECLINED, revoked_at=at, revoked_by=account, code_hash="", end_reason=_("账号已注销")
    )
    Consent.objects.filter(given_by=account, withdrawn_at__isnull=True).update(withdrawn_at=at)
