"""Home, search, guides: what anyone can read without an account."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from yukuaiban.calendars.reasons import limit_in_words
from yukuaiban.cases import selectors as cases
from yukuaiban.cases.rules import answered_within
from yukuaiban.config.now import today
from yukuaiban.config.parameters import parameter
from yukuaiban.items import selectors as items
from yukuaiban.items.filters import Filters, find
from yukuaiban.items.guide import Guide
from yukuaiban.items.limits import bars_of, extension_of, first_review_of
from yukuaiban.items.models import ItemType
from yukuaiban.items.services import feedback_leave
from yukuaiban.people import passes
from yukuaiban.places import selectors as places
from yukuaiban.portal import selectors

PAGE = 20
EVENTS_AT_HOME = 18  # whole rows at every width; all of them are one tap away

# The eight services most asked for, with their icon; shown only where the directory has them.
FREQUENT = [
    ("residence_permit", "residence", _("居住证")),
    ("resident_id_card", "id-card", _("身份证")),
    ("employee_enrolment", "social-insurance", _("社保参保")),
    ("inpatient_reimbursement", "medical", _("医疗报销")),
    ("housing_fund_withdrawal", "housing-fund", _("公积金提取")),
    ("driving_licence_renewal", "vehicle", _("驾驶证")),
    ("school_transfer", "school", _("转学")),
    ("individual_business", "shop", _("个体开店")),
]
EVENT_ICONS = {
    "having_a_child": "baby",
    "going_to_school": "school",
    "first_job": "work",
    "getting_married": "marriage",
    "a_home": "housing",
    "moving": "moving",
    "a_car": "vehicle",
    "falling_ill": "illness",
    "losing_work": "social-insurance",
    "hard_times": "heart-hand",
    "disability": "disability",
    "leaving_the_army": "veteran",
    "retiring": "retire",
    "a_death": "farewell",
    "starting_a_business": "start-business",
    "opening_a_shop": "shop",
    "hiring_people": "users",
    "building_something": "company",
    "closing_a_business": "stop",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, frequent services, life events, my open matters, announcements."""
    by_slug = items.entry_codes_by_slug()
    frequent = [(by_slug[slug], icon, label) for slug, icon, label in FREQUENT if slug in by_slug]
    seen = passes.identify(request)
    matters = cases.next_matters(seen.as_party()) if seen and seen.party_id else []
    return render(
        request,
        "portal/home.html",
        {
            "frequent": frequent,
            "events": [
                (topic, EVENT_ICONS.get(topic.code, "heart-hand"))
                for topic in islice(selectors.topics("life_events").values(), EVENTS_AT_HOME)
            ],
            "matters": matters,
            "announcements": selectors.announcements(),
            "count": len(items.catalogue().entries),
            "light_of": cases.light_of,
        },
    )


def _filters(request: HttpRequest) -> Filters:
    get = request.GET.get
    theme, event, department, audience, kind, division = (
        get(name, "") for name in ("theme", "event", "department", "audience", "type", "division")
    )
    return Filters(theme, event, department, audience, kind, online=get("online") == "1", division=division)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """By words, pinyin, initials, theme, life event, department, audience, type; a "nothing found" that helps."""
    text, filters = request.GET.get("q", "")[:80], _filters(request)
    found, rows = find(text, filters)
    if found.division:
        filters = replace(filters, division=found.division)
    start = _start(request)
    context = {
        "q": text,
        "filters": filters,
        "found": found,
        "rows": rows[start : start + PAGE],
        "total": len(rows),
        "next": _query(request, start=start + PAGE) if len(rows) > start + PAGE else None,
        "previous": _query(request, start=max(0, start - PAGE)) if start else None,
        "themes": selectors.topics("themes"),
        "events": selectors.topics("life_events"),
        "departments": _departments(),
        "divisions": [places.city(), *places.current_districts()],
        "types": [t for t in ItemType if t.value in {e.item_type for e in items.catalogue().entries}],
        "elsewhere": found.rows[:5] if filters.any and not rows else [],
    }
    return render(request, "portal/search.html", context)


def _start(request: HttpRequest) -> int:
    start = request.GET.get("start", "0")
    return min(int(start), 5000) if start.isdecimal() and len(start) < 6 else 0


def _query(request: HttpRequest, **changes: Any) -> str:
    query = request.GET.copy()
    for key, value in changes.items():
        query[key] = str(value)
    return "?" + query.urlencode()


def _departments() -> list[tuple[str, str, int]]:
    """Departments that have entries: (kind, name, how many), most first."""
    language = get_language() or "zh"
    counts: dict[str, tuple[str, int]] = {}
    for entry in items.catalogue().entries:
        name, many = counts.get(entry.department_kind, (entry.department(language), 0))
        counts[entry.department_kind] = (name or entry.department_kind, many + 1)
    return sorted(((kind, name, many) for kind, (name, many) in counts.items()), key=lambda d: (-d[2], d[0]))


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """A few entries for a person who is still typing."""
    rows = items.catalogue().suggest(request.GET.get("q", "")[:80])
    return render(request, "portal/suggest.html", {"rows": rows})


@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/departments.html", {"departments": _departments()})


@require_safe
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """Who does it where: the city's department, and the districts'. Done or asked for in one place, it goes straight there."""
    found = items.entry_of(code)
    offered = list(items.offered_by(code))
    here = [one for one in offered if one.division_id == request.GET.get("division")]
    if len(offered) == 1 or here:
        return redirect("portal:item", code=(here or offered)[0].code)
    return render(request, "portal/entry.html", {"entry": found, "offered": offered})


@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    """The guide: can I do this from here, how long, what do I need, what does it cost, one button."""
    guide = items.guide(code)
    siblings = [s for s in items.offered_by(guide.entry_code) if s.code != code]
    more = {"siblings": siblings, "thanked": request.GET.get("thanks") == "1"}
    return render(request, "portal/item.html", guide_context(guide) | more)


def guide_context(guide: Guide) -> dict[str, Any]:
    """What the page of a guide shows: of one in force, or of one that an editor is still writing."""
    language = get_language() or "zh"
    review = guide.content.process.first_review if guide.content else None
    return {
        "guide": guide,
        "content": guide.content,
        "department": items.department_of(guide),
        "division": places.name(guide.division, language),
        "halls": places.halls_of([guide.division]),
        "siblings": [],
        "took": items.real_time(guide),
        "renewal_lead": _renewal_lead(language),
        "extension": extension_of(guide.content, today()) if guide.content else None,
        "first_review": first_review_of(review, today()) if review else None,
        "bars": bars_of(guide.content, today()) if guide.content else None,
        "answered_within": answered_within(guide.content.process) if guide.content else "",
        "elements": items.elements_of(guide),
        "thanked": False,
        "preview": None,
    }


def _renewal_lead(language: str) -> str:
    """How long before its end a licence is renewed where no law says otherwise. Law: 行政许可法 第五十条第一款."""
    lead = parameter("renewal_lead")
    return limit_in_words(lead.value, lead.unit, language)


@require_POST
def item_feedback(request: HttpRequest, code: str) -> HttpResponse:
    """ "Was this right?" under a guide."""
    guide = items.guide(code)
    feedback_leave(guide=guide, was_right=request.POST.get("right") == "yes", note=request.POST.get("note", ""))
    response = redirect("portal:item", code=code)
    response["Location"] += "?thanks=1#feedback"
    return response


@require_safe
def announcements(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/announcements.html", {"rows": selectors.announcements(50)})


@require_safe
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "portal/announcement.html", {"row": selectors.announcement(pk)})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html", {})
