"""Identity documents of natural persons: which kind, which number.

Kinds and how sure their patterns are:

    resident_id            居民身份证            GB 11643, check character                          confirmed
    hk_macao_residence     港澳居民居住证        a resident number with region 810000 or 820000     confirmed
    taiwan_residence       台湾居民居住证        a resident number with region 830000               confirmed
                           (港澳台居民居住证申领发放办法 第三条)
    foreign_permanent      外国人永久居留身份证  since 2023-12-01: 18 characters, first is 9,       confirmed in parts
                           MOD 11-2 (国家移民管理局's rules for machine reading, 2023 edition); the
                           places of nationality and birth date inside it are NOT confirmed
                           before: 3 letters of nationality + 12 digits, still valid until it expires
    hk_macao_permit        港澳居民来往内地通行证  H or M + 8 digits, on old cards 2 more for the     NOT confirmed
                           time of issue
    taiwan_permit          台湾居民来往大陆通行证  8 digits; old booklets 10 digits and a letter      NOT confirmed
    passport               护照                  5 to 15 letters and digits, of any state           NOT confirmed

An unconfirmed pattern is drawn wide: it stops slips of the finger, not strange but real documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import checks, resident_id, text
from yukuaiban.identifiers.errors import IdentifierError, accepts


class Kind(StrEnum):
    RESIDENT_ID = "resident_id"
    HK_MACAO_RESIDENCE = "hk_macao_residence"
    TAIWAN_RESIDENCE = "taiwan_residence"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    FOREIGN_PERMANENT = "foreign_permanent"
    PASSPORT = "passport"


NAMES: dict[Kind, str | Promise] = {
    Kind.RESIDENT_ID: _("居民身份证"),
    Kind.HK_MACAO_RESIDENCE: _("港澳居民居住证"),
    Kind.TAIWAN_RESIDENCE: _("台湾居民居住证"),
    Kind.HK_MACAO_PERMIT: _("港澳居民来往内地通行证"),
    Kind.TAIWAN_PERMIT: _("台湾居民来往大陆通行证"),
    Kind.FOREIGN_PERMANENT: _("外国人永久居留身份证"),
    Kind.PASSPORT: _("护照"),
}

_REGIONS = {Kind.HK_MACAO_RESIDENCE: {"810000", "820000"}, Kind.TAIWAN_RESIDENCE: {"830000"}}
_HK_MACAO = re.compile(r"[HM]\d{8}(\d{2})?")
_TAIWAN = re.compile(r"\d{8}|\d{10}[A-Z]?")
_FOREIGN_OLD = re.compile(r"[A-Z]{3}\d{12}")
_FOREIGN_NEW = re.compile(r"9\d{16}[0-9X]")
_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{5,15}")


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document. `kind` and `text` together say whose; `text` alone does not."""

    kind: Kind
    text: str
    born_on: date | None = None  # where the number tells it
    sex: str | None = None
    reissue: str | None = None  # 换证次数 on an old 港澳居民来往内地通行证: the person is the same without it

    def __str__(self) -> str:
        return self.text


def parse(kind: Kind | str, number: str, *, today: date | None = None) -> Document:
    """Read a document's number as a person types it."""
    try:
        kind = Kind(kind)
    except ValueError:
        raise IdentifierError("documents.kind", _("请选择证件类型。")) from None
    value = text.compact(number).replace("(", "").replace(")", "")
    if not value:
        raise IdentifierError("documents.empty", _("请填写证件号码。"))
    match kind:
        case Kind.RESIDENT_ID | Kind.HK_MACAO_RESIDENCE | Kind.TAIWAN_RESIDENCE:
            return _resident(kind, value, today)
        case Kind.HK_MACAO_PERMIT:
            return _hk_macao(value)
        case Kind.TAIWAN_PERMIT:
            return _matched(
                kind,
                _TAIWAN,
                value,
                _("台湾居民来往大陆通行证号码应为 8 位数字（旧证为 10 位数字加一个字母）。请对照证件改正。"),
            )
        case Kind.FOREIGN_PERMANENT:
            return _foreign(value)
        case Kind.PASSPORT:
            return _matched(
                kind, _PASSPORT, value, _("护照号码应为 5 到 15 位字母和数字，至少有一位数字。请按护照资料页改正。")
            )


def _matched(kind: Kind, pattern: re.Pattern[str], value: str, message: str | Promise) -> Document:
    if not pattern.fullmatch(value) or not value.isascii():
        raise IdentifierError(f"documents.{kind}", message)
    return Document(kind, value)


def _resident(kind: Kind, value: str, today: date | None) -> Document:
    number = resident_id.parse(value, today=today)
    if kind in _REGIONS and number.region not in _REGIONS[kind]:
        raise IdentifierError(
            f"documents.{kind}",
            _("%(kind)s的号码以 %(regions)s 开头。请核对证件类型与号码。"),
            position=1,
            kind=NAMES[kind],
            regions=" / ".join(sorted(_REGIONS[kind])),
        )
    if kind is Kind.RESIDENT_ID and number.is_residence_permit:
        raise IdentifierError(
            "documents.resident_id", _("这是港澳台居民居住证的号码。请把证件类型改为对应的居住证。"), position=1
        )
    return Document(kind, number.text, number.born_on, number.sex)


def _hk_macao(value: str) -> Document:
    found = _HK_MACAO.fullmatch(value)
    if not found or not value.isascii():
        raise IdentifierError(
            "documents.hk_macao_permit",
            _("港澳居民来往内地通行证号码应为字母 H（香港）或 M（澳门）加 8 位数字。请对照证件改正。"),
        )
    return Document(Kind.HK_MACAO_PERMIT, value[:9], reissue=found[1])


def _foreign(value: str) -> Document:
    if value.isascii() and _FOREIGN_OLD.fullmatch(value):
        return Document(Kind.FOREIGN_PERMANENT, value)
    if not value.isascii() or not _FOREIGN_NEW.fullmatch(value):
        raise IdentifierError(
            "documents.foreign_permanent",
            _(
                "外国人永久居留身份证号码应为以 9 开头的 18 位（2023 年 12 月起的新证），"
                "或 3 个字母加 12 位数字（旧证）。请对照证件改正。"
            ),
        )
    if checks.mod_11_2(value[:17]) != value[17]:
        raise IdentifierError(
            "documents.foreign_permanent_check",
            _("外国人永久居留身份证号码的校验位不对，至少有一位写错了。请对照证件逐位核对。"),
            position=18,
        )
    return Document(Kind.FOREIGN_PERMANENT, value)


is_valid = accepts(parse)


def mask(number: str) -> str:
    """Long numbers keep three in front and four behind, short ones (passports, permits) one and two."""
    value = text.compact(number)
    return text.cover(value, head=3, tail=4) if len(value) >= 15 else text.cover(value, head=1, tail=2)
