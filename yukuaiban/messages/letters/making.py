"""A letter as a signed PDF: words from `wording`, layout from typst, signature from `documents`."""

from __future__ import annotations

from typing import Any

from yukuaiban.documents import signing
from yukuaiban.documents.chinese import day, ordinal
from yukuaiban.documents.qr import qr_svg
from yukuaiban.documents.typesetting import typeset
from yukuaiban.messages.letters.context import LetterContext
from yukuaiban.messages.letters.errors import LetterIncomplete
from yukuaiban.messages.letters.kinds import KINDS, LetterKind
from yukuaiban.messages.letters.wording import blocks, opens_with_addressee

TEMPLATE = "messages/letters/typst/letter.typ"


def letter_make(kind: LetterKind | str, context: LetterContext) -> bytes:
    """The letter as a signed PDF/A.

    Raises: LetterIncomplete when the context lacks what this kind needs; SigningKeysFault, FontsMissing.
    Law: 行政许可法 第三十二条第二款 (seal and date); 在线政务服务若干规定 第八条, 第九条 (their electronic form).
    """
    kind = LetterKind(kind)
    pdf = typeset(TEMPLATE, letter_data(kind, context), title=_file_title(kind, context), at=context.made_at)
    row = KINDS[kind]
    return signing.sign(
        pdf, name=context.body.name, reason=f"签发{row.title_for(context.item_type)}", at=context.made_at
    )


def letter_data(kind: LetterKind, context: LetterContext) -> dict[str, Any]:
    """What the template gets.

    Raises: LetterIncomplete.
    """
    row = KINDS[kind]
    missing = [name for name in row.needs if getattr(context, name) in (None, "", ())]
    if missing:
        raise LetterIncomplete(kind, missing)
    return {
        "issuer": {"name": context.body.name},
        "title": row.title_for(context.item_type),
        "title_en": row.title_en if context.is_bilingual else "",
        "number": letter_number(kind, context),
        "addressee": context.addressee if opens_with_addressee(kind) else "",
        "blocks": blocks(kind, context),
        "date": day(context.made_on),
        "seal": ["电子签章", "示例"] if context.is_sample else ["电子签章"],
        "is_sample": context.is_sample,
        "case_number": context.case_number,
        "verify": {
            "url": context.verify_url,
            "code": context.verify_code,
            "qr": qr_svg(context.verify_url, border=0) if context.verify_url else "",
        },
    }


def letter_number(kind: LetterKind, context: LetterContext) -> str:
    """文号 such as 渝办受〔2026〕第K7MQ-3RTX-9WHD号: from the case's number, so that no counter is needed.

    The second letter of a kind in a case adds 之二 to the number, the third 之三.
    """
    again = f"之{ordinal(context.occasion)}" if context.occasion > 1 else ""
    return f"{context.body.code_word}{KINDS[kind].word}〔{context.made_on.year}〕第{context.case_number}号{again}"


def _file_title(kind: LetterKind, context: LetterContext) -> str:
    return f"{KINDS[kind].title_for(context.item_type)} {letter_number(kind, context)}"
