"""有数量限制的许可: how many places a body has left, and that they are granted in the order of acceptance (ADR 0101).

Law: 行政许可法 第五十七条.
"""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.states import Act, State
from yukuaiban.items.models import ServiceItem
from yukuaiban.licences import selectors as licences

#: How an application comes to be accepted; the first of them is its place in the order.
_TAKES_IN = [Act.ACCEPT.value, Act.DEEM_ACCEPTED.value, Act.REOPEN.value]
SHOWN = 3  # numbers in a sentence


def check(ctx: Context, *, lock: bool = False) -> None:
    """Let a licence be granted while a place is left for it, those before it counted.

    Args:
        lock: Of two grants at once the second waits for the first, and counts it.
    Raises: RuleRefused where no place is left, or those left may all be needed for applications accepted earlier.
    """
    rule = ctx.content.process.limited
    if rule is None or ctx.case.renews_until is not None:  # a renewal keeps the place that its holder has
        return
    if lock:
        ServiceItem.objects.select_for_update(no_key=True).get(pk=ctx.case.service_item_id)
    left = rule.places - _taken(ctx)
    if left <= 0:
        raise RuleRefused(
            _("数量限制 {places} 个，已经没有名额，不能准予（行政许可法 第五十七条）。").format(places=rule.places),
            details={"places": rule.places},
        )
    earlier = _accepted_before(ctx, left)
    if len(earlier) == left:
        raise RuleRefused(
            _(
                "还有 {left} 个名额，先受理的办件还没有决定，应当按受理先后作出决定：{numbers}（行政许可法 第五十七条）。"
            ).format(left=left, numbers="、".join(earlier[:SHOWN])),
            details={"cases": earlier[:SHOWN]},
        )


def _taken(ctx: Context) -> int:
    """Licences of the kind that the body has issued and that hold, and those granted of which none is made yet."""
    case = ctx.case
    made = licences.in_force_of(ctx.content.result.licence_type or "", case.department_id, ctx.today)
    granted = Case.objects.filter(service_item=case.service_item_id, state=State.GRANTED, renews_until=None)
    return made + granted.exclude(pk=case.pk).count()


def _accepted_before(ctx: Context, most: int) -> list[str]:
    """Numbers of the applications that were accepted before this one and are not decided, in that order."""
    mine = next(h.at for h in ctx.history if h.act in _TAKES_IN)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.number FROM cases_case c JOIN chain_event e ON e.subject = c.id AND e.kind = ANY(%(kinds)s)"
            " WHERE c.service_item_id = %(item)s AND c.state = ANY(%(states)s) AND c.renews_until IS NULL"
            " AND c.id <> %(case)s GROUP BY c.id HAVING min(e.at) < %(mine)s ORDER BY min(e.at), c.id LIMIT %(most)s",
            {
                "kinds": [f"case.{act}" for act in _TAKES_IN],
                "item": ctx.case.service_item_id,
                "states": [State.IN_REVIEW, State.PAUSED],
                "case": ctx.case.pk,
                "mine": mine,
                "most": most,
            },
        )
        return [number for (number,) in cursor.fetchall()]
