"""Read letters. Who may see a case's letters is the case's question: its pages ask here with its subject."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from pypdf import PdfWriter

from yukuaiban import storage
from yukuaiban.documents import codes
from yukuaiban.documents.register import KnownDocument
from yukuaiban.messages.letters.errors import LetterNotFound
from yukuaiban.messages.letters.kinds import LetterKind
from yukuaiban.messages.letters.models import Letter


def letters_for(subject: int) -> QuerySet[Letter]:
    """The letters of a case, oldest first."""
    return Letter.objects.filter(subject=subject)


def letters_to_applicant(subject: int) -> QuerySet[Letter]:
    """Those the applicant reads; a letter to a third party names somebody else. Law: 个人信息保护法 第二十五条."""
    return letters_for(subject).filter(to_third_party=False)


def letters_of_kind(subjects: Iterable[int], kind: LetterKind) -> QuerySet[Letter]:
    """The letters of one kind of several cases, oldest first."""
    return Letter.objects.filter(subject__in=list(subjects), kind=kind)


def letter_of(subject: int, letter_id: int, *, to_applicant: bool = False) -> Letter:
    """One letter of a case; another case's letter is not found, nor for the applicant one to a third party.

    Raises: LetterNotFound.
    """
    letters = letters_to_applicant(subject) if to_applicant else letters_for(subject)
    letter = letters.filter(pk=letter_id).first()
    if letter is None:
        raise LetterNotFound(_("没有找到这份文书。"))
    return letter


def letters_of_day(department_id: int, on: date) -> QuerySet[Letter]:
    """What a department wrote on a day, for printing and posting."""
    return Letter.objects.filter(department=department_id, made_on=on)


def letter_file(letter: Letter) -> bytes:
    """The signed PDF. Raises: FileMissing, FileDamaged."""
    return storage.read(letter.file)


def printing(letters: Iterable[Letter]) -> bytes:
    """Many letters as one PDF for the printer, each beginning on a right-hand page; it carries no signature."""
    out = PdfWriter()
    for letter in letters:
        out.append(io.BytesIO(letter_file(letter)))
        if len(out.pages) % 2:
            out.add_blank_page()
    buffer = io.BytesIO()
    out.write(buffer)
    return buffer.getvalue()


def letter_by_code(typed: str) -> Letter:
    """The letter with a verification code, for anybody who holds the letter.

    Raises: LetterNotFound.
    """
    code = codes.read(typed)
    letter = Letter.objects.filter(code=code).first() if code else None
    if letter is None:
        raise LetterNotFound(_("没有这个查验码的文书。请对照文书末尾二维码旁的查验码，或直接扫描二维码。"))
    return letter


def known_document(digest: str) -> KnownDocument | None:
    """For the verify page: the letter with these very bytes (`documents.register`)."""
    letter = Letter.objects.filter(file=digest).first()
    if letter is None:
        return None
    with translation.override("zh"):
        path = reverse("letters:verify", args=[codes.grouped(letter.code)])
    return KnownDocument(
        title=letter.title_zh,
        number=letter.number,
        issuer=letter.body_name,
        issued_at=letter.made_at,
        state=_("已签发"),
        is_in_force=True,
        path=path.removeprefix("/zh"),
    )
