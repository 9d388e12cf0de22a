"""A proposal at the desk: told in words before it is published, by a second editor, as he saw it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.notices import pack_years, read_year
from yukuaiban.calendars.tests.test_notices import rows_2027, write
from yukuaiban.config import now as clock
from yukuaiban.config.errors import Invalid, PermissionRefused
from yukuaiban.items.loading import load_city, proposals
from yukuaiban.items.loading.excel import import_workbook
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.proposals import NotCompared
from yukuaiban.items.loading.publishing import NeedsSecondPerson, NothingToPublish, propose_folder, publish, reject
from yukuaiban.items.loading.telling import differences
from yukuaiban.items.loading.wording import said
from yukuaiban.items.models import Differences, DirectoryEntry, ServiceItem
from yukuaiban.items.tests.packs import edited, write_pack
from yukuaiban.items.tests.test_excel import workbook
from yukuaiban.outbox.models import OutboxRow
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account

ITEM = "items/old_age.yaml"


@pytest.fixture
def small(db: None, tmp_path: Path) -> Path:
    """The small city, loaded into the empty database."""
    folder = write_pack(tmp_path)
    load_city(folder=folder)
    return folder


def editor(name: str, role: str = "editor") -> Actor:
    account = Account.objects.create_user(email=f"{name}@example.test")
    return Actor(kind="officer", account_id=account.pk, name=name, role=role, division="990000")


@pytest.fixture
def editors(db: None) -> tuple[Actor, Actor]:
    return editor("a"), editor("b")


def change(folder: Path, name: str, *replacements: tuple[str, str]) -> None:
    (folder / name).write_text(edited(name, *replacements), encoding="utf-8")


def propose(folder: Path, by: Actor | None = None) -> PackLoad:
    return propose_folder(folder, by=Account.objects.get(pk=by.account_id) if by else None)


def compared(load: PackLoad) -> PackLoad:
    """After the worker did its part."""
    proposals.compare_start(load)
    proposals.compare(load.pk)
    return proposals.proposal(load.pk)


def told(load: PackLoad, language: str = "zh") -> dict[str, tuple[str, list[Any]]]:
    """By name: what becomes of the thing, and its lines as they are read."""
    rows, _after = proposals.changes_of(compared(load), size=1000)
    with translation.override(language):
        return {row.name_zh: (row.kind, [words(said(line)) for line in row.lines]) for row in rows}


def words(one: Any) -> Any:
    where = f"（{one.where}）" if one.where else ""
    if one.kind == "changed":
        return f"{one.what}：{one.before} → {one.after}{where}"
    return f"{one.kind} {one.what}{where}"


class TestWhatAPackWouldChange:
    def test_nothing(self, small: Path) -> None:
        assert told(propose(small)) == {}

    def test_of_a_guide_is_said_part_by_part(self, small: Path) -> None:
        change(
            small, ITEM,
            ("promised: {value: 10}", "promised: {value: 8}"),
            ("channels: [web, mobile]", "channels: [web, mobile, window]"),
            ("- {key: photo, title: {zh: 老人近照, en: Recent photograph}}", "- {key: photo, title: {zh: 老人近照, en: Recent photograph}, max_files: 1}"),
            ("- {key: proof, title: {zh: 银行流水, en: Bank statement}}", "- {key: card, title: {zh: 银行卡, en: Bank card}}"),
            ("zh: 照料人姓名", "zh: 照料人的姓名"),
        )  # fmt: skip
        load = propose(small)
        kind, lines = told(load)["高龄津贴"]
        assert kind == "changed"
        assert lines == [
            "承诺办结时限：10 个工作日 → 8 个工作日",
            "办理形式：电脑、手机 → 电脑、手机、窗口",
            "申请表 › 分组 › 申请 › 问题 › 照料人的姓名 › 问法：照料人姓名 → 照料人的姓名",
            "申请材料 › 老人近照 › 最多几份：3 → 1",
            "new 申请材料 › 银行卡",
            "ended 申请材料 › 银行流水",
        ]
        assert "Promised limit：10 working days → 8 working days" in told(load, "en")["高龄津贴"][1]
        assert load.state == PackLoad.State.PROPOSED

    def test_of_the_directory_names_what_is_new_changed_and_ended(self, small: Path) -> None:
        change(
            small, "directory.csv",
            ("SM-0002,20,结婚登记预约,Marriage booking,civil_affairs,district,natural,marriage,,sample,测试\n",
             "SM-0004,20,收养咨询,Adoption,civil_affairs,district,natural,,,sample,测试\n"),
            ("公积金提取,Housing fund withdrawal,housing_fund", "公积金取款,Housing fund withdrawal,civil_affairs"),
        )  # fmt: skip
        found = told(propose(small))
        assert found["收养咨询"] == ("new", ["new 实施清单（东区、西区）"])
        assert found["结婚登记预约"] == ("ended", ["ended 实施清单（东区、西区）"])
        kind, lines = found["公积金取款"]
        assert kind == "changed"
        assert "中文名称：公积金提取 → 公积金取款" in lines
        assert "主管部门：公积金 → 民政" in lines
        assert "部门：小城市公积金中心 → 小城市民政局（小城市）" in lines

    def test_that_ended_long_ago_is_not_told_again(self, small: Path) -> None:
        change(small, "directory.csv", ("SM-0002,20,结婚登记预约,Marriage booking,civil_affairs,district,natural,marriage,,sample,测试\n", ""))  # fmt: skip
        load_city(folder=small)
        assert told(propose(small)) == {}

    def test_of_single_places_names_them(self, small: Path) -> None:
        (small / "service_items.csv").write_text(
            "entry,division,promised_value,promised_unit\nSM-0001,990101,5,working_day\nSM-0001,990102,5,working_day\n"
        )
        assert told(propose(small)) == {
            "高龄津贴": ("changed", ["承诺办结时限：10 个工作日 → 5 个工作日（东区、西区）"])
        }

    def test_that_a_desk_edited_is_kept_and_said(self, small: Path) -> None:
        DirectoryEntry.objects.filter(code="SM-0002").update(name_en="Book a wedding", origin="desk")
        change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
        assert told(propose(small)) == {"结婚登记预约": ("kept", ["kept 英文名称"])}

    def test_of_places(self, small: Path) -> None:
        change(
            small, "halls.csv", ("小城市政务服务中心,Smalltown Hall,一号街", "小城市政务服务中心,Smalltown Hall,三号街")
        )
        change(small, "hall_hours.csv", ("09:00,12:00", "09:00,12:30"))
        change(small, "departments.csv", ("市民政局,Civil", "民政局,Civil"))
        change(small, "successions.csv", ("unconfirmed", "confirmed"))
        found = told(propose(small))
        assert "中文地址：一号街 → 三号街" in found["小城市政务服务中心"][1]
        assert "办公时间 › 星期一 09:00 起：12:00 → 12:30" in found["小城市政务服务中心"][1]
        assert "中文简称：市民政局 → 民政局" in found["小城市民政局"][1]
        assert "撤销：（空） → 2026年6月1日" in found["西区"][1]

    def test_that_is_long_is_cut_and_says_how_much_is_left(self, small: Path) -> None:
        fields = "".join(
            f"        - {{key: q{n}, kind: text, label: {{zh: 问题{n}, en: Question {n}}}}}\n" for n in range(100)
        )
        change(small, ITEM, ("        - {key: home,", f"{fields}        - {{key: home,"))
        lines = told(propose(small))["高龄津贴"][1]
        assert len(lines) == 81
        assert lines[-1] == "more 还有 20 处"

    def test_of_an_older_content_that_knew_fewer_elements_is_nothing(self) -> None:
        assert list(differences({"process": {"steps": []}}, {"process": {"steps": [], "third_parties": False}})) == []
        assert list(differences({"quota": None}, {})) == []
        assert [line["kind"] for line in differences({}, {"quota": {"zh": "十个", "en": "ten"}})] == ["changed"]


class TestPublishing:
    @pytest.fixture
    def load(self, small: Path, editors: tuple[Actor, Actor]) -> PackLoad:
        change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
        return compared(propose(small, editors[0]))

    def test_is_begun_by_a_second_editor_and_finished_by_the_worker(self, load, editors) -> None:
        begun = proposals.publish_start(load_id=load.pk, by=editors[1])
        assert (begun.state, begun.progress["stage"]) == ("publishing", "waiting")
        assert OutboxRow.objects.filter(task="items.publish_load", args={"load": load.pk}).exists()
        proposals.publish_begun(load.pk)
        proposals.publish_begun(load.pk)  # a task may run twice
        done = proposals.proposal(load.pk)
        assert (done.state, done.published_by_id, done.progress) == ("published", editors[1].account_id, {})
        assert DirectoryEntry.objects.get(code="SM-0002").name_en == "Wedding booking"

    def test_is_refused_to_the_one_who_proposed_and_to_who_is_no_editor(self, load, editors) -> None:
        assert proposals.why_not_publish(load, editors[0])
        assert proposals.why_not_publish(load, editors[1]) is None
        with pytest.raises(NeedsSecondPerson):
            proposals.publish_start(load_id=load.pk, by=editors[0])
        with pytest.raises(PermissionRefused):
            proposals.publish_start(load_id=load.pk, by=editor("c", "handler"))

    def test_is_refused_once_the_catalogue_has_moved_on_and_compared_anew(self, small, load, editors) -> None:
        other = propose(small, editors[1])
        change(small, "directory.csv", ("Housing fund withdrawal", "Withdrawal"))
        publish(propose(small, editors[1]).pk, by=Account.objects.get(pk=editors[0].account_id))
        assert not proposals.is_current(proposals.proposal(load.pk))
        with pytest.raises(NotCompared):
            proposals.publish_start(load_id=load.pk, by=editors[1])
        proposals.compare(load.pk)
        assert set(told(proposals.proposal(load.pk))) == {"公积金提取", "结婚登记预约"}
        proposals.publish_start(load_id=load.pk, by=editors[1])
        with pytest.raises(NotCompared):
            proposals.publish_start(load_id=other.pk, by=editors[0])

    def test_that_fails_is_a_proposal_again_and_says_why(self, load, editors, monkeypatch) -> None:
        proposals.publish_start(load_id=load.pk, by=editors[1])
        monkeypatch.setattr(proposals.publishing, "publish", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            proposals.publish_begun(load.pk)
        again = proposals.proposal(load.pk)
        assert (again.state, again.published_by, again.progress) == ("proposed", None, {})
        assert "ZeroDivisionError" in again.problem
        assert not proposals.is_current(again)
        assert proposals.is_current(proposals.compare_start(again)) is False, "only when asked"
        monkeypatch.undo()
        proposals.compare_start(again, again=True)
        proposals.compare(load.pk)
        assert proposals.publish_start(load_id=load.pk, by=editors[1]).state == "publishing"

    def test_that_was_begun_can_be_finished_by_hand(self, load, editors) -> None:
        """Where no worker runs: by who began it, and by nobody else."""
        proposals.publish_start(load_id=load.pk, by=editors[1])
        with pytest.raises(NothingToPublish):
            publish(load.pk, by=Account.objects.get(pk=editors[0].account_id))
        assert publish(load.pk, by=Account.objects.get(pk=editors[1].account_id)).state == "published"

    def test_sent_back_is_over_and_says_why(self, load, editors) -> None:
        with pytest.raises(Invalid):
            proposals.send_back(load_id=load.pk, by=editors[1], reason=" ")
        with pytest.raises(NeedsSecondPerson):
            proposals.send_back(load_id=load.pk, by=editors[0], reason="改错了")
        done = proposals.send_back(load_id=load.pk, by=editors[1], reason="英文名不对")
        assert (done.state, done.rejected_because, done.rejected_by_id) == (
            "rejected", "英文名不对", editors[1].account_id,
        )  # fmt: skip
        with pytest.raises(NothingToPublish):
            proposals.publish_start(load_id=load.pk, by=editors[1])

    def test_of_a_load_that_nobody_signed_needs_one_who_does(self, small, editors) -> None:
        change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
        load = compared(propose(small))
        assert proposals.why_not_publish(load, editors[0]) == proposals.why_not_publish(load, editors[1]) is not None
        proposals.take_over(load_id=load.pk, by=editors[0])
        with pytest.raises(NeedsSecondPerson):
            proposals.take_over(load_id=load.pk, by=editors[1])
        with pytest.raises(NeedsSecondPerson):
            proposals.publish_start(load_id=load.pk, by=editors[0])
        assert proposals.publish_start(load_id=load.pk, by=editors[1]).state == "publishing"

    def test_the_worker_says_how_far_it_is(self, small, load, editors, monkeypatch) -> None:
        said_so: list[tuple[str, int]] = []
        monkeypatch.setattr(proposals, "_say", lambda pk, stage, percent, **more: said_so.append((stage, percent)))
        monkeypatch.setattr(proposals.publishing, "_latest", None)
        proposals.compare(load.pk)
        assert [stage for stage, _percent in said_so] == ["reading", "comparing", "telling"]
        assert [percent for _stage, percent in said_so] == sorted(percent for _stage, percent in said_so)

    def test_work_that_fell_silent_is_begun_again(self, small, editors, monkeypatch) -> None:
        load = proposals.compare_start(propose(small, editors[0]))
        proposals.compare_start(load)
        assert OutboxRow.objects.filter(task="items.compare_load").count() == 1
        later = clock.now() + timedelta(minutes=5)
        monkeypatch.setattr(proposals, "now", lambda: later)
        proposals.compare_start(proposals.proposal(load.pk))
        assert OutboxRow.objects.filter(task="items.compare_load").count() == 2


def test_a_start_in_production_does_not_propose_the_same_twice(small: Path, settings: Any) -> None:
    settings.PRODUCTION = True
    change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
    first, second = load_city(folder=small), load_city(folder=small)
    assert first == second


def test_a_departments_file_is_told_row_by_row(small: Path, editors: tuple[Actor, Actor]) -> None:
    over = {"visits": 0, "promised": {"value": 9, "unit": "working_day"}, "fees": []}
    differences = Differences.objects.create(digest=b"d" * 32, content=over)
    ServiceItem.objects.filter(code="SM-0001-990101").update(differences=differences)
    content = workbook(["SM-0001", "", "990101", 6, "工作日", None, "暂停"])
    load = import_workbook(content, by=Account.objects.get(pk=editors[0].account_id)).load
    assert told(load) == {
        "高龄津贴（东区）": ("changed", ["承诺办结时限：9 个工作日 → 6 个工作日", "事项状态：在用 → 暂停"])
    }
    proposals.publish_start(load_id=load.pk, by=editors[1])
    proposals.publish_begun(load.pk)
    assert ServiceItem.objects.get(code="SM-0001-990101").state == "suspended"


class TestAYearOfHolidays:
    @pytest.fixture
    def year(self, small: Path, tmp_path: Path) -> Any:
        return read_year(write(tmp_path / "2027.csv", rows_2027()))

    def test_is_told_at_once_and_published_at_once_by_a_second_editor(self, year, editors) -> None:
        load, is_new = proposals.propose_notice(year=year, by=editors[0])
        assert is_new
        assert proposals.is_current(load)
        rows, _after = proposals.changes_of(load)
        assert [(row.name_zh, row.kind) for row in rows] == [("2027年放假安排", "new")]
        lines = [words(said(line)) for line in rows[0].lines]
        assert "2027年1月31日 星期日：周末休息 → 调休上班（春节）" in lines
        assert "2027年10月4日 星期一：上班 → 放假（国庆节）" in lines
        assert not any("2027年10月1日" in line for line in lines), "the law frees it already"
        with pytest.raises(NeedsSecondPerson):
            proposals.publish_start(load_id=load.pk, by=editors[0])
        assert 2027 not in calendars.current().known_years
        done = proposals.publish_start(load_id=load.pk, by=editors[1])
        assert done.state == "published"
        assert 2027 in calendars.current().known_years

    def test_proposed_twice_is_one_proposal(self, year, editors) -> None:
        first, _new = proposals.propose_notice(year=year, by=editors[0])
        again, is_new = proposals.propose_notice(year=year, by=editors[0])
        assert (again, is_new) == (first, False)

    def test_that_changes_nothing_is_refused(self, year, editors) -> None:
        load, _new = proposals.propose_notice(year=year, by=editors[0])
        proposals.publish_start(load_id=load.pk, by=editors[1])
        with pytest.raises(Invalid):
            proposals.propose_notice(year=year, by=editors[0])

    def test_is_kept_as_the_files_of_a_pack_and_read_again_the_same(self, year, editors) -> None:
        load, _new = proposals.propose_notice(year=year, by=editors[0])
        assert sorted(load.manifest) == ["holidays/2027.csv", "holidays/2027.yaml"]
        (again,) = proposals.years_of(load)
        assert {day.day: day for day in again.days} == {day.day: day for day in year.days}
        assert again.notices == year.notices

    @pytest.mark.parametrize("known", pack_years(), ids=lambda year: str(year.year))
    def test_every_year_of_the_pack_comes_back_as_it_was(self, known, db) -> None:
        from yukuaiban.items.loading.holidays import files_of_year, years_in

        (again,) = years_in(files_of_year(known))
        assert set(again.days) == set(known.days)
        assert (again.notices, dict(again.sources)) == (known.notices, dict(known.sources))


def test_a_load_is_not_sent_back_by_who_made_it_even_past_the_service(small, editors) -> None:
    from django.db import IntegrityError, transaction

    load = propose(small, editors[0])
    reject(load.pk, by=Account.objects.get(pk=editors[1].account_id), reason="x")
    with pytest.raises(IntegrityError, match="somebody_else"), transaction.atomic():
        PackLoad.objects.filter(pk=load.pk).update(rejected_by=editors[0].account_id)
