"""初审: a lower body accepts, reviews and reports; the body above decides. 行政许可法 第三十五条、第四十三条; ADR 0095."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.people import RESIDENCE, applicant, at, office, officer, person, reworked
from yukuaiban.calendars import Light
from yukuaiban.calendars import selectors as calendars
from yukuaiban.cases import clocks, letters, notices, preconditions, recount, selectors, services
from yukuaiban.cases.context import Context, Happened, history
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case, Work
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.services.decision import Ground
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.cases.states import Act
from yukuaiban.cases.tests.test_life import MONDAY, give_materials
from yukuaiban.cases.tests.test_limits import ART_42
from yukuaiban.cases.tests.test_recount import third_of_march_off
from yukuaiban.cases.tests.test_together import run_together
from yukuaiban.chain.verification import verify
from yukuaiban.config.errors import DomainError, NotFound, PermissionRefused
from yukuaiban.items.schema import FirstReview, Process
from yukuaiban.messages.letters.models import Letter
from yukuaiban.people.models import Account
from yukuaiban.places.models import Department

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
OWN = {"by": "public_security", "reports_to": "public_security", "until_stage": 2}
TEN_DAYS = {"days": 10, "law": "示例条例", "article": "第一条"}


def step(key: str, stage: int, role: str) -> dict[str, object]:
    return {"key": key, "title": {"zh": key, "en": key}, "stage": stage, "role": role, "days": 2}


STEPS = [step("check", 1, "handler"), step("report", 2, "approver"), step("city_check", 3, "handler"), step("decide", 4, "approver")]  # fmt: skip


class World:
    """A licence that the district reviews first and the city decides, accepted on Monday 2 March 2026."""

    def __init__(self, **review):
        process = {"steps": STEPS, "first_review": {**OWN, **review}, "special_procedures": ["testing"]}
        promised = {"value": 20, "unit": "working_day"}
        reworked("residence_permit", item_type="01", statutory=ART_42, promised=promised, process=process)
        self.where, self.who = office(), applicant(person())
        self.city = Department.objects.get(kind="public_security", division_id="500000")
        self.upper = {r: officer(r, self.city, "500000", f"市{r}") for r in ("window", "handler", "approver")}
        case = services.draft_start(service_item_id=self.where.item.pk, by=self.who, at=at(MONDAY))
        services.draft_save(case_id=case.pk, answers=RESIDENCE, by=self.who, at=at(MONDAY))
        give_materials(case)
        services.case_file(case_id=case.pk, by=self.who, at=at(MONDAY))
        services.case_accept(case_id=case.pk, by=self.where.window, at=at(MONDAY, 11))
        self.pk, self.number = case.pk, case.number

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.pk)

    def step_id(self, key: str) -> int:
        return self.case.steps.get(key=key).pk

    def check(self) -> None:
        services.step_pass(case_id=self.pk, step_id=self.step_id("check"), by=self.where.handler, at=at(TUESDAY))

    def report(self, on: date = TUESDAY, hour: int = 11, **more: object) -> Case:
        said = {"proposal": "grant", "opinion": "符合条件，建议准予"} | more
        return services.case_report_up(case_id=self.pk, by=self.where.approver, at=at(on, hour), **said)

    def reported(self) -> World:
        self.check()
        self.report()
        return self

    def why_not(self, act: Act, by) -> str | None:
        return preconditions.why_not(act, Context(self.case, at(WEDNESDAY)), by)


@pytest.fixture
def world(city):
    return World(**TEN_DAYS)


class TestTheLimitOfTheFirstReview:
    def test_is_its_own_laws_days_from_the_day_after_acceptance(self, world):
        assert world.case.first_review_by == date(2026, 3, 16)
        assert world.case.due_on == date(2026, 3, 30)

    def test_is_twenty_working_days_where_no_other_law_says_otherwise_and_within_the_whole_limit(self, city):
        world = World()
        assert world.case.first_review_by == world.case.due_on == date(2026, 3, 30)

    def test_over_the_national_day_of_2019(self, city):
        """Accepted on 30 September 2019, 1-7 October off, 12 October worked: the twentieth is 1 November."""
        process = SimpleNamespace(first_review=FirstReview(**OWN))
        ctx = SimpleNamespace(
            content=SimpleNamespace(process=process), calendar=calendars.current(), today=date(2019, 10, 8)
        )
        accepted = Happened(1, "accept", at(date(2019, 9, 30)), {}, {"accepted_on": "2019-09-30"})
        assert clocks.first_review_due(ctx, [accepted]).on == date(2019, 11, 1)
        assert clocks.first_review_due(ctx, []) is None

    def test_stands_still_with_the_case(self, world):
        """行政许可法 第四十五条: 4 March does not count any more, 11 March does."""
        stop = {"kind": "testing", "reason": "须检测", "expected_days": 5}
        services.case_pause(case_id=world.pk, by=world.where.handler, at=at(WEDNESDAY), **stop)
        services.case_resume(case_id=world.pk, by=world.where.handler, at=at(date(2026, 3, 11)), outcome="合格")
        assert world.case.first_review_by == date(2026, 3, 23)
        assert world.case.due_on == date(2026, 4, 7)  # Qingming: 4 to 6 April

    def test_is_not_moved_by_an_extension_of_the_decision(self, world):
        asked = {"days": 10, "reason": "情况复杂"}
        services.case_propose_extension(case_id=world.pk, by=world.where.handler, at=at(TUESDAY), **asked)
        services.case_extend(case_id=world.pk, by=world.where.approver, at=at(WEDNESDAY))
        assert world.case.due_on == date(2026, 4, 14)
        assert world.case.first_review_by == date(2026, 3, 16)

    def test_moves_with_a_new_holiday_notice(self, world, tmp_path):
        third_of_march_off(tmp_path)
        recount.batch()
        assert world.case.first_review_by == date(2026, 3, 17)
        Case.objects.filter(pk=world.pk).update(calendar_version=0)
        world.case.steps.update(days=60)  # the step is given longer than the law gives the body
        recount.batch()
        assert Work.objects.get(case=world.pk).due_on == date(2026, 3, 17)

    def test_ends_with_the_case(self, world):
        services.case_withdraw(case_id=world.pk, by=world.who, at=at(TUESDAY))
        assert world.case.first_review_by is None


class TestTheLowerBodysWorkAndLight:
    def test_stand_by_the_earlier_of_both_dates(self, city):
        world = World(days=1, law="示例条例")
        assert Work.objects.get(case=world.pk).due_on == world.case.first_review_by == TUESDAY  # the step: Wednesday
        assert selectors.light_of(world.case, TUESDAY) is not Light.RED
        assert selectors.light_of(world.case, WEDNESDAY) is Light.RED  # the law's limit, though the case has 20 days

    def test_a_red_one_is_found_in_the_list(self, world):
        desk = world.where.handler.desk()
        assert selectors.work_list([desk], light=Light.RED).rows == []
        Case.objects.filter(pk=world.pk).update(first_review_by=date(2026, 2, 27))
        (row,) = selectors.work_list([desk], light=Light.RED).rows
        assert row.case_id == world.pk
        assert selectors.work_list([desk], light=Light.YELLOW).rows == []
        Case.objects.filter(pk=world.pk).update(is_provisional=True)
        assert selectors.work_list([desk], light=Light.RED).rows == []
        assert selectors.light_of(world.case, MONDAY) is Light.YELLOW

    def test_the_upper_bodys_light_is_not_the_lower_bodys(self, city):
        world = World(days=1, law="示例条例")
        world.check()
        world.report(WEDNESDAY)
        assert world.case.first_review_by is None
        assert selectors.light_of(world.case, WEDNESDAY) is Light.GREEN


class TestReportingUp:
    def test_gives_the_case_to_the_body_above(self, world):
        world.check()
        world.report()
        case = world.case
        assert (case.department_id, case.division_id, case.reported_on) == (world.city.pk, "500000", TUESDAY)
        assert case.service_item.division_id == "500103"  # where it was asked for
        (work,) = Work.objects.filter(case=case)
        assert (work.desk_id, work.bucket) == (world.upper["handler"].desk_id, "review")
        last = history(case.pk)[-1]
        assert (last.act, last.facts["proposal"], last.facts["first_review_by"]) == ("report_up", "grant", "2026-03-16")
        assert "建议准予" not in str(last.facts)
        assert selectors.work_list([world.upper["handler"].desk()], search=case.number.lower()).rows
        assert verify(case.pk).holds

    def test_ends_in_the_upper_bodys_decision_in_its_own_name(self, world):
        world.reported()
        services.step_pass(
            case_id=world.pk, step_id=world.step_id("city_check"), by=world.upper["handler"], at=at(WEDNESDAY)
        )
        services.case_grant(case_id=world.pk, by=world.upper["approver"], at=at(WEDNESDAY, 11))
        assert world.case.decision == "granted"
        assert Work.objects.get(case=world.pk).desk_id == world.upper["window"].desk_id
        letters.make_all(Context(world.case, at(WEDNESDAY, 12)))  # all at once: each in the name of whoever acted
        signed = dict(Letter.objects.filter(subject=world.pk).values_list("kind", "department"))
        lower = world.where.item.department_id
        assert (signed["receipt"], signed["acceptance"], signed["grant"]) == (lower, lower, world.city.pk)

    def test_a_proposal_to_refuse_goes_up_too_and_binds_nobody(self, world):
        world.check()
        world.report(proposal="refuse", opinion="不符合第三条")
        services.step_pass(
            case_id=world.pk, step_id=world.step_id("city_check"), by=world.upper["handler"], at=at(WEDNESDAY)
        )
        services.case_grant(case_id=world.pk, by=world.upper["approver"], at=at(WEDNESDAY, 11))
        assert world.case.decision == "granted"

    @pytest.mark.parametrize(
        ("said", "match"),
        [
            ({"opinion": " "}, "初步审查意见"),
            ({"proposal": "pass"}, "初步审查意见"),
            ({"proposal": ""}, "初步审查意见"),
        ],
    )
    def test_needs_an_opinion_in_writing(self, world, said, match):
        world.check()
        with pytest.raises(RuleRefused, match=match):
            world.report(**said)
        assert world.case.reported_on is None
        assert world.case.steps.get(key="report").state == "open"

    def test_waits_for_every_step_of_the_first_review(self, world):
        assert "没有轮到" in world.why_not(Act.REPORT_UP, world.where.approver)
        assert "还没有走完" in world.why_not(Act.REPORT_UP, world.where.handler)

    def test_is_the_way_of_the_last_lower_step_and_of_no_other_item(self, world, city):
        world.check()
        assert "上报" in world.why_not(Act.PASS_STEP, world.where.approver)
        assert world.why_not(Act.REPORT_UP, world.where.approver) is None
        for act in (Act.GRANT, Act.REFUSE):
            assert "没有通过" in world.why_not(act, world.where.approver)
        reworked("residence_permit", process={"first_review": None})
        other, where, _who = _plain()
        ctx = Context(other, at(TUESDAY))
        assert "不需要初审" in preconditions.why_not(Act.REPORT_UP, ctx, where.handler)

    def test_happens_once_and_is_not_returned(self, world):
        world.reported()
        assert "已经上报" in world.why_not(Act.REPORT_UP, world.upper["handler"])
        assert "不能退回下级" in world.why_not(Act.RETURN_STEP, world.upper["handler"])

    def test_without_a_body_above_the_case_stays(self, world):
        world.check()
        Department.objects.filter(pk=world.city.pk).update(kind="")
        with pytest.raises(RuleRefused, match="找不到"):
            world.report()
        assert world.case.department_id == world.where.item.department_id


def _plain():
    where, who = office(), applicant(person("李示例"))
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
    services.case_accept(case_id=case.pk, by=where.window, at=at(MONDAY, 11))
    return Case.objects.get(pk=case.pk), where, who


class TestWhoMay:
    def test_the_upper_body_sees_nothing_before_the_report(self, world):
        for by in world.upper.values():
            with pytest.raises(NotFound):
                selectors.case_for_officer(by, world.number)
            with pytest.raises(NotFound):
                services.case_terminate(case_id=world.pk, by=by, at=at(TUESDAY), reason="示例")

    def test_the_lower_body_sees_and_does_nothing_after_it(self, world):
        world.reported()
        for role in ("window", "handler", "approver"):
            by = world.where.by_role(role)
            assert selectors.case_for_officer(by, world.number).pk == world.pk
            assert selectors.reach(Account.objects.get(pk=by.account_id), by, world.number)[1].pk == world.pk
        for act, role in ((Act.TERMINATE, "approver"), (Act.PAUSE, "handler"), (Act.HAND_OVER, "window")):
            assert "上级机关“重庆市公安局”决定" in world.why_not(act, world.where.by_role(role))
        with pytest.raises(PermissionRefused):
            services.message_write(case_id=world.pk, by=world.where.window, at=at(WEDNESDAY), text="示例")

    def test_the_upper_body_acts_after_it_and_others_still_find_nothing(self, world):
        world.reported()
        assert selectors.case_for_officer(world.upper["window"], world.number).pk == world.pk
        assert world.why_not(Act.PASS_STEP, world.upper["handler"]) is None
        elsewhere = Department.objects.exclude(pk=world.city.pk).filter(division_id="500000").first()
        for by in (officer("handler", elsewhere, "500000"), officer("handler", world.where.item.department, "500105")):
            with pytest.raises(NotFound):
                selectors.case_for_officer(by, world.number)

    def test_the_window_and_the_applicant_report_nothing(self, world):
        world.check()
        for by in (world.where.window, world.who):
            with pytest.raises(PermissionRefused):
                services.case_report_up(case_id=world.pk, by=by, at=at(TUESDAY), proposal="grant", opinion="示例")
        with pytest.raises(NotFound):
            services.case_report_up(
                case_id=world.pk, by=applicant(person("李示例")), at=at(TUESDAY), proposal="grant", opinion="示例"
            )


def test_the_upper_body_asks_for_nothing_again(world):
    """第三十五条: 上级行政机关不得要求申请人重复提供申请材料."""
    world.reported()
    for role in ("window", "handler"):
        with pytest.raises(RuleRefused, match="第三十五条"):
            services.case_request_correction(
                case_id=world.pk, by=world.upper[role], at=at(WEDNESDAY), wanted=[Wanted("field:school", "请重交")]
            )
    assert world.case.state == "in_review"


def test_decided_anew_it_stays_with_the_body_that_decided(world):
    """A review annuls the upper body's decision: that body decides again; the first review stands."""
    world.reported()
    services.step_pass(
        case_id=world.pk, step_id=world.step_id("city_check"), by=world.upper["handler"], at=at(WEDNESDAY)
    )
    head = {"case_id": world.pk, "by": world.upper["approver"]}
    services.case_refuse(**head, at=at(WEDNESDAY, 11), grounds=[Ground("不符合条件", "第一条")])
    services.remedy_record(**head, at=at(WEDNESDAY, 12), kind="review", body="示例机关", filed_on=WEDNESDAY)
    remedy = world.case.remedies.get()
    services.remedy_conclude(
        **head, remedy_id=remedy.pk, at=at(WEDNESDAY, 13), outcome="annulled", concluded_on=WEDNESDAY
    )
    services.case_reopen(**head, at=at(WEDNESDAY, 14))
    case = world.case
    assert (case.state, case.department_id, case.first_review_by) == ("in_review", world.city.pk, None)
    states = dict(case.steps.values_list("key", "state"))
    assert states == {"check": "passed", "report": "passed", "city_check": "open", "decide": "waiting"}
    assert case.steps.get(key="report").passed_on == TUESDAY
    services.step_pass(
        case_id=world.pk, step_id=world.step_id("city_check"), by=world.upper["handler"], at=at(WEDNESDAY, 15)
    )
    services.case_grant(**head, at=at(WEDNESDAY, 16))


class TestWhatIsShown:
    def test_to_the_applicant_the_day_the_law_and_who_decides_but_no_opinion(self, world):
        said = str(page_of(world.case, world.who, language="zh")["reasons"])
        assert "最迟 2026-03-16 上报上级机关决定（10个工作日，《示例条例》第一条）" in said
        world.reported()
        page = page_of(world.case, world.who, language="zh")
        assert "2026-03-03 初审完毕上报，由重庆市公安局决定；已经提交的材料不需要再交。" in str(page["reasons"])
        assert "上报上级机关决定" in str(page["timeline"])
        assert "建议准予" not in str(page["timeline"])
        assert "建议准予" in str(page_of(world.case, world.upper["handler"], language="zh")["timeline"])
        assert "建议准予" in str(page_of(world.case, world.where.handler, language="zh")["timeline"])

    def test_the_applicant_is_told(self, world, monkeypatch):
        world.reported()
        heard = []
        monkeypatch.setattr(notices, "send", lambda to, **said: heard.append(said["body"]))
        notices.tell(world.case, Act.REPORT_UP)
        assert "上报“重庆市公安局”决定；交过的材料不需要再交" in heard[0]

    def test_in_the_guide(self, world):
        code = world.where.item.code
        assert "10 个工作日内连同全部材料上报上级机关" in Client().get(f"/zh/items/{code}").content.decode()
        told = Client().get(f"/api/v1/items/{code}").json()["first_review"]
        assert (told["days"], told["law"], told["status"]) == (10, "《示例条例》第一条", "sample")
        assert "report it with all materials" in Client().get(f"/en/items/{code}").content.decode()


@pytest.mark.parametrize(
    ("review", "match"),
    [
        ({"days": 10}, "law"),
        ({"law": "示例条例"}, "days"),
        ({"until_stage": 4}, "upper body"),
        ({"until_stage": 5}, "upper body"),
    ],
)
def test_an_item_says_it_in_one_way(review, match):
    with pytest.raises(ValueError, match=match):
        Process.model_validate({"steps": STEPS, "first_review": {**OWN, **review}})


@pytest.mark.parametrize("step_two", [{"people": 2}, {"department": "health"}])
def test_one_person_of_the_lower_body_itself_reports(step_two):
    steps = [STEPS[0], {**STEPS[1], **step_two}, *STEPS[2:]]
    with pytest.raises(ValueError, match="by one person"):
        Process.model_validate({"steps": steps, "first_review": OWN})


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_two_report_at_once_and_one_does(self, city):
        world = World(**TEN_DAYS)
        world.check()
        item = world.where.item
        people = [world.where.approver, *(officer("approver", item.department, item.division_id, n) for n in "赵钱孙")]

        def report(by):
            services.case_report_up(case_id=world.pk, by=by, at=at(TUESDAY, 11), proposal="grant", opinion="示例")

        ended = run_together([lambda by=by: report(by) for by in people])
        assert ended.count(None) == 1
        assert all(isinstance(error, DomainError) for error in ended if error), ended
        assert [h.act for h in history(world.pk)].count("report_up") == 1
        assert world.case.opinions.filter(step__key="report").count() == 1
        assert verify(world.pk).holds

    def test_reported_or_withdrawn_but_not_both_ways(self, city):
        world = World(**TEN_DAYS)
        world.check()
        ended = run_together(
            [world.report, lambda: services.case_withdraw(case_id=world.pk, by=world.who, at=at(TUESDAY, 11))]
        )
        assert all(isinstance(error, DomainError) for error in ended if error), ended
        case = world.case
        assert case.state == "withdrawn"  # withdrawn first, or after the report, from the body that has it then
        assert (case.reported_on is not None) is (case.department_id == world.city.pk)
        assert not Work.objects.filter(case=case).exists()
        assert verify(world.pk).holds
