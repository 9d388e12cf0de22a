"""A renewal in a real browser: from the wallet to the new term, when the office lets the licence's last day pass."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.people import at, office, person
from tests.test_journey import BOTH_WIDTHS, look, move_to, number_of, outbox, signed_in, work_off  # noqa: F401
from yukuaiban.cases import services
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.items import selectors as items
from yukuaiban.licences.models import Licence
from yukuaiban.licences.services import licence_issue
from yukuaiban.people.actors import SYSTEM, Actor
from yukuaiban.synth.answers import filled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MONDAY = date(2026, 3, 2)
LAST = date(2026, 5, 20)  # of the present licence: renewable since 19 February


@BOTH_WIDTHS
def test_a_licence_is_renewed_from_the_wallet_though_nobody_decides(city, signed_in, look, move_to, width):  # noqa: F811
    where, who = office("driving_licence_renewal"), person()
    held = licence_issue(
        type_code="driving_licence", holder=who.party, issuer=where.item.department, by=SYSTEM, at=at(date(2020, 5, 20)),
        facts={"number": who.party.id_number, "vehicle_class": "C1", "file_number": "500000000001"},
        valid_from=date(2020, 5, 21), valid_until=date(2026, 5, 21),
    )  # fmt: skip

    page = signed_in(width, who, "/zh/wallet")
    expect(page.locator("main")).to_contain_text("最迟 2026年5月20日 申请延续")
    look(page, "wallet")
    page.get_by_role("link", name="机动车驾驶证").click()
    look(page, "licence")
    page.get_by_role("link", name="申请延续").click()
    expect(page.locator("main")).to_contain_text("现有证照有效期到 2026年5月20日")
    expect(page.locator("main")).to_contain_text(held.licence_id)
    look(page, "form")

    draft = Case.objects.get(applicant=who.party, state="draft")
    answers = filled(items.guide(where.item.code).content, where.item.division_id)
    known = {"renew_reason": "term", "licence_until": LAST.isoformat(), "file_number": "500000000001"}
    by = Actor(kind="party", account_id=who.pk, name=who.party.name, party_id=who.party_id)
    services.draft_save(case_id=draft.pk, answers=answers | known, by=by, at=at(MONDAY))
    give_materials(draft, "required", "deferrable")

    page.goto(f"/zh/drafts/{draft.number}/review")
    expect(page.locator("main")).to_contain_text("依法视为准予延续")
    look(page, "review")
    page.get_by_role("button", name="提交申请").click()
    number = number_of(page)
    services.case_accept(case_id=draft.pk, by=where.window, at=at(MONDAY, 11))
    page.goto(f"/zh/cases/{number}")
    expect(page.locator("main")).to_contain_text("到那天部门还没有作决定，依法视为准予延续")
    look(page, "case")

    desk = signed_in(width, where.approver, f"/zh/desk/cases/{number}")
    expect(desk.locator("main")).to_contain_text("届满前没有作决定，视为准予延续")
    look(desk, "desk")

    move_to("2026-05-21")
    page.goto(f"/zh/cases/{number}")
    expect(page.locator("main")).to_contain_text("到期没有作决定，依法视为准予延续")
    work_off()
    new = Licence.objects.get(previous=held.pk)
    assert (new.valid_from, new.valid_until) == (date(2026, 5, 21), date(2036, 5, 21))
    page.goto("/zh/wallet")
    expect(page.locator("main")).to_contain_text("有效期至 2036年5月20日")
    page.goto(f"/zh/items/{where.item.code}")
    expect(page.locator("main")).to_contain_text("最迟在有效期的最后一天申请")
    look(page, "guide")
