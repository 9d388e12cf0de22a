"""Items at the desk: what a service item has other than its entry, written by one editor, published by another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from yukuaiban.calendars.forms import UNITS
from yukuaiban.config.errors import DomainError, Invalid, NotFound
from yukuaiban.config.now import now
from yukuaiban.desk import selectors, services
from yukuaiban.desk.models import ItemChange
from yukuaiban.desk.pages import officer_only
from yukuaiban.items import selectors as items_selectors
from yukuaiban.items.loading import edits
from yukuaiban.items.loading.wording import said
from yukuaiban.items.models import ServiceItem
from yukuaiban.items.schema import ItemContent
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role


class ItemForm(forms.Form):
    """What may differ in one place: the promise, visits and their reason, channels."""

    promised = forms.IntegerField(label=gettext_lazy("承诺办结时限"), min_value=0, max_value=730)
    promised_unit = forms.ChoiceField(
        label=gettext_lazy("时限单位"),
        choices=[*UNITS, ("on_the_spot", gettext_lazy("当场办结"))],
        initial="working_day",
    )
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

    @classmethod
    def shown(cls, content: ItemContent) -> dict[str, Any]:
        """What stands, as the form shows it."""
        reason = content.visits_reason
        return {
            "promised": content.promised.value,
            "promised_unit": content.promised.unit.value,
            "visits": content.visits,
            "visits_reason_zh": reason.zh if reason else "",
            "visits_reason_en": reason.en if reason else "",
            "channels": list(content.channels),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("visits_reason_zh")) != bool(data.get("visits_reason_en")):
            missing = "visits_reason_en" if data.get("visits_reason_zh") else "visits_reason_zh"
            self.add_error(missing, _("中文和英文都要写。"))
        return data

    def differences(self, content: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        """What the item has other than its entry's `content` once this stands.

        Args:
            before: What it differs in now; what the form does not ask stays so.
        """
        data = self.cleaned_data
        stands = {**content, **before}
        typed: dict[str, Any] = {"visits": data["visits"], "channels": data["channels"], "promised": stands["promised"]}
        limit = {"value": data["promised"], "unit": data["promised_unit"]}
        if {key: stands["promised"].get(key, "working_day") for key in limit} != limit:
            typed["promised"] = {**limit, "status": "sample"}
        if sorted(data["channels"]) == sorted(stands["channels"]):
            typed["channels"] = stands["channels"]
        if data["visits_reason_zh"]:
            typed["visits_reason"] = {"zh": data["visits_reason_zh"], "en": data["visits_reason_en"]}
        else:
            typed["visits_reason"] = None
        kept = {key: value for key, value in before.items() if key not in typed}
        return kept | {key: value for key, value in typed.items() if value != content.get(key)}


def _editor(by: Actor) -> None:
    if by.role != Role.EDITOR:
        raise NotFound(_("没有这个页面。"))


@require_safe
@officer_only
def items(request: HttpRequest, by: Actor) -> HttpResponse:
    """Items of the editor's division that are worked out, and changes that wait for a second person."""
    _editor(by)
    q = request.GET.get("q", "")[:60]
    rows, after = selectors.items_to_edit(by, q=q, after=request.GET.get("after"))
    context = {
        "rows": rows,
        "after": after,
        "q": q,
        "waiting": selectors.changes_waiting(by),
        "drafts": selectors.drafts(by),
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    return render(request, "desk/items.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def edit(request: HttpRequest, by: Actor, code: str) -> HttpResponse:
    _editor(by)
    item = selectors.item_to_edit(by, code)
    guide = items_selectors.guide_by_id(item.pk)
    assert guide.content is not None
    form = ItemForm(request.POST or None, initial=ItemForm.shown(guide.content))
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            propose(item, form, by=by)
        except DomainError as error:
            problem = error
        else:
            toasts.success(request, _("已保存，等另一人发布。"))
            return redirect("desk:items")
    context = {
        "form": form,
        "item": item,
        "guide": guide,
        "problem": problem,
        "history": selectors.changes_of_item(by, item),
        "why_not_edit": edits.why_not_edit(item, by),
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    return render(request, "desk/item.html", context, status=422 if problem or form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def change(request: HttpRequest, by: Actor, code: str, pk: int) -> HttpResponse:
    """What would change, beside what stands; a second person publishes or rejects."""
    _editor(by)
    row = selectors.change_of(by, pk)
    problem: DomainError | None = None
    because = request.POST.get("reason", "")
    if request.method == "POST":
        publish = request.POST.get("do") == "publish"
        try:
            services.item_change_decide(change=row, publish=publish, by=by, at=now(), because=because)
        except Invalid as error:  # what he wrote is kept; other refusals have a page of their own
            problem = error
        else:
            toasts.success(request, _("已发布。") if publish else _("没有采用，提出的人会看到理由。"))
            return redirect("desk:items")
    context = {
        "row": row,
        "lines": [said(line) for line in selectors.lines_of(row)],
        "why_not": services.why_not_decide(row, by),
        "outrun": None if row.decided_at else services.why_not_publish(row),
        "problem": problem,
        "because": because,
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
    }
    return render(request, "desk/item_change.html", context, status=problem.status if problem else 200)


def propose(item: ServiceItem, form: ItemForm, *, by: Actor) -> tuple[ItemChange, bool]:
    """What the form says of an item, as a proposal; also whether it is new."""
    version = services.version_of(item)
    before = item.differences.content if item.differences else {}
    return services.item_change_write(
        item=item,
        differences=form.differences(version.content, before),
        reason=form.cleaned_data["reason"],
        by=by,
        at=now(),
    )
