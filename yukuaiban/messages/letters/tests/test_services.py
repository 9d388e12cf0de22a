"""Letters of a case: made once an occasion, kept, served, found by code and by their bytes."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from pypdf import PdfReader

from yukuaiban import storage
from yukuaiban.config.now import ZONE
from yukuaiban.documents import codes, register
from yukuaiban.documents.signing import Outcome, check
from yukuaiban.messages.letters import selectors, services
from yukuaiban.messages.letters.errors import LetterIncomplete, LetterNotFound
from yukuaiban.messages.letters.kinds import LetterKind
from yukuaiban.messages.letters.models import Letter
from yukuaiban.messages.letters.tests.samples import everything
from yukuaiban.people.tests.factories import department

AT = datetime(2026, 3, 5, 9, 0, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path, signing_keys):
    settings.FILES_DIR = tmp_path / "files"


def issue(kind: LetterKind = LetterKind.ACCEPTANCE, subject: int = 7, **changes) -> Letter:
    return services.letter_issue(kind=kind, subject=subject, context=everything(**changes))


@pytest.mark.django_db
class TestIssue:
    def test_keeps_a_signed_file_with_its_code_and_address(self):
        letter = issue()
        pdf = selectors.letter_file(letter)
        assert check(pdf).outcome is Outcome.UNCHANGED
        assert letter.size == len(pdf)
        assert codes.read(letter.code) == letter.code
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert codes.grouped(letter.code) in text.replace("\n", "")
        assert (letter.number, letter.made_on) == ("渝办受〔2026〕第K7MQ-3RTX-9WHD号", date(2026, 3, 2))

    def test_the_same_occasion_twice_is_one_letter(self):
        assert issue().pk == issue().pk
        assert services.exists(7, LetterKind.ACCEPTANCE)
        assert not services.exists(7, LetterKind.ACCEPTANCE, 2)

    def test_another_occasion_and_another_case_are_other_letters(self):
        one, two, three = issue(), issue(occasion=2), issue(subject=8)
        assert len({one.pk, two.pk, three.pk}) == 3
        assert two.number.endswith("号之二")
        assert [letter.pk for letter in selectors.letters_for(7)] == [one.pk, two.pk]

    def test_an_incomplete_context_leaves_nothing(self):
        with pytest.raises(LetterIncomplete):
            issue(LetterKind.REFUSAL, reasons=())
        assert not Letter.objects.exists()

    def test_the_database_says_it_too(self):
        letter = issue()
        copy = Letter.objects.get(pk=letter.pk)
        copy.pk, copy.code = None, codes.new_code()
        with pytest.raises(IntegrityError, match="made_once_an_occasion"), transaction.atomic():
            copy.save(force_insert=True)
        with pytest.raises(IntegrityError, match="served_in_some_way"), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(served_at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one_letter():
    def make(_n: int) -> int:
        try:
            return issue().pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(make, range(8)))
    assert len(made) == Letter.objects.count() == 1


@pytest.mark.django_db
class TestServing:
    def test_the_first_time_counts(self):
        letter = issue()
        services.letter_served(letter_id=letter.pk, how="electronic", at=AT)
        again = services.letter_served(letter_id=letter.pk, how="post", at=AT + timedelta(days=1))
        assert (again.served_at, again.served_how) == (AT, "electronic")

    def test_what_is_not_there_is_not_found(self):
        with pytest.raises(LetterNotFound):
            services.letter_served(letter_id=1, how="post", at=AT)


@pytest.mark.django_db
class TestReading:
    def test_a_letter_is_reached_through_its_own_case_only(self):
        letter = issue()
        assert selectors.letter_of(7, letter.pk) == letter
        with pytest.raises(LetterNotFound):
            selectors.letter_of(8, letter.pk)

    def test_a_days_letters_print_as_one_file_each_on_a_fresh_sheet(self):
        body = department()
        for n, kind in enumerate([LetterKind.ACCEPTANCE, LetterKind.REFUSAL], 1):
            services.letter_issue(kind=kind, subject=n, context=everything(), department_id=body.pk)
        found = selectors.letters_of_day(body.pk, date(2026, 3, 2))
        assert found.count() == 2
        pages = PdfReader(io.BytesIO(selectors.printing(found))).pages
        assert len(pages) % 2 == 0
        assert not selectors.letters_of_day(body.pk, date(2026, 3, 3)).exists()

    def test_its_file_is_known_by_its_bytes(self):
        letter = issue()
        known = register.find(check(storage.read(letter.file)).digest)
        assert (known.number, known.is_in_force) == (letter.number, True)

    def test_the_public_page_says_what_it_is_and_nothing_of_a_person(self):
        letter = issue()
        html = Client().get(f"/zh/verify/letter/{codes.grouped(letter.code).lower()}").content.decode()
        for said in ["受理通知书", letter.number, letter.body_name, "尚无送达记录", "示例"]:
            assert said in html
        assert "张三" not in html
        assert "Notice of acceptance" in Client().get(f"/en/verify/letter/{letter.code}").content.decode()
        assert Client().get("/zh/verify/letter/7K3M-Q9TX-2WHD-R5NA").status_code == 404
