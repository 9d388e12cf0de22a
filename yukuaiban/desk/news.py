"""Announcements and maintenance, at the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.config.now import ZONE, now
from yukuaiban.config.paging import number_in
from yukuaiban.desk.pages import officer_only
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.portal import selectors, services
from yukuaiban.portal.models import Announcement

#: What is said where nobody wrote why.
CLOSED_ZH = "系统维护中，现在只能查看，不能提交。"
CLOSED_EN = "Maintenance: you can read everything, but nothing can be filed for now."


class AnnouncementForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Announcement
        fields = ["kind", "title_zh", "title_en", "body_zh", "body_en", "starts_at", "ends_at"]
        labels = {
            "kind": gettext_lazy("种类"),
            "title_zh": gettext_lazy("标题（中文）"),
            "title_en": gettext_lazy("标题（英文）"),
            "body_zh": gettext_lazy("正文（中文）"),
            "body_en": gettext_lazy("正文（英文）"),
            "starts_at": gettext_lazy("开始"),
            "ends_at": gettext_lazy("结束"),
        }
        widgets = {
            "starts_at": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "ends_at": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("结束须晚于开始。"))
        return data

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


@require_safe
@officer_only
def announcements(request: HttpRequest, by: Actor) -> HttpResponse:
    rows, after = selectors.written(after=number_in(request.GET.get("after")))
    context = {
        "rows": [(row, services.why_not_publish(row, by)) for row in rows],
        "after": after,
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
        "maintenance": selectors.maintenance(),
    }
    return render(request, "desk/announcements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def edit(request: HttpRequest, by: Actor, pk: int | None = None) -> HttpResponse:
    row = selectors.written_one(pk) if pk else None
    form = AnnouncementForm(
        request.POST or None, instance=row, initial={"starts_at": now().astimezone(ZONE)} if row is None else None
    )
    if request.method == "POST" and form.is_valid():
        services.announcement_save(announcement_id=pk, by=by, at=now(), **form.facts())
        toasts.success(request, _("已保存，等另一人发布。"))
        return redirect("desk:announcements")
    context = {"form": form, "row": row, "by": by, "posts": people.posts_of(access.account_of(request))}
    return render(request, "desk/announcement.html", context, status=422 if form.is_bound else 200)


@require_POST
@officer_only
def publish(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    services.announcement_publish(announcement_id=pk, by=by, at=now())
    toasts.success(request, _("已发布。"))
    return redirect("desk:announcements")


@require_POST
@officer_only
def withdraw(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    services.announcement_withdraw(announcement_id=pk, by=by, at=now())
    toasts.success(request, _("已撤下。"))
    return redirect("desk:announcements")


@require_POST
@officer_only
def maintenance(request: HttpRequest, by: Actor) -> HttpResponse:
    """Close the city for changes, or open it again."""
    if request.POST.get("do") == "begin":
        services.maintenance_begin(
            by=by,
            at=now(),
            reason_zh=request.POST.get("reason_zh", "").strip()[:200] or CLOSED_ZH,
            reason_en=request.POST.get("reason_en", "").strip()[:400] or CLOSED_EN,
        )
    else:
        services.maintenance_end(by=by, at=now())
    return redirect("desk:announcements")
