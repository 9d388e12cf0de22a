"""The two questions of the public page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yukuaiban.calendars.limits import Limit, Unit

UNITS = [
    (Unit.WORKING_DAY.value, pgettext_lazy("workdays", "个工作日")),
    (Unit.CALENDAR_DAY.value, pgettext_lazy("workdays", "日（自然日）")),
    (Unit.MONTH.value, pgettext_lazy("workdays", "个月")),
    (Unit.YEAR.value, pgettext_lazy("workdays", "年")),
]
MOST = 9999


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-medium"})


class AddForm(forms.Form):
    """When does a limit end?"""

    start = forms.DateField(
        label=pgettext_lazy("workdays", "起算日"),
        help_text=_("如受理、收到通知的日期，当日不计入。"),
        widget=_date_input(),
    )
    number = forms.IntegerField(
        label=pgettext_lazy("workdays", "期限"),
        min_value=0,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "input-short"}),
    )
    unit = forms.ChoiceField(
        label=pgettext_lazy("workdays", "单位"), choices=UNITS, initial=Unit.WORKING_DAY.value, required=False
    )

    def clean_unit(self) -> str:
        """A link that names none means working days, as in the API."""
        return self.cleaned_data["unit"] or Unit.WORKING_DAY.value

    @property
    def limit(self) -> Limit:
        return Limit(self.cleaned_data["number"], Unit(self.cleaned_data["unit"]))


class BetweenForm(forms.Form):
    """How many working days lie between?"""

    start = forms.DateField(
        label=pgettext_lazy("workdays", "从"), help_text=pgettext_lazy("workdays", "当日不计入。"), widget=_date_input()
    )
    end = forms.DateField(
        label=pgettext_lazy("workdays", "到"), help_text=pgettext_lazy("workdays", "当日计入。"), widget=_date_input()
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        start, end = answers.get("start"), answers.get("end")
        if start and end and end < start:
            self.add_error("end", _("结束日期不能早于开始日期。"))
        return answers
