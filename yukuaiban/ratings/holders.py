"""What the holder of an account gets of his ratings, and what lawful erasure takes from them."""

from __future__ import annotations

from typing import Any

from yukuaiban.people.models import Party
from yukuaiban.ratings.models import Deed, FollowUp, Rating


def export(party: Party) -> Any:
    """The ratings of a person's cases with all that was done about bad ones. Law: 个人信息保护法 第四十五条."""
    rows = (
        Rating.objects.filter(case__applicant=party)
        .select_related("case", "follow_up")
        .prefetch_related("follow_up__deeds")
        .order_by("rated_at")
    )
    return [
        {
            "case": row.case.number,
            "level": row.get_level_display(),
            "words": row.words,
            "rated_at": row.rated_at,
            "answered_at": row.answered_at,
            "answer": row.answer,
            "follow_up": _follow_up(row.follow_up) if hasattr(row, "follow_up") else None,
        }
        for row in rows
    ] or None


def _follow_up(row: FollowUp) -> dict[str, Any]:
    return {
        "state": row.get_state_display(),
        "call_by": row.call_by,
        "answer_by": row.answer_by,
        "put_right_by": row.put_right_by,
        "acts": [{"act": deed.get_act_display(), "at": deed.at, "words": deed.words} for deed in row.deeds.all()],
    }


def erase_for(case_id: int) -> None:
    """What was written in a rating and about it, and who rated; level, acts and dates remain. In the caller's transaction.

    Law: 个人信息保护法 第四十七条.
    """
    Deed.objects.filter(follow_up__rating__case=case_id).update(words="")
    FollowUp.objects.filter(rating__case=case_id).update(rater=None)
    Rating.objects.filter(case=case_id).update(words="", answer="")
