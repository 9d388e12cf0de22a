"""Loading: idempotent, told beforehand, never over a desk's edit, published by a second person, and back as files."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from yukuaiban.config.now import now
from yukuaiban.items.loading import load_city
from yukuaiban.items.loading.desired import digest_content, digest_json
from yukuaiban.items.loading.export import export, exported_files
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.pack import files_of
from yukuaiban.items.loading.problems import PackErrors
from yukuaiban.items.loading.publishing import (
    NeedsSecondPerson,
    NothingToPublish,
    compare,
    propose_folder,
    publish,
    reject,
)
from yukuaiban.items.models import Differences, DirectoryEntry, EntryVersion, ServiceItem
from yukuaiban.items.schema import ItemContent
from yukuaiban.items.tests.packs import edited, write_pack
from yukuaiban.people.models import Account
from yukuaiban.places.models import Department, Division, Hall
from yukuaiban.places.selectors import DIVISIONS, current_districts

ITEM = "items/old_age.yaml"


@pytest.fixture
def small(db: None, tmp_path: Path) -> Path:
    """The small city, loaded into the empty database."""
    folder = write_pack(tmp_path)
    load_city(folder=folder)
    return folder


@pytest.fixture
def editors(db: None) -> tuple[Account, Account]:
    return tuple(Account.objects.create_user(email=f"{n}@example.test") for n in "ab")  # type: ignore[return-value]


@pytest.fixture
def production(settings: Any) -> None:
    settings.PRODUCTION = True


def change(folder: Path, name: str, *replacements: tuple[str, str]) -> None:
    (folder / name).write_text(edited(name, *replacements), encoding="utf-8")


class TestTheFirstLoad:
    def test_fills_every_table(self, small: Path) -> None:
        assert Division.objects.count() == 6
        assert Department.objects.get(code="990101-civil_affairs").name_zh == "东区民政局"
        assert Department.objects.get(code="990101-civil_affairs").parent.code == "990000-civil_affairs"
        assert sorted(ServiceItem.objects.values_list("code", flat=True)) == [
            "SM-0001-990000", "SM-0001-990101", "SM-0001-990102", "SM-0002-990101", "SM-0002-990102", "SM-0003-990000",
        ]  # fmt: skip
        assert DirectoryEntry.objects.get(code="SM-0001").keywords == ["老人补贴", "高龄补贴"]
        assert DirectoryEntry.objects.get(code="SM-0001").is_worked_out
        assert Hall.objects.get(code="hall-990101").hours.count() == 18

    def test_needs_no_second_person_and_says_why(self, small: Path) -> None:
        load = PackLoad.objects.get()
        assert load.state == PackLoad.State.PUBLISHED
        assert "首次" in load.exempt_because

    def test_a_pack_with_errors_changes_nothing(self, db: None, tmp_path: Path) -> None:
        folder = write_pack(tmp_path, directory_csv=edited("directory.csv", ("civil_affairs,both", "civil_affairs,x")))
        with pytest.raises(PackErrors):
            load_city(folder=folder)
        assert not Division.objects.exists()
        assert not PackLoad.objects.exists()


class TestASecondLoad:
    def test_of_the_same_files_is_not_even_compared(self, small: Path) -> None:
        assert load_city(folder=small) is None
        assert PackLoad.objects.count() == 1

    def test_of_the_same_content_in_other_words_changes_nothing(self, small: Path) -> None:
        change(small, ITEM, ("visits: 0", "visits:   0   # nobody has to come"))
        assert compare(small).is_empty

    def test_changes_exactly_what_the_comparison_said(self, small: Path) -> None:
        change(small, "directory.csv", ("结婚登记预约,Marriage booking", "结婚登记预约,Wedding booking"))
        change(small, "departments.csv", ("市民政局", "民政局"))
        found = compare(small)
        assert {name for name, t in found.tables.items() if t.changed} == {"department", "entry"}
        assert found.tables["entry"].changed[0].fields() == {"name_en": ("Marriage booking", "Wedding booking")}
        load = load_city(folder=small)
        assert load is not None
        assert load.report["entry"]["changed"] == 1
        assert DirectoryEntry.objects.get(code="SM-0002").name_en == "Wedding booking"
        assert compare(small).is_empty

    def test_a_new_content_is_a_new_version_and_the_old_one_stays(self, small: Path) -> None:
        before = EntryVersion.objects.get()
        change(small, ITEM, ("promised: {value: 10}", "promised: {value: 8}"))
        load_city(folder=small)
        assert [v.number for v in EntryVersion.objects.all()] == [1, 2]
        assert EntryVersion.objects.get(pk=before.pk).content == before.content
        change(small, ITEM)
        load_city(folder=small)
        assert EntryVersion.objects.count() == 2, "what it said before is that version again"
        assert DirectoryEntry.objects.get(code="SM-0001").current_version == before

    def test_an_entry_that_leaves_ends_its_service_items_and_keeps_their_rows(self, small: Path) -> None:
        gone = "SM-0002,20,结婚登记预约,Marriage booking,civil_affairs,district,natural,marriage,,sample,测试\n"
        change(small, "directory.csv", (gone, ""))
        load_city(folder=small)
        assert set(ServiceItem.objects.filter(entry__code="SM-0002").values_list("state", flat=True)) == {"cancelled"}
        assert compare(small).is_empty
        change(small, "directory.csv")
        load_city(folder=small)
        assert set(ServiceItem.objects.filter(entry__code="SM-0002").values_list("state", flat=True)) == {"active"}

    def test_a_version_keeps_the_words_of_a_code_set_as_they_were(self, small: Path) -> None:
        change(small, ITEM, ("{key: home, kind: yes_no", "{key: home, options_from: colour, kind: choice"))
        load_city(folder=small)
        change(small, "code_sets.csv", ("蓝,Blue", "青,Cyan"))
        load_city(folder=small)
        words = [
            [option["label"]["zh"] for option in version.content["form"]["groups"][0]["fields"][4]["options"]]
            for version in EntryVersion.objects.exclude(number=1)
        ]
        assert words == [["红", "蓝"], ["红", "青"]]

    def test_what_service_items_differ_in_is_stored_once(self, small: Path) -> None:
        (small / "service_items.csv").write_text(
            "entry,division,promised_value,promised_unit\nSM-0001,990101,5,working_day\nSM-0001,990102,5,working_day\n"
        )
        load_city(folder=small)
        assert Differences.objects.count() == 1
        assert ServiceItem.objects.exclude(differences=None).count() == 2


class TestADesksEdit:
    def test_is_kept_and_told(self, small: Path) -> None:
        DirectoryEntry.objects.filter(code="SM-0002").update(name_en="Book a wedding", origin="desk")
        change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
        assert len(compare(small).tables["entry"].kept) == 1
        load_city(folder=small)
        assert DirectoryEntry.objects.get(code="SM-0002").name_en == "Book a wedding"

    def test_is_overwritten_when_told_theirs(self, small: Path) -> None:
        DirectoryEntry.objects.filter(code="SM-0002").update(name_en="Book a wedding", origin="desk")
        assert not compare(small, theirs=True).is_empty
        load_city(folder=small, theirs=True)
        entry = DirectoryEntry.objects.get(code="SM-0002")
        assert (entry.name_en, entry.origin) == ("Marriage booking", "pack")

    def test_of_a_halls_hours_goes_with_the_hall(self, small: Path) -> None:
        hall = Hall.objects.get(code="hall-990101")
        Hall.objects.filter(pk=hall.pk).update(origin="desk")
        hall.hours.filter(day=5).delete()
        assert compare(small).is_empty
        load_city(folder=small)
        assert not hall.hours.filter(day=5).exists()


@pytest.mark.usefixtures("production")
class TestALiveCatalogueIsPublishedByASecondPerson:
    def test_a_load_waits(self, small: Path) -> None:
        change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
        load = load_city(folder=small)
        assert load is not None
        assert load.state == PackLoad.State.PROPOSED
        assert DirectoryEntry.objects.get(code="SM-0002").name_en == "Marriage booking"

    def test_not_by_the_one_who_loaded_it(self, small: Path, editors: tuple[Account, Account]) -> None:
        change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
        load = propose_folder(small, by=editors[0])
        with pytest.raises(NeedsSecondPerson):
            publish(load.pk, by=editors[0])
        with pytest.raises(NeedsSecondPerson):
            publish(load.pk)
        publish(load.pk, by=editors[1])
        assert DirectoryEntry.objects.get(code="SM-0002").name_en == "Wedding booking"

    def test_what_is_published_is_what_was_proposed(self, small: Path, editors: tuple[Account, Account]) -> None:
        change(small, "directory.csv", ("Marriage booking", "Wedding booking"))
        load = propose_folder(small, by=editors[0])
        change(small, "directory.csv", ("Marriage booking", "Something else"))
        publish(load.pk, by=editors[1])
        assert DirectoryEntry.objects.get(code="SM-0002").name_en == "Wedding booking"

    def test_once(self, small: Path, editors: tuple[Account, Account]) -> None:
        load = propose_folder(small, by=editors[0])
        publish(load.pk, by=editors[1])
        with pytest.raises(NothingToPublish):
            publish(load.pk, by=editors[1])
        with pytest.raises(NothingToPublish):
            reject(load.pk, by=editors[1])

    def test_a_rejected_one_is_kept_and_never_published(self, small: Path, editors: tuple[Account, Account]) -> None:
        load = propose_folder(small, by=editors[0])
        assert reject(load.pk, by=editors[1]).state == PackLoad.State.REJECTED
        with pytest.raises(NothingToPublish):
            publish(load.pk, by=editors[1])

    def test_the_database_says_it_too(self, small: Path, editors: tuple[Account, Account]) -> None:
        load = propose_folder(small, by=editors[0])
        with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
            PackLoad.objects.filter(pk=load.pk).update(
                state="published", published_by=editors[0], published_at=now(), exempt_because=""
            )


class TestASuccession:
    """ADR 0040"""

    def test_that_is_unconfirmed_changes_nothing(self, small: Path) -> None:
        assert [place.code for place in current_districts(date(2026, 12, 1))] == ["990101", "990102"]
        assert not ServiceItem.objects.filter(division_id="99NEW0").exists()

    def test_that_is_confirmed_ends_one_and_begins_the_other_on_its_day(self, small: Path) -> None:
        change(small, "successions.csv", ("unconfirmed", "confirmed"))
        load_city(folder=small)
        assert [place.code for place in current_districts(date(2026, 5, 31))] == ["990101", "990102"]
        assert [place.code for place in current_districts(date(2026, 6, 1))] == ["990101", "99NEW0"]
        old, new = (ServiceItem.objects.get(code=f"SM-0001-{code}") for code in ("990102", "99NEW0"))
        assert old.effective_until == new.effective_from == date(2026, 6, 1)
        assert DIVISIONS.name("990102") == "西区", "an abolished division keeps its name"

    def test_the_pack_may_take_unconfirmed_ones(self, small: Path) -> None:
        change(small, "pack.yaml", ("source:", "apply_unconfirmed_successions: true\nsource:"))
        load_city(folder=small)
        assert [place.code for place in current_districts(date(2026, 6, 1))] == ["990101", "99NEW0"]


class TestExport:
    def test_of_an_untouched_catalogue_is_the_files_byte_for_byte(self, small: Path, tmp_path: Path) -> None:
        export(tmp_path / "out")
        assert files_of(tmp_path / "out" / "smalltown") == files_of(small)

    def test_after_edits_a_load_of_it_changes_nothing_and_the_bytes_are_stable(
        self, small: Path, tmp_path: Path
    ) -> None:
        edit_everything()
        export(tmp_path / "out")
        assert compare(tmp_path / "out" / "smalltown").is_empty
        assert compare(tmp_path / "out" / "smalltown", theirs=True).is_empty
        load_city(folder=tmp_path / "out" / "smalltown", theirs=True)
        assert exported_files() == files_of(tmp_path / "out" / "smalltown")

    def test_into_a_folder_with_something_in_it_is_refused(self, small: Path) -> None:
        with pytest.raises(FileExistsError):
            export(small)


def edit_everything() -> None:
    """What a desk may change: names, hours, codes of departments, differences, a version."""
    DirectoryEntry.objects.filter(code="SM-0002").update(
        name_en="Book, “a” wedding", audience=["natural_person", "enterprise"], keywords=["领证"], origin="desk"
    )
    Department.objects.filter(code="990101-civil_affairs").update(
        name_zh="东区民政和社区局", uscc="11500103MB15100000", status="confirmed", origin="desk"
    )
    hall = Hall.objects.get(code="hall-990101")
    hall.hours.filter(day=5).delete()
    Hall.objects.filter(pk=hall.pk).update(phone="023-6312", origin="desk")
    over = {"visits": 0, "promised": {"value": 3, "unit": "working_day"}, "fees": [], "channels": ["web", "post"]}
    differences = Differences.objects.create(digest=digest_json(over), content=over)
    ServiceItem.objects.filter(code="SM-0001-990101").update(
        differences=differences, effective_from=date(2026, 3, 1), origin="desk"
    )
    ServiceItem.objects.filter(code="SM-0001-990102").update(state="suspended", origin="desk")
    entry = DirectoryEntry.objects.get(code="SM-0001")
    assert entry.current_version is not None
    content: dict[str, Any] = {**entry.current_version.content, "promised": {"value": 6, "unit": "working_day"}}
    entry.current_version = EntryVersion.objects.create(
        entry=entry,
        number=2,
        digest=digest_content(ItemContent.model_validate(content)),
        content=content,
        published_at=now(),
    )
    entry.origin = "desk"
    entry.save()


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_end_as_one_after_the_other(tmp_path: Path) -> None:
    """The second waits, then compares with what the first wrote: each change is made and reported once."""
    folder = write_pack(tmp_path)
    load_city(folder=folder)
    change(folder, "directory.csv", ("Marriage booking", "Wedding booking"))
    first, second = propose_folder(folder), propose_folder(folder, theirs=True)
    start = threading.Barrier(2)
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait()
            publish(number, exempt_because="测试")
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[load.pk]) for load in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failed
    changed = [load.report["entry"]["changed"] for load in PackLoad.objects.filter(pk__in=[first.pk, second.pk])]
    assert sorted(changed) == [0, 1]
    assert compare(folder).is_empty
