"""利害关系人: told in a letter of his own, his own five days, what he sees and does himself. 行政许可法 第三十六条、第四十七条; docs/adr/0092."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection
from django.test import Client

from tests.people import applicant, at, officer, organisation, person
from yukuaiban.cases import door, interests, permissions, services
from yukuaiban.cases.context import Context, history
from yukuaiban.cases.errors import RuleRefused, TransitionRefused
from yukuaiban.cases.holders import export
from yukuaiban.cases.letters import make_all
from yukuaiban.cases.models import Case, HearingRight, ThirdParty
from yukuaiban.cases.preconditions import check
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.states import TRANSITIONS, By, State
from yukuaiban.cases.tests.test_life import MONDAY
from yukuaiban.cases.tests.test_limits import accept, licence
from yukuaiban.chain.verification import verify
from yukuaiban.config.errors import DomainError, NotFound, PermissionRefused
from yukuaiban.messages.letters.selectors import letter_file, letters_for
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY, LAST, AFTER = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 10), date(2026, 3, 11)


@dataclass
class World:
    case: Case
    where: object
    who: Actor
    neighbour: Account

    @property
    def one(self) -> Actor:
        return applicant(self.neighbour)

    def tell(self, account, *, on=TUESDAY, **more):
        party = account.party
        said = {"interest": "与拟建房屋相邻", "told_on": on, "heard_on": on, "statement": "影响采光"}
        document = {"id_kind": party.id_kind, "id_number": party.id_number}
        services.third_party_hear(
            case_id=self.case.pk, by=self.where.handler, at=at(on, 9), name=party.name, **said | document | more
        )
        return ThirdParty.objects.order_by("pk").last()

    def right(self, on=TUESDAY):
        services.hearing_tell_right(case_id=self.case.pk, by=self.where.handler, at=at(on, 10))

    def do(self, by, on, hour=11):
        return {"case_id": self.case.pk, "by": by, "at": at(on, hour)}

    def grant(self, on, hour=12):
        step = self.case.steps.get(stage=1)
        if step.state == "open":
            services.step_pass(**self.do(self.where.handler, on, hour), step_id=step.pk)
        return services.case_grant(**self.do(self.where.approver, on, hour))

    @property
    def state(self):
        return Case.objects.get(pk=self.case.pk).state


@pytest.fixture
def world(city):
    licence()
    return World(*accept(), person("邻居示例"))


def text_of(letter):
    import io

    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(letter_file(letter))).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


class TestHisOwnDays:
    def test_each_counts_from_the_day_he_was_told_and_the_last_holds_the_decision(self, world):
        world.tell(world.neighbour)
        world.right()
        world.tell(person("对门示例"), on=date(2026, 3, 5))
        assert [(right.third_party is None, right.until) for right in HearingRight.objects.order_by("pk")] == [
            (True, LAST),
            (False, LAST),
            (False, date(2026, 3, 12)),
        ]
        services.hearing_give_up(**world.do(world.who, WEDNESDAY))
        with pytest.raises(RuleRefused, match="2026-03-12"):
            world.grant(AFTER)
        world.grant(date(2026, 3, 13))

    def test_a_holiday_inside_is_not_counted(self, world):
        """清明节: Saturday 4 to Monday 6 April 2026. Told on Thursday 2 April, the days are 3, 7, 8, 9 and 10 April."""
        thursday = date(2026, 4, 2)
        world.tell(world.neighbour, on=thursday)
        world.right(thursday)
        right = HearingRight.objects.get(third_party__isnull=False)
        assert (right.told_on, right.until) == (thursday, date(2026, 4, 10))
        services.hearing_request(**world.do(world.one, date(2026, 4, 10), 23))
        assert world.state == "paused"

    def test_a_day_too_late(self, world):
        world.tell(world.neighbour)
        world.right()
        with pytest.raises(RuleRefused, match="2026-03-10") as told:
            services.hearing_request(**world.do(world.one, AFTER))
        assert told.value.details == {"request_by": "2026-03-10"}
        world.grant(AFTER)

    def test_nothing_is_decided_before_he_was_told(self, world):
        world.tell(world.neighbour)
        with pytest.raises(RuleRefused, match="听证权利"):
            world.grant(TUESDAY)
        world.right()
        services.hearing_give_up(**world.do(world.who, TUESDAY))
        with pytest.raises(RuleRefused, match="2026-03-10"):
            world.grant(TUESDAY)
        services.hearing_give_up(**world.do(world.one, TUESDAY))
        world.grant(TUESDAY)

    def test_who_was_told_is_not_told_again_when_he_says_more(self, world):
        own = world.tell(world.neighbour)
        world.right()
        world.tell(world.neighbour, on=WEDNESDAY, statement="还有通风")
        assert ThirdParty.objects.count() == 1
        own.refresh_from_db()
        assert own.statement == "影响采光\n还有通风"
        assert HearingRight.objects.count() == 2


class TestHeActsHimself:
    def test_asks_and_the_clock_stops(self, world):
        world.tell(world.neighbour)
        world.right()
        services.hearing_request(**world.do(world.one, WEDNESDAY), reason="影响采光")
        assert world.state == "paused"
        assert HearingRight.objects.get(third_party__isnull=False).asked_on == WEDNESDAY
        assert HearingRight.objects.get(third_party__isnull=True).asked_on is None
        with pytest.raises(RuleRefused, match="已经申请过"):
            services.hearing_request(**world.do(world.one, WEDNESDAY))
        with pytest.raises((RuleRefused, TransitionRefused)):
            world.grant(WEDNESDAY)

    def test_two_ask_and_one_gives_up_and_it_is_held_all_the_same(self, world):
        world.tell(world.neighbour)
        world.right()
        services.hearing_request(**world.do(world.one, WEDNESDAY))
        services.hearing_request(**world.do(world.who, WEDNESDAY, 12))
        services.hearing_give_up(**world.do(world.one, WEDNESDAY, 13))
        assert world.state == "paused"
        services.hearing_give_up(**world.do(world.who, WEDNESDAY, 14))
        assert world.state == "in_review"
        assert [h.act for h in history(world.case.pk)][-4:] == [
            "request_hearing", "join_hearing", "waive_hearing", "give_up_hearing",
        ]  # fmt: skip
        for by in (world.one, world.who):
            with pytest.raises(RuleRefused, match="已经放弃"):
                services.hearing_request(**world.do(by, WEDNESDAY, 15))
        world.grant(WEDNESDAY, 16)
        assert verify(world.case.pk).holds

    def test_what_one_gave_up_the_other_still_has(self, world):
        world.tell(world.neighbour)
        world.right()
        services.hearing_request(**world.do(world.who, TUESDAY))
        services.hearing_give_up(**world.do(world.who, WEDNESDAY))
        with pytest.raises(RuleRefused, match="2026-03-10"):
            world.grant(WEDNESDAY)
        services.hearing_request(**world.do(world.one, WEDNESDAY, 13))
        assert world.state == "paused"

    def test_after_the_hearing_there_is_nothing_to_ask_for_or_give_up(self, world):
        own = world.tell(world.neighbour)
        world.right()
        services.hearing_request(**world.do(world.one, WEDNESDAY))
        services.hearing_request(**world.do(world.who, WEDNESDAY))
        held = at(date(2026, 3, 20), 9)
        services.hearing_notify(
            **world.do(world.where.handler, WEDNESDAY),
            held_at=held,
            place="示例会议室",
            chair=world.where.window.post_id,
        )
        services.hearing_record(
            **world.do(world.where.handler, date(2026, 3, 20), 12), record="笔录", parties=[], signed_by=["邻居示例"]
        )
        for by, more in ((world.one, {}), (world.where.handler, {"third_party": own.pk})):
            with pytest.raises(RuleRefused):
                services.hearing_give_up(**world.do(by, date(2026, 3, 20), 13), **more)
        with pytest.raises(RuleRefused):
            services.hearing_request(**world.do(world.one, date(2026, 3, 20), 13))
        world.grant(date(2026, 3, 20), 14)

    def test_states_his_view_and_the_case_may_be_decided(self, world):
        own = world.tell(world.neighbour, heard_on=None, statement="")
        world.right()
        for by in (world.one, world.who):
            services.hearing_give_up(**world.do(by, TUESDAY))
        with pytest.raises(RuleRefused, match="利害关系人"):
            world.grant(TUESDAY)
        services.third_party_state(**world.do(world.one, WEDNESDAY), statement="影响采光")
        services.third_party_state(**world.do(world.one, WEDNESDAY), statement="也影响通风")
        own.refresh_from_db()
        assert (own.heard_on, own.statement) == (WEDNESDAY, "影响采光\n也影响通风")
        world.grant(WEDNESDAY)

    def test_an_organisation_acts_through_who_may_act_for_it(self, world):
        director = person("法人示例")
        firm = organisation(director)
        services.third_party_hear(
            **world.do(world.where.handler, TUESDAY, 9), name=firm.name, interest="同一水源", told_on=TUESDAY,
            heard_on=None, statement="", id_kind="credit_code", id_number=firm.id_number,
        )  # fmt: skip
        world.right()
        with pytest.raises(NotFound):
            services.hearing_request(**world.do(applicant(director), WEDNESDAY))
        with pytest.raises(NotFound):
            services.hearing_request(**world.do(applicant(person("外人示例"), firm), WEDNESDAY))
        services.hearing_request(**world.do(applicant(director, firm), WEDNESDAY))
        assert world.state == "paused"

    def test_an_officer_writes_down_for_him_what_he_says_on_paper(self, world):
        own, other = world.tell(world.neighbour), world.tell(person("对门示例"))
        world.right()
        desk = world.do(world.where.handler, WEDNESDAY)
        services.hearing_request_of(**desk, third_party=own.pk, reason="影响采光")
        services.hearing_request_of(**desk, third_party=other.pk, reason="影响通风")
        with pytest.raises(RuleRefused, match="没有这个利害关系人"):
            services.hearing_give_up(**desk, third_party=None)
        services.hearing_give_up(**desk, third_party=own.pk, reason="书面放弃")
        assert world.state == "paused"
        services.hearing_give_up(**desk, third_party=other.pk, reason="书面放弃")
        assert world.state == "in_review"


@pytest.mark.parametrize("state", list(State))
def test_every_state_act_and_role_of_a_third_party(world, state):
    """He may what the table gives him and in no other state; the one who is not verified, and strangers, find nothing."""
    world.tell(world.neighbour)
    ctx = Context(Case.objects.get(pk=world.case.pk), at(TUESDAY))
    ctx.case.state = state.value
    nobodies = [
        applicant(person("路人示例")),
        applicant(person("邻居示例", assurance="registered")),
        applicant(person("贼示例"), world.neighbour.party),
    ]
    for act, row in TRANSITIONS.items():
        if By.THIRD_PARTY not in row.by:
            with pytest.raises(PermissionRefused):
                check(act, ctx, world.one)
        elif state not in row.sources:
            with pytest.raises(TransitionRefused):
                check(act, ctx, world.one)
        else:
            permissions.check(world.one, act, ctx.case)
        for nobody in nobodies:
            with pytest.raises(NotFound):
                check(act, ctx, nobody)


class TestPrivacy:
    def test_he_sees_the_matter_and_himself_and_nothing_of_the_applicant(self, world):
        world.tell(world.neighbour)
        world.right()
        client, number = Client(), world.case.number
        client.force_login(world.neighbour)
        applicants = Account.objects.get(pk=world.who.account_id).party
        secrets = {applicants.name, applicants.id_number, applicants.phone, "示例大学", "示例小区"}
        for path in (
            "/zh/interests",
            f"/zh/interests/{number}",
            f"/en/interests/{number}",
            f"/api/v1/interests/{number}",
        ):
            told = client.get(path)
            assert told.status_code == 200, path
            said = told.content.decode()
            assert number in said
            assert not [secret for secret in secrets if secret in said], path
        body = client.get(f"/api/v1/interests/{number}").json()
        assert (body["interest"], body["statement"], body["request_by"]) == ("与拟建房屋相邻", "影响采光", "2026-03-10")
        assert body["can"] == ["statement", "hearing", "give_up"]
        for path in (f"/zh/cases/{number}", f"/api/v1/cases/{number}", f"/zh/cases/{number}/withdraw"):
            assert client.get(path).status_code in (404, 405), path

    def test_a_stranger_and_the_other_third_party_of_nothing_get_404(self, world):
        world.tell(world.neighbour)
        world.right()
        number = world.case.number
        officers = Account.objects.get(pk=officer("handler", world.where.item.department, "500103").account_id)
        for account in (person("路人示例"), person("邻居示例"), person("邻居示例", assurance="registered"), officers,
                        Account.objects.get(pk=world.who.account_id)):  # fmt: skip
            client = Client()
            client.force_login(account)
            for path in (f"/zh/interests/{number}", f"/zh/interests/{number}/hearing", f"/api/v1/interests/{number}"):
                assert client.get(path).status_code == 404, path
            assert client.post(f"/zh/interests/{number}/hearing").status_code == 404
            assert number not in client.get("/zh/interests").content.decode()
        assert world.state == "in_review"

    def test_the_applicant_learns_that_a_third_party_acted_and_not_who_or_why(self, world):
        world.tell(world.neighbour)
        world.right()
        services.hearing_request(**world.do(world.who, TUESDAY))
        services.hearing_request(**world.do(world.one, WEDNESDAY), reason="夜里太吵")
        services.hearing_give_up(**world.do(world.one, WEDNESDAY, 12), reason="已经和解")
        case = Case.objects.get(pk=world.case.pk)
        at_home, at_desk = (
            str(page_of(case, by, language="zh")["timeline"]) for by in (world.who, world.where.handler)
        )
        assert "利害关系人也要求听证" in at_home
        assert "利害关系人放弃听证权利" in at_home
        for hers in ("夜里太吵", "已经和解", "邻居示例", "采光"):
            assert hers not in at_home
        assert "夜里太吵" in at_desk
        assert "已经和解" in at_desk

    def test_his_document_is_sealed_and_never_the_applicants(self, world):
        world.tell(world.neighbour)
        with connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM cases_thirdparty t")
            (stored,) = cursor.fetchone()
        for plain in (world.neighbour.party.id_number, "邻居示例", "影响采光", "相邻"):
            assert plain not in stored
            assert plain.encode().hex() not in stored
        with pytest.raises(RuleRefused, match="申请人的证件"):
            world.tell(Account.objects.get(pk=world.who.account_id))
        with pytest.raises(RuleRefused, match="另一个利害关系人"):
            world.tell(person("对门示例"), id_number=world.neighbour.party.id_number)
        with pytest.raises(RuleRefused):
            world.tell(person("错号示例"), id_number="500000199001011230")

    def test_his_copy_of_all_his_data_holds_it(self, world):
        world.tell(world.neighbour)
        world.right()
        (his,) = export(world.neighbour.party)["as_third_party"]
        assert (his["number"], his["statement"]) == (world.case.number, "影响采光")
        assert his["hearing_right_until"] == LAST
        applicants = Account.objects.get(pk=world.who.account_id).party
        assert applicants.name not in str(his)
        assert export(applicants)["as_third_party"] == []
        assert export(person("路人示例").party) is None


class TestLetters:
    def test_each_third_party_has_one_of_his_own_that_tells_his_day_and_his_rights(self, world):
        world.tell(world.neighbour)
        world.right()
        world.tell(person("对门示例"), on=date(2026, 3, 5))
        make_all(Context(Case.objects.get(pk=world.case.pk), at(date(2026, 3, 5), 18)))
        first, second = (
            text_of(letter) for letter in (
                letters_for(world.case.pk).get(kind="hearing_right", to_third_party=True),
                letters_for(world.case.pk).filter(kind="third_party").last(),
            )
        )  # fmt: skip
        for said, name, until in ((first, "邻居示例", "2026年3月10日"), (second, "对门示例", "2026年3月12日")):
            for part in (name, until, "要求听证的权利", "第四十七条", "不承担", "逾期未提出的，视为放弃听证权利"):
                assert part in said, part
            assert Account.objects.get(pk=world.who.account_id).party.name not in said
        assert "第三十六条" in second
        assert "陈述和申辩" in second


@pytest.mark.django_db(transaction=True)
def test_he_asks_while_the_officer_decides_and_one_of_them_is_told(world):
    """Two real transactions, both past their checks before either writes: one wins, the other is told what happened."""
    world.tell(world.neighbour)
    world.right()
    services.hearing_give_up(**world.do(world.who, TUESDAY))
    services.step_pass(**world.do(world.where.handler, TUESDAY), step_id=world.case.steps.get(stage=1).pk)
    both_checked, been, wrote = threading.Barrier(2, timeout=30), set(), door.move

    def late(*args, **kwargs):
        if threading.get_ident() not in been:  # a second try does not wait
            been.add(threading.get_ident())
            both_checked.wait()
        return wrote(*args, **kwargs)

    acts = (
        lambda: services.hearing_request(**world.do(world.one, LAST, 23)),
        lambda: services.case_grant(
            **world.do(world.where.approver, AFTER, 0)
        ),  # the decision reads: his days are over
    )

    def run(act):
        try:
            act()
        except DomainError as error:
            return error
        finally:
            connection.close()
        return None

    door.move = late
    try:
        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(run, acts))
    finally:
        door.move = wrote
    assert ended.count(None) == 1
    (told,) = filter(None, ended)
    assert isinstance(told, DomainError)
    assert str(told)
    asked = HearingRight.objects.get(third_party__isnull=False).asked_on
    assert (world.state, asked) == (("paused", LAST) if ended[0] is None else ("granted", None))
    assert verify(world.case.pk).holds


def test_one_who_is_nobodys_third_party_has_an_empty_list(world):
    assert interests.interests(applicant(person("路人示例"))) == []
    assert MONDAY < TUESDAY
