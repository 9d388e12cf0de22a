"""听证公告: what everyone is told of a hearing, and what nobody is. 行政许可法 第四十六条、第四十八条; docs/adr/0091."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.people import RESIDENCE, applicant, at, office, organisation, person
from yukuaiban.cases import hearings, services
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.letters import make_all
from yukuaiban.cases.models import Case, Hearing
from yukuaiban.cases.tests.test_life import MONDAY, give_materials
from yukuaiban.config.errors import NotFound
from yukuaiban.config.parameters import parameter
from yukuaiban.messages.letters.selectors import letter_file

pytestmark = pytest.mark.django_db
HELD = at(date(2026, 3, 20), 9)


def heard(where, who, *, called=False, **notice):
    """A case of his with a noticed hearing."""
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
    do = {"case_id": case.pk, "at": at(MONDAY)}
    services.case_accept(**do, by=where.window)
    if called:
        services.hearing_call(**do, by=where.approver, reason="关系公共利益：邻居王某某家")
    else:
        services.hearing_tell_right(**do, by=where.handler)
        services.hearing_request(**do, by=who)
    told = {"held_at": HELD, "place": "示例会议室", "chair": where.window.post_id} | notice
    services.hearing_notify(**do, by=where.handler, **told)
    make_all(Context(Case.objects.get(pk=case.pk), at(MONDAY, 11)))
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def where(city):
    return office()


def text_of(pdf):
    import io

    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "").replace(" ", "")


class TestTheList:
    def test_tells_everyone_time_place_and_matter_and_no_natural_person(self, where):
        case = heard(where, applicant(person("欧阳示例")))
        (row,) = hearings.announced().rows
        assert (row.at, row.place, row.item.pk, row.is_called) == (HELD, "示例会议室", where.item.pk, False)
        for path in ("/zh/hearings", "/en/hearings", "/api/v1/hearings"):
            told = Client().get(path)
            assert told.status_code == 200
            said = str(told.json()) if "api" in path else told.content.decode()
            assert "欧阳**" in said
            assert "欧阳示例" not in said
            assert case.number not in said

    def test_names_an_organisation(self, where):
        account = person("法人示例")
        case = heard(where, applicant(person()))
        case.applicant = organisation(account)
        assert hearings.public_name(case.applicant) == "重庆示例有限公司"

    def test_says_of_one_behind_closed_doors_why_and_nothing_more(self, where):
        heard(where, applicant(person()), is_public=False, closed_ground="privacy")
        page = Client().get("/zh/hearings").content.decode()
        assert "涉及个人隐私" in page
        assert "示例会议室" not in page
        assert where.item.entry.name_zh not in page.split("<main")[1]
        (row,) = Client().get("/api/v1/hearings").json()["hearings"]
        assert (row["public"], row["closed_ground"]) == (False, "privacy")
        assert {row[key] for key in ("item", "title", "applicant", "place")} == {None}
        assert Client().get(f"/zh/hearings/{row['id']}/announcement").status_code == 404

    def test_says_which_the_body_called(self, where):
        heard(where, applicant(person()), called=True)
        page = Client().get("/zh/hearings").content.decode()
        assert "依职权" in page
        assert "王某某" not in page, "the reason may name somebody"

    def test_forgets_what_was_recorded_given_up_or_withdrawn(self, where, monkeypatch):
        who = applicant(person())
        for end in (
            lambda case: services.hearing_give_up(case_id=case.pk, by=who, at=at(date(2026, 3, 3))),
            lambda case: services.case_withdraw(case_id=case.pk, by=who, at=at(date(2026, 3, 3)), reason="不办了"),
            lambda case: services.hearing_record(
                case_id=case.pk, by=where.handler, at=at(date(2026, 3, 20), 12), record="笔录", parties=[], signed_by=["张示例"]
            ),
        ):  # fmt: skip
            case = heard(where, who)
            assert len(hearings.announced().rows) == 1
            end(case)
            assert hearings.announced().rows == []
        heard(where, who)
        monkeypatch.setenv("YUKUAIBAN_TODAY", "2026-03-20")
        assert len(hearings.announced().rows) == 1, "the day itself"
        monkeypatch.setenv("YUKUAIBAN_TODAY", "2026-03-21")
        assert hearings.announced().rows == []

    def test_goes_on_where_the_page_before_ended(self, where, monkeypatch):
        monkeypatch.setattr(hearings, "PAGE", 2)
        who = applicant(person())
        for _n in range(3):
            heard(where, who)
        first = hearings.announced()
        rest = Client().get("/api/v1/hearings", {"after": first.after}).json()
        assert rest["after"] is None
        assert [row.id for row in first.rows] + [rest["hearings"][0]["id"]] == list(
            Hearing.objects.order_by("pk").values_list("pk", flat=True)
        )
        with pytest.raises(NotFound):
            hearings.announced("nonsense")


class TestTheLetter:
    def test_is_made_from_the_case_and_says_who_only_by_surname(self, where):
        heard(where, applicant(person("张三示例")))
        (row,) = hearings.announced().rows
        said = text_of(letter_file(row.letter))
        for part in ("听证公告", "2026年3月20日", "示例会议室", "公开举行", "张***"):
            assert part in said, part
        assert "张三示例" not in said
        answer = Client().get(f"/api/v1/hearings/{row.id}/announcement")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")

    def test_of_a_new_time_is_the_one_that_is_shown(self, where):
        case = heard(where, applicant(person()))
        later = at(date(2026, 3, 25), 9)
        services.hearing_notify(
            case_id=case.pk,
            by=where.handler,
            at=at(MONDAY, 15),
            held_at=later,
            place="另一间",
            chair=where.window.post_id,
        )
        make_all(Context(Case.objects.get(pk=case.pk), at(MONDAY, 16)))
        (row,) = hearings.announced().rows
        assert row.at == later
        assert "另一间" in text_of(letter_file(row.letter))


def test_closed_doors_have_one_of_three_grounds(where):
    for notice in ({"is_public": False}, {"is_public": True, "closed_ground": "privacy"}):
        with pytest.raises(RuleRefused, match="国家秘密、商业秘密或者个人隐私"):
            heard(where, applicant(person()), **notice)


def test_the_notice_is_as_early_as_the_parameter_says(where):
    lead = int(parameter("hearing_notice_lead", on=MONDAY).value)
    assert lead == 7
    with pytest.raises(RuleRefused, match="2026-03-11"):  # seven working days after Monday 2 March
        heard(where, applicant(person()), held_at=at(date(2026, 3, 10)))
    heard(where, applicant(person()), held_at=at(date(2026, 3, 11)))
