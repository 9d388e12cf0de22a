"""Rate a case that has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yukuaiban.cases import permissions
from yukuaiban.cases.models import Case
from yukuaiban.cases.states import ENDED, State
from yukuaiban.config.errors import DomainError, Invalid, NotFound
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Party
from yukuaiban.ratings.models import Level, Rating

LONGEST = 500  # characters


class RatingRefused(DomainError):
    """The case has not ended, or was rated already."""

    code, status = "rating.refused", 409


def rating_give(*, case: Case, by: Actor, level: int, words: str = "", channel: str = "web", at: datetime) -> Rating:
    """One case, one rating, by the applicant's side, when the case has ended.

    Raises: NotFound for a stranger; RatingRefused; Invalid.  Source: 国办发〔2019〕51号 (一事一评).
    """
    if not permissions.is_applicants_side(by, case):
        raise NotFound(_("没有这个办件，或您无权查看。"))
    if State(case.state) not in ENDED:
        raise RatingRefused(_("办件还没有结束。办结后请您评价。"))
    if level not in Level.values:
        raise Invalid(_("请在五个等级中选择一个。"), details={"level": level})
    if len(words) > LONGEST:
        raise Invalid(_("最多 {n} 字。").format(n=LONGEST))
    try:
        with transaction.atomic():
            return Rating.objects.create(case=case, level=level, words=words.strip(), channel=channel, rated_at=at)
    except IntegrityError:
        raise RatingRefused(_("这一办件已经评价过，一件事评价一次。谢谢。")) from None


def export(party: Party) -> Any:
    """The ratings of a person's cases, for his copy of all his data. Law: 个人信息保护法 第四十五条."""
    rows = Rating.objects.filter(case__applicant=party).select_related("case").order_by("rated_at")
    return [
        {
            "case": row.case.number,
            "level": row.get_level_display(),
            "words": row.words,
            "rated_at": row.rated_at,
            "answered_at": row.answered_at,
            "answer": row.answer,
        }
        for row in rows
    ] or None
