"""What the gallery shows: invented values for every component, in its states."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.messages import ERROR, SUCCESS
from django.contrib.messages.storage.base import Message
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.now import now, today
from yukuaiban.design.clockline import Pause, clock_line, sparkline


class SpecimenForm(forms.Form):
    """One control of each kind, so that every widget is seen."""

    name = forms.CharField(label=_("姓名"), help_text=_("与身份证件一致，少数民族姓名中的“·”请保留。"))
    email = forms.EmailField(label=_("电子邮箱"), required=False)
    born_on = forms.DateField(
        label=_("出生日期"), widget=forms.DateInput(attrs={"type": "date", "class": "input-medium"})
    )
    district = forms.ChoiceField(label=_("办理地点"), choices=[("", "——"), ("a", _("示例区")), ("b", _("示例县"))])
    delivery = forms.ChoiceField(
        label=_("领取方式"), widget=forms.RadioSelect, choices=[("hall", _("窗口领取")), ("post", _("邮寄到家"))]
    )
    reasons = forms.MultipleChoiceField(
        label=_("用途"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", _("入学")), ("b", _("购房"))],
        required=False,
    )
    remarks = forms.CharField(label=_("补充说明"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    photo = forms.FileField(label=_("照片"), required=False)
    agreed = forms.BooleanField(label=_("我已阅读并同意"))


THEMES = ("light", "dark")


def _refused(theme: str) -> SpecimenForm:
    answers = {"email": "zhang@", "born_on": "2026-13-01", "district": "a", "delivery": "hall"}
    form = SpecimenForm({f"wrong-{theme}-{name}": value for name, value in answers.items()}, prefix=f"wrong-{theme}")
    form.is_valid()
    return form


@cache
def icon_names() -> list[str]:
    """Every name that `components.icon` understands."""
    sprite = (Path(__file__).parent / "static" / "design" / "icons.svg").read_text(encoding="utf-8")
    return re.findall(r'<symbol id="(?!light-)([a-z-]+)"', sprite)


def specimens() -> dict[str, Any]:
    """The context of design/gallery.html."""
    day, moment = today(), now()
    start = day - timedelta(days=12)
    return {
        "day": day,
        "moment": moment,
        "forms": {theme: SpecimenForm(prefix=f"fresh-{theme}") for theme in THEMES},
        "wrong_forms": {theme: _refused(theme) for theme in THEMES},
        "lines": [
            (
                _("承诺时限"),
                clock_line(
                    start=start,
                    due=day + timedelta(days=9),
                    today=day,
                    pauses=[Pause(day - timedelta(days=8), day - timedelta(days=5), _("听证"))],
                ),
            ),
            (_("法定时限"), clock_line(start=start, due=day + timedelta(days=40), today=day, provisional=True)),
            (_("当前环节"), clock_line(start=start, due=day - timedelta(days=3), today=day, state="red")),
        ],
        "events": [
            {"at": moment, "title": _("您提交了申请"), "by": _("本人"), "kind": "done"},
            {"at": moment, "title": _("材料已收到"), "text": _("收件凭证已发到您的消息。"), "kind": "done"},
            {"at": moment, "title": _("正在审查"), "text": _("由示例区某部门办理。"), "kind": "now"},
            {"at": None, "title": _("作出决定"), "kind": "waiting"},
        ],
        "icon_names": icon_names(),
        "said_examples": [Message(SUCCESS, str(_("已保存。"))), Message(ERROR, str(_("没有提交成功")))],
        "trend": sparkline([62, 66, 71, 70, 78, 84]),
    }
