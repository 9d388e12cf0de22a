"""How long a decision may take and how much longer: each item by its own law, with real dates."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from tests.people import RESIDENCE, applicant, at, office, person, reworked
from yukuaiban.calendars import Started
from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.clock import Extended
from yukuaiban.cases import clocks, preconditions, services
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import NeedsSecondPerson, RuleRefused
from yukuaiban.cases.letters import context_of
from yukuaiban.cases.models import Case
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.states import Act
from yukuaiban.cases.tests.test_life import MONDAY, give_materials
from yukuaiban.chain import store
from yukuaiban.items import selectors as items
from yukuaiban.items.limits import extension_of
from yukuaiban.items.models import ServiceItem
from yukuaiban.items.schema import TimeLimit
from yukuaiban.messages.letters.wording import blocks

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
ART_42 = {"value": 20, "unit": "working_day", "source": "行政许可法 第四十二条第一款", "status": "law"}
JOINT = {"value": 45, "unit": "working_day", "source": "行政许可法 第四十二条第二款", "status": "law"}
MARKET = {"law": "市场主体登记管理条例", "article": "第十九条第一款"}


def licence(**process):
    """The residence permit as if it were a licence: its form is the one that tests can answer."""
    statutory = JOINT if process.get("handling", "single") != "single" else ART_42
    reworked("residence_permit", item_type="01", statutory=statutory, process=process)


def accept():
    """A case of it, filed and accepted on Monday 2 March 2026, with its office and its applicant."""
    where = office()
    who = applicant(person())
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
    services.case_accept(case_id=case.pk, by=where.window, at=at(MONDAY, 11))
    return Case.objects.get(pk=case.pk), where, who


@pytest.fixture
def accepted(city):
    licence()
    return accept()


def propose(case, where, **more):
    asked = {"days": 10, "reason": "情况复杂", "at": at(TUESDAY)} | more
    return services.case_propose_extension(case_id=case.pk, by=where.handler, **asked)


def letter_of(case, act="extend"):
    """What the letter after the last such act says."""
    ctx = Context(Case.objects.get(pk=case.pk), at(WEDNESDAY, 12))
    happened = next(h for h in reversed(ctx.history) if h.act == act)
    return context_of(ctx, happened, store.payloads(case.pk))


class TestExtensionOfALicence:
    """行政许可法 第四十二条第一款: once, at most ten days, by the head, the reason told."""

    def test_moves_both_dates_by_its_days_and_the_letter_cites_the_article(self, accepted):
        case, where, _who = accepted
        assert (case.promised_on, case.due_on) == (date(2026, 3, 9), date(2026, 3, 30))
        propose(case, where)
        services.case_extend(case_id=case.pk, by=where.approver, at=at(WEDNESDAY))
        case.refresh_from_db()
        assert (case.promised_on, case.due_on) == (date(2026, 3, 23), date(2026, 4, 14))  # 6 April is a holiday
        told = letter_of(case)
        assert (told.due_before, told.due_on) == (date(2026, 3, 9), date(2026, 3, 23))
        said = str(blocks("extension", told))
        assert "依据《中华人民共和国行政许可法》第四十二条第一款，经本机关负责人批准，延长办理期限10个工作日" in said

    @pytest.mark.parametrize("days", [0, 11])
    def test_is_at_most_ten_days(self, accepted, days):
        case, where, _who = accepted
        with pytest.raises(RuleRefused, match="10个工作日"):
            propose(case, where, days=days)

    def test_happens_once(self, accepted):
        case, where, _who = accepted
        propose(case, where, days=2)
        services.case_extend(case_id=case.pk, by=where.approver, at=at(TUESDAY))
        with pytest.raises(RuleRefused, match="一次"):
            propose(case, where, days=2, at=at(WEDNESDAY))

    def test_is_not_approved_by_who_proposed_it(self, accepted):
        case, where, _who = accepted
        propose(case, where)
        case.extension.__class__.objects.update(made_by_post_id=where.approver.post_id)
        with pytest.raises(NeedsSecondPerson):
            services.case_extend(case_id=case.pk, by=where.approver, at=at(WEDNESDAY))

    def test_one_not_approved_leaves_the_limit_and_may_be_proposed_again(self, accepted):
        case, where, who = accepted
        limit = case.promised_on
        no = {"case_id": case.pk, "by": where.approver, "reason": "不复杂", "at": at(TUESDAY)}
        with pytest.raises(RuleRefused, match="没有等待批准"):
            services.case_reject_extension(**no)
        propose(case, where, days=2, reason="须再核查")
        case.refresh_from_db()
        at_desk, at_home = (str(page_of(case, by, language="zh")["timeline"]) for by in (where.approver, who))
        assert "须再核查" in at_desk
        assert "须再核查" not in at_home
        services.case_reject_extension(**no)
        case.refresh_from_db()
        assert case.promised_on == limit
        at_desk, at_home = (str(page_of(case, by, language="zh")["timeline"]) for by in (where.approver, who))
        assert "不复杂" in at_desk
        assert "延长" not in at_home
        propose(case, where, days=2, reason="设备故障", at=at(WEDNESDAY))
        services.case_extend(case_id=case.pk, by=where.approver, at=at(WEDNESDAY))
        case.refresh_from_db()
        assert case.promised_on == date(2026, 3, 11)  # 5 + 2 working days after 2 March


class TestNoLawNoExtension:
    """What no law lets be extended is not: not a benefit, not a confirmation, not what another law gave its own limit."""

    def refused(self, match):
        case, where, _who = accept()
        ctx = Context(case, at(TUESDAY))
        for act, by in ((Act.PROPOSE_EXTENSION, where.handler), (Act.EXTEND, where.approver)):
            assert match in preconditions.why_not(act, ctx, by)
        with pytest.raises(RuleRefused, match=match):
            propose(case, where)

    @pytest.mark.parametrize("item_type", ["05", "07", "08", "09", "10", "20"])
    def test_only_licences_are_extended_by_the_licensing_law(self, city, item_type):
        reworked("residence_permit", item_type=item_type)
        self.refused("没有规定可以延长期限")

    def test_nor_a_licence_whose_limit_another_law_sets(self, city):
        reworked("residence_permit", item_type="01", statutory={"value": 20, "unit": "working_day", "set_by": MARKET})
        self.refused("由《市场主体登记管理条例》另行规定")


class TestAnItemsOwnExtension:
    def test_counts_by_its_own_parameter_and_cites_its_own_article(self, city):
        reworked("residence_permit", item_type="01", statutory={"value": 5, "unit": "working_day", "set_by": MARKET},
                 process={"extension": {"parameter": "market_registration_extension_max"}})  # fmt: skip
        case, where, _who = accept()
        with pytest.raises(RuleRefused, match="3个工作日"):
            propose(case, where, days=4)
        propose(case, where, days=3)
        ctx = Context(Case.objects.get(pk=case.pk), at(TUESDAY))
        assert preconditions.law_of(Act.EXTEND, ctx) == "市场主体登记管理条例 第十九条第一款"
        services.case_extend(case_id=case.pk, by=where.approver, at=at(WEDNESDAY))
        case.refresh_from_db()
        assert case.due_on == date(2026, 3, 12)  # 5 + 3 working days after 2 March
        said = str(blocks("extension", letter_of(case)))
        assert "《中华人民共和国市场主体登记管理条例》第十九条第一款" in said
        assert "行政许可法" not in said

    def test_is_counted_and_told_in_the_days_of_the_limit(self, city):
        own = {"days": 10, "law": "示例条例", "article": "第一条"}
        reworked("residence_permit", process={"extension": own})  # 15 calendar days
        case, where, who = accept()
        with pytest.raises(RuleRefused, match="10日"):
            propose(case, where, days=11)
        propose(case, where)
        services.case_extend(case_id=case.pk, by=where.approver, at=at(WEDNESDAY))
        told = letter_of(case)
        assert (told.extension_days, told.extension_unit) == (10, "calendar_day")
        assert "依据《示例条例》第一条，经本机关负责人批准，延长办理期限10日" in str(blocks("extension", told))
        case.refresh_from_db()
        assert "延长 10日：情况复杂" in str(page_of(case, who, language="zh")["timeline"])

    def test_as_long_as_the_limit_at_most(self, city):
        """重庆市土地房屋权属登记条例 第二十五条第三款: 延长时间不得超过本条规定的原时限."""
        own = {"as_the_limit": True, "law": "重庆市土地房屋权属登记条例", "article": "第二十五条第三款"}
        reworked("residence_permit", process={"extension": own})
        rule = extension_of(content_of("residence_permit"), MONDAY)
        assert (rule.most, rule.unit, rule.law) == (
            15,
            "calendar_day",
            "《重庆市土地房屋权属登记条例》第二十五条第三款",
        )

    def test_a_parameter_not_in_force_yet_extends_nothing(self, city):
        content = content_of("company_registration")
        assert extension_of(content, date(2022, 2, 28)) is None
        assert extension_of(content, date(2022, 3, 1)).most == 3


def content_of(slug):
    code = ServiceItem.objects.filter(entry__current_version__content__slug=slug).values_list("code", flat=True)[0]
    return items.guide(code).content


@pytest.mark.parametrize(
    ("slug", "most", "law"),
    [
        ("hotel_licence", 10, "行政许可法 第四十二条第一款"),
        ("company_registration", 3, "市场主体登记管理条例 第十九条第一款"),
        ("individual_business", 3, "市场主体登记管理条例 第十九条第一款"),
        ("food_business_licence", 5, "《食品经营许可和备案管理办法》"),
        ("water_abstraction", None, None),  # 取水条例 gives 45 days, and no more
        ("teacher_qualification", None, None),
        ("investment_filing", None, None),  # a filing (10), no licence
        ("residence_permit", None, None),
        ("work_injury_recognition", None, None),
        ("legal_aid", None, None),
    ],
)
def test_the_worked_out_items(city, slug, most, law):
    rule = extension_of(content_of(slug), MONDAY)
    assert (rule and rule.most, rule and rule.law) == (most, law)


class TestJointHandling:
    """行政许可法 第四十二条第二款: 45 working days, and fifteen more when the head of the people's government approves."""

    @pytest.mark.parametrize("handling", ["unified", "joint", "concentrated"])
    def test_takes_fifteen_days_more_by_the_governments_approval(self, city, handling):
        licence(handling=handling)
        case, where, who = accept()
        assert case.due_on == date(2026, 5, 8)  # without Qingming and May Day, with the Saturday of 9 May not reached
        with pytest.raises(RuleRefused, match="15个工作日"):
            propose(case, where, days=16)
        propose(case, where, days=15)
        extend = {"case_id": case.pk, "by": where.approver, "at": at(WEDNESDAY)}
        with pytest.raises(RuleRefused, match="文号"):
            services.case_extend(**extend)
        with pytest.raises(RuleRefused, match="批准的日期"):
            services.case_extend(**extend, document="渝中府〔2026〕8号")
        for day in (date(2026, 3, 1), date(2026, 3, 5)):
            with pytest.raises(RuleRefused, match="受理之后、今天以前"):
                services.case_extend(**extend, document="渝中府〔2026〕8号", document_on=day)
        services.case_extend(**extend, document="渝中府〔2026〕8号", document_on=TUESDAY)
        case.refresh_from_db()
        assert case.due_on == date(2026, 5, 28)  # 9 May was worked
        told = letter_of(case)
        said = str(blocks("extension", told))
        assert "依据《中华人民共和国行政许可法》第四十二条第二款" in said
        assert "经本级人民政府负责人2026年3月3日以渝中府〔2026〕8号批准，延长办理期限15个工作日" in said
        assert "渝中府〔2026〕8号" in str(page_of(case, who, language="zh")["timeline"])
        assert "本级人民政府负责人" in str(page_of(case, who, language="zh")["reasons"])


@pytest.mark.parametrize(
    ("limit", "extension", "due"),
    [
        (20, None, date(2019, 11, 1)),
        (20, 10, date(2019, 11, 15)),  # the worked example: 2019-09-30 + 30
        (45, None, date(2019, 12, 6)),
        (45, 15, date(2019, 12, 27)),
    ],
)
def test_over_the_national_day_of_2019(city, limit, extension, due):
    """Accepted on 30 September 2019; 1-7 October off, 12 October worked."""
    content = SimpleNamespace(statutory=TimeLimit(value=limit), promised=TimeLimit(value=limit))
    happened = [Started(date(2019, 9, 30), "accepted")]
    if extension:
        happened.append(Extended(extension, by="head", on=date(2019, 10, 8)))
    found = clocks.dates(happened, content, calendars.current(), date(2019, 10, 9), steps=())
    assert found["due_on"] == due
