"""证照类型目录 the types of licences, as data: `packs/<city>/licence_types/<slug>.yaml`.

    title: {zh: 重庆市居住证, en: Chongqing residence permit}
    code: Y1500000YKB000018 + 3 digits      21 characters: the owner's credit code and a serial (GB/T 36904-2018)
    holder: person                          person | organisation | either
    layout: card                            card | certificate
    months: 12                              for how long where the case does not say; left out: without end
    status: sample                          confirmed | sample; a sample is marked 示例 wherever it is seen
    source: ...
    fields:
      - {key: number, title: {...}, required: true, public: id_number}

What the public sees of a field says `public`: clear, a way of masking, or hidden (the default). The holder's name is
every type's first fact and is always there.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML

from yukuaiban.config.packs import pack_folders


class TypeFileInvalid(ValueError):
    """A file of the catalogue does not hold; one line per error."""


class Public(StrEnum):
    """What anybody who verifies a licence sees of a fact."""

    CLEAR = "clear"
    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    PLACE = "place"
    HIDDEN = "hidden"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pair(_Strict):
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def words(self, language: str = "zh") -> str:
        return self.en if language.startswith("en") else self.zh


class Fact(_Strict):
    """One thing a licence says."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    title: Pair
    required: bool = False
    public: Public = Public.HIDDEN


class LicenceType(_Strict):
    """One kind of licence."""

    slug: str
    title: Pair
    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{21}$")]
    owner: Pair
    holder: Literal["person", "organisation", "either"]
    layout: Literal["card", "certificate"] = "certificate"
    months: Annotated[int, Field(ge=1, le=600)] | None = None
    status: Literal["confirmed", "sample"] = "sample"
    source: Annotated[str, Field(min_length=2)]
    fields: Annotated[tuple[Fact, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _the_holders_name_comes_first_and_keys_are_single(self) -> Self:
        keys = [fact.key for fact in self.fields]
        if keys[0] != "name":
            raise ValueError("the first field is name: every licence says whose it is")
        if len(set(keys)) != len(keys):
            raise ValueError(f"a key stands twice: {keys}")
        return self

    @property
    def is_sample(self) -> bool:
        return self.status == "sample"

    def fact(self, key: str) -> Fact | None:
        return next((fact for fact in self.fields if fact.key == key), None)


class UnknownType(LookupError):
    """No pack has this type."""


@cache
def types() -> dict[str, LicenceType]:
    """Every type by its slug; a city's file replaces the country's.

    Raises: TypeFileInvalid.
    """
    found: dict[str, LicenceType] = {}
    problems: list[str] = []
    for folder in pack_folders():
        for path in sorted((folder / "licence_types").glob("*.yaml")):
            try:
                found[path.stem] = read_file(path)
            except TypeFileInvalid as error:
                problems.append(str(error))
    by_code: dict[str, str] = {}
    for slug, kind in found.items():
        if kind.code in by_code:
            problems.append(f"{slug}: code {kind.code} is that of {by_code[kind.code]}")
        by_code[kind.code] = slug
    if problems:
        raise TypeFileInvalid("\n".join(problems))
    return found


def read_file(path: Path) -> LicenceType:
    """One type. Raises: TypeFileInvalid."""
    content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    try:
        return LicenceType.model_validate({"slug": path.stem, **content})
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()]
        raise TypeFileInvalid("\n".join(lines)) from error


def licence_type(slug_or_code: str) -> LicenceType:
    """A type by its slug or its 21 characters.

    Raises: UnknownType.
    """
    known = types()
    if slug_or_code in known:
        return known[slug_or_code]
    for kind in known.values():
        if kind.code == slug_or_code:
            return kind
    raise UnknownType(f"there is no licence type {slug_or_code!r} in packs/*/licence_types")
