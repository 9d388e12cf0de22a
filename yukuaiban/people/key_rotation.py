"""Second factors lie encrypted inside JSON of another app, where a rotation of keys does not look by itself."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db import transaction

from yukuaiban.people.adapters import MFA_SECRET
from yukuaiban.vault import VaultError, decrypt, encrypt
from yukuaiban.vault.crypto import is_current
from yukuaiban.vault.rotation import Progress

BATCH = 200


def second_factors() -> Iterator[Progress]:
    """Put the secrets of authenticator apps and recovery codes under the current key (a step of `keys rotate`)."""
    last, done = 0, 0
    while True:
        with transaction.atomic():
            rows = list(Authenticator.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH])
            for row in rows:
                fresh = {name: _again(value) for name, value in row.data.items()}
                if fresh != row.data:
                    done += Authenticator.objects.filter(pk=row.pk).update(data=fresh)
        if not rows:
            yield Progress("second factors", done, 1.0)
            return
        last = rows[-1].pk
        yield Progress("second factors", done, 0.0)


def _again(value: object) -> object:
    """The value under the current key, if it is one of ours and stands under an older one."""
    if not isinstance(value, str):
        return value
    try:
        blob = base64.b64decode(value, validate=True)
        if is_current(blob):
            return value
        return base64.b64encode(encrypt(decrypt(blob, MFA_SECRET), aad=MFA_SECRET)).decode("ascii")
    except (binascii.Error, ValueError, VaultError):
        return value
