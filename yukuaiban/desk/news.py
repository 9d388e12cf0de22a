"""Announcements and maintenance, at the desk."""

from __future__ import annotations

from django import forms
from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yukuaiban.config.now import ZONE, now
from yukuaiban.desk.pages import officer_only
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.portal import selectors, services
from yukuaiban.portal.models import Announcement


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


@require_safe
@officer_only
def announcements(request: HttpRequest, by: Actor) -> HttpResponse:
    rows = Announcement.objects.select_related("written_by__party", "published_by__party")[:100]
    context = {
        "rows": rows,
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
        "maintenance": selectors.maintenance(),
    }
    return render(request, "desk/announcements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def edit(request: HttpRequest, by: Actor, pk: int | None = None) -> HttpResponse:
    row = get_object_or_404(Announcement, pk=pk) if pk else None
    form = AnnouncementForm(
        request.POST or None, instance=row, initial={"starts_at": now().astimezone(ZONE)} if row is None else None
    )
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in AnnouncementForm.Meta.fields}
        if row is not None:
            row.refresh_from_db()
        services.announcement_save(announcement=row, by=by, at=now(), **fields)
        toasts.success(request, _("已保存，等另一人发布。"))
        return redirect("desk:announcements")
    context = {"form": form, "row": row, "by": by, "posts": people.posts_of(access.account_of(request))}
    return render(request, "desk/announcement.html", context, status=422 if form.is_bound else 200)


@require_POST
@officer_only
def publish(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    services.announcement_publish(announcement=get_object_or_404(Announcement, pk=pk), by=by, at=now())
    toasts.success(request, _("已发布。"))
    return redirect("desk:announcements")


@require_POST
@officer_only
def withdraw(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    services.announcement_withdraw(announcement=get_object_or_404(Announcement, pk=pk), by=by, at=now())
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
            reason_zh=request.POST.get("reason_zh", "").strip()[:200] or "系统维护中，现在只能查看，不能提交。",
            reason_en=request.POST.get("reason_en", "").strip()[:400]
            or "Maintenance: you can read everything, but nothing can be filed for now.",
        )
    else:
        services.maintenance_end(by=by, at=now())
    return redirect("desk:announcements")
