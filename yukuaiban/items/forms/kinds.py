"""The words of the form language: kinds of fields and what they are labelled with."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from yukuaiban import conditions

FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


def _parsed(tree: dict[str, Any]) -> dict[str, Any]:
    conditions.parse(tree)
    return tree


#: A condition over the answers as a pack writes it, for example {field: has_children, op: eq, value: true}.
Tree = Annotated[dict[str, Any], AfterValidator(_parsed)]
PersonPart = Literal["name", "document", "phone"]
OrganisationPart = Literal["name", "credit_code", "legal_representative", "phone"]


class Kind(StrEnum):
    """What a field holds. Blocks (person, organisation, address, identity_document) are answered as objects."""

    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    MONEY = "money"  # stored in fen, typed in yuan
    DATE = "date"  # YYYY-MM-DD
    MONTH = "month"  # YYYY-MM
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    DIVISION = "division"  # a code chosen level by level
    ADDRESS = "address"  # {division, detail}
    IDENTITY_DOCUMENT = "identity_document"  # {kind, number}
    CREDIT_CODE = "credit_code"
    PHONE = "phone"
    EMAIL = "email"
    BANK_CARD = "bank_card"
    PERSON = "person"  # {name, document: {kind, number}, phone}
    ORGANISATION = "organisation"  # {name, credit_code, legal_representative, phone}
    REPEAT = "repeat"  # list of objects, one per row
    NOTE = "note"  # text shown, nothing asked


CHOOSING = frozenset({Kind.CHOICE, Kind.CHOICES})
BLOCKS = frozenset({Kind.PERSON, Kind.ORGANISATION, Kind.ADDRESS, Kind.IDENTITY_DOCUMENT})
PLACED = frozenset({Kind.DIVISION, Kind.ADDRESS})


class Sensitivity(StrEnum):
    """How a value is treated (个人信息保护法 第二十八条: sensitive needs a separate consent)."""

    PLAIN = "plain"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class Strict(BaseModel):
    """Unknown keys are errors: a typing slip in a pack must not pass as an empty element."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Strict):
    """A statement in both languages."""

    zh: Words
    en: Words

    def in_(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class Option(Strict):
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    label: Label
