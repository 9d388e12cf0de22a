"""What people type about licences."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.now import today
from yukuaiban.documents.signing import MAX_BYTES
from yukuaiban.licences.rules import grant_ends_by
from yukuaiban.places.models import Department


class CodeForm(forms.Form):
    """The verification code printed on a document."""

    code = forms.CharField(
        label=_("查验码"),
        max_length=40,
        help_text=_("证照或文书二维码旁的 16 位字母和数字，大小写和横线不影响。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class FileForm(forms.Form):
    """A PDF that somebody brings."""

    file = forms.FileField(
        label=_("PDF 文件"),
        help_text=_("证照或文书的 PDF 原件，不超过 20 MB。文件只用于核对，不保存。"),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 20 MB。渝快办签发的文件远小于此，请检查是否选错。"))
        return bytes(file.read())


class GrantForm(forms.Form):
    """Whom the holder lets look, what for, until when."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("授权给哪个部门"), to_field_name="code", empty_label=_("请选择")
    )
    purpose = forms.CharField(
        label=_("用途"), max_length=200, help_text=_("例如：办理食品经营许可时核对营业执照。只能用于写明的用途。")
    )
    valid_until = forms.DateField(
        label=_("授权到哪一天为止"),
        help_text=_("含当日；可以随时撤回。"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, division: str, **kwargs: Any) -> None:
        """Args: division: whose departments can be chosen; all of the city would be a list nobody can use."""
        super().__init__(*args, **kwargs)
        departments = Department.objects.filter(division=division).order_by("code")
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def clean_valid_until(self) -> date:
        """The first day outside, as terms are kept."""
        last: date = self.cleaned_data["valid_until"]
        if last < today():
            raise forms.ValidationError(_("这一天已经过去，请选择今天或以后的日期。"))
        if last >= grant_ends_by(today()):
            raise forms.ValidationError(_("一次授权最长一年，到期可以再授权。"))
        return last + timedelta(days=1)
