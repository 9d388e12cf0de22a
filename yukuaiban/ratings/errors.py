"""What can go wrong with a rating and its follow-up, in words that help."""

from __future__ import annotations

from yukuaiban.config.errors import DomainError


class RatingRefused(DomainError):
    """The case has not ended, was rated already, or the time to rate it is over."""

    code, status = "rating.refused", 409


class FollowUpRefused(DomainError):
    """The follow-up stands in a state from which the act is not possible, or a rule does not let it."""

    code, status = "rating.follow_up_refused", 409
