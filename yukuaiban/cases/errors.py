"""What can go wrong with a case, in words that help."""

from __future__ import annotations

from yukuaiban.config.errors import DomainError, PermissionRefused


class TransitionRefused(DomainError):
    """The case stands in a state from which the act is not possible."""

    code, status = "case.transition_refused", 409


class Overtaken(DomainError):
    """Somebody acted on the case between reading and writing; the act is tried again on what stands now."""

    code, status = "case.overtaken", 409


class RuleRefused(DomainError):
    """The state would allow the act, a rule of law does not."""

    code, status = "case.rule_refused", 409


class Barred(RuleRefused):
    """The licence is not asked for again yet after a falsehood; `details["until"]` is the last day (ADR 0097)."""

    code, status = "case.barred", 409


class OwnCase(PermissionRefused):
    """回避: nobody acts on his own case or on that of his family (公务员法 回避; ADR 0075)."""

    code, status = "case.own_case", 403


class NeedsSecondPerson(PermissionRefused):
    """Who took a case in does not decide it alone where the item asks for more than one person (ADR 0075)."""

    code, status = "case.needs_second_person", 403


class AnswersInvalid(DomainError):
    """The form does not hold; `details["fields"]` names each path with its message."""

    code, status = "case.answers_invalid", 422


class MaterialsMissing(DomainError):
    """Required materials are missing; `details["materials"]` names each slot."""

    code, status = "case.materials_missing", 422


class KeyUsedAlready(DomainError):
    """The Idempotency-Key names another filing; `details["number"]` says which."""

    code, status = "case.key_used_already", 409
