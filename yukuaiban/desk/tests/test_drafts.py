"""A guide edited at the desk: a draft that becomes a pack of one item, published by a second person (ADR 0099)."""

from __future__ import annotations

import copy
import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.people import officer
from yukuaiban.config.errors import Invalid, PermissionRefused
from yukuaiban.config.now import now
from yukuaiban.desk.editing.parts import PARTS, place_of
from yukuaiban.desk.editing.when import KEEP, questions_before, rows_of, tree_of
from yukuaiban.desk.tests.test_api import Program
from yukuaiban.desk.tests.test_proposals import Desk
from yukuaiban.items import selectors as items
from yukuaiban.items.loading import edits, export, load_city, proposals
from yukuaiban.items.loading.edits import carried
from yukuaiban.items.loading.models import ItemDraft, PackLoad
from yukuaiban.items.loading.problems import Problem
from yukuaiban.items.loading.publishing import NeedsSecondPerson
from yukuaiban.items.loading.single import ItemBroken, ItemMoved
from yukuaiban.items.loading.telling import condition_words, differences
from yukuaiban.items.loading.troubles import of_pack
from yukuaiban.items.loading.wording import said
from yukuaiban.items.models import DirectoryEntry, EntryVersion, ServiceItem
from yukuaiban.items.schema import ItemContent
from yukuaiban.items.tests.packs import edited, write_pack
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account
from yukuaiban.places.models import Department

pytestmark = pytest.mark.django_db

CODE = "SM-0001-990101"
AT = f"items/{CODE}/draft"
WHY = "群众反映银行流水难开"
CARD = {
    "title_zh": "银行卡复印件", "title_en": "Copy of the bank card", "form": "both", "necessity": "required",
    "channel": "applicant", "accept": ["pdf", "jpeg"], "max_mb": "5", "max_files": "2", "paper_copies": "1",
    "status": "law", "source": "老年人权益保障法 第三十三条", "basis": "老年人权益保障法 第三十三条",
    "when_joint": "all", "when_0_field": "kind", "when_0_way": "is", "when_0_value": ["monthly"],
}  # fmt: skip


@pytest.fixture
def small(db: None, tmp_path: Path) -> Path:
    folder = write_pack(tmp_path)
    load_city(folder=folder)
    return folder


@pytest.fixture
def item(small: Path) -> ServiceItem:
    return ServiceItem.objects.select_related("entry__current_version", "department", "differences").get(code=CODE)


def editor(code: str = "990101-civil_affairs", role: str = "editor") -> Actor:
    department = Department.objects.get(code=code)
    return officer(role, department, code.partition("-")[0])


@pytest.fixture
def by(small: Path) -> Actor:
    """An editor of the district's department."""
    return editor()


@pytest.fixture
def city_editor(small: Path) -> Actor:
    """An editor of the city's department, who decides."""
    return editor("990000-civil_affairs")


def changed(item: ServiceItem, by: Actor, **parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(edits.draft_of(item, by).content), **parts}


def save(item: ServiceItem, by: Actor, content: dict[str, Any], revision: int = 0) -> ItemDraft:
    return edits.draft_save(item=item, content=content, revision=revision, by=by, at=now())


def with_card(item: ServiceItem, by: Actor) -> dict[str, Any]:
    """One more material, wanted of who asks for the monthly allowance."""
    content = changed(item, by)
    card = {**content["materials"][0], "key": "card", "title": {"zh": "银行卡", "en": "Bank card"}}
    content["materials"].append(card | {"when": {"field": "kind", "op": "eq", "value": "monthly"}})
    return content


def propose(item: ServiceItem, by: Actor, revision: int = 1) -> PackLoad:
    return edits.draft_propose(item=item, revision=revision, reason=WHY, by=by, at=now())[0]


def fresh(item: ServiceItem) -> ServiceItem:
    rows = ServiceItem.objects.select_related("entry__current_version", "department", "differences")
    return rows.get(pk=item.pk)


class TestADraftOfAnItem:
    def test_becomes_a_version_like_that_of_a_pack(self, item, by, city_editor) -> None:
        save(item, by, with_card(item, by))
        load = propose(item, by)
        assert (load.kind, load.state, load.reason, load.problem) == ("item", "proposed", WHY, "")
        [change] = proposals.changes_of(load)[0]
        assert [said(line).what for line in change.lines] == ["申请材料 › 银行卡"]
        assert proposals.publish_start(load_id=load.pk, by=city_editor).state == "published"
        entry = DirectoryEntry.objects.get(code="SM-0001")
        assert (entry.current_version.number, entry.origin) == (2, "desk")
        assert entry.current_version.published_by_id == city_editor.account_id
        assert items.guide(CODE).content.materials[-1].title.zh == "银行卡"
        assert not ItemDraft.objects.exists()
        assert EntryVersion.objects.get(entry=entry, number=1), "a filed case keeps its version"

    def test_is_kept_by_a_later_pack_and_exported(self, item, by, city_editor, small) -> None:
        save(item, by, with_card(item, by))
        proposals.publish_start(load_id=propose(item, by).pk, by=city_editor)
        text = edited("items/old_age.yaml", ("老人近照", "老人照片"))
        (small / "items/old_age.yaml").write_text(text, encoding="utf-8")
        load_city(folder=small)
        assert items.guide(CODE).content.materials[-1].key == "card"
        assert "Bank card" in export.exported_files()["smalltown/items/old_age.yaml"].decode()

    def test_that_says_nothing_new_is_not_proposed(self, item, by) -> None:
        with pytest.raises(Invalid):
            propose(item, by, 0)
        save(item, by, changed(item, by))
        with pytest.raises(Invalid):
            propose(item, by)

    def test_asks_for_a_reason(self, item, by) -> None:
        save(item, by, with_card(item, by))
        with pytest.raises(Invalid) as refused:
            edits.draft_propose(item=item, revision=1, reason="  ", by=by, at=now())
        assert list(refused.value.details["fields"]) == ["reason"]

    def test_changes_only_what_a_desk_changes(self, item, by) -> None:
        for part, value in {"entry": "SM-0002", "statutory": {"value": 90}, "item_type": "01", "visits": 3}.items():
            with pytest.raises(Invalid) as refused:
                save(item, by, changed(item, by, **{part: value}))
            assert list(refused.value.details["fields"]) == [part]
        for part in ("process.instant", "process.steps.role", "result.licence_type"):
            content = changed(item, by)
            *outer, last = part.split(".")
            inner = content[outer[0]]["steps"][0] if outer[1:] else content[outer[0]]
            inner[last] = {"instant": True, "role": "handler", "licence_type": "other"}[last]
            with pytest.raises(Invalid) as refused:
                save(item, by, content)
            assert list(refused.value.details["fields"]) == [part]
        content = changed(item, by)
        content["process"]["steps"].append(content["process"]["steps"][0])
        with pytest.raises(Invalid):
            save(item, by, content)
        assert not ItemDraft.objects.exists()

    def test_of_an_earlier_release_goes_on(self, item, by) -> None:
        """Its content lacks what the schema has since: nothing is changed by that, and nothing lost."""
        save(item, by, with_card(item, by))
        draft = ItemDraft.objects.get()
        del draft.content["joint_bodies"], draft.content["renewal"], draft.content["process"]["safety"]
        draft.save()
        draft.content["summary"] = {"zh": "新的简介", "en": "A new summary"}
        save(item, by, draft.content, 1)
        assert len(edits.lines_of(edits.draft_of(item, by))) == 2
        assert edits.troubles(item, edits.draft_of(item, by)) == []

    def test_is_one_for_each_editor(self, item, by) -> None:
        save(item, by, with_card(item, by))
        other = editor()
        assert edits.draft_of(item, other).pk is None
        with pytest.raises(IntegrityError), transaction.atomic():
            ItemDraft.objects.create(
                account_id=by.account_id, entry=item.entry, base=item.entry.current_version, content={}, changed_at=now()
            )  # fmt: skip

    def test_given_up_changes_nothing(self, item, by) -> None:
        save(item, by, with_card(item, by))
        for _twice in range(2):
            edits.draft_discard(item=item, revision=1, by=by)
        assert edits.draft_of(item, by).pk is None
        assert edits.lines_of(edits.draft_of(item, by)) == []


class TestIsRefused:
    def test_to_another_department_and_another_role(self, item, small) -> None:
        for who in (editor("990000-housing_fund"), editor("990102-civil_affairs"), editor(role="handler")):
            for act in (
                lambda who=who: edits.draft_of(item, who),
                lambda who=who: save(item, who, {}),
                lambda who=who: edits.draft_discard(item=item, revision=0, by=who),
                lambda who=who: edits.draft_take_up(item=item, revision=0, by=who, at=now()),
                lambda who=who: propose(item, who, 0),
            ):
                with pytest.raises(PermissionRefused):
                    act()

    def test_what_was_saved_elsewhere_since(self, item, by) -> None:
        save(item, by, with_card(item, by))
        for revision in (0, 2):
            with pytest.raises(edits.DraftMoved):
                save(item, by, changed(item, by, keywords=["别的"]), revision)
        assert edits.draft_of(item, by).content["materials"][-1]["key"] == "card"

    def test_to_publish_ones_own_or_from_another_department(self, item, by, city_editor) -> None:
        save(item, by, with_card(item, by))
        load = propose(item, by)
        with pytest.raises(NeedsSecondPerson):
            proposals.publish_start(load_id=load.pk, by=by)
        for who in (editor(), editor("990000-housing_fund")):
            assert "小城市民政局" in proposals.why_not_publish(load, who)
            with pytest.raises(PermissionRefused):
                proposals.publish_start(load_id=load.pk, by=who)
            with pytest.raises(PermissionRefused):
                proposals.send_back(load_id=load.pk, by=who, reason="不妥")
        assert proposals.why_not_publish(load, city_editor) is None

    def test_while_a_proposal_waits(self, item, by) -> None:
        save(item, by, with_card(item, by))
        load = propose(item, by)
        assert edits.draft_propose(item=item, revision=1, reason=f"{WHY} ", by=by, at=now()) == (load, False)
        with pytest.raises(edits.EditWaits):
            save(item, by, changed(item, by), 1)
        other = editor()
        save(item, other, with_card(item, other))
        with pytest.raises(edits.EditWaits):
            propose(item, other)
        assert edits.draft_of(item, other).content["materials"][-1]["key"] == "card", "nothing is lost"

    def test_what_a_pack_check_refuses(self, item, by) -> None:
        content = with_card(item, by)
        content["materials"][-1]["when"]["value"] = "weekly"
        content["materials"][0]["register"] = "nobody"
        content["form"]["groups"][0]["fields"][3]["when"] = {"field": "home", "op": "eq", "value": True}
        save(item, by, content)
        found = {one.dotted: one.message for one in edits.troubles(item, edits.draft_of(item, by))}
        assert found == {"form.groups.0.fields.3.when": "条件问的是后面的问题；请把其中一个移动位置。"}
        content["form"]["groups"][0]["fields"][3]["when"] = {"field": "kind", "op": "eq", "value": "monthly"}
        save(item, by, content, 1)
        with pytest.raises(ItemBroken) as refused:
            propose(item, by, 2)
        found = refused.value.details["fields"]
        assert set(found) == {"materials.3.when", "materials.0.register"}
        assert found["materials.3.when"] == "条件永远不会成立：所选的答案已经没有了，或与问题不符。"

    def test_a_question_that_something_else_hangs_on(self, item, by, small) -> None:
        """What a desk does not change needs it: it is said at the form, in words of an office."""
        result = "result: {kind: licence, licence_type: card, facts: {kind: kind, note: since}, title:"
        text = edited("items/old_age.yaml", ("result: {kind: payment, title:", result))
        (small / "items/old_age.yaml").write_text(text, encoding="utf-8")
        load_city(folder=small)
        item = fresh(item)
        content = changed(item, by)
        del content["form"]["groups"][0]["fields"][2]
        save(item, by, content)
        found = [(one.path, one.message) for one in edits.troubles(item, edits.draft_of(item, by))]
        assert (("form",), "证照上要印问题“何时迁入本市”的答案；请恢复这个问题。") in found
        assert "证照上要印问题“何时迁入本市”" in Desk(by).get(AT)
        bar = Problem("", 0, "process.safety.when", "a condition that does not fit the form", "x")
        assert "直接关系安全、健康" in of_pack(bar, content, content).message

    def test_what_leaves_too_little_of_its_own(self, item, by) -> None:
        content = changed(item, by)
        del content["materials"][1:]
        save(item, by, content)
        [one] = edits.troubles(item, edits.draft_of(item, by))
        assert (one.path, "至少要 3 种" in one.message) == (("materials",), True)


class TestAnItemThatWasPublishedMeanwhile:
    @pytest.fixture
    def behind(self, item, by, city_editor) -> ServiceItem:
        """Our draft adds a card; another editor's new title of the photograph is published first."""
        save(item, by, with_card(item, by))
        other = editor()
        content = changed(item, other)
        content["materials"][1]["title"] = {"zh": "老人一寸照", "en": "Small photograph"}
        save(item, other, content)
        proposals.publish_start(load_id=propose(item, other).pk, by=city_editor)
        return fresh(item)

    def test_is_told_and_taken_up_and_nothing_is_lost(self, behind, by, city_editor) -> None:
        draft = edits.draft_of(behind, by)
        assert edits.is_behind(behind, draft)
        assert [said(line).what for line in edits.lines_since(behind, draft)] == ["申请材料 › 老人一寸照 › 名称"]
        with pytest.raises(ItemMoved):
            propose(behind, by)
        for _twice in range(2):
            taken = edits.draft_take_up(item=behind, revision=1, by=by, at=now())
        assert taken.revision == 2
        assert [m["title"]["zh"] for m in taken.content["materials"]] == [
            "户口簿增减页", "老人一寸照", "银行流水", "银行卡",
        ]  # fmt: skip
        assert not edits.is_behind(behind, taken)
        load = propose(behind, by, 2)
        assert proposals.publish_start(load_id=load.pk, by=city_editor).state == "published"

    def test_by_a_pack_cannot_be_written_over(self, item, by, city_editor, small) -> None:
        save(item, by, with_card(item, by))
        load = propose(item, by)
        text = edited("items/old_age.yaml", ("老人近照", "老人照片"))
        (small / "items/old_age.yaml").write_text(text, encoding="utf-8")
        load_city(folder=small)
        with pytest.raises(proposals.NotCompared):
            proposals.publish_start(load_id=load.pk, by=city_editor)
        assert "新的版本" in proposals.proposal(load.pk).problem
        proposals.send_back(load_id=load.pk, by=city_editor, reason="请接上新的版本")
        assert items.guide(CODE).content.materials[1].title.zh == "老人照片"
        assert edits.draft_of(fresh(item), by).content["materials"][-1]["key"] == "card"

    def test_both_sides_are_kept_and_ours_counts_where_they_meet(self) -> None:
        def things(**titles: str) -> list[dict[str, Any]]:
            return [{"key": key, "title": {"zh": zh, "en": zh}, "max": 1} for key, zh in titles.items()]

        base, theirs = things(a="甲", b="乙", c="丙"), things(a="甲二", b="乙二", d="丁")
        mine = [{**one, "max": 2} if one["key"] == "a" else one for one in things(b="我的", a="甲", c="丙", e="戊")]
        made = carried({"x": base}, {"x": mine}, {"x": theirs})["x"]
        assert [(one["key"], one["title"]["zh"], one["max"]) for one in made] == [
            ("b", "我的", 1), ("a", "甲二", 2), ("e", "戊", 1), ("d", "丁", 1),
        ]  # fmt: skip

    def test_what_a_draft_does_not_say_stands_as_it_is_now(self) -> None:
        assert carried({"a": 1, "b": 2, "gone": 3}, {"a": 9, "gone": 3}, {"a": 1, "b": 5}) == {"a": 9, "b": 5}


class TestSentBack:
    def test_the_author_reads_why_and_goes_on(self, item, by, city_editor) -> None:
        save(item, by, with_card(item, by))
        load = propose(item, by)
        with pytest.raises(Invalid):
            proposals.send_back(load_id=load.pk, by=city_editor, reason=" ")
        proposals.send_back(load_id=load.pk, by=city_editor, reason="与市级清单不符")
        page = Desk(by).get(AT)
        assert "与市级清单不符" in page
        assert "已退回" in Desk(by).get("items")
        content = edits.draft_of(item, by).content
        content["materials"][-1]["necessity"] = "optional"
        save(item, by, content, 1)
        again = propose(item, by, 2)
        assert again.pk != load.pk
        proposals.withdraw(load_id=again.pk, by=by)
        content["materials"][-1]["necessity"] = "required"
        save(item, by, content, 2)
        last = propose(item, by, 3)
        assert proposals.publish_start(load_id=last.pk, by=city_editor).state == "published"


class TestConditionsChosenFromLists:
    CONTENT = {
        "form": {"groups": [{"key": "g", "fields": [
            {"key": "kind", "kind": "choice", "label": {"zh": "种类", "en": "Kind"}, "options": [
                {"value": "a", "label": {"zh": "甲", "en": "A"}}, {"value": "b", "label": {"zh": "乙", "en": "B"}}]},
            {"key": "many", "kind": "choices", "label": {"zh": "几种", "en": "Kinds"}, "options": [
                {"value": "a", "label": {"zh": "甲", "en": "A"}}, {"value": "b", "label": {"zh": "乙", "en": "B"}}]},
            {"key": "yes", "kind": "yes_no", "label": {"zh": "是否", "en": "Yes"}},
            {"key": "sum", "kind": "money", "label": {"zh": "金额", "en": "Sum"}},
            {"key": "day", "kind": "date", "label": {"zh": "日期", "en": "Day"}},
        ]}]}
    }  # fmt: skip

    @pytest.mark.parametrize(
        "tree",
        [
            {"field": "kind", "op": "eq", "value": "a"},
            {"field": "kind", "op": "in", "value": ["a", "b"]},
            {"field": "kind", "op": "ne", "value": "a"},
            {"field": "many", "op": "contains", "value": "a"},
            {"not": {"field": "many", "op": "contains", "value": "a"}},
            {"field": "yes", "op": "eq", "value": False},
            {"field": "day", "op": "gte", "value": "2026-01-01"},
            {"field": "day", "op": "exists", "value": True},
            {"any": [{"field": "kind", "op": "eq", "value": "a"}, {"field": "yes", "op": "eq", "value": True}]},
            {
                "all": [
                    {"field": "sum", "op": "gt", "value": 500},
                    {"field": "kind", "op": "not_in", "value": ["a", "b"]},
                ]
            },
        ],
    )
    def test_are_said_by_the_lists_and_read_back(self, tree) -> None:
        joint, rows = rows_of(tree, questions_before(self.CONTENT, ("materials", 0)))
        assert rows
        assert tree_of(joint, rows) == tree

    @pytest.mark.parametrize(
        "tree",
        [
            {"field": "kind", "op": "eq", "value": "gone"},
            {"field": "gone", "op": "exists", "value": True},
            {"all": [{"any": [{"field": "kind", "op": "eq", "value": "a"}]}]},
            {"field": "subject.age", "op": "gte", "value": 60},
        ],
    )
    def test_of_another_shape_stay_as_they_are(self, tree) -> None:
        assert rows_of(tree, questions_before(self.CONTENT, ("materials", 0))) == (KEEP, [])

    def test_say_money_in_yuan(self) -> None:
        words = condition_words({"field": "sum", "op": "gte", "value": 3000000}, self.CONTENT)
        assert words == {"zh": "金额不小于¥30,000", "en": "Sum is at least ¥30,000"}

    def test_of_a_question_name_earlier_ones_only(self) -> None:
        found = questions_before(self.CONTENT, ("form", "groups", 0, "fields", 2))
        assert [one.key for one in found] == ["kind", "many"]


class TestThePages:
    def form(self, page: str) -> dict[str, Any]:
        """What a browser would send of the form, as it was drawn."""
        body = page[page.index('id="part-form"') :]
        body = body[: body.index("</form>")]
        found: dict[str, Any] = {}
        for tag in re.findall(r"<input[^>]*>", body):
            told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            kind = told.get("type", "text")
            if kind in {"radio", "checkbox"} and " checked" not in tag:
                continue
            if told.get("name") and told["name"] != "csrfmiddlewaretoken":
                value = html.unescape(told.get("value", "on" if kind == "checkbox" else ""))
                found.setdefault(told["name"], []).append(value)
        for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
            chosen = re.findall(r'<option value="([^"]*)" selected', inner)
            found[name] = chosen or re.findall(r'<option value="([^"]*)"', inner)[:1]
        for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', body, re.S):
            found[name] = [html.unescape(text)]
        return found

    def test_every_part_saved_as_it_stands_changes_nothing(self, item, by) -> None:
        """What no page asks is not lost: neither keys nor conditions nor elements without a widget."""
        desk = Desk(by)
        content = edits.draft_of(item, by).content
        places = [where for where, part in PARTS.items() if not part.is_list]
        places += ["materials.0", "requirements.0", "situations.0", "basis.0", "process.steps.0", "form.groups.0"]
        places += [f"form.groups.0.fields.{n}" for n in range(5)] + ["form.groups.0.fields.0.options.1"]
        for where in places:
            desk.post(f"{AT}/part/{where}", self.form(desk.get(f"{AT}/part/{where}")))
            assert edits.draft_of(item, by).content == content, where
        assert edits.lines_of(edits.draft_of(item, by)) == []

    def test_a_material_is_added_moved_and_taken_out(self, item, by) -> None:
        desk = Desk(by)
        desk.get(f"{AT}/part/materials.new")
        desk.post(f"{AT}/part/materials.new", {**CARD, "revision": "0"})
        made = edits.draft_of(item, by).content["materials"][-1]
        assert (made["key"], made["when"]) == (
            "copy_of_the_bank_card",
            {"field": "kind", "op": "eq", "value": "monthly"},
        )
        assert (made["title"]["zh"], made["accept"], made["paper_copies"]) == ("银行卡复印件", ["pdf", "jpeg"], 1)
        page = desk.get(AT)
        assert "银行卡复印件" in page
        assert "津贴种类是按月发" in page
        desk.post(AT, {"do": "up", "where": "materials.3", "revision": "1"})
        desk.post(AT, {"do": "remove", "where": "materials.0", "revision": "2"})
        assert [m["key"] for m in edits.draft_of(item, by).content["materials"]] == [
            "photo", "copy_of_the_bank_card", "proof",
        ]  # fmt: skip
        desk.post(AT, {"do": "remove", "where": "materials.0", "revision": "2"}, status=409)

    def test_what_is_wrong_is_said_at_the_question(self, item, by) -> None:
        desk = Desk(by)
        wrong = {**CARD, "revision": "0", "title_en": "", "source": "", "when_0_value": [], "max_mb": "900"}
        page = desk.post(f"{AT}/part/materials.new", wrong, status=422)
        for name in ("title_en", "max_mb", "when_0_value"):
            assert f'id="id_{name}_error"' in page, name
        assert "银行卡复印件" in page, "what was typed stays"
        page = desk.post(f"{AT}/part/materials.new", {**CARD, "revision": "0", "source": ""}, status=422)
        assert 'id="id_source_error"' in page
        page = desk.post(f"{AT}/part/materials.new", {**CARD, "revision": "0", "when_joint": "always"}, status=422)
        assert 'id="id_when_joint_error"' in page, "a condition is not dropped without a word"
        assert not ItemDraft.objects.exists()

    def test_money_is_typed_and_told_in_yuan(self, item, by) -> None:
        desk = Desk(by)
        fee = {
            "title_zh": "工本费", "title_en": "Cost of the card", "standard_zh": "每证", "standard_en": "Each",
            "amount_fen": "12.50", "status": "sample", "revision": "0",
        }  # fmt: skip
        desk.post(f"{AT}/part/fees.new", fee)
        assert edits.draft_of(item, by).content["fees"][0]["amount_fen"] == 1250
        assert 'value="12.5"' in desk.get(f"{AT}/part/fees.0")
        old, new = {"kind": "money", "max": None}, {"kind": "money", "max": 50000}
        assert said(next(iter(differences(old, new, ("form.fields",), "form")))).after == "¥500"

    def test_a_material_is_handed_in_in_some_format(self, item, by) -> None:
        page = Desk(by).post(f"{AT}/part/materials.new", {**CARD, "revision": "0", "accept": []}, status=422)
        assert 'id="id_accept_error"' in page

    def test_another_question_draws_its_own_answers(self, item, by) -> None:
        page = Desk(by).post(
            f"{AT}/part/materials.new", {**CARD, "revision": "0", "when_0_field": "home", "do": "redraw"}, status=200
        )
        assert '<option value="yes"' in page
        assert "field-wrong" not in page

    def test_a_screen_a_choice_and_its_options_are_added(self, item, by) -> None:
        desk = Desk(by)
        group = {"title_zh": "领取", "title_en": "Receiving", "when_joint": "always", "revision": "0"}
        where = desk.post(f"{AT}/part/form.groups.new", group)
        assert where.endswith("/part/form.groups.1")
        assert "至少要有一项。" in desk.get(AT)
        assert "下一步" in desk.get(f"{AT}/part/form.groups.1.fields.new")
        field = {
            "kind": "choice", "label_zh": "怎么领", "label_en": "How to receive it", "required": "on",
            "sensitivity": "plain", "when_joint": "all", "when_0_field": "home", "when_0_way": "is",
            "when_0_value": "no", "revision": "1",
        }  # fmt: skip
        where = desk.post(f"{AT}/part/form.groups.1.fields.new", field)
        assert where.endswith("/part/form.groups.1.fields.0")
        assert "选择题至少要有一个选项。" in desk.get(f"{AT}/part/form.groups.1.fields.0")
        for n, words in enumerate((("邮寄", "Post"), ("自取", "Collect"))):
            option = {"label_zh": words[0], "label_en": words[1], "revision": str(2 + n)}
            desk.post(f"{AT}/part/form.groups.1.fields.0.options.new", option)
        content = ItemContent.model_validate(edits.draft_of(item, by).content)
        made = content.form.groups[1].fields[0]
        assert (made.key, made.when) == ("how_to_receive_it", {"field": "home", "op": "eq", "value": False})
        assert [option.value for option in made.options] == ["post", "collect"]
        assert "处要改正" not in desk.get(AT)
        assert "怎么领" not in desk.get(f"{AT}/form")
        assert "怎么领" in desk.post(f"{AT}/form", {"home": "no"}, status=200)

    def test_the_whole_way_and_a_second_window(self, item, by, city_editor) -> None:
        desk, other = Desk(by), Desk(city_editor)
        desk.post(f"{AT}/part/materials.new", {**CARD, "revision": "0"})
        late = desk.post(f"{AT}/part/materials.0", {**CARD, "revision": "0"}, status=409)
        assert "别的窗口" in late
        assert "银行卡复印件" in late, "nothing is lost"
        assert "银行卡复印件" in desk.get(f"{AT}/preview")
        desk.post(AT, {"do": "propose", "reason": "", "revision": "1"}, status=422)
        where = desk.post(AT, {"do": "propose", "reason": WHY, "revision": "1"})
        number = where.rpartition("/")[2]
        assert WHY in other.get(f"proposals/{number}")
        assert "银行卡复印件" in other.get(f"proposals/{number}/guide")
        assert "银行卡复印件" in other.get(f"proposals/{number}/form")
        assert "添加" not in desk.get(AT), "nothing is changed while it waits"
        desk.post(f"proposals/{number}/publish", status=403)
        other.post(f"proposals/{number}/back", {"reason": ""}, status=422)
        other.post(f"proposals/{number}/publish")
        other.post(f"proposals/{number}/form")  # published by now: no preview any more
        assert "银行卡复印件" in Client().get(f"/zh/items/{CODE}").content.decode()

    def test_are_not_there_for_what_a_desk_does_not_edit(self, item, by, small) -> None:
        desk = Desk(by)
        for where in ("statutory", "process", "process.steps.new", "materials.9", "materials", "form.groups.0.key",
                      "form.groups.0.fields.0.when.0", "result.facts.0", "x", "materials.new.0", "..", "0"):  # fmt: skip
            desk.get(f"{AT}/part/{where}", status=404)
        desk.post(AT, {"do": "remove", "where": "process.steps.0", "revision": "0"}, status=404)
        Desk(editor("990000-housing_fund")).get(AT, status=404)
        refused = Desk(officer("editor", Department.objects.get(code="990000-housing_fund"), "990101")).get(
            AT, status=403
        )
        assert "东区民政局" in refused
        Desk(editor(role="handler")).get(AT, status=404)

    def test_every_part_is_one_that_a_desk_may_change(self, item, by) -> None:
        content = edits.draft_of(item, by).content
        for where, part in PARTS.items():
            asked = [(*part.path, name) for name in part.only] or [part.path]
            assert all({path[0], ".".join(path)} & edits.EDITABLE for path in asked), where
            if not part.is_list:
                assert place_of(where, content).model

    def test_in_english(self, item, by) -> None:
        client = Client()
        client.force_login(Account.objects.get(pk=by.account_id))
        for path in ("", "/part/materials.0", "/part/form.groups.0.fields.0", "/part/texts", "/form", "/discard"):
            answer = client.get(f"/en/desk/{AT}{path}")
            assert answer.status_code == 200, path


class TestForPrograms:
    def test_the_whole_way(self, item, by, city_editor) -> None:
        one, other = Program(by), Program(city_editor)
        path = f"/items/{CODE}/draft"
        stands = one("GET", path)
        assert (stands["revision"], stands["changes"], stands["troubles"], stands["based_on"]) == (0, [], [], 1)
        content = with_card(item, by)
        made = one("PUT", path, {"revision": 0, "content": content})
        assert [line["what"] for line in made["changes"]] == ["申请材料 › 银行卡"]
        assert one("PUT", path, {"revision": 0, "content": content})["revision"] == 1, "the same again"
        stale = {"revision": 0, "content": stands["content"]}
        assert one("PUT", path, stale, status=409)["code"] == "item.draft_moved"
        load = one("POST", f"{path}/propose", {"revision": 1, "reason": WHY}, status=201)
        assert (load["kind"], load["reason"], load["is_current"]) == ("item", WHY, True)
        assert one("POST", f"{path}/propose", {"revision": 1, "reason": WHY})["id"] == load["id"]
        assert one("GET", path)["is_waiting"]
        assert one("POST", f"{path}/discard", {"revision": 1}, status=409)["code"] == "item.edit_waits"
        assert one("POST", f"/proposals/{load['id']}/publish", status=403)["code"] == "pack.needs_second_person"
        other("POST", f"/proposals/{load['id']}/publish")
        assert one("GET", path)["based_on"] == 2

    def test_what_is_no_item_is_refused_part_by_part(self, item, by) -> None:
        one, path = Program(by), f"/items/{CODE}/draft"
        content = with_card(item, by)
        del content["materials"][0]["title"]
        refused = one("PUT", path, {"revision": 0, "content": content}, status=422)
        assert refused == refused | {"code": "item.broken", "details": {"fields": {"materials.0.title": "请填写。"}}}
        one("PUT", path, {"revision": 0, "content": {}}, status=422)
        refused = one("PUT", path, {"revision": 0, "content": changed(item, by, visits=1, visits_reason={"zh": "x", "en": "x"})}, status=422)  # fmt: skip
        assert list(refused["details"]["fields"]) == ["visits"]

    def test_given_up_and_taken_up(self, item, by) -> None:
        one, path = Program(by), f"/items/{CODE}/draft"
        one("PUT", path, {"revision": 0, "content": with_card(item, by)})
        assert one("POST", f"{path}/take_up", {"revision": 1})["revision"] == 1, "nothing was published since"
        one("POST", f"{path}/discard", {"revision": 1}, status=204)
        assert one("GET", path)["revision"] == 0

    def test_of_another_role_or_department_are_refused(self, item, small) -> None:
        path = f"/items/{CODE}/draft"
        Program(editor(role="handler"))("GET", path, status=403)
        Program(editor("990102-civil_affairs"))("GET", path, status=404)
