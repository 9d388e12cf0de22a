"""A whole life of a case, from draft to licence, with the dates of the law."""

from __future__ import annotations

from datetime import date

import pytest

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.cases import services
from yukuaiban.cases.context import history
from yukuaiban.cases.models import Case, Work
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.chain.verification import verify
from yukuaiban.licences.models import Licence
from yukuaiban.materials.models import MaterialUse

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)


def give_materials(case: Case, *kinds: str) -> None:
    """Answer every slot of these kinds (the required ones by default) as an upload would, without a file."""
    from yukuaiban.cases.matters import matter_of
    from yukuaiban.materials.slots import is_asked
    from yukuaiban.people.models import Account

    case.refresh_from_db()
    by = applicant(Account.objects.get(pk=case.filed_by_id))
    matter = matter_of(case, by)
    for slot in matter.slots:
        if slot.necessity in (kinds or ("required",)) and is_asked(slot, matter.answers):
            MaterialUse.objects.create(
                subject=case.pk, slot_key=slot.key, slot_title={"zh": slot.title.zh, "en": slot.title.en},
                owner_id=case.applicant_id, how="register", source="test", by=by.facts(), by_account_id=by.account_id,
                purpose=matter.purpose, reference=case.number, at=at(MONDAY),
            )  # fmt: skip


@pytest.fixture
def filed(city):
    """A filed application for a residence permit, with its office."""
    where = office()
    who = applicant(person())
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(case)
    receipt = services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
    return receipt, where, who


def test_from_filing_to_the_licence(filed):
    receipt, where, who = filed
    case = receipt.case
    assert case.received_on == MONDAY
    assert receipt.code
    assert Work.objects.get(case=case).desk_id == where.window.desk_id

    services.case_request_correction(
        case_id=case.pk, by=where.window, at=at(date(2026, 3, 4)), wanted=[Wanted("field:school", "请写学校全称")]
    )
    services.case_hand_in_correction(
        case_id=case.pk, by=who, at=at(date(2026, 3, 6)), answers={"school": "示例大学（示例校区）"}
    )
    services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 9)))
    case.refresh_from_db()
    assert case.accepted_on == date(2026, 3, 9)
    assert case.promised_on == date(2026, 3, 16)

    step = case.steps.get(stage=1)
    services.step_pass(case_id=case.pk, step_id=step.pk, by=where.handler, at=at(date(2026, 3, 10)))
    services.case_grant(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 11)))
    services.case_certify(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 11)))
    services.case_deliver(case_id=case.pk, by=where.window, at=at(date(2026, 3, 11)), how="electronic")
    services.case_close(case_id=case.pk, by=where.window, at=at(date(2026, 3, 11)))
    case.refresh_from_db()
    assert case.state == "closed"
    assert Licence.objects.get(pk=case.licence_id).holder_id == case.applicant_id
    assert not Work.objects.filter(case=case).exists()
    assert [h.act for h in history(case.pk)] == [
        "file", "request_correction", "hand_in_correction", "accept", "pass_step", "grant", "certify", "deliver", "close",
    ]  # fmt: skip
    assert verify().holds
