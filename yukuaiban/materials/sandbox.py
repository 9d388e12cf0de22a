"""Registers of the demonstration: `packs/*/registers.yaml`. They know only sample people, and everything says 示例.

In production none of this is connected; an operator registers a real one under the same key (`sources.Register`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from ruamel.yaml import YAML

from yukuaiban.config.now import now
from yukuaiban.config.packs import pack_folders
from yukuaiban.materials import sources
from yukuaiban.people.models import Party, PartyKind, Sex
from yukuaiban.vault import sm3

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RegistersInvalid(ValueError):
    """A file of registers does not hold; the sentence names file and field."""


class Pair(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: Text
    en: Text


class Row(Pair):
    value: Text


class Definition(BaseModel):
    """One register of the sandbox."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    holders: Literal["person", "organisation", "any"] = Field(alias="for")
    title: Pair
    keeper: Pair
    rows: list[Row] = Field(min_length=1)


class Definitions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    registers: dict[Key, Definition]


class SampleRegister:
    """Answers for sample people what its rows say."""

    def __init__(self, key: str, definition: Definition) -> None:
        self.key, self.definition = key, definition

    def lookup(self, party_id: int) -> sources.RegisterAnswer | None:
        party = Party.objects.select_related("organisation").filter(pk=party_id, is_sample=True).first()
        if party is None or self.definition.holders not in {"any", party.kind}:
            return None
        values = self._values(party)
        return sources.RegisterAnswer(
            title=self.definition.title.model_dump(),
            keeper=self.definition.keeper.model_dump(),
            rows=[(row.zh, row.en, row.value.format_map(values)) for row in self.definition.rows],
            as_of=now(),
            is_sample=True,
        )

    def _values(self, party: Party) -> dict[str, str]:
        number = party.id_number or ""
        organisation = getattr(party, "organisation", None) if party.kind == PartyKind.ORGANISATION else None
        return {
            "name": party.name,
            "id": number[:3] + "*" * max(0, len(number) - 7) + number[-4:] if len(number) > 7 else "*" * len(number),
            "birth": party.birth_on.isoformat() if party.birth_on else "",
            "sex": str(Sex(party.sex).label),
            "division": party.division_id or "",
            "credit_code": organisation.credit_code if organisation else "",
            "n": f"{int.from_bytes(sm3(f'{self.key}:{party.pk}'.encode())[:4], 'big') % 1_000_000:06}",
        }


def read() -> dict[str, Definition]:
    """Every register of the packs; a later pack replaces one of the same key. Raises: RegistersInvalid."""
    found: dict[str, Definition] = {}
    for folder in pack_folders():
        path = folder / "registers.yaml"
        if not path.is_file():
            continue
        try:
            found |= Definitions.model_validate(YAML(typ="safe", pure=True).load(path.read_text("utf-8"))).registers
        except ValidationError as error:
            lines = [f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
            raise RegistersInvalid("\n".join(lines)) from error
    return found


def connect() -> None:
    """Put the sandbox under every key that nothing real stands under."""
    for key, definition in read().items():
        if key not in sources.registers():
            sources.register_register(key, SampleRegister(key, definition))
