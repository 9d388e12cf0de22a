"""Refusals of this domain."""

from __future__ import annotations

from yukuaiban.config.errors import DomainError, Invalid, PermissionRefused


class NotVerified(Invalid):
    """The register does not confirm what was typed."""

    code = "people.not_verified"


class RegisterUnavailable(DomainError):
    """The register does not answer now."""

    code, status = "people.register_unavailable", 503


class IdentityHasAccount(DomainError):
    """The person has an account already: it may be joined to this one after a real-person check."""

    code, status = "people.identity_has_account", 409


class IdentityFixed(DomainError):
    """The account already belongs to a person with another document."""

    code, status = "people.identity_fixed", 409


class NeedsAssurance(PermissionRefused):
    """A higher level of assurance is needed first."""

    code = "people.needs_assurance"


class PhoneTaken(DomainError):
    """The number is another account's: it can be claimed."""

    code, status = "people.phone_taken", 409


class CannotClose(DomainError):
    """Something is still under way."""

    code, status = "people.cannot_close", 409


class AlreadyDone(DomainError):
    """Somebody, perhaps the same person in another window, did it first."""

    code, status = "people.already_done", 409
