"""Where the marks of a clock stand when it is drawn as a line from filing to due date. Pure; days in, positions out.

line = clock_line(start=filed_on, due=clock.due_on.on, today=today(), pauses=[Pause(a, b, "听证")], state="green")
{{ components.clock_line(line, title=_("承诺时限")) }}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

LEFT, RIGHT = 18, 82  # per cent: nearer the ends a label is set flush, not centred
ROOM = 58  # per cent of the line that two labels need on a narrow phone


@dataclass(frozen=True)
class Pause:
    """Days on which the clock stood still; `to_on` is None while it still does."""

    from_on: date
    to_on: date | None
    label: Any = ""


@dataclass(frozen=True)
class Segment:
    """A piece of the line. Kinds: `used`, `left`, `over` (past the due date), `pause`."""

    kind: str
    x1: float  # per cent of the line
    x2: float
    from_on: date
    to_on: date | None
    label: Any = ""


@dataclass(frozen=True)
class Mark:
    """A stroke on the line with a word and a date. Kinds: `start`, `today`, `due`, `ended`."""

    kind: str
    x: float  # per cent of the line
    on: date
    label: Any
    provisional: bool = False
    shown: bool = True  # whether its word has room beside the others; it is always read aloud

    @property
    def above(self) -> bool:
        """Today and the end stand over the line, filing and due date under it, so that they never collide."""
        return self.kind in {"today", "ended"}

    @property
    def anchor(self) -> str:
        return "start" if self.x < LEFT else "end" if self.x > RIGHT else "middle"


@dataclass(frozen=True)
class ClockLine:
    state: str  # green | yellow | red | paused | none, as the light
    segments: tuple[Segment, ...]
    marks: tuple[Mark, ...]


def clock_line(
    *,
    start: date,
    due: date,
    today: date,
    pauses: Sequence[Pause] = (),
    ended: date | None = None,
    provisional: bool = False,
    state: str = "green",
    start_label: Any = None,
) -> ClockLine:
    """The line of one clock.

    Args:
        start: The day it was filed or accepted.
        due: The due date, pauses already counted in.
        today: The day the page is read.
        pauses: In any order; one that is still open reaches to today.
        ended: The day the clock stopped for good; the line is then drawn to that day and not to today.
        provisional: The due date rests on a holiday notice that is not out yet.
    """
    reached = ended or today
    first, last = start, max(due, reached, start + timedelta(days=1))
    span = (last - first).days

    def x(day: date) -> float:
        return round(100 * min(max((day - first).days, 0), span) / span, 1)

    segments = [Segment("used", x(start), x(min(reached, due)), start, min(reached, due))]
    if reached < due:
        segments.append(Segment("left", x(reached), x(due), reached, due))
    if reached > due:
        segments.append(Segment("over", x(due), x(reached), due, reached))
    for pause in sorted(pauses, key=lambda p: p.from_on):
        segments.append(
            Segment("pause", x(pause.from_on), x(pause.to_on or reached), pause.from_on, pause.to_on, pause.label)
        )
    marks = [Mark("start", x(start), start, start_label or _("收件"), shown=x(due) >= ROOM)]
    if ended is not None:
        marks.append(Mark("ended", x(ended), ended, pgettext("clock", "办结")))
    elif start <= today:
        marks.append(Mark("today", x(today), today, _("今天")))
    marks.append(Mark("due", x(due), due, _("截止"), provisional))
    return ClockLine(state, tuple(segments), tuple(sorted(marks, key=lambda m: (m.x, m.kind == "due"))))


def sparkline(values: Sequence[float], *, width: int = 100, height: int = 24) -> str:
    """The `points` of a polyline for `components.tile`, oldest first. Fewer than two values draw nothing."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    rise = (high - low) or 1
    inset = 2
    step = width / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{height - inset - (value - low) / rise * (height - 2 * inset):.1f}"
        for index, value in enumerate(values)
    )
