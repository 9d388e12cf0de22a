"""What follows for ratings, after it is committed. Every task may run twice."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from yukuaiban.cases import notices
from yukuaiban.config.jobs import RETRY
from yukuaiban.ratings import recount
from yukuaiban.ratings.models import FollowUp
from yukuaiban.ratings.states import State


@app.task(name="ratings.recount", retry=RETRY)
def recount_batch(after: int = 0, **_ignored: Any) -> None:
    """Re-count one thousand bad ratings by the calendar that stands now, and queue the next thousand."""
    last = recount.batch(after)
    if last is not None:
        recount_batch.defer(after=last)


@app.task(name="ratings.tell", retry=RETRY)
def tell(follow_up: int) -> None:
    """Tell who rated that there is an answer; the answer itself stands on the page of his case."""
    rows = FollowUp.objects.select_related("rating__case__filed_by", "rater")
    row = rows.filter(pk=follow_up).first()
    if row is None:
        return
    case = row.rating.case

    def words() -> str:
        if row.state == State.LEFT_OUT:
            return _("您对办件 {number} 的评价经复核不计入统计，理由请看详情。").format(number=case.number)
        return _("您对办件 {number} 的评价已有答复，请查看。").format(number=case.number)

    notices.send_to(row.rater or case.filed_by, case, f"rating.{row.state}", words)
