"""What the blocks consist of, said once: every reader of a form walks parts as it walks fields."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from yukuaiban.identifiers import documents
from yukuaiban.items.forms.definition import FormField, Kind, Label, Option

PERSON = ("name", "document", "phone")
ORGANISATION = ("name", "credit_code", "legal_representative", "phone")


def parts_of(field: FormField) -> tuple[FormField, ...]:
    """The parts of a block, each a field of its own. All are required: a block is given whole or not at all."""
    match field.kind:
        case Kind.PERSON:
            return tuple(_person(part, field) for part in PERSON if part in (field.parts or PERSON))
        case Kind.ORGANISATION:
            return tuple(_organisation(part, field) for part in ORGANISATION if part in (field.parts or ORGANISATION))
        case Kind.ADDRESS:
            return (
                _part(
                    "division",
                    Kind.DIVISION,
                    "所在区县和街道（乡镇）",
                    "District and subdistrict or town",
                    depth=field.depth,
                ),
                _part("detail", Kind.TEXT, "详细地址", "Street, number, flat", max_length=200, help=_DETAIL_HELP),
            )
        case Kind.IDENTITY_DOCUMENT:
            kinds = field.documents or tuple(documents.Kind)
            options = tuple(Option(value=kind.value, label=_named(kind)) for kind in kinds)
            return (
                _part("kind", Kind.CHOICE, "证件类型", "Kind of document", options=options),
                _part("number", Kind.TEXT, "证件号码", "Number", max_length=30),
            )
    return ()


_DETAIL_HELP = Label(zh="路、门牌号、小区、楼栋和房号", en="Road, house number, estate, building and flat")


def _person(part: str, field: FormField) -> FormField:
    match part:
        case "name":
            return _part("name", Kind.TEXT, "姓名", "Name", format="person_name", max_length=80)
        case "document":
            return _part("document", Kind.IDENTITY_DOCUMENT, "身份证件", "Identity document", documents=field.documents)
        case _:
            return _part("phone", Kind.PHONE, "联系电话", "Telephone", mobile=field.mobile)


def _organisation(part: str, field: FormField) -> FormField:
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
            return _part("phone", Kind.PHONE, "联系电话", "Telephone", mobile=field.mobile)


def _part(key: str, kind: Kind, zh: str, en: str, **more: Any) -> FormField:
    return FormField(key=key, kind=kind, label=Label(zh=zh, en=en), **more)


def _named(kind: documents.Kind) -> Label:
    said = {}
    for language in ("zh", "en"):
        with translation.override(language):
            said[language] = str(documents.NAMES[kind])
    return Label(**said)
