"""What waits for a second editor, at the desk and for programs: seen in words, published or sent back by another."""

from __future__ import annotations

import base64
import html
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.people import at, officer
from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.tests.test_notices import DAYS_2027, rows_2027, write
from yukuaiban.cases import recount, services
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_life import filed  # noqa: F401  (a fixture)
from yukuaiban.desk.holidays import HolidayForm, days_in, initial_of
from yukuaiban.desk.tests.test_api import Program
from yukuaiban.items.loading import load_city, proposals
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.publishing import propose_folder
from yukuaiban.items.models import DirectoryEntry
from yukuaiban.items.tests.packs import edited, write_pack
from yukuaiban.items.tests.test_excel import workbook
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account
from yukuaiban.places.models import Department

pytestmark = pytest.mark.django_db

YEAR = 2027
NOTICE = {
    "year": "2027",
    "title": "国务院办公厅关于2027年部分节假日安排的通知",
    "number": "国办发明电〔2026〕99号",
    "issued_on": "2026-11-02",
    "source": "试算",
}
FESTIVALS = ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"]


def typed(**changes: str) -> dict[str, str]:
    """The form for 2027 as an editor types it from the notice."""
    found = dict(NOTICE)
    for number, festival in enumerate(FESTIVALS):
        free = [row[0] for row in DAYS_2027 if row[2] == festival and row[1] == "holiday"]
        worked = [row[0] for row in DAYS_2027 if row[2] == festival and row[1] != "holiday"]
        found |= {f"first_{number}": free[0], f"last_{number}": free[-1], f"makeup_{number}": "、".join(worked)}
    return found | changes


def as_json() -> dict[str, Any]:
    notice = {key: NOTICE[key] for key in ("title", "number", "issued_on", "source")}
    days = [{"date": row[0], "kind": row[1], "festival": row[2]} for row in DAYS_2027]
    return {"year": YEAR, "notices": [notice], "days": days}


class Desk:
    """An editor at his pages."""

    def __init__(self, by: Actor) -> None:
        self.client = Client()
        self.client.force_login(Account.objects.get(pk=by.account_id))

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(f"/zh/desk/{path}")
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 302) -> str:
        answer = self.client.post(f"/zh/desk/{path}", data or {})
        assert answer.status_code == status, answer.content.decode()[:4000]
        return answer.content.decode() or answer.headers.get("Location", "")


@pytest.fixture
def small(db: None, tmp_path: Path) -> Path:
    folder = write_pack(tmp_path)
    load_city(folder=folder)
    return folder


@pytest.fixture
def editors(small: Path) -> tuple[Actor, Actor]:
    department = Department.objects.get(code="990101-civil_affairs")
    return officer("editor", department, "990101", "甲示例"), officer("editor", department, "990101", "乙示例")


@pytest.fixture
def load(small: Path, editors: tuple[Actor, Actor]) -> PackLoad:
    """A proposal of the first editor that the worker has compared."""
    text = edited("directory.csv", ("Marriage booking", "Wedding booking"))
    (small / "directory.csv").write_text(text, encoding="utf-8")
    load = propose_folder(small, by=Account.objects.get(pk=editors[0].account_id))
    proposals.compare(load.pk)
    return load


GOOD, BAD = ["SM-0001", "高龄津贴", "990101", 5, "工作日"], ["SM-0001", "", "990102", 30, "工作日"]


class TestADepartmentsSheetAtTheDesk:
    def sheet(self, *rows: list[Any]) -> SimpleUploadedFile:
        return SimpleUploadedFile("民政局.xlsx", workbook(*rows))

    def test_is_handed_out_and_comes_back(self, editors) -> None:
        one = Desk(editors[0])
        assert 'value="990101-civil_affairs"' in one.get("excel")
        answer = one.client.get("/zh/desk/excel/template", {"department": "990101-civil_affairs"})
        assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["A2"].value == "SM-0001"
        one.get("excel/template?department=nobody", status=404)
        where = one.post("excel", {"file": self.sheet(GOOD)})
        load = PackLoad.objects.get(kind=PackLoad.Kind.EXCEL)
        assert where == f"/zh/desk/proposals/{load.pk}"
        assert one.post("excel", {"file": self.sheet(GOOD)}) == where, "the same again is the same proposal"

    def test_bad_rows_are_told_and_go_back_in_a_copy(self, editors) -> None:
        page = Desk(editors[0]).post("excel", {"file": self.sheet(GOOD, BAD)}, status=200)
        assert "不得长于法定办结时限" in page
        assert "1 行待第二人发布" in page
        found = re.search(r'href="data:[^;]+;base64,([^"]+)" download="([^"]+)"', page)
        assert found
        assert found[2] == "民政局-退回副本.xlsx"
        rows = list(load_workbook(io.BytesIO(base64.b64decode(found[1]))).worksheets[0].iter_rows(values_only=True))
        assert [row[2] for row in rows[1:]] == ["990102"]

    def test_one_bad_row_sends_all_back_when_asked(self, editors) -> None:
        sent = {"file": self.sheet(GOOD, BAD), "all_or_nothing": "on"}
        assert "没有导入任何行" in Desk(editors[0]).post("excel", sent, status=200)
        assert not PackLoad.objects.filter(kind=PackLoad.Kind.EXCEL).exists()

    def test_what_is_no_workbook_is_told_at_the_field(self, editors) -> None:
        sent = {"file": SimpleUploadedFile("a.xlsx", b"PK")}
        assert "这不是 .xlsx 文件" in Desk(editors[0]).post("excel", sent, status=422)

    def test_is_handed_in_by_programs(self, editors) -> None:
        one, other = map(Program, editors)
        told = one.send("/excel", workbook(GOOD, BAD))
        assert (told["good"], [error["row"] for error in told["errors"]]) == (1, [3])
        assert load_workbook(io.BytesIO(base64.b64decode(told["error_copy"])))
        assert one.send("/excel", workbook(GOOD))["error_copy"] is None
        assert other("GET", f"/proposals/{told['load']}")["kind"] == "excel"
        assert one.send("/excel", b"PK", status=422)["code"] == "items.workbook_refused"


class TestAPackAtTheDesk:
    def test_is_shown_in_words_and_published_by_another_editor(self, load, editors) -> None:
        one, other = map(Desk, editors)
        path = f"proposals/{load.pk}"
        assert "数据包 smalltown 1" in one.get("proposals")
        page = one.get(path)
        assert "结婚登记预约" in page
        assert "<del>Marriage booking</del>" in page
        assert "不能发布自己提出的内容" in page
        assert f"{path}/publish" not in page
        assert "不能发布自己提出的内容" in one.post(f"{path}/publish", status=403)
        assert f"{path}/publish" in other.get(path)
        assert "已提交的办件仍按提交时的版本办理" in other.get(f"{path}/publish")
        other.post(f"{path}/publish")
        assert "等待开始" in other.get(path)
        proposals.publish_begun(load.pk)
        page = other.get(path)
        assert "已发布" in page
        assert "hx-trigger" not in page
        assert DirectoryEntry.objects.get(code="SM-0002").name_en == "Wedding booking"
        assert "没有待发布的内容" in other.get("proposals")
        assert "数据包 smalltown 1" in other.get("proposals?show=all")

    def test_is_sent_back_with_a_reason_by_another_editor(self, load, editors) -> None:
        one, other = map(Desk, editors)
        path = f"proposals/{load.pk}/back"
        assert "不能退回自己提出的内容" in one.get(path)
        assert "不能退回自己提出的内容" in one.post(path, {"reason": "x"}, status=403)
        assert "请写明退回的理由" in other.post(path, {"reason": " "}, status=422)
        other.post(path, {"reason": "英文名不对"})
        assert "英文名不对" in one.get(f"proposals/{load.pk}")
        assert "不能再发布" in other.post(f"proposals/{load.pk}/publish", status=409)

    def test_is_withdrawn_by_who_proposed_it(self, load, editors) -> None:
        one, other = map(Desk, editors)
        path = f"proposals/{load.pk}/withdraw"
        assert "只有提出人可以撤回" in other.get(path)
        assert "只有提出人可以撤回" in other.post(path, status=403)
        assert path in one.get(f"proposals/{load.pk}")
        assert path not in other.get(f"proposals/{load.pk}")
        assert "改好后可以重新提出" in one.get(path)
        one.post(path)
        one.post(path)  # the same again is the same act
        assert "已撤回" in one.get(f"proposals/{load.pk}")
        assert "没有待发布的内容" in other.get("proposals")
        other.post(f"proposals/{load.pk}/publish", status=409)
        other.post(f"proposals/{load.pk}/back", {"reason": "x"}, status=409)

    def test_is_compared_by_the_worker_while_the_page_waits(self, small, editors) -> None:
        waiting = propose_folder(small, by=Account.objects.get(pk=editors[0].account_id))
        page = Desk(editors[1]).get(f"proposals/{waiting.pk}")
        assert "等待开始" in page
        assert 'hx-trigger="every 2s"' in page
        assert f"proposals/{waiting.pk}/publish" not in page
        proposals.compare(waiting.pk)
        assert "与现行目录没有差别" in Desk(editors[1]).get(f"proposals/{waiting.pk}")

    def test_that_could_not_be_compared_says_why_and_can_be_compared_again(self, load, editors) -> None:
        PackLoad.objects.filter(pk=load.pk).update(problem="directory.csv:3: found “x”", compared_at=None)
        other = Desk(editors[1])
        assert "directory.csv:3" in other.get(f"proposals/{load.pk}")
        other.post(f"proposals/{load.pk}/compare")
        assert "directory.csv:3" not in other.get(f"proposals/{load.pk}")

    def test_that_nobody_signed_is_signed_first(self, small, load, editors) -> None:
        PackLoad.objects.filter(pk=load.pk).update(loaded_by=None)
        one, other = map(Desk, editors)
        assert "没有记名的提出人" in one.get(f"proposals/{load.pk}")
        one.post(f"proposals/{load.pk}/sign")
        assert "不能发布自己提出的内容" in one.get(f"proposals/{load.pk}")
        other.post(f"proposals/{load.pk}/publish")

    def test_belongs_to_editors(self, load, small) -> None:
        department = Department.objects.get(code="990101-civil_affairs")
        handler = officer("handler", department, "990101")
        for path in ("proposals", f"proposals/{load.pk}", f"proposals/{load.pk}/publish", "holidays"):
            Desk(handler).get(path, status=404)
        assert Program(handler)("GET", f"/proposals/{load.pk}", status=403)["code"] == "permission_refused"


class TestAPackForPrograms:
    def test_goes_the_same_way(self, load, editors) -> None:
        one, other = map(Program, editors)
        path = f"/proposals/{load.pk}"
        assert [row["id"] for row in one("GET", "/proposals?state=proposed")["proposals"]] == [load.pk]
        seen = other("GET", path)
        assert (seen["is_current"], seen["why_not_publish"], seen["counts"]) == (True, None, {"entry": {"changed": 1}})
        (change,) = other("GET", f"{path}/changes")["changes"]
        assert change["name"]["zh"] == "结婚登记预约"
        assert change["lines"] == [
            {
                "kind": "changed",
                "what": "英文名称",
                "before": "Marriage booking",
                "after": "Wedding booking",
                "where": "",
            }
        ]
        assert other("GET", f"{path}/changes?kind=new")["changes"] == []
        assert one("POST", f"{path}/publish", status=403)["code"] == "pack.needs_second_person"
        assert other("POST", f"{path}/publish", status=202)["working"] == {"stage": "等待开始", "percent": 0}
        assert other("POST", f"{path}/publish", status=409)["code"] == "pack.not_proposed"
        proposals.publish_begun(load.pk)
        assert other("GET", path)["state"] == "published"

    def test_is_sent_back(self, load, editors) -> None:
        one, other = map(Program, editors)
        one("POST", f"/proposals/{load.pk}/back", {"reason": "x"}, status=403)
        back = other("POST", f"/proposals/{load.pk}/back", {"reason": "英文名不对"})
        assert (back["state"], back["sent_back_because"], back["sent_back_by"]) == ("rejected", "英文名不对", "乙示例")

    def test_is_withdrawn(self, load, editors) -> None:
        one, other = map(Program, editors)
        other("POST", f"/proposals/{load.pk}/withdraw", status=403)
        back = one("POST", f"/proposals/{load.pk}/withdraw")
        assert back["state"] == "withdrawn"
        assert one("POST", f"/proposals/{load.pk}/withdraw") == back
        assert one("GET", "/proposals?state=proposed")["proposals"] == []
        assert other("POST", f"/proposals/{load.pk}/publish", status=409)["code"] == "pack.not_proposed"

    def test_that_the_catalogue_has_left_behind_is_refused(self, small, load, editors) -> None:
        PackLoad.objects.filter(pk=load.pk).update(compared_with={"catalogue": -1, "calendar": 0})
        assert Program(editors[1])("POST", f"/proposals/{load.pk}/publish", status=409)["code"] == "pack.compare_first"


class TestAYearOfHolidays:
    """Typed at the desk, uploaded, or sent by a program: one reader, one way to be published."""

    def test_is_typed_looked_at_proposed_and_published_by_another(self, editors) -> None:
        one, other = map(Desk, editors)
        assert "2027-01-01" in one.get("holidays?year=2027"), "the days of the law stand there to be completed"
        look = one.post("holidays", typed(do="look"), status=200)
        assert "2027年1月31日 星期日" in look
        assert "0 件在办的办件要重新计算期限" in look
        assert not PackLoad.objects.filter(kind="notice").exists()
        again = one.post("holidays", hidden(look) | {"do": "edit"}, status=200)
        assert 'value="2027-09-26、2027-10-09"' in again, "nothing is lost on the way back"
        where = one.post("holidays", hidden(look) | {"do": "propose"})
        load = PackLoad.objects.get(kind="notice")
        assert where == f"/zh/desk/proposals/{load.pk}"
        page = one.get(f"proposals/{load.pk}")
        assert "2027年放假安排" in page
        assert "不能发布自己提出的内容" in page
        one.post(f"proposals/{load.pk}/publish", status=403)
        assert "重新计算期限" in other.get(f"proposals/{load.pk}/publish")
        other.post(f"proposals/{load.pk}/publish")
        calendar = calendars.current()
        assert calendar.known_years >= {2027}
        notice = next(n for n in calendar.notices if n.year == YEAR)
        assert (notice.number, notice.issued_on) == (NOTICE["number"], date(2026, 11, 2))
        assert not calendar.is_working(date(2027, 2, 12))
        assert calendar.is_working(date(2027, 10, 9))
        assert "所有在办的办件都已按新的放假安排重新计算期限" in other.get(f"proposals/{load.pk}")
        assert initial_of(YEAR)["makeup_6"] == "2027-09-26、2027-10-09", "the next editor finds it as it stands"

    def test_is_uploaded_as_the_file_of_a_pack(self, editors, tmp_path) -> None:
        content = write(tmp_path / "2027.csv", rows_2027()).read_bytes()
        file = SimpleUploadedFile("放假.csv", content)
        look = Desk(editors[0]).post("holidays", {"year": "2027", "do": "look", "file": file}, status=200)
        assert "2027年1月31日 星期日" in look
        wrong = SimpleUploadedFile("放假.csv", content.replace(b"2027-10-01", b"2027-13-01"))
        page = Desk(editors[0]).post("holidays", {"year": "2027", "do": "look", "file": wrong}, status=422)
        assert "2027-13-01" in page
        for name, data in (("a.pdf", b"%PDF"), ("a.xlsx", b"no workbook"), ("a.csv", "日期".encode("utf-16"))):
            Desk(editors[0]).post("holidays", {"year": "2027", "file": SimpleUploadedFile(name, data)}, status=422)

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            pytest.param(
                {"first_6": "2027-10-02"}, "first_6", "2027-10-01 国庆节放假", id="a day of the law is missing"
            ),
            pytest.param({"makeup_6": "2027-10-11"}, "makeup_6", "周六或周日才能调休上班", id="a Monday in exchange"),
            pytest.param({"makeup_6": "下周六"}, "makeup_6", "看不懂“下周六”", id="words"),
            pytest.param({"makeup_6": "2月30日"}, "makeup_6", "没有这一天", id="a day that is none"),
            pytest.param({"last_6": "2027-09-01"}, "last_6", "不早于开始日期", id="it ends before it begins"),
            pytest.param({"first_6": "", "last_6": "2027-10-07"}, "first_6", "请填写", id="no beginning"),
            pytest.param({"title": ""}, "title", "必填", id="a notice without a title"),
            pytest.param({"year": "2013"}, "year", "年份须在 2014 到 2099 之间", id="a year beyond the table"),
        ],
    )
    def test_that_is_wrong_says_it_at_its_field(self, small, changes, field, words) -> None:
        form = HolidayForm(typed(**changes))
        assert not form.is_valid()
        assert words in " ".join(form.errors[field])

    def test_festivals_that_share_a_holiday_may_both_be_typed(self, small) -> None:
        form = HolidayForm(typed(first_5="2027-10-01", last_5="2027-10-03", makeup_6="9月26日、10月9日"))
        assert not form.is_valid()  # the day of the law, 15 September, is missing now
        assert "2027-09-15" in " ".join(form.errors["first_5"])
        shared = typed(first_5="2027-09-15", last_5="2027-09-15", first_6="2027-10-01", last_6="2027-10-07")
        assert HolidayForm(shared).is_valid()

    def test_days_are_read_as_people_write_them(self) -> None:
        assert list(days_in("2027-09-26、10月9日，2027/10/10", 2027, 6)) == [
            date(2027, 9, 26), date(2027, 10, 9), date(2027, 10, 10),
        ]  # fmt: skip
        assert list(days_in("12月28日", 2027, 0)) == [date(2026, 12, 28)], "before New Year's Day"

    def test_for_programs_is_looked_at_proposed_once_and_published_by_another(self, editors) -> None:
        one, other = map(Program, editors)
        looked = one("POST", "/holidays/look", as_json())
        assert looked["changes"][0]["name"] == {"zh": "2027年放假安排", "en": "Holidays of 2027"}
        assert looked["open_cases"] == 0
        proposed = one("POST", "/holidays", as_json(), status=201)
        assert (proposed["is_current"], proposed["open_cases"]) == (True, 0)
        assert one("POST", "/holidays", as_json())["id"] == proposed["id"]
        path = f"/proposals/{proposed['id']}"
        assert one("POST", f"{path}/publish", status=403)["code"] == "pack.needs_second_person"
        assert other("POST", f"{path}/publish")["state"] == "published"
        assert one("POST", "/holidays", as_json(), status=422)["code"] == "invalid"
        wrong = as_json()
        del wrong["days"][0]
        refused = one("POST", "/holidays/look", wrong, status=422)
        assert refused["code"] == "calendars.notices_refused"
        assert refused["details"]["errors"][0]["expected_zh"].startswith("2027-01-01 元旦放假")


def test_every_open_case_is_counted_again_and_the_page_says_how_far(filed) -> None:  # noqa: F811
    receipt, where, _who = filed
    services.case_accept(case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 2), 11))
    one, other = (officer("editor", where.item.department, "500103") for _n in range(2))
    load = Program(one)("POST", "/holidays", as_json(), status=201)
    assert load["open_cases"] == 1
    assert "1 件在办的办件要重新计算期限" in Desk(other).get(f"proposals/{load['id']}")
    published = Program(other)("POST", f"/proposals/{load['id']}/publish")
    assert published["recount"] == {"done": 0, "of": 1}
    assert 'value="0" max="1"' in Desk(one).get(f"proposals/{load['id']}")
    recount.batch()
    assert Program(other)("GET", f"/proposals/{load['id']}")["recount"] is None
    assert Case.objects.get(pk=receipt.case.pk).calendar_version == calendars.calendar_version()
    assert "所有在办的办件都已" in Desk(one).get(f"proposals/{load['id']}")


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of a page's form."""
    found = re.findall(r'<input type="hidden" name="(year|rows|notices)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}
