"""The pages of a draft: what it changes, one part of it, how it would look, and proposing it to a second editor."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.config.now import now
from yukuaiban.config.paging import number_in
from yukuaiban.desk import selectors
from yukuaiban.desk.editing.asking import PartForm, kinds_of
from yukuaiban.desk.editing.parts import PARTS, Part, Place, label_of, place_of
from yukuaiban.desk.pages import officer_only
from yukuaiban.items import forms
from yukuaiban.items import selectors as items_selectors
from yukuaiban.items.forms import FormField
from yukuaiban.items.guide import Guide, merge
from yukuaiban.items.loading import edits, proposals
from yukuaiban.items.loading.models import ItemDraft, PackLoad
from yukuaiban.items.loading.single import content_in, ground
from yukuaiban.items.loading.telling import condition_words, title_of
from yukuaiban.items.loading.troubles import Path, Trouble, at
from yukuaiban.items.loading.wording import codes, label, said
from yukuaiban.items.models import ServiceItem
from yukuaiban.materials.slots import is_asked
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role
from yukuaiban.places.selectors import DIVISIONS
from yukuaiban.portal.pages import guide_context

UP, DOWN, REMOVE = "up", "down", "remove"


@dataclass(frozen=True, slots=True)
class Listed:
    """A member of a list as its row shows it."""

    where: str
    title: dict[str, str]
    note: str
    wrong: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list on a page: its heading, its members, and whether more may be added, removed or moved."""

    where: str
    label: str
    rows: list[Listed]
    is_fixed: bool
    wrong: list[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its pages need it."""

    item: ServiceItem
    row: ItemDraft
    troubles: list[Trouble]

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = self.row.content
        return content


def _open(by: Actor, code: str) -> Draft:
    """The draft of an item in the editor's division. Raises: NotFound, PermissionRefused."""
    if by.role != Role.EDITOR:
        raise NotFound(_("没有这个页面。"))
    item = selectors.item_to_edit(by, code)
    row = edits.draft_of(item, by)
    return Draft(item, row, edits.troubles(item, row))


def _page(request: HttpRequest, by: Actor, draft: Draft, **more: Any) -> dict[str, Any]:
    return {
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
        "item": draft.item,
        "draft": draft.row,
        "is_waiting": edits.waits(draft.row),
        **more,
    }


# --- the draft as a whole ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def draft(request: HttpRequest, by: Actor, code: str) -> HttpResponse:
    """Everything that may be changed, what is changed so far, what is still wrong, and the way to a second person."""
    opened = _open(by, code)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            return _done(request, by, opened)
        except DomainError as error:
            problem = error
            opened = _open(by, code)
    row = opened.row
    since = edits.lines_since(opened.item, row) if row.pk and edits.is_behind(opened.item, row) else []
    context = _page(
        request,
        by,
        opened,
        problem=problem,
        reason=request.POST.get("reason", ""),
        lines=[said(line) for line in edits.lines_of(row)],
        is_behind=bool(row.pk) and edits.is_behind(opened.item, row),
        since=[said(line) for line in since],
        troubles=[(one, address_of(one.path), called(opened.content, one.path)) for one in opened.troubles],
        shelves=[_shelf(opened, part.path, str(part.label), part) for part in PARTS.values() if part.is_list],
        singles=[(where, part.label) for where, part in PARTS.items() if not part.is_list],
    )
    return render(request, "desk/draft.html", context, status=problem.status if problem else 200)


def _done(request: HttpRequest, by: Actor, opened: Draft) -> HttpResponse:
    """One act on the draft as a whole. Raises: DomainError."""
    revision, item = number_in(request.POST.get("revision")) or 0, opened.item
    match request.POST.get("do"):
        case "propose":
            reason = request.POST.get("reason", "")
            load, _new = edits.draft_propose(item=item, revision=revision, reason=reason, by=by, at=now())
            toasts.success(request, _("已提出，等另一人发布。"))
            return redirect("desk:proposal", pk=load.pk)
        case "take_up":
            edits.draft_take_up(item=item, revision=revision, by=by, at=now())
            toasts.success(request, _("已接上现在的内容，您的改动都在。请再核对一遍。"))
        case "up" | "down" | "remove" as act:
            where = request.POST.get("where", "")
            content = arranged(opened.content, place_of(where, opened.content), act)
            edits.draft_save(item=item, content=content, revision=revision, by=by, at=now())
            return redirect(_back(item.code, place_of(where, opened.content)))
        case _:
            raise NotFound(_("没有这个页面。"))
    return redirect("desk:draft", item.code)


def arranged(content: dict[str, Any], place: Place, act: str) -> dict[str, Any]:
    """The content with a member moved or taken out. Raises: NotFound where a desk does not say that."""
    if place.part.is_fixed or not place.is_member or place.is_new:
        raise NotFound(_("指南里没有这一部分，或它不在工作台修改。"))
    made = copy.deepcopy(content)
    members, n = at(made, place.listed_in), int(place.path[-1])
    one = members.pop(n)
    if act != REMOVE:
        members.insert(max(0, n - 1) if act == UP else n + 1, one)
    return made


def _back(code: str, place: Place) -> str:
    """The page on which a thing is listed, at its list."""
    if place.around:
        address = reverse("desk:draft_part", args=[code, place.around])
    else:
        address = reverse("desk:draft", args=[code])
    return f"{address}#{anchor(place.listed_in or ('texts',))}"


def anchor(path: Path) -> str:
    """The id of a list on its page."""
    return "list-" + "-".join(map(str, path)).replace("_", "-")


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def discard(request: HttpRequest, by: Actor, code: str) -> HttpResponse:
    """Its consequence named, then given up."""
    opened = _open(by, code)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            edits.draft_discard(item=opened.item, revision=number_in(request.POST.get("revision")) or 0, by=by)
        except DomainError as error:
            problem = error
            opened = _open(by, code)
        else:
            toasts.success(request, _("草稿已放弃。"))
            return redirect("desk:item", code)
    lines = [said(line) for line in edits.lines_of(opened.row)]
    context = _page(request, by, opened, problem=problem, lines=lines)
    return render(request, "desk/draft_discard.html", context, status=problem.status if problem else 200)


# --- one part ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def part(request: HttpRequest, by: Actor, code: str, where: str) -> HttpResponse:
    """One part: its own questions, and the lists inside it."""
    opened = _open(by, code)
    place = place_of(where, opened.content)
    if edits.waits(opened.row):
        return redirect("desk:draft", code)
    kind = request.POST.get("kind") or request.GET.get("kind") or ""
    if place.is_new and place.model is FormField and kind not in dict(kinds_of(place)):
        context = _page(request, by, opened, place=place, kinds=kinds_of(place), trail=_trail(opened, place))
        return render(request, "desk/draft_kind.html", context)
    form = PartForm(place, opened.content, ground(), request.POST if request.method == "POST" else None, kind)
    problem: DomainError | None = None
    if request.POST.get("do") == "redraw":
        form.forget_errors()
    elif request.method == "POST" and form.is_valid():
        try:
            return _saved(request, by, opened, place, form)
        except DomainError as error:
            problem = error
    elif request.method != "POST":
        form.show_troubles([] if place.is_new else opened.troubles)
    value = form.value
    here = [one for one in opened.troubles if one.path[: len(place.path)] == place.path] if not place.is_new else []
    context = _page(
        request,
        by,
        opened,
        form=form,
        place=place,
        problem=problem,
        revision=request.POST.get("revision", opened.row.revision),
        kind=kind,
        kind_name=codes("form.kind").get(value["kind"], "") if place.model is FormField else "",
        trail=_trail(opened, place),
        shelves=[_shelf(opened, path, label_of(place, name), place.part) for name, path in place.lists(value)],
        beside=[one.message for one in here if form.field_at(one.path[len(place.path) :]) is None],
    )
    is_refused = request.method == "POST" and bool(form.errors)
    return render(request, "desk/draft_part.html", context, status=problem.status if problem else 422 if is_refused else 200)  # fmt: skip


def _saved(request: HttpRequest, by: Actor, opened: Draft, place: Place, form: PartForm) -> HttpResponse:
    content = put(opened.content, place, form.made)
    revision, item = number_in(request.POST.get("revision")) or 0, opened.item
    edits.draft_save(item=item, content=content, revision=revision, by=by, at=now())
    toasts.success(request, _("已存入草稿。"))
    there = replace(place, is_new=False, where=".".join(map(str, place.path)))
    if place.is_new and there.lists(form.made):  # a new screen has questions to come, a new choice has options
        return redirect("desk:draft_part", item.code, there.where)
    return redirect(_back(item.code, place))


def put(content: dict[str, Any], place: Place, value: dict[str, Any]) -> dict[str, Any]:
    """The content with a part said anew, or one more member."""
    if not place.path:
        return {**content, **value}
    made = copy.deepcopy(content)
    around = at(made, place.path[:-1])
    if place.is_new:
        around.append(value)
    else:
        around[place.path[-1]] = value
    return made


def _trail(opened: Draft, place: Place) -> list[tuple[str, str | None]]:
    """Where one is: the draft, what is around, this."""
    code = opened.item.code
    trail: list[tuple[str, str | None]] = [(_("草稿"), reverse("desk:draft", args=[code]))]
    outer = place.around
    above: list[tuple[str, str | None]] = []
    while outer:
        one = place_of(outer, opened.content)
        above.insert(0, (_in_language(one.called(opened.content)), reverse("desk:draft_part", args=[code, outer])))
        outer = one.around
    return trail + above + [(_title(opened, place), None)]


def _title(opened: Draft, place: Place) -> str:
    if not place.is_member:
        return str(place.part.label)
    if place.is_new:
        return _("添加：{what}").format(what=label(_key(place.listed_in)))
    return _in_language(place.called(opened.content))


def _key(path: Path) -> str:
    """A list's key as wording knows it: `form.fields`, `materials`."""
    words = [step for step in path if isinstance(step, str)]
    return f"{words[0]}.{words[-1]}" if len(words) > 1 else words[0]


def _shelf(opened: Draft, path: Path, heading: str, of: Part) -> Shelf:
    members = at(opened.content, path) or []
    rows = [
        Listed(
            where=".".join(map(str, (*path, n))),
            title=title_of(member),
            note=_note(member, opened.content),
            wrong=sum(1 for one in opened.troubles if one.path[: len(path) + 1] == (*path, n)),
            is_first=n == 0,
            is_last=n == len(members) - 1,
        )
        for n, member in enumerate(members)
    ]
    wrong = [one.message for one in opened.troubles if one.path in (path, path[:1])]
    return Shelf(".".join(map(str, path)), heading, rows, of.is_fixed, wrong)


def _note(member: dict[str, Any], content: dict[str, Any]) -> str:
    """What a row says beside the name: the kind of a question, how many there are, whether it is needed, and when."""
    words = []
    if "necessity" in member:
        words.append(str(codes("necessity")[member["necessity"]]))
    if member.get("kind") in codes("form.kind"):
        words.append(str(codes("form.kind")[member["kind"]]))
    if member.get("required") is False:
        words.append(_("选填"))
    if "fields" in member and "kind" not in member:
        words.append(_("{n} 个问题").format(n=len(member["fields"])))
    for name in ("when", "check"):
        if condition := condition_words(member.get(name), content):
            words.append(_in_language(condition))
    return " · ".join(words)


def address_of(path: Path) -> str:
    """The address of the page on which a trouble is put right; "" for the draft's own."""
    for end in range(len(path), 0, -1):
        if isinstance(path[end - 1], int):
            return ".".join(map(str, path[:end]))
    first = str(path[0]) if path else ""
    return next(
        (where for where, one in PARTS.items() if not one.is_list and (first in one.only or where == first)), ""
    )


def called(content: dict[str, Any], path: Path) -> str:
    """What a trouble is about, in words: 申请材料 › 老人近照."""
    words = [label(str(path[0]))] if path else []
    for end in range(1, len(path) + 1):
        if isinstance(path[end - 1], int) and (value := at(content, path[:end])) is not None:
            words.append(_in_language(title_of(value)))
    return " › ".join(words)


def _in_language(words: dict[str, str]) -> str:
    english = (get_language() or "zh").startswith("en")
    return words.get("en") or words["zh"] if english else words["zh"]


# --- how it would look -----------------------------------------------------------------------------------------------------


def _guide_of(item: ServiceItem, content: dict[str, Any]) -> Guide | None:
    """The guide as it would be; None while the content does not hold together."""
    over = item.differences.content if item.differences else None
    try:
        merged = merge(content, over)
    except (ValidationError, ValueError):
        return None
    return replace(items_selectors.guide_by_id(item.pk), content=merged)


@require_safe
@officer_only
def preview(request: HttpRequest, by: Actor, code: str) -> HttpResponse:
    """The guide as people would read it."""
    opened, back = _open(by, code), reverse("desk:draft", args=[code])
    return _guide_page(request, _guide_of(opened.item, opened.content), back)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def preview_form(request: HttpRequest, by: Actor, code: str) -> HttpResponse:
    """The form as people would fill it in: choose answers, and see what is asked and which materials are needed."""
    opened, back = _open(by, code), reverse("desk:draft", args=[code])
    return _form_page(request, by, opened.item, _guide_of(opened.item, opened.content), back)


@require_safe
@officer_only
def proposed(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """The guide as it was proposed, for who publishes it."""
    _item, guide, back = _proposed(by, pk)
    return _guide_page(request, guide, back)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def proposed_form(request: HttpRequest, by: Actor, pk: int) -> HttpResponse:
    """The form as it was proposed, for who publishes it."""
    item, guide, back = _proposed(by, pk)
    return _form_page(request, by, item, guide, back)


def _proposed(by: Actor, pk: int) -> tuple[ServiceItem, Guide | None, str]:
    """The item of a proposal, where he works or else anywhere; no guide of one that is published by now.

    Raises: NotFound for another kind of load.
    """
    if by.role != Role.EDITOR:
        raise NotFound(_("没有这个页面。"))
    load = proposals.proposal(pk)
    if load.base is None:
        raise NotFound(_("没有这个页面。"))
    rows = load.base.entry.service_items.select_related("entry", "differences").order_by("code")
    item = rows.filter(division_id=by.division).first() or rows.first()
    if item is None:
        raise NotFound(_("没有这个页面。"))
    is_preview = load.state != PackLoad.State.PUBLISHED
    return item, _guide_of(item, content_in(load)) if is_preview else None, reverse("desk:proposal", args=[pk])


def _guide_page(request: HttpRequest, guide: Guide | None, back: str) -> HttpResponse:
    if guide is None:
        return redirect(back)
    return render(request, "portal/item.html", guide_context(guide) | {"preview": back})


def _form_page(request: HttpRequest, by: Actor, item: ServiceItem, guide: Guide | None, back: str) -> HttpResponse:
    if guide is None or guide.content is None:
        return redirect(back)
    filled = forms.resolve(guide.content.form, ground().code_set)
    typed = forms.read_post(filled, request.POST, divisions=DIVISIONS) if request.method == "POST" else {}
    answers = forms.merged({}, typed)
    cleaned = forms.clean(filled, answers, complete=False, divisions=DIVISIONS)
    context = {
        "by": by,
        "posts": people.posts_of(access.account_of(request)),
        "item": item,
        "back": back,
        "screens": [forms.screen(filled, key, answers, divisions=DIVISIONS) for key in cleaned.groups],
        "needed": [(slot, is_asked(slot, cleaned.answers)) for slot in guide.content.materials],
    }
    return render(request, "desk/draft_form.html", context)
