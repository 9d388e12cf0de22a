"""A case as a matter that collects materials: who may hand in for it, what is open, who may read it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from yukuaiban.cases import door, selectors
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case
from yukuaiban.cases.services.receipt import open_paths
from yukuaiban.cases.states import State
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now
from yukuaiban.materials.slots import Matter
from yukuaiban.people import access, passes
from yukuaiban.people.actors import Actor


def resolve(request: HttpRequest, subject: int) -> Matter | None:
    """The matter of a case for its applicant's side; None for anybody else."""
    seen = passes.identify(request)
    number = Case.objects.filter(pk=subject).values_list("number", flat=True).first()
    if seen is None or seen.party_id is None or number is None:
        return None
    by = seen.as_party()
    try:
        case = selectors.case_for_party(by, number)
    except NotFound:
        return None
    return matter_of(case, by)


def matter_of(case: Case, by: Actor) -> Matter:
    """What may be handed in for a case as it stands now."""
    ctx = Context(case, now())
    open_slots: set[str] | None
    match ctx.state:
        case State.DRAFT:
            open_slots, back = None, reverse("cases:draft_materials", args=[case.number])
        case State.CORRECTION:
            open_slots, back = open_paths(case.correction, "material"), reverse("cases:correction", args=[case.number])
        case State.IN_REVIEW | State.PAUSED | State.GRANTED:
            open_slots = {m.key for m in ctx.content.materials if m.necessity == "deferrable"}
            back = reverse("cases:supplement", args=[case.number])
        case _:
            open_slots, back = set(), reverse("cases:case", args=[case.number])
    return Matter(
        subject=case.pk,
        owner_id=case.applicant_id,
        reference=case.number,
        purpose={"zh": ctx.guide.name_zh, "en": ctx.guide.name_en or ctx.guide.name_zh},
        by=by,
        slots=ctx.content.materials,
        answers=door.read_answers(case),
        open_slots=open_slots,
        back_url=back,
    )


def may_read(request: HttpRequest, subject: int) -> Actor | None:
    """The officer of a request who may see the case, or None."""
    seen = passes.identify(request)
    by = seen.as_officer() if seen else None
    number = Case.objects.filter(pk=subject).values_list("number", flat=True).first()
    if by is None or number is None:
        return None
    try:
        return selectors.reach(access.account_of(request), by, number)[0]
    except NotFound:
        return None
