"""Who somebody is, asked of those who know: an interface, and a sandbox that ships.

A city names its own class in `YUKUAIBAN_PERSON_VERIFIER` (the national identity platform, the public security register,
the market register behind it). The sandbox asks nobody and is marked 示例 wherever its answer is shown. Its rules:

    a person of packs/*/people/sandbox.yaml     matches when document and name are as there
    a resident number with region 500000        belongs to no real person (500000 is the municipality; real numbers
                                                begin with a district). It matches when the name contains 示例, but:
                                                serial 990: the register does not answer; serial 992: no such person;
                                                serial 994: the person is known, the face does not match
    any other kind of document                  matches when the name contains 示例 or SAMPLE
    everything else                             unknown: nobody should try a real number here
    a child                                     is confirmed when sandbox.yaml says so, or when both numbers have region
                                                500000, both names contain 示例 and 16 years lie between them
    an organisation                             of sandbox.yaml; or region 500999 (no such place) and a name with 示例,
                                                whose legal representative is whoever asks
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from ruamel.yaml import YAML

from yukuaiban.config.packs import pack_folders
from yukuaiban.identifiers import credit_code, resident_id
from yukuaiban.identifiers.documents import Document, Kind
from yukuaiban.people.selectors import age_on
from yukuaiban.vault import normalise

SAMPLE_REGION, SAMPLE_PLACE = "500000", "500999"
SAMPLE_WORDS = ("示例", "SAMPLE")
PARENT_YEARS = 16


class Outcome(StrEnum):
    MATCH = "match"
    MISMATCH = "mismatch"  # the document exists, the rest does not fit
    UNKNOWN = "unknown"  # no such document
    UNAVAILABLE = "unavailable"  # the register did not answer: try later


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What a register says of a person. Facts only with MATCH."""

    outcome: Outcome
    birth_on: date | None = None
    sex: str = ""
    id_until: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationAnswer:
    """What a register says of a legal person. `is_representative`: whether the person asked about represents it."""

    outcome: Outcome
    is_representative: bool = False
    organisation_kind: str = ""
    industry: str = ""
    registered_on: date | None = None
    address: str = ""
    scope: str = ""


class PersonVerifier(Protocol):
    """What a city's verifier must offer."""

    name: str
    is_sample: bool

    def check_person(self, document: Document, name: str) -> PersonAnswer:
        """Do this document and this name belong together?"""
        ...

    def check_presence(self, document: Document, name: str, proof: str) -> Outcome:
        """Is it this person who sits at the screen? `proof` is what the verifier's own page handed back."""
        ...

    def presence_url(self, return_to: str) -> str:
        """Where the face is checked; empty when our own page asks for the proof. It hands back `?proof=`."""
        ...

    def check_guardian(self, guardian: Document, ward: Document, guardian_name: str, ward_name: str) -> Outcome:
        """Is the one the parent or guardian of the other?"""
        ...

    def check_organisation(
        self, code: str, name: str, representative: Document, representative_name: str
    ) -> OrganisationAnswer:
        """Do code and name belong together, and is the person its legal representative?"""
        ...


def person_verifier() -> PersonVerifier:
    """The verifier of this installation."""
    found: PersonVerifier = import_string(settings.PERSON_VERIFIER)()
    return found


@dataclass(frozen=True, slots=True)
class _Register:
    persons: dict[tuple[str, str], dict[str, Any]]
    families: set[tuple[str, str]]
    organisations: dict[str, dict[str, Any]]


@cache
def _register() -> _Register:
    persons: dict[tuple[str, str], dict[str, Any]] = {}
    families: set[tuple[str, str]] = set()
    organisations: dict[str, dict[str, Any]] = {}
    for folder in pack_folders():
        path = folder / "people" / "sandbox.yaml"
        if path.is_file():
            content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
            persons |= {(row["id_kind"], row["id_number"]): row for row in content["persons"]}
            families |= {(row["guardian"], row["ward"]) for row in content["families"]}
            organisations |= {row["credit_code"]: row for row in content["organisations"]}
    return _Register(persons, families, organisations)


class Sandbox:
    """Answers by the rules above; deterministic, so that a demonstration and a test see the same."""

    name = "sandbox"
    is_sample = True

    def check_person(self, document: Document, name: str) -> PersonAnswer:
        known = _register().persons.get((document.kind, document.text))
        if known is not None:
            if not _same_name(known["name"], name):
                return PersonAnswer(Outcome.MISMATCH)
            return PersonAnswer(
                Outcome.MATCH, known.get("birth_on") or document.born_on, _sex(known.get("sex"), document)
            )
        if document.kind is not Kind.RESIDENT_ID:
            outcome = Outcome.MATCH if _is_sample_name(name) else Outcome.UNKNOWN
            return PersonAnswer(outcome, document.born_on, _sex(None, document))
        outcome = self._sample_number(document.text, name)
        if outcome is not Outcome.MATCH:
            return PersonAnswer(outcome)
        return PersonAnswer(outcome, document.born_on, _sex(None, document))

    @staticmethod
    def _sample_number(number: str, name: str) -> Outcome:
        found = resident_id.parse(number)
        if found.region != SAMPLE_REGION or found.serial == "992":
            return Outcome.UNKNOWN
        if found.serial == "990":
            return Outcome.UNAVAILABLE
        return Outcome.MATCH if _is_sample_name(name) else Outcome.MISMATCH

    def check_presence(self, document: Document, name: str, proof: str) -> Outcome:
        answer = self.check_person(document, name).outcome
        if answer is Outcome.MATCH and document.kind is Kind.RESIDENT_ID and document.text[14:17] == "994":
            return Outcome.MISMATCH
        return answer if proof else Outcome.MISMATCH

    def presence_url(self, return_to: str) -> str:
        return ""

    def check_guardian(self, guardian: Document, ward: Document, guardian_name: str, ward_name: str) -> Outcome:
        if (guardian.text, ward.text) in _register().families:
            return Outcome.MATCH
        both = (guardian, guardian_name), (ward, ward_name)
        samples = all(
            document.kind is Kind.RESIDENT_ID and document.text.startswith(SAMPLE_REGION) and _is_sample_name(name)
            for document, name in both
        )
        if not samples or guardian.born_on is None or ward.born_on is None:
            return Outcome.UNKNOWN
        older = guardian.born_on < ward.born_on and age_on(guardian.born_on, ward.born_on) >= PARENT_YEARS
        return Outcome.MATCH if older else Outcome.MISMATCH

    def check_organisation(
        self, code: str, name: str, representative: Document, representative_name: str
    ) -> OrganisationAnswer:
        known = _register().organisations.get(code)
        if known is not None:
            if not _same_name(known["name"], name):
                return OrganisationAnswer(Outcome.MISMATCH)
            return OrganisationAnswer(
                Outcome.MATCH,
                is_representative=known["representative"] == representative.text,
                organisation_kind=str(known["organisation_kind"]),
                industry=str(known.get("industry", "")),
                registered_on=known.get("registered_on"),
                address=known.get("address", ""),
                scope=known.get("scope", ""),
            )
        if credit_code.parse(code).region != SAMPLE_PLACE or not _is_sample_name(name):
            return OrganisationAnswer(Outcome.UNKNOWN)
        return OrganisationAnswer(Outcome.MATCH, is_representative=True, organisation_kind="2")


def _same_name(left: str, right: str) -> bool:
    return normalise(left) == normalise(right)


def _is_sample_name(name: str) -> bool:
    return any(word in normalise(name) for word in SAMPLE_WORDS)


def _sex(known: str | None, document: Document) -> str:
    return known or {"male": "1", "female": "2"}.get(document.sex or "", "")
