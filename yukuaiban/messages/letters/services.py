"""Make a letter of a case and keep it; say how it was served."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from yukuaiban import storage
from yukuaiban.documents import codes
from yukuaiban.messages.letters.context import LetterContext
from yukuaiban.messages.letters.errors import LetterNotFound
from yukuaiban.messages.letters.kinds import KINDS, LetterKind
from yukuaiban.messages.letters.making import letter_make, letter_number
from yukuaiban.messages.letters.models import Letter, ServedHow
from yukuaiban.messages.letters.selectors import letters_for

__all__ = ["exists", "letter_issue", "letter_served", "letters_for", "verify_address"]


def letter_issue(
    *, kind: LetterKind | str, subject: int, context: LetterContext, department_id: int | None = None
) -> Letter:
    """Make the letter of this kind and occasion for a case, sign and keep it; the one that is there, if it was made.

    Safe to call twice for the same occasion, also at once: one letter results. The public code and its address are
    given here; `context.verify_*` need not be filled.

    Args:
        subject: The case, by its number in the chain.
        department_id: Whose letter it is, for the day's printing.
    Raises: LetterIncomplete; StorageFull.
    """
    kind = LetterKind(kind)
    found = _made(kind, subject, context.occasion)
    if found is not None:
        return found
    code = codes.new_code()
    context = replace(context, verify_code=codes.grouped(code), verify_url=verify_address(code))
    kept = storage.put_bytes(letter_make(kind, context))
    letter = Letter(
        subject=subject,
        case_number=context.case_number,
        kind=kind,
        occasion=context.occasion,
        title_zh=KINDS[kind].title_for(context.item_type),
        number=letter_number(kind, context),
        body_name=context.body.name,
        item_name=context.item_name,
        department_id=department_id,
        code=code,
        file=kept.digest,
        size=kept.size,
        made_at=context.made_at,
        made_on=context.made_on,
        is_sample=context.is_sample,
        to_third_party=context.to_third_party,
    )
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError:  # another was first: its letter counts, our file is swept up by storage
        found = _made(kind, subject, context.occasion)
        if found is None:
            raise
        return found
    return letter


def letter_served(*, letter_id: int, how: str, at: datetime) -> Letter:
    """Note that a letter reached its addressee. The first time counts.

    Law: 行政许可法 第四十四条 (delivery within ten days); 民事诉讼法 第九十条 (electronic service), as the model.
    Raises: LetterNotFound.
    """
    Letter.objects.filter(pk=letter_id, served_at__isnull=True).update(served_at=at, served_how=ServedHow(how))
    letter = Letter.objects.filter(pk=letter_id).first()
    if letter is None:
        raise LetterNotFound(translation.gettext("没有找到这份文书。"))
    return letter


def verify_address(code: str) -> str:
    """What the QR code of a letter says: the public page, in Chinese."""
    with translation.override("zh"):
        return settings.SITE_URL.rstrip("/") + reverse("letters:verify", args=[codes.grouped(code)])


def exists(subject: int, kind: LetterKind | str, occasion: int = 1) -> bool:
    """Whether the letter of this occasion was made."""
    return Letter.objects.filter(subject=subject, kind=LetterKind(kind), occasion=occasion).exists()


def _made(kind: LetterKind, subject: int, occasion: int) -> Letter | None:
    return Letter.objects.filter(subject=subject, kind=kind, occasion=occasion).first()


def erase_for(subject: int) -> None:
    """Lawful erasure of a case: its letters name a person, so they go; their files follow by themselves.

    Whether it is due is the caller's question. Law: 个人信息保护法 第四十七条.
    """
    Letter.objects.filter(subject=subject).delete()
