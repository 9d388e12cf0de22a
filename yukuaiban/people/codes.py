"""One-time codes of our own flows (change of phone, claims): six digits, a few minutes, three tries.

The session keeps a keyed digest, never the code. allauth has its own codes for signing up and logging in.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from yukuaiban.config.errors import DomainError, Invalid
from yukuaiban.messages import gateway
from yukuaiban.people import limits

TRIES, LENGTH = 3, 6
KEY = "one_time_codes"


class WrongCode(Invalid):
    """The code is not the one sent, or no longer counts."""

    code = "people.wrong_code"


class NotDelivered(DomainError):
    """The provider did not take the message."""

    code, status = "people.not_delivered", 503


def send(session: SessionBase, purpose: str, to: str, text: str) -> None:
    """Send a fresh code for a purpose to a phone number or e-mail address; an earlier one no longer counts.

    Args:
        text: The sentence around it, with {code}.

    Raises: limits.TooOften.
    """
    limits.consume("code", to, at_most=5, seconds=3600)
    code = "".join(secrets.choice("0123456789") for _n in range(LENGTH))
    sent = _sent(session)
    sent[purpose] = {
        "to": to,
        "digest": _digest(purpose, to, code),
        "until": time.time() + settings.CODE_SECONDS,
        "left": TRIES,
    }
    session[KEY] = sent
    notice = _("{minutes} 分钟内有效。不要告诉任何人，工作人员不会向您索要。").format(minutes=minutes())
    deliver(to, f"account.{purpose}", _("验证码"), f"{text.format(code=code)} {notice}")


def minutes() -> int:
    """How long a code is good, as its texts say it."""
    return int(settings.CODE_SECONDS) // 60


def deliver(to: str, kind: str, subject: str, body: str) -> None:
    """Send a message that the person is waiting for.

    Raises: NotDelivered, so that he is told instead of left waiting.
    """
    try:
        gateway.send(to, kind, subject, body)
    except OSError as error:
        raise NotDelivered(_("消息没有发出去，您填写的内容没有问题。请过几分钟再试。")) from error


def check(session: SessionBase, purpose: str, typed: str, *, field: str = "code", keep: bool = False) -> str:
    """Where the code was sent to, if it is the right one. It counts once.

    Args:
        field: Which field of the form a refusal belongs to.
        keep: Leave a right one valid, because another one must be right as well.

    Raises: WrongCode.
    """
    sent = _sent(session)
    state: dict[str, Any] | None = sent.get(purpose)
    if state is None or state["until"] < time.time() or state["left"] <= 0:
        raise _wrong(field, _("验证码已失效，请重新获取。"))
    if not constant_time_compare(state["digest"], _digest(purpose, state["to"], "".join(typed.split()))):
        state["left"] -= 1
        session[KEY] = sent
        if state["left"] <= 0:
            raise _wrong(field, _("验证码输错次数过多，已经作废。请重新获取。"))
        raise _wrong(field, _("验证码不对，请核对最新收到的一条；还可以试 {n} 次。").format(n=state["left"]))
    if not keep:
        del sent[purpose]
        session[KEY] = sent
    return str(state["to"])


def _wrong(field: str, message: str) -> WrongCode:
    return WrongCode(message, details={field: message})


def pending(session: SessionBase, purpose: str) -> str | None:
    """Where a code that still counts was sent to."""
    state = _sent(session).get(purpose)
    return str(state["to"]) if state and state["until"] >= time.time() and state["left"] > 0 else None


def _sent(session: SessionBase) -> dict[str, Any]:
    return dict(session.get(KEY) or {})


def _digest(purpose: str, to: str, code: str) -> str:
    return salted_hmac("people.codes", f"{purpose}\n{to}\n{code}", algorithm="sha256").hexdigest()
