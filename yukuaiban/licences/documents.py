"""A licence as a signed PDF."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from yukuaiban.documents import codes, signing
from yukuaiban.documents.chinese import day, day_before
from yukuaiban.documents.qr import qr_svg
from yukuaiban.documents.typesetting import typeset
from yukuaiban.licences.models import Licence
from yukuaiban.licences.rules import in_words

TEMPLATE = "licences/typst/licence.typ"


def licence_make(licence: Licence, *, at: datetime) -> bytes:
    """The licence as a signed PDF/A, from the row as it will be written.

    Raises: SigningKeysFault, FontsMissing.
    Law: 在线政务服务若干规定 第十条第二款, 第三款 (standard layout; the force of paper); GB/T 36905-2018.
    """
    kind = licence.kind
    address = verify_address(licence.code)
    data = {
        "issuer": {"name": licence.issuer_name},
        "layout": kind.layout,
        "title": licence.title_zh,
        "title_en": licence.title_en,
        "rows": [
            [fact.title.zh, printed]
            for fact in kind.fields
            if fact.key != "name" and (printed := in_words(licence.facts.get(fact.key)))
        ],
        "name_label": kind.fields[0].title.zh,
        "name": licence.holder_name,
        "number": licence.licence_id,
        "issued_on": day(licence.valid_from if licence.valid_from > at.date() else at.date()),
        "term": term_in_words(licence),
        "version": licence.version,
        "seal": ["电子签章", "示例"] if licence.is_sample else ["电子签章"],
        "is_sample": licence.is_sample,
        "verify": {"url": address, "code": codes.grouped(licence.code), "qr": qr_svg(address, border=0)},
    }
    pdf = typeset(TEMPLATE, data, title=f"{licence.title_zh} {licence.licence_id}", at=at)
    return signing.sign(pdf, name=licence.issuer_name, reason=f"颁发{licence.title_zh}", at=at)


def term_in_words(licence: Licence) -> str:
    """The term as it is printed, both ends included."""
    until = day(day_before(licence.valid_until)) if licence.valid_until else "长期"
    return f"{day(licence.valid_from)}至{until}"


def verify_address(code: str) -> str:
    """What the QR code printed on a licence says: the public page, in Chinese."""
    with translation.override("zh"):
        return settings.SITE_URL.rstrip("/") + reverse("licences:verify", args=[codes.grouped(code)])
