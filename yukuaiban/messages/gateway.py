"""How a message leaves the house: one door for text messages and e-mails, with a sandbox that writes files.

    send("+8613800138000", kind="login_code", subject="", body="验证码 123456 ...")

`settings.MESSAGE_GATEWAY` names the class. The sandbox writes one JSON file per message to `settings.OUTBOX_DIR`,
readable by its owner only, because messages carry codes. `Smtp` sends e-mail for real and gives text messages to the
operator's gateway (`settings.SMS_GATEWAY`), which a city writes for its provider: any class with the `send` below.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from yukuaiban.config.now import now

KIND_HEADER = "X-Message-Kind"
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class Gateway(Protocol):
    """What a provider's class must offer. Raises `OSError` when the provider does not take the message."""

    def send(self, to: str, kind: str, subject: str, body: str, html: str = "") -> str:
        """Hand one message over; returns the provider's number of it."""
        ...


class FileSandbox:
    """Writes each message to a file, whole or not at all; nothing leaves the machine."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings.OUTBOX_DIR

    def send(self, to: str, kind: str, subject: str, body: str, html: str = "") -> str:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = now()
        number = f"{at:%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}"
        message = {
            "number": number,
            "at": at.isoformat(),
            "channel": "email" if "@" in to else "sms",
            "to": to,
            "kind": kind,
            "subject": subject,
            "body": body,
        }
        if html:
            message["html"] = html
        draft = self.folder / f".{number}.part"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(message, out, ensure_ascii=False, indent=1)
        draft.rename(self.folder / f"{number}.json")
        return number


class Smtp:
    """E-mail through the server named by EMAIL_HOST; text messages through the city's own gateway."""

    def send(self, to: str, kind: str, subject: str, body: str, html: str = "") -> str:
        if "@" not in to:
            return self._sms().send(to, kind, subject, body)
        number = secrets.token_hex(8)
        message = EmailMultiAlternatives(subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers={KIND_HEADER: kind})
        if html:
            message.attach_alternative(html, "text/html")
        message.extra_headers["Message-ID"] = f"<{number}@{settings.DEFAULT_FROM_EMAIL.partition('@')[2]}>"
        message.connection = get_connection(SMTP_BACKEND, fail_silently=False)
        message.send()
        return number

    @staticmethod
    def _sms() -> Gateway:
        if not settings.SMS_GATEWAY:
            raise ImproperlyConfigured("YUKUAIBAN_SMS_GATEWAY is not set: name the class that sends text messages.")
        gateway: Gateway = import_string(settings.SMS_GATEWAY)()
        return gateway


def gateway() -> Gateway:
    """The gateway of this installation."""
    found: Gateway = import_string(settings.MESSAGE_GATEWAY)()
    return found


def send(to: str, kind: str, subject: str, body: str) -> str:
    """Send one message to a phone number (E.164) or an e-mail address; returns its number.

    Raises: OSError when the provider does not take it. The caller decides whether to try again.
    """
    return gateway().send(to, kind, subject, body)


class EmailBackend(BaseEmailBackend):
    """Django's and allauth's e-mails leave through the same door."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        door, sent = gateway(), 0
        for message in email_messages:
            html = next((str(part[0]) for part in getattr(message, "alternatives", []) if part[1] == "text/html"), "")
            kind = str(message.extra_headers.get(KIND_HEADER, "email"))
            for to in message.recipients():
                try:
                    door.send(to, kind, str(message.subject), str(message.body), html)
                    sent += 1
                except OSError:
                    if not self.fail_silently:
                        raise
        return sent
