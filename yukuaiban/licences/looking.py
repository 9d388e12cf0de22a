"""Show and verify: the holder's code that lives a minute, the public page, the check of a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from yukuaiban.config.now import now
from yukuaiban.documents import codes
from yukuaiban.documents.chinese import day_before
from yukuaiban.documents.qr import qr_svg
from yukuaiban.licences import selectors
from yukuaiban.licences.catalogue import Pair
from yukuaiban.licences.errors import LicenceNotFound, ShowCodeExpired
from yukuaiban.licences.looks import look_note
from yukuaiban.licences.models import How, Licence
from yukuaiban.licences.rules import Standing, in_words, masked
from yukuaiban.people.actors import Actor

SHOW_SECONDS = 60

_signer = signing.Signer(salt="licences.show", sep=".")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class ShowCode:
    """What the holder's telephone shows (亮证).

    Attributes:
        token: Says which licence and until when, signed; good for nothing but this page.
        url: What the QR code opens.
        svg: The QR code.
    """

    token: str
    url: str
    expires_at: datetime
    svg: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What somebody who verifies a licence learns: status and masked facts, and nothing else.

    Attributes:
        holder: The name: masked, or in full where the holder himself shows it.
        rows: Names and values of the facts that may be seen.
        is_current: Whether it is the newest version of this licence.
    """

    title: Pair
    identifier: str
    holder_label: Pair
    holder: str
    issuer: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    standing: Standing
    rows: tuple[tuple[Pair, str], ...]
    is_sample: bool
    is_current: bool
    how: How

    @property
    def last_day(self) -> date | None:
        return day_before(self.valid_until) if self.valid_until else None


def show_code(licence_id: int, *, by: Actor, at: datetime | None = None) -> ShowCode:
    """A code for the holder's own licence, for sixty seconds.

    Raises: LicenceNotFound for anybody but the holder's side.
    """
    licence = selectors.licence_for_holder(by, licence_id)
    expires_at = (at or now()) + timedelta(seconds=SHOW_SECONDS)
    token = _signer.sign(f"{_base36(licence.pk)}-{_base36(int(expires_at.timestamp()))}")
    with translation.override("zh"):
        url = settings.SITE_URL.rstrip("/") + reverse("licences:verify_shown", args=[token])
    return ShowCode(token, url, expires_at, qr_svg(url))


def verify(
    token_or_code: str, *, by: Actor | None = None, at: datetime | None = None, purpose: str = ""
) -> Verification:
    """Verify a licence by the code printed on it or by the code its holder shows, and write down that it was looked at.

    Raises: LicenceNotFound, ShowCodeExpired.
    """
    at = at or now()
    licence = licence_by_code(token_or_code)
    how = How.CODE
    if licence is None:
        licence, how = _shown(token_or_code, at), How.SHOWN
    _note(licence, how, at, by, purpose)
    return verification(licence, how)


def licence_by_code(typed: str) -> Licence | None:
    """The licence with a verification code, however it was typed."""
    code = codes.read(typed)
    return selectors.with_holder().filter(code=code).first() if code else None


def verification(licence: Licence, how: How) -> Verification:
    """What may be said of a licence, by the way it was asked for."""
    kind, of_person = licence.kind, licence.holder.is_person
    name = kind.fields[0]
    shown = {fact: masked(fact, licence.facts.get(fact.key), of_person=of_person) for fact in kind.fields[1:]}
    in_full = how is How.SHOWN
    return Verification(
        title=Pair(zh=licence.title_zh, en=licence.title_en),
        identifier=licence.licence_id,
        holder_label=name.title,
        holder=licence.holder_name if in_full else masked(name, licence.holder_name, of_person=of_person) or "*",
        issuer=licence.issuer_name,
        issued_at=licence.issued_at,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        standing=licence.standing(),
        rows=tuple((fact.title, in_words(value)) for fact, value in shown.items() if value),
        is_sample=licence.is_sample,
        is_current=not Licence.objects.filter(previous=licence).exists(),
        how=how,
    )


def _shown(token: str, at: datetime) -> Licence:
    try:
        number, _dash, expires = _signer.unsign(token).partition("-")
        licence_id, until = int(number, 36), int(expires, 36)
    except (signing.BadSignature, ValueError):
        raise LicenceNotFound(_("没有这样的查验码。请对照证照上二维码旁的查验码，或请持证人重新出示。")) from None
    if at.astimezone(UTC).timestamp() >= until:
        raise ShowCodeExpired(
            _("这个亮证码已经过期（只在 {seconds} 秒内有效）。请持证人刷新后重新出示。").format(seconds=SHOW_SECONDS)
        )
    licence = selectors.with_holder().filter(pk=licence_id).first()
    if licence is None:
        raise LicenceNotFound(_("没有找到这份证照。"))
    return licence


def _note(licence: Licence, how: How, at: datetime, by: Actor | None, purpose: str) -> None:
    if by is not None and by.is_party and by.party_id == licence.holder_id:
        return  # the holder trying his own code is nobody else's look
    look_note(licence_id=licence.pk, how=how, at=at, by=by if by and by.is_officer else None, purpose=purpose)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
