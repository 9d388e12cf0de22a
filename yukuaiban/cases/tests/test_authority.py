"""An agent reaches his principal's cases as far as his authority does, and no longer than it holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.cases import selectors, services
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_life import MONDAY, give_materials
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.people.models import Mandate
from yukuaiban.people.services import mandate_revoke

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(city):
    """A person, his agent, and the office of an item."""
    return person("刘示例"), person("王示例"), office()


def mandate(principal, agent, items: list[str] | None, *, until: date = MONDAY + timedelta(days=30)) -> Mandate:
    return Mandate.objects.create(
        kind="relative",
        state="confirmed",
        principal=principal.party,
        agent=agent.party,
        items=items,
        valid_from=MONDAY,
        valid_until=until,
        asked_at=at(MONDAY),
        asked_by=principal,
        confirmed_at=at(MONDAY),
        confirmed_by=principal,
    )


def filed(by, where):
    case = services.draft_start(service_item_id=where.item.pk, by=by, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=by, at=at(MONDAY))
    give_materials(case)
    return services.case_file(case_id=case.pk, by=by, at=at(MONDAY)).case


class TestAnAuthorityLimitedToItems:
    def test_does_not_open_cases_of_other_items(self, pair):
        principal, agent, where = pair
        case = filed(applicant(principal), where)
        mandate(principal, agent, ["another-item"])
        by = applicant(agent, principal.party)
        assert list(selectors.my_cases(by).rows) == []
        assert selectors.next_matters(by) == []
        with pytest.raises(NotFound):
            selectors.case_for_party(by, case.number)
        with pytest.raises(NotFound):
            services.case_withdraw(case_id=case.pk, by=by, at=at(MONDAY), reason="不该能撤回")
        with pytest.raises(PermissionRefused):
            services.draft_start(service_item_id=where.item.pk, by=by, at=at(MONDAY))

    def test_opens_those_it_names(self, pair):
        principal, agent, where = pair
        case = filed(applicant(principal), where)
        mandate(principal, agent, ["another-item"])
        mandate(principal, agent, [where.item.entry.code])
        by = applicant(agent, principal.party)
        assert list(selectors.my_cases(by).rows) == [case]
        assert selectors.case_for_party(by, case.number) == case


class TestAnAuthorityThatIsOver:
    def test_revoked_it_opens_nothing_more_not_even_what_was_filed_under_it(self, pair):
        principal, agent, where = pair
        row = mandate(principal, agent, None)
        by = applicant(agent, principal.party)
        case = filed(by, where)
        assert selectors.case_for_party(by, case.number) == case
        mandate_revoke(account=principal, mandate_id=row.pk, at=at(MONDAY, 11))
        for actor in (by, applicant(agent)):
            with pytest.raises(NotFound):
                selectors.case_for_party(actor, case.number)
            with pytest.raises(NotFound):
                services.case_withdraw(case_id=case.pk, by=actor, at=at(MONDAY, 12), reason="不该能撤回")
        assert list(selectors.my_cases(by).rows) == []
        assert selectors.case_for_party(applicant(principal), case.number) == case

    def test_a_draft_is_not_filed_after_its_end(self, pair, monkeypatch):
        principal, agent, where = pair
        mandate(principal, agent, None, until=MONDAY + timedelta(days=1))
        by = applicant(agent, principal.party)
        case = services.draft_start(service_item_id=where.item.pk, by=by, at=at(MONDAY))
        services.draft_save(case_id=case.pk, answers=RESIDENCE, by=by, at=at(MONDAY))
        give_materials(case)
        monkeypatch.setenv("YUKUAIBAN_TODAY", "2026-03-03")
        with pytest.raises((NotFound, PermissionRefused)):
            services.case_file(case_id=case.pk, by=by, at=at(date(2026, 3, 3)))


def test_a_parent_is_told_to_choose_the_child(city):
    where, account = office("school_transfer"), person()
    browser = Client()
    browser.force_login(account)
    page = browser.get(f"/zh/apply/{where.item.code}").content.decode()
    assert "由监护人申请" in page
    assert 'href="/zh/me/identities"' in page


def test_what_is_half_filled_in_saves_itself(city):
    """An autosave answers that it saved, though questions are still open; going on names them."""
    where, account = office(), person()
    browser = Client()
    browser.force_login(account)
    case = services.draft_start(service_item_id=where.item.pk, by=applicant(account), at=at(MONDAY))
    first = browser.get(f"/zh/drafts/{case.number}", follow=True).request["PATH_INFO"]
    assert browser.post(first, {}, headers={"X-Autosave": "1"}).status_code == 204
    assert browser.post(first, {}).status_code == 422


def test_an_item_for_organisations_is_told_before_a_word_is_typed(city):
    """A person who asks for it is told, with the way to be an organisation and the way back to the guide."""
    where, account = office("animal_clinic"), person()
    browser = Client()
    browser.force_login(account)
    answer = browser.get(f"/zh/apply/{where.item.code}")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "这个事项由单位办理" in page
    for link in ("/zh/me/identities", "/zh/me/organisations", f"/zh/items/{where.item.code}"):
        assert f'href="{link}"' in page, link
    assert not Case.objects.filter(filed_by=account).exists()
