"""`pack check`: every error at once, each with file, line, field, found and expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from yukuaiban.items.loading import files
from yukuaiban.items.loading.checking import read_pack
from yukuaiban.items.loading.files import read_yaml
from yukuaiban.items.loading.pack import files_of
from yukuaiban.items.loading.problems import PackErrors, Problem
from yukuaiban.items.tests.packs import edited, write_pack

ROOT = Path(__file__).resolve().parents[3]


def problems(folder: Path) -> list[Problem]:
    """All problems of a pack; none when it holds."""
    try:
        read_pack(files_of(folder), folder.name)
    except PackErrors as errors:
        return errors.problems
    return []


def test_the_small_city_holds(tmp_path: Path) -> None:
    assert problems(write_pack(tmp_path)) == []


def test_one_wrong_code_is_one_error_however_many_rows_point_to_it(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    towns = (folder / "towns.csv").read_text(encoding="utf-8")
    more = "".join(f"9901010{n:02},第{n}镇,Town {n},town,990101\n" for n in range(2, 32))
    (folder / "towns.csv").write_text(towns + more, encoding="utf-8")
    (folder / "divisions.csv").write_text(edited("divisions.csv", ("990101,", "9901,")), encoding="utf-8")
    found = [problem for problem in problems(folder) if problem.file.endswith("towns.csv")]
    assert [(problem.line, problem.found) for problem in found] == [(2, "“990101”, as in 30 more of its rows")]


DIRECTORY, ITEM = "directory.csv", "items/old_age.yaml"
ERRORS = {
    # file, what is replaced by what -> line (or the first one with these words), field, found, expected: a part of each
    "unknown column": (DIRECTORY, ("levels,", "level,"), 1, "level", "an unknown column", "levels"),
    "missing column": (DIRECTORY, ("levels,", "level,"), 1, "levels", "no such column", "required"),
    "too few cells": (DIRECTORY, ("both,natural,,old_age,sample,测试\n", "both\n"), 2, "", "6 values", "11"),
    "wrong word": (DIRECTORY, ("civil_affairs,both", "civil_affairs,town"), 2, "levels", "“town”", "city, district or"),
    "empty cell": (DIRECTORY, ("20,高龄津贴,", "20,,"), 2, "name_zh", "“”", "at least 1 character"),
    "code of another form": (DIRECTORY, ("SM-0002", "SM2"), 3, "code", "“SM2”", "the form"),
    "row twice": (DIRECTORY, ("SM-0002", "SM-0001"), 3, "code", "“SM-0001” again", "once; line 2 has it"),
    "name twice": (DIRECTORY, ("结婚登记预约", "高龄津贴"), 3, "name_zh", "“高龄津贴”", "line 2 has this one"),
    "unknown kind": (DIRECTORY, ("housing_fund,city", "fund,city"), 4, "department_kind", "“fund”", "department_kinds"),
    "no counterpart": (DIRECTORY, ("housing_fund,city", "housing_fund,both"), 4, "levels", "“both”", "no counterpart"),
    "unknown theme": (DIRECTORY, (",marriage,", ",wedding,"), 3, "themes", "“wedding”", "themes.csv"),
    "unknown life event": (DIRECTORY, ("old_age", "older"), 2, "life_events", "“older”", "life_events.csv"),
    "parent not there": ("towns.csv", ("town,990101", "town,990109"), 2, "parent", "“990109”", "divisions.csv"),
    "village without town": ("villages.csv", ("上村,990101001", "上村,990101002"), 2, "parent", "", "towns.csv"),
    "second city": ("divisions.csv", ("district,990000,conf", "city,,conf"), 3, "kind", "a second city", "line 2"),
    "no such day": ("successions.csv", ("2026-06-01", "2026-06-31"), 2, "takes_effect_on", "2026-06-31", "valid date"),
    "pattern without {d}": ("department_kinds.csv", ("{d}民政局", "民政局"), 2, "", "", "{d}"),
    "closes before it opens": ("hall_hours.csv", ("09:00,12:00", "12:00,09:00"), 2, "", "", "not after opens_at"),
    "hours of no hall": ("hall_hours.csv", ("*,1 2 3 4 5 8,09", "hall-x,1,09"), 2, "hall", "“hall-x”", "halls.csv"),
    "alias of no entry": ("aliases.csv", ("SM-0001", "SM-0009"), 2, "entry", "“SM-0009”", "directory.csv"),
    "former name of no kind": ("former_names.csv", ("civil_affairs", "civil"), 2, "kind", "“civil”", "department_kinds"),
    "YAML that is none": (ITEM, ("summary: {", "summary: {{"), 5, "", "", "YAML 1.2"),
    "key twice": (ITEM, ("visits: 0", "visits: 0\nvisits: 1"), 12, "visits", "“visits” again", "once"),
    "anchor": (ITEM, ("title: {zh: 高龄津贴, en", "title: &t {zh: 高龄津贴, en"), 3, "title", "&t", "written out"),
    "unknown key": (ITEM, ("visits: 0", "visits: 0\nvisit_count: 0"), 12, "visit_count", "an unknown key", "schema"),
    "missing element": (ITEM, ("statutory: {value: 20}\n", ""), 1, "statutory", "nothing", "required"),
    "promise longer than law": (ITEM, ("promised: {value: 10}", "promised: {value: 30}"), 1, "", "", "may only be"),
    "wrong word deep inside": (ITEM, ("role: approver", "role: boss"), "role: boss", "process.steps[0].role", "“boss”",
                               "approver"),
    "bad condition": (ITEM, ("op: eq, value: monthly", "op: like, value: monthly"), "op: like",
                      "form.groups[0].fields[3].when", "a mapping", "like"),
    "another title": (ITEM, ("{zh: 高龄津贴, en: Old-age allowance}\ns", "{zh: 津贴, en: Old-age allowance}\ns"), 3,
                      "title.zh", "“津贴”", "“高龄津贴”, as directory.csv says"),
    "another type": (ITEM, ('item_type: "20"', 'item_type: "05"'), 5, "item_type", "“05”", "20, as directory.csv says"),
    "entry not in directory": (ITEM, ("entry: SM-0001", "entry: SM-0007"), 1, "entry", "“SM-0007”", "directory.csv"),
    "unknown department asked": (ITEM, ("role: approver}", "role: approver, department: police}"), "police",
                                 "process.steps[0].department", "“police”", "department_kinds.csv"),
    "too few fields of its own": (ITEM, ("{key: home, kind: yes_no", "{key: home, kind: note"), "form:", "form",
                                  "4 fields of its own", "at least 5"),
    "too few materials of its own": (ITEM, ("  - {key: proof, title: {zh: 银行流水, en: Bank statement}}\n", ""),
                                     "materials:", "materials", "2 materials of its own", "at least 3"),
    "condition about no answer": (ITEM, ("en: Recent photograph}", "en: Recent photograph}, when: {field: age, op: gt, "
                                         "value: 80}"), "field: age", "materials[1].when", "", "age"),
    "register not there": (ITEM, ("en: Bank statement}", "en: Bank statement}, register: bank"), "register: bank",
                           "materials[2].register", "“bank”", "registers.yaml"),
    "licence not there": (ITEM, ("result: {kind: payment", "result: {kind: licence, licence_type: pass"), "result:",
                          "result.licence_type", "“pass”", "licence_types/"),
    "licence without what it needs": (ITEM, ("result: {kind: payment", "result: {kind: licence, licence_type: card"),
                                      "result:", "result.facts", "", "kind too"),
    "fact that no answer gives": (ITEM, ("result: {kind: payment", "result: {kind: licence, licence_type: card, facts: "
                                         "{kind: sort, note: kind}"), "result:", "result.facts.kind", "“sort”", "path"),
    "fact that is not printed": (ITEM, ("result: {kind: payment", "result: {kind: licence, licence_type: card, facts: "
                                        "{kind: kind, colour: kind}"), "result:", "result.facts.colour", "“colour”",
                                 "kind, name, note"),
    "code set not there": (ITEM, ("{key: home, kind: yes_no", "{key: home, options_from: smell, kind: choice"),
                           "options_from", "form.groups[0].fields[4].options_from", "“smell”", "code_sets.csv"),
    "code set without English": (ITEM, ("{key: home, kind: yes_no", "{key: home, options_from: taste, kind: choice"),
                                 "options_from", "form.groups[0].fields[4].options_from", "“taste”", "English"),
    "extension by no parameter": (ITEM, ("process:\n", "process:\n  extension: {parameter: no_such_limit}\n"),
                                  "no_such_limit", "process.extension.parameter", "“no_such_limit”", "parameters/"),
    "extension in other days": (ITEM, ("process:\n", "process:\n  extension: {parameter: petition_extension_max}\n"),
                                "petition", "process.extension.parameter", "in calendar_day", "one in working_day"),
    "extension said twice": (ITEM, ("process:\n", "process:\n  extension: {days: 3, as_the_limit: true, law: x}\n"),
                             "extension:", "process.extension", "", "one of them"),
    "extension by no law": (ITEM, ("process:\n", "process:\n  extension: {days: 3}\n"), "extension:",
                            "process.extension", "", "name law"),
    "joint, and no licence": (ITEM, ("process:\n", "process:\n  handling: joint\n"), "handling:", "process.handling",
                              "“joint”", "item_type 01"),
    "limit set by no law": (ITEM, ("{value: 20}", "{value: 20, set_by: {law: 查封扣押冻结规定}}"), "statutory:",
                            "statutory.set_by.law", "“查封扣押冻结规定”", "law or regulation"),
    "folder of another name": ("pack.yaml", ("id: smalltown", "id: bigtown"), 1, "id", "“bigtown”", "smalltown"),
    "extends nothing": ("pack.yaml", ("version:", "extends: nowhere\nversion:"), 0, "", "no pack.yaml", "folder"),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS, ids=list(ERRORS))
def test_each_kind_of_error_names_its_place(tmp_path: Path, case: str) -> None:
    name, replacement, line, field, found, expected = ERRORS[case]
    folder = write_pack(tmp_path, **{name.replace(".", "_").replace("/", "_"): edited(name, replacement)})
    told = problems(folder)
    assert told, "the error was not seen"
    if isinstance(line, str):
        text = (folder / name).read_text(encoding="utf-8")
        line = next(n for n, text in enumerate(text.splitlines(), 1) if line in text)
    assert any(p.line == line and p.field == field and found in p.found and expected in p.expected for p in told), (
        "\n".join(map(str, told))
    )


def test_a_file_a_city_needs_is_missed(tmp_path: Path) -> None:
    told = problems(write_pack(tmp_path, directory_csv=None))
    assert ("smalltown/directory.csv", "no such file") in [(p.file, p.found) for p in told]


def test_all_errors_are_told_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path,
        directory_csv=edited(DIRECTORY, ("civil_affairs,both", "civil_affairs,town"), ("SM-0003,20", "SM-0003,21")),
        towns_csv=edited("towns.csv", ("town,990101", "town,990109")),
        items_old_age_yaml=edited(ITEM, ("role: approver", "role: boss"), ("visits: 0", "visits: 9")),
    )
    told = problems(folder)
    assert len(told) >= 5
    assert [(p.file, p.line) for p in told] == sorted((p.file, p.line) for p in told)
    assert {p.file.partition("/")[2] for p in told} >= {"directory.csv", "towns.csv", ITEM}


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "aliases.csv").write_bytes("entry,words\nSM-0001,老人\n".encode("gb18030"))
    assert any(p.file.endswith("aliases.csv") and p.line == 2 and "UTF-8" in p.expected for p in problems(folder))


def test_a_second_item_that_copies_the_first_is_refused(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    copy = edited(ITEM, ("SM-0001", "SM-0002"), ("slug: old_age", "slug: marriage"), ("高龄津贴", "结婚登记预约"))
    (folder / "items" / "marriage.yaml").write_text(copy, encoding="utf-8")
    told = [p for p in problems(folder) if p.file.endswith("marriage.yaml")]
    assert {p.field for p in told} >= {"form", "materials"}


def test_the_real_packs_have_no_error() -> None:
    assert problems(ROOT / "packs" / "chongqing") == []


def test_the_real_directory_is_as_large_as_promised() -> None:
    pack = read_pack(files_of(ROOT / "packs" / "chongqing"), "chongqing")
    entries = list(pack.rows("directory.csv"))
    assert len(entries) >= 800
    assert all(entry.source for entry in entries)
    assert not [e.name_zh for e in entries if "四川" in e.name_zh or "广安" in e.name_zh or "省政府令" in e.name_zh]


class TestFilesReadBefore:
    """Kept by digest in the data folder; never trusted for other bytes."""

    def test_are_looked_up(self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.DATA_DIR = tmp_path / "data"
        first = read_yaml("a.yaml", b"a: {b: [1, 2]}\nday: 2026-03-02\n", [])
        monkeypatch.setattr(files, "_parse", None)
        assert read_yaml("b.yaml", b"a: {b: [1, 2]}\nday: 2026-03-02\n", []) == first
        assert first is not None
        assert first.data == {"a": {"b": [1, 2]}, "day": "2026-03-02"}
        assert first.line_of(("day",)) == 2

    def test_are_read_again_when_what_is_kept_is_spoilt(self, tmp_path: Path, settings: Any) -> None:
        settings.DATA_DIR = tmp_path / "data"
        first = read_yaml("a.yaml", b"a: 1\n", [])
        for kept in (tmp_path / "data/cache/packs").iterdir():
            kept.write_bytes(b"\xc1 not what was written")
        assert read_yaml("a.yaml", b"a: 1\n", []) == first

    def test_with_errors_are_not_kept(self, tmp_path: Path, settings: Any) -> None:
        settings.DATA_DIR = tmp_path / "data"
        for _time in range(2):
            told: list[Problem] = []
            assert read_yaml("a.yaml", b"a: 1\na: 2\n", told) is None
            assert [(p.line, p.field) for p in told] == [(2, "a")]


LICENCE = ('item_type: "20"', 'item_type: "01"')


def licence(tmp_path: Path, *replacements: tuple[str, str]) -> list[Problem]:
    """The problems of the small city whose item is a licence, in other words here and there."""
    directory = edited("directory.csv", ("SM-0001,20,", "SM-0001,01,"))
    item = edited("items/old_age.yaml", LICENCE, *replacements)
    return problems(write_pack(tmp_path, directory_csv=directory, items_old_age_yaml=item))


class TestTheLimitOfALicence:
    """行政许可法 第四十二条: 20 working days, 45 where several departments handle it, unless another law says otherwise."""

    LIMIT, PROCESS = "statutory: {value: 20}", "process:\n"

    def test_is_at_most_twenty_working_days(self, tmp_path):
        assert licence(tmp_path) == []
        told = licence(tmp_path, (self.LIMIT, "statutory: {value: 21}"))
        assert [(p.line, p.field, p.found) for p in told] == [(8, "statutory.value", "21")]
        assert "at most 20 (行政许可法 第四十二条第一款)" in told[0].expected

    def test_is_in_working_days(self, tmp_path):
        told = licence(tmp_path, (self.LIMIT, "statutory: {value: 15, unit: calendar_day}"))
        assert [(p.field, p.found) for p in told] == [("statutory.unit", "“calendar_day”")]

    def test_may_be_another_when_a_law_sets_it(self, tmp_path):
        by = "set_by: {law: 取水许可和水资源费征收管理条例, article: 第十九条}"
        assert licence(tmp_path, (self.LIMIT, f"statutory: {{value: 45, {by}}}")) == []

    @pytest.mark.parametrize("handling", ["unified", "joint", "concentrated"])
    def test_is_at_most_forty_five_where_several_handle_it(self, tmp_path, handling):
        joint = (self.PROCESS, f"process:\n  handling: {handling}\n")
        with_whom = ("visits: 0", "visits: 0\njoint_bodies: [公安机关]")
        assert licence(tmp_path, joint, with_whom, (self.LIMIT, "statutory: {value: 45}")) == []
        told = licence(tmp_path, joint, with_whom, (self.LIMIT, "statutory: {value: 46}"))
        assert [(p.field, p.found) for p in told] == [("statutory.value", "46")]
        told = licence(tmp_path, joint)
        assert [(p.field, p.found) for p in told] == [("process.handling", f"“{handling}”")]
        assert "joint_bodies" in told[0].expected

    def test_is_measured_by_the_packs_own_parameter_on_its_date(self, tmp_path):
        folder = write_pack(
            tmp_path,
            directory_csv=edited("directory.csv", ("SM-0001,20,", "SM-0001,01,")),
            items_old_age_yaml=edited("items/old_age.yaml", LICENCE),
        )
        (folder / "parameters").mkdir()
        value = "  {}: {{value: {}, source: 行政许可法 第四十二条第一款}}\n"
        (folder / "parameters" / "licensing_decision_limit.yaml").write_text(
            "title: 期限\nunit: working_day\nvalues:\n"
            + value.format("2004-07-01", 15)
            + value.format("2026-03-03", 20),
            encoding="utf-8",
        )
        assert [(p.field, p.expected[:10]) for p in problems(folder)] == [("statutory.value", "at most 15")]


class TestAFirstReview:
    """行政许可法 第三十五条、第四十三条: by the department that accepts, to one of the city, within twenty days."""

    STEPS = "process:\n  steps:\n    - {key: report, title: {zh: 初审, en: First}, stage: 1, role: handler}\n"
    OWN = "by: civil_affairs, reports_to: civil_affairs"

    def problems(self, tmp_path: Path, review: str, levels: str = "district") -> list[tuple[str, str]]:
        directory = edited("directory.csv", ("civil_affairs,both,", f"civil_affairs,{levels},"))
        item = edited(
            "items/old_age.yaml",
            ("process:\n  steps:\n", f"{self.STEPS}"),
            ("stage: 1, role: approver", "stage: 2, role: approver"),
            ("result: {kind: payment", f"  first_review: {{{review}}}\nresult: {{kind: payment"),
        )
        told = problems(write_pack(tmp_path, directory_csv=directory, items_old_age_yaml=item))
        return [(p.field, p.found) for p in told if "first_review" in p.field]

    def test_names_the_entrys_department_and_one_of_the_city(self, tmp_path):
        assert self.problems(tmp_path, self.OWN) == []
        told = self.problems(tmp_path, "by: housing_fund, reports_to: civil_affairs")
        assert told == [("process.first_review.by", "“housing_fund”")]
        told = self.problems(tmp_path, "by: civil_affairs, reports_to: nobody")
        assert told == [("process.first_review.reports_to", "“nobody”")]

    @pytest.mark.parametrize("missing", ["by: civil_affairs", "reports_to: civil_affairs"])
    def test_names_both(self, tmp_path, missing):
        assert self.problems(tmp_path, missing)

    @pytest.mark.parametrize("levels", ["both", "city"])
    def test_is_of_items_of_districts(self, tmp_path, levels):
        assert self.problems(tmp_path, self.OWN, levels) == [
            ("process.first_review", f"a first review of {levels} level")
        ]

    def test_is_longer_only_by_a_law_or_regulation(self, tmp_path):
        own = self.OWN + ", days: 30, law: "
        assert self.problems(tmp_path, own + "不动产登记暂行条例") == []
        assert self.problems(tmp_path, own + "示例规定") == []  # a text that is not at hand is not judged
        told = self.problems(tmp_path, own + "查封扣押冻结规定")
        assert told == [("process.first_review.days", "30")]


class TestOnlyOfLicences:
    """行政许可法 第五十七条 (a limited number), 第七十八条 (a falsehood bars)."""

    @pytest.mark.parametrize("element", ["safety: {interests: [public_safety]}", "limited: {places: 5}"])
    def test_another_type_has_none(self, tmp_path, element):
        item = edited("items/old_age.yaml", ("process:\n", f"process:\n  {element}\n"))
        assert [p.field for p in problems(write_pack(tmp_path, items_old_age_yaml=item))]

    def test_a_condition_names_a_question_of_the_form(self, tmp_path):
        when = "when: {field: nothing_here, op: eq, value: new}"
        safety = f"safety: {{interests: [public_safety], {when}}}"
        item = edited("items/old_age.yaml", ("process:\n", f"process:\n  {safety}\n"))
        told = problems(write_pack(tmp_path, items_old_age_yaml=item))
        assert "process.safety.when" in [p.field for p in told]
