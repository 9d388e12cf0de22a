"""What the calendar refuses, in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban.calendars.notices import FileError
from yukuaiban.config.errors import DomainError, Invalid


class NoticesRefused(Invalid):
    """A file of holiday notices does not hold; `details.errors` has each with file, line, field, found, expected."""

    code = "calendars.notices_refused"

    def __init__(self, errors: Sequence[FileError]) -> None:
        language = get_language() or "zh"
        head = _("放假安排有 %(count)d 处错误，未载入。请改正后重新载入。") % {"count": len(errors)}
        lines = [error.words(language) for error in errors]
        super().__init__("\n".join([head, *lines]), details={"errors": [error.as_json() for error in errors]})
        self.errors = tuple(errors)


class OutsideCalendar(Invalid):
    """The question reaches beyond the table of days."""

    code: ClassVar[str] = "calendars.outside"


class QuestionInvalid(Invalid):
    """The question makes no sense as it was put; `details` names each field."""

    code: ClassVar[str] = "calendars.question_invalid"


class CalendarUnknown(DomainError):
    """No notices were loaded into the database yet."""

    code: ClassVar[str] = "calendars.none_loaded"
    status: ClassVar[int] = 503
