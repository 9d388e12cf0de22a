"""Refusals about licences, each with what to do next."""

from __future__ import annotations

from yukuaiban.config.errors import DomainError, Invalid, NotFound


class LicenceNotFound(NotFound):
    code = "licence.not_found"


class LicenceRefused(DomainError):
    """The licence's state does not allow the act."""

    code, status = "licence.refused", 409


class FactsInvalid(Invalid):
    """What is to be printed does not fit the type; `details` names each fact."""

    code = "licence.facts_invalid"


class ShowCodeExpired(DomainError):
    """A show code lives a minute."""

    code, status = "licence.show_code_expired", 410


class TooManyLooks(DomainError):
    """Somebody tries one code after another."""

    code, status = "licence.too_many_looks", 429
