"""What is heard from Django and allauth: what ends a session, or changes how one is opened, ends signed passes."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set, user_signed_up
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete
from django.http import HttpRequest

from yukuaiban.config.now import now
from yukuaiban.people import passes
from yukuaiban.people.models import Account, AccountEventKind, Consent
from yukuaiban.people.services import consent_give, note


def connect() -> None:
    """Start listening; called once at start."""
    for signal in (password_changed, password_reset, password_set):
        signal.connect(_password_changed, dispatch_uid="people.password")
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(_second_factor_changed, dispatch_uid="people.mfa")
    user_signed_up.connect(_signed_up, dispatch_uid="people.signed_up")
    user_logged_in.connect(_logged_in, dispatch_uid="people.logged_in")
    user_logged_out.connect(_logged_out, dispatch_uid="people.logged_out")
    post_delete.connect(_session_ended, sender=UserSession, dispatch_uid="people.session_ended")


def _signed_up(sender: Any, user: Account, **kwargs: Any) -> None:
    assert user.party is not None  # the adapter gave him one
    consent_give(account=user, party=user.party, kind=Consent.Kind.TERMS, at=now())
    note(user, AccountEventKind.OPENED, now())


def _logged_in(sender: Any, request: HttpRequest | None, user: Account, **kwargs: Any) -> None:
    if request is not None:
        passes.renew(request)


def _logged_out(sender: Any, request: HttpRequest | None, user: Account | None, **kwargs: Any) -> None:
    """A copy of the pass must not outlive the session it was cut from."""
    if request is None:
        return
    passes.renew(request)
    if user is not None and request.session.session_key:
        passes.revoke(user.pk, session_key=request.session.session_key)


def _session_ended(sender: Any, instance: UserSession, **kwargs: Any) -> None:
    passes.revoke(instance.user_id, session_key=instance.session_key)


def _password_changed(sender: Any, request: HttpRequest | None, user: Account, **kwargs: Any) -> None:
    _changed(request, user, AccountEventKind.PASSWORD_CHANGED)


def _second_factor_changed(sender: Any, request: HttpRequest | None, user: Account, **kwargs: Any) -> None:
    _changed(request, user, AccountEventKind.MFA_CHANGED)


def _changed(request: HttpRequest | None, account: Account, kind: AccountEventKind) -> None:
    passes.revoke(account.pk)
    if request is not None:
        passes.renew(request)
    note(account, kind, now())
