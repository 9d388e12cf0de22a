"""Names of natural persons: one character to forty, `·` inside, rare characters, letters of any script.

A name is taken as it is. Refused is only what no register could hold: digits, signs, emoji, characters of private use
without a known meaning. Characters of planes 2 and 3 (the Han extensions) are taken whatever this Python's edition of
Unicode knows of them. Which characters a font can draw is the business of whoever draws.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import text
from yukuaiban.identifiers.errors import IdentifierError, accepts

LONGEST = 40
MIDDLE_DOT = "·"
_DOUBLE_SURNAMES = """
欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 轩辕 夏侯 长孙 宇文 司徒 司空 独孤 南宫 西门 端木 百里 东郭 呼延 闻人
澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 亓官 赫连 万俟 拓跋
"""
DOUBLE_SURNAMES = frozenset(_DOUBLE_SURNAMES.split())
_DOTS = re.compile(r"\s*[\u2022\u2027\u2219\u22c5\u30fb\uff65\u00b7\u2024]\s*")
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_STOP_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])[.．](?=[{_HAN}])")
_INSIDE = frozenset("·'’-., ")


@dataclass(frozen=True, slots=True)
class PersonName:
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def rare(self) -> tuple[str, ...]:
        """Characters outside the Basic Multilingual Plane, which old systems and fonts lose."""
        return tuple(char for char in self.text if ord(char) > 0xFFFF)


def parse(name: str) -> PersonName:
    value = _STOP_BETWEEN_HAN.sub(MIDDLE_DOT, _DOTS.sub(MIDDLE_DOT, text.tidy(name)))
    if _is_han(value.replace(" ", "").replace(MIDDLE_DOT, "")):
        value = value.replace(" ", "")  # 张 三, spaced out to fill a column
    if not value:
        raise IdentifierError("person_name.empty", _("请填写姓名。"))
    length = sum(1 for char in value if unicodedata.category(char) != "Mn")
    if length > LONGEST:
        raise IdentifierError(
            "person_name.length", _("姓名最多 40 个字符，现在是 %(n)s 个。请按证件上的写法填写。"), n=length
        )
    for position, char in enumerate(value, start=1):
        if not _may_stand(char):
            raise IdentifierError("person_name.character", _explain(char), position=position, char=char)
    if not any(_is_letter(char) for char in value):
        raise IdentifierError("person_name.letters", _("姓名里至少要有一个字。请按证件上的写法填写。"))
    if value[0] in _INSIDE or value[-1] in _INSIDE - {"."}:
        raise IdentifierError("person_name.edge", _("姓名不能以间隔号或标点开头或结尾。请按证件上的写法填写。"))
    return PersonName(value)


def _is_han(value: str) -> bool:
    return bool(value) and all("\u3400" <= char <= "\u9fff" or 0x20000 <= ord(char) <= 0x3FFFF for char in value)


def _is_letter(char: str) -> bool:
    return char == "〇" or 0x20000 <= ord(char) <= 0x3FFFD or unicodedata.category(char).startswith("L")


def _may_stand(char: str) -> bool:
    return char in _INSIDE or _is_letter(char) or unicodedata.category(char) in {"Mn", "Mc"}


def _explain(char: str) -> str | Promise:
    if unicodedata.category(char) == "Co":
        return _(
            "姓名第 %(position)s 个字是旧输入法的私用码，别的系统认不出来。请用支持 GB 18030-2022 的输入法重新输入。"
        )
    return _("姓名里不能有“%(char)s”（第 %(position)s 个字符）。请按证件上的写法填写。")


is_valid = accepts(parse)


def mask(name: str) -> str:
    """The surname and as many stars as characters follow; `·` and spaces stay.

    张小三 -> 张**, 欧阳小明 -> 欧阳**, 阿不都·热合曼 -> 阿**·***, Maria Lopez -> M**** L****. Of a name of
    one character nothing is left.
    """
    value = text.tidy(name)
    if not value or not _is_han(value.replace(MIDDLE_DOT, "")):
        return " ".join(word[:1] + "*" * (len(word) - 1) for word in value.split(" "))
    kept = 0 if len(value) == 1 else 2 if len(value) > 2 and value[:2] in DOUBLE_SURNAMES else 1
    return value[:kept] + "".join(MIDDLE_DOT if char == MIDDLE_DOT else "*" for char in value[kept:])
