"""A department's Excel file at the desk: the sheet to fill in, the rows that are proposed, the copy to send back."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yukuaiban.config.errors import DomainError
from yukuaiban.desk.catalogue import _editor
from yukuaiban.desk.pages import officer_only
from yukuaiban.items.loading import excel
from yukuaiban.items.models import ServiceItem
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account
from yukuaiban.places.models import Department

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 100  # errors on the page; the copy has all of them


class ExcelForm(forms.Form):
    """The file that a department filled in."""

    file = forms.FileField(
        label=gettext_lazy("部门填好的表格"),
        help_text=gettext_lazy("Excel 工作簿（.xlsx），不超过 10 MB。"),
        widget=forms.FileInput({"accept": ".xlsx"}),
    )
    all_or_nothing = forms.BooleanField(label=gettext_lazy("有一行有问题，就整份退回"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def upload(request: HttpRequest, by: Actor) -> HttpResponse:
    """Good rows wait for a second editor; bad ones are told one by one and go back in a copy."""
    _editor(by)
    form = ExcelForm(request.POST or None, request.FILES or None)
    page: dict[str, Any] = {"by": by, "posts": people.posts_of(access.account_of(request)), "form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = take(file.read(), by=by, all_or_nothing=form.cleaned_data["all_or_nothing"])
        except DomainError as error:
            form.add_error("file", str(error))
        else:
            if report.load is not None and not report.errors:
                return redirect("desk:proposal", pk=report.load.pk)
            copy = f"data:{XLSX};base64,{b64encode(report.error_copy).decode()}" if report.error_copy else None
            name = f"{file.name.rpartition('.')[0]}-{_('退回副本')}.xlsx"
            told = {"report": report, "errors": report.errors[:SHOWN], "copy": copy, "copy_name": name}
            return render(request, "desk/excel_told.html", page | told)
    return render(
        request, "desk/excel.html", page | {"departments": departments_of(by)}, status=422 if form.errors else 200
    )


@require_safe
@officer_only
def template(request: HttpRequest, by: Actor) -> HttpResponse:
    """The sheet of one department, with its service items."""
    _editor(by)
    return template_file(request.GET.get("department", ""))


def take(content: bytes, *, by: Actor, all_or_nothing: bool) -> excel.ImportReport:
    """The file, judged and proposed for the editor. Raises: WorkbookRefused."""
    return excel.import_workbook(content, by=Account.objects.get(pk=by.account()), all_or_nothing=all_or_nothing)


def template_file(code: str) -> HttpResponse:
    """Raises: NotFound for a department that is none."""
    response = HttpResponse(excel.template(code), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"items.xlsx\"; filename*=UTF-8''{quote(code)}.xlsx"
    response["Cache-Control"] = "private, no-store"
    return response


def departments_of(by: Actor) -> list[tuple[str, str]]:
    """The departments of the editor's division that have service items: (code, name)."""
    here = ServiceItem.objects.filter(division_id=by.division).values("department")
    english = (get_language() or "zh").startswith("en")
    rows = Department.objects.filter(pk__in=here).order_by("code")
    return [(d.code, d.name_en if english and d.name_en else d.name_zh) for d in rows]
