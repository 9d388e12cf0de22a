"""What the blocks consist of, said once: every reader of a form walks parts as it walks fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation

from yukuaiban.identifiers import documents as identity
from yukuaiban.items.forms.kinds import Kind, Label, Option

PERSON = ("name", "document", "phone")
ORGANISATION = ("name", "credit_code", "legal_representative", "phone")

Part = dict[str, Any]  # what a field of the form language says of itself


def parts_of(
    kind: Kind, *, parts: Sequence[str], documents: Sequence[identity.Kind], depth: str, mobile: bool
) -> tuple[Part, ...]:
    """The parts of a block, each a field of its own. All are required: a block is given whole or not at all.

    Args: As of `FormField`.
    """
    match kind:
        case Kind.PERSON:
            return tuple(_person(part, documents, mobile) for part in PERSON if part in (parts or PERSON))
        case Kind.ORGANISATION:
            return tuple(_organisation(part, mobile) for part in ORGANISATION if part in (parts or ORGANISATION))
        case Kind.ADDRESS:
            return (
                _part(
                    "division",
                    Kind.DIVISION,
                    "所在区县和街道（乡镇）",
                    "District and subdistrict or town",
                    depth=depth,
                ),
                _part("detail", Kind.TEXT, "详细地址", "Street, number, flat", max_length=200, help=_DETAIL_HELP),
            )
        case Kind.IDENTITY_DOCUMENT:
            kinds = documents or tuple(identity.Kind)
            options = tuple(Option(value=one.value, label=_named(one)) for one in kinds)
            return (
                _part("kind", Kind.CHOICE, "证件类型", "Kind of document", options=options),
                _part("number", Kind.TEXT, "证件号码", "Number", max_length=30),
            )
    return ()


_DETAIL_HELP = Label(zh="路、门牌号、小区、楼栋和房号", en="Road, house number, estate, building and flat")


def _person(part: str, documents: Sequence[identity.Kind], mobile: bool) -> Part:
    match part:
        case "name":
            return _part("name", Kind.TEXT, "姓名", "Name", format="person_name", max_length=80)
        case "document":
            return _part("document", Kind.IDENTITY_DOCUMENT, "身份证件", "Identity document", documents=documents)
        case _:
            return _part("phone", Kind.PHONE, "联系电话", "Telephone", mobile=mobile)


def _organisation(part: str, mobile: bool) -> Part:
    match part:
        case "name":
            return _part("name", Kind.TEXT, "单位名称", "Name of the organisation", max_length=200)
        case "credit_code":
            return _part("credit_code", Kind.CREDIT_CODE, "统一社会信用代码", "Unified social credit code")
        case "legal_representative":
            return _part(
                "legal_representative",
                Kind.TEXT,
                "法定代表人（负责人）",
                "Legal representative",
                format="person_name",
                max_length=80,
            )
        case _:
            return _part("phone", Kind.PHONE, "联系电话", "Telephone", mobile=mobile)


def _part(key: str, kind: Kind, zh: str, en: str, **more: Any) -> Part:
    return {"key": key, "kind": kind, "label": Label(zh=zh, en=en), **more}


def _named(kind: identity.Kind) -> Label:
    said = {}
    for language in ("zh", "en"):
        with translation.override(language):
            said[language] = str(identity.NAMES[kind])
    return Label(**said)
