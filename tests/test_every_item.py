"""Every worked-out item, from a complete application to what it promises: a form that can be answered, conditions that
can be met, materials that can be given, steps that end in a decision, a licence or result, and its letters."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.people import applicant, at, id_number, officer, organisation, person
from yukuaiban.cases import letters, services
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case
from yukuaiban.cases.services.decision import deliver_electronically
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.chain.verification import verify
from yukuaiban.config.packs import pack_folders
from yukuaiban.items import selectors as items
from yukuaiban.items.models import ServiceItem
from yukuaiban.licences.models import Licence
from yukuaiban.messages.letters.models import Letter
from yukuaiban.people.actors import SYSTEM, Actor
from yukuaiban.people.models import Account, Party, Relation
from yukuaiban.people.services import families
from yukuaiban.synth.answers import filled

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
SLUGS = sorted(
    re.search(r"^slug: (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)[1]
    for pack in pack_folders()
    for file in (pack / "items").glob("*.yaml")
)


def test_there_are_sixty_worked_out_items():
    assert len(SLUGS) >= 60


@pytest.mark.parametrize("slug", SLUGS)
def test_an_application_ends_as_the_guide_says(city, slug):
    found = ServiceItem.objects.filter(entry__current_version__content__slug=slug).select_related("department")
    item = found.filter(division_id="500103").first() or found.order_by("division_id").first()
    assert item is not None, "worked out, but offered nowhere"
    content = items.guide(item.code).content
    assert content is not None

    account = person(assurance=content.assurance.value)
    if "natural_person" not in content.audience:
        holder = organisation(account)
    elif "self" in {ground.value for ground in content.acting}:
        holder = account.party
    else:
        holder = child_of(account)
    who = applicant(account, holder)
    case = services.draft_start(service_item_id=item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=filled(content, item.division_id), by=who, at=at(MONDAY))
    give_materials(case, "required", "deferrable")
    case = services.case_file(case_id=case.pk, by=who, at=at(MONDAY)).case

    case = decided(case, item, who)
    assert case.state == "granted"
    services.case_certify(case_id=case.pk, by=SYSTEM, at=at(MONDAY + timedelta(days=2)))
    deliver_electronically(case.pk, at=at(MONDAY + timedelta(days=2)))
    case.refresh_from_db()
    assert case.state == ("closed" if content.result.delivery[0] == "electronic" else "certified")
    if content.result.kind == "licence" and content.result.licence_type:
        licence = Licence.objects.get(pk=case.licence_id)
        assert (licence.holder_id, licence.type_slug) == (holder.pk, content.result.licence_type)
    letters.make_all(Context(case, at(MONDAY + timedelta(days=2))))
    assert {"receipt", "acceptance", "grant"} <= set(
        Letter.objects.filter(subject=case.pk).values_list("kind", flat=True)
    )
    assert verify().holds


def child_of(account: Account) -> Party:
    """A child for whom the account files as parent."""
    declared = families.guardianship_declare(
        account=account, name="小示例", id_kind="resident_id", id_number=id_number(date(2016, 5, 1)),
        relation=Relation.PARENT, consents=True, at=at(MONDAY),
    )  # fmt: skip
    return declared.ward


def decided(case: Case, item: ServiceItem, who: Actor) -> Case:
    """Accepted, every step passed by as many people as it asks for, visited and heard where the item says so, granted."""
    window = officer("window", item.department, item.division_id)
    handler, other = (officer("handler", item.department, item.division_id, name=f"{name}示例") for name in "钱孙")
    services.case_accept(case_id=case.pk, by=window, at=at(MONDAY, 11))
    process = items.guide(item.code).content.process
    if process.site_visit:
        services.site_visit_record(
            case_id=case.pk, by=handler, at=at(MONDAY, 12), visited_on=MONDAY, place="示例路 1 号", findings="一致", meets=True,
            officers=[handler.post_id, other.post_id],
        )  # fmt: skip
    if process.third_parties:
        services.third_party_hear(
            case_id=case.pk, by=handler, at=at(MONDAY, 12), name="邻居示例", interest="相邻", told_on=MONDAY, heard_on=MONDAY,
            statement="没有意见",
        )  # fmt: skip
        told = {"case_id": case.pk, "by": handler, "at": at(MONDAY, 13)}
        services.hearing_tell_right(**told)
        services.hearing_give_up(**told, third_party=case.third_parties.get().pk, reason="书面放弃")
        services.hearing_give_up(**told | {"by": who})
    last = max(step.stage for step in process.steps)
    reports = process.first_review.until_stage if process.first_review else 0
    moment = at(MONDAY + timedelta(days=1))
    while step := case.steps.filter(state="open").select_related("desk__department").order_by("stage", "pk").first():
        for n in range(step.people):
            by = officer(step.role, step.desk.department, step.desk.division_id, name=f"审查{n}示例")
            done = {"case_id": case.pk, "by": by, "at": moment}
            if step.stage == last:
                services.case_grant(**done)
            elif step.stage == reports:
                services.case_report_up(**done, proposal="grant", opinion="材料齐全，符合条件")
            else:
                services.step_pass(**done, step_id=step.pk, opinion="同意")
    case.refresh_from_db()
    return case
