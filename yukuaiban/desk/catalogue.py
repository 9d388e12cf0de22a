"""Items at the desk: what a service item has other than its entry, written by one editor, published by another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.now import now
from yukuaiban.desk import services
from yukuaiban.desk.models import ItemChange
from yukuaiban.desk.pages import officer_only
from yukuaiban.items import selectors
from yukuaiban.items.models import ServiceItem
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role

PAGE = 30


class ItemForm(forms.Form):
    """What may differ in one place: the promise, visits and their reason, channels."""

    promised = forms.IntegerField(label=gettext_lazy("承诺办结时限（工作日）"), min_value=0, max_value=250)
    visits = forms.IntegerField(label=gettext_lazy("到现场次数"), min_value=0, max_value=5)
    visits_reason_zh = forms.CharField(label=gettext_lazy("为什么要到现场（中文）"), required=False, max_length=500)
    visits_reason_en = forms.CharField(label=gettext_lazy("为什么要到现场（英文）"), required=False, max_length=500)
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("办理形式"),
        choices=[
            ("window", gettext_lazy("窗口")),
            ("web", gettext_lazy("电脑")),
            ("mobile", gettext_lazy("手机")),
            ("post", gettext_lazy("快递")),
            ("terminal", gettext_lazy("自助终端")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=gettext_lazy("修改的理由"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def differences(self, content: Any) -> dict[str, Any]:
        """Only what differs from the entry."""
        data = self.cleaned_data
        found: dict[str, Any] = {}
        if data["promised"] != content["promised"]["value"] or content["promised"]["unit"] != "working_day":
            found["promised"] = {"value": data["promised"], "unit": "working_day", "status": "sample"}
        if data["visits"] != content["visits"]:
            found["visits"] = data["visits"]
        if data["visits_reason_zh"] and data["visits_reason_en"]:
            reason = {"zh": data["visits_reason_zh"], "en": data["visits_reason_en"]}
            if reason != content.get("visits_reason"):
                found["visits_reason"] = reason
        if sorted(data["channels"]) != sorted(content["channels"]):
            found["channels"] = data["channels"]
        return found


def _editor(by: Actor) -> None:
    if by.role != Role.EDITOR:
        raise NotFound(_("没有这个页面。"))


@require_safe
@officer_only
def items(request: HttpRequest, by: Actor) -> HttpResponse:
    """Items of the editor's division that are worked out, and changes that wait for a second person."""
    _editor(by)
    q = request.GET.get("q", "")[:60]
    rows = ServiceItem.objects.filter(division_id=by.division, entry__current_version__isnull=False).select_related(
        "entry", "department"
    )
    if q:
        rows = rows.filter(entry_id__in=[e.id for e in selectors.catalogue().search(q).rows])
    if after := request.GET.get("after"):
        rows = rows.filter(code__gt=after)
    found = list(rows.order_by("code")[: PAGE + 1])
    waiting = ItemChange.objects.filter(decided_at__isnull=True, service_item__division_id=by.division).select_related(
        "service_item__entry", "written_by__party"
    )
    context = {
        "rows": found[:PAGE],
        "after": found[PAGE - 1].code if len(found) > PAGE else None,
        "q": q,
        "waiting": waiting,
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    return render(request, "desk/items.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def edit(request: HttpRequest, by: Actor, code: str) -> HttpResponse:
    _editor(by)
    item = get_object_or_404(ServiceItem.objects.select_related("entry__current_version", "differences"), code=code)
    if item.division_id != by.division or item.entry.current_version is None:
        raise NotFound(_("没有这个事项，或它不在您的地区。"))
    guide = selectors.guide_by_id(item.pk)
    assert guide.content is not None
    shown = guide.content
    initial = {
        "promised": shown.promised.value,
        "visits": shown.visits,
        "visits_reason_zh": shown.visits_reason.zh if shown.visits_reason else "",
        "visits_reason_en": shown.visits_reason.en if shown.visits_reason else "",
        "channels": list(shown.channels),
    }
    form = ItemForm(request.POST or None, initial=initial)
    problem: Invalid | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.item_change_write(
                item=item,
                differences=form.differences(item.entry.current_version.content),
                reason=form.cleaned_data["reason"],
                by=by,
                at=now(),
            )
        except Invalid as error:
            problem = error
        else:
            toasts.success(request, _("已保存，等另一人发布。"))
            return redirect("desk:items")
    context = {
        "form": form,
        "item": item,
        "guide": guide,
        "problem": problem,
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    return render(request, "desk/item.html", context, status=422 if problem or form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def change(request: HttpRequest, by: Actor, code: str, pk: int) -> HttpResponse:
    """What would change, beside what stands; a second person publishes or rejects."""
    _editor(by)
    row = get_object_or_404(ItemChange.objects.select_related("service_item__entry__current_version"), pk=pk)
    if row.service_item.division_id != by.division:
        raise NotFound(_("没有这处修改。"))
    if request.method == "POST":
        services.item_change_decide(change=row, publish=request.POST.get("do") == "publish", by=by, at=now())
        toasts.success(request, _("已处理。"))
        return redirect("desk:items")
    content = services.version_of(row.service_item).content
    keys = sorted(set(row.before) | set(row.differences))
    pairs = [(k, row.before.get(k, content.get(k)), row.differences.get(k, content.get(k))) for k in keys]
    context = {"row": row, "pairs": pairs, "by": by, "posts": people.posts_of(access.account_of(request))}
    return render(request, "desk/item_change.html", context)
