"""Handing in and using what is there: order, limits, once only, taken back without a trace or filed for good."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from yukuaiban import storage
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now, today
from yukuaiban.materials import antivirus, errors, sandbox, selectors, services, sources
from yukuaiban.materials.antivirus import Scan, ScannerSilent, TooLargeToScan, Verdict
from yukuaiban.materials.inspection import Found, Kind
from yukuaiban.materials.models import How, Material, MaterialUse
from yukuaiban.materials.sources import HeldLicence, RegisterAnswer, RegisterSilent
from yukuaiban.materials.tests import files
from yukuaiban.materials.tests.conftest import make_slot
from yukuaiban.storage.errors import TooLarge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inspected_here")]


def licence(**options) -> HeldLicence:
    told = {"title": {"zh": "营业执照", "en": "Business licence"}, "number": "91500000", "issuer": "示例局", **options}
    return HeldLicence("1.2.156.3005.2.X", rows=[("名称", "Name", "示例公司")], **told)


class Register:
    def __init__(self, answer=True):
        self.answer = answer

    def lookup(self, party_id):
        if isinstance(self.answer, Exception):
            raise self.answer
        title = {"zh": "参保信息", "en": "Insurance"}
        rows = [("姓名", "Name", "张三")]
        return (
            RegisterAnswer(title, {"zh": "人社局", "en": "HRSS"}, rows, now(), is_sample=True) if self.answer else None
        )


class TestUpload:
    def test_a_file_becomes_a_material_of_the_applicant(self, make_matter, hand_in):
        matter = make_matter()
        use = hand_in(matter, files.pdf(3), name="C:\\我的\\户口本.PDF")
        material = use.material
        assert (material.owner_id, material.uploaded_by_id) == (matter.owner_id, matter.by.account_id)
        assert (material.name, material.kind, material.pages) == ("户口本.pdf", "pdf", 3)
        assert material.checks == {"flags": [], "antivirus": "not_scanned"}
        assert (use.how, use.filed_at, use.digest, use.pages) == (How.UPLOAD, None, material.digest, 3)
        assert storage.read(material.digest)[:5] == b"%PDF-"

    def test_the_name_is_encrypted(self, make_matter, hand_in):
        hand_in(make_matter(), files.pdf(), name="张三身份证.pdf")
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM materials_material")
            assert "张三".encode() not in bytes(cursor.fetchone()[0])

    def test_the_type_is_that_of_the_content(self, make_matter, hand_in):
        use = hand_in(make_matter(), files.jpeg(), name="证明.pdf")
        assert (use.kind, use.material.name) == ("jpeg", "证明.jpg")

    def test_the_same_file_twice_in_a_slot_is_one(self, make_matter, hand_in, stored):
        matter, content = make_matter(make_slot(max_files=1)), files.pdf()
        assert hand_in(matter, content) == hand_in(matter, content)
        assert (Material.objects.count(), MaterialUse.objects.count(), len(stored())) == (1, 1, 1)

    def test_the_same_file_in_another_slot_is_the_same_file(self, make_matter, hand_in, stored):
        matter, content = make_matter(make_slot("a"), make_slot("b")), files.pdf()
        hand_in(matter, content, "a")
        hand_in(matter, content, "b")
        assert (MaterialUse.objects.count(), len(stored())) == (2, 1)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (files.encrypted_pdf(user="x"), "encrypted"),
            (files.pdf_with_javascript(), "active_content"),
            (files.jpeg() + files.archive(), "polyglot"),
            (files.png_bomb(), "too_many_pixels"),
            (files.archive("OFD.xml"), "kind_not_accepted"),
        ],
    )
    def test_what_may_not_come_in_leaves_nothing(self, make_matter, hand_in, stored, content, reason):
        with pytest.raises(errors.UploadRefused) as caught:
            hand_in(make_matter(), content)
        assert caught.value.details["reason"] == reason
        assert (Material.objects.count(), stored()) == (0, [])

    def test_a_refusal_says_what_to_do(self, make_matter, hand_in):
        with pytest.raises(errors.UploadRefused, match=r"HEIC.*兼容性最佳.*PDF、JPG、PNG"):
            hand_in(make_matter(), b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50)

    def test_too_large_a_file_leaves_nothing(self, make_matter, hand_in, stored):
        with pytest.raises(TooLarge, match="1 MB"):
            hand_in(make_matter(make_slot(max_mb=1)), b"a" * (1024 * 1024 + 1))
        assert stored() == []

    def test_no_more_files_than_the_item_says(self, make_matter, hand_in):
        matter = make_matter(make_slot(max_files=2))
        hand_in(matter, files.pdf(1))
        hand_in(matter, files.pdf(2))
        with pytest.raises(errors.TooManyFiles, match="2 个"):
            hand_in(matter, files.pdf(3))

    def test_no_more_than_a_persons_quota(self, make_matter, hand_in, monkeypatch):
        monkeypatch.setattr(services, "MEGABYTE", 10)  # a quota of 5,000 bytes
        slot = make_slot(max_mb=50)
        object.__setattr__(slot, "max_mb", 10**6)
        with pytest.raises(errors.QuotaReached, match="合计最多"):
            hand_in(make_matter(slot), files.png(200, 200))

    def test_a_slot_that_is_not_open_takes_nothing(self, make_matter, hand_in):
        for closed in (set(), {"other"}):
            with pytest.raises(errors.SlotClosed):
                hand_in(make_matter(open_slots=closed), files.pdf())
        with pytest.raises(errors.SlotClosed):
            hand_in(make_matter(make_slot(form="paper")), files.pdf())

    def test_a_slot_that_the_answers_do_not_ask_for_is_not_there(self, make_matter):
        slot = make_slot(when={"field": "rents", "op": "eq", "value": True})
        assert make_matter(slot, answers={"rents": True}).slot("proof") is slot
        for answers in ({"rents": False}, {}):
            with pytest.raises(NotFound):
                make_matter(slot, answers=answers).slot("proof")

    def test_an_infected_file_is_refused_by_its_name_and_leaves_nothing(
        self, make_matter, hand_in, monkeypatch, stored
    ):
        monkeypatch.setattr(antivirus, "scan", lambda file: Scan(Verdict.INFECTED, "Eicar"))
        with pytest.raises(errors.UploadRefused, match="Eicar"):
            hand_in(make_matter(), files.pdf())
        assert stored() == []

    def test_a_scanned_file_says_so(self, make_matter, hand_in, monkeypatch):
        monkeypatch.setattr(antivirus, "scan", lambda file: Scan(Verdict.CLEAN))
        assert hand_in(make_matter(), files.pdf()).material.was_scanned

    def test_a_scanner_that_does_not_answer_shuts_the_door(self, make_matter, hand_in, monkeypatch, stored):
        def silent(file):
            raise ScannerSilent("connection refused")

        monkeypatch.setattr(antivirus, "scan", silent)
        with pytest.raises(errors.ScannerAbsent):
            hand_in(make_matter(), files.pdf())
        assert stored() == []

    def test_a_file_larger_than_the_scanner_takes_is_not_asked_for_again(
        self, make_matter, hand_in, monkeypatch, stored
    ):
        def full(file):
            raise TooLargeToScan("INSTREAM size limit exceeded. ERROR")

        monkeypatch.setattr(antivirus, "scan", full)
        with pytest.raises(errors.UploadRefused, match="文件太大"):
            hand_in(make_matter(), files.pdf())
        assert stored() == []

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("../../etc/passwd", "passwd.pdf"),
            ("a\u202egnp.exe", "agnp.pdf"),
            ("合同\n\r\0.pdf", "合同.pdf"),
            ("", "未命名.pdf"),
            (".pdf", "pdf.pdf"),
            ("欧阳·𠮷 的证明.jpeg", "欧阳·𠮷 的证明.pdf"),
            ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
        ],
    )
    def test_a_name_is_shown_without_what_it_hides(self, name, shown):
        assert services.clean_name(name, Found(Kind.PDF)) == shown


class TestOffers:
    """国务院关于在线政务服务的若干规定 第七条: wallet, register, earlier, commitment, and only then an upload."""

    def test_are_made_in_the_order_of_the_law(self, make_matter, hand_in, applicant):
        slot = make_slot(licence_type="business_licence", register="insurance", reuse_days=365, commitment=True)
        earlier = make_matter(slot)
        hand_in(earlier, files.pdf())
        services.file_for(earlier.subject, at=now())
        sources.register_wallet(lambda party, kind: [licence()] if kind == "business_licence" else [])
        sources.register_register("insurance", Register())
        found = selectors.offers(applicant.party_id, slot)
        assert [offer.how for offer in found] == [How.WALLET, How.REGISTER, How.EARLIER, How.COMMITMENT]
        assert [offer.is_held for offer in found] == [True, True, True, False]

    def test_nothing_is_offered_that_the_item_does_not_allow(self, applicant):
        sources.register_wallet(lambda party, kind: [licence()])
        sources.register_register("insurance", Register())
        assert selectors.offers(applicant.party_id, make_slot()) == []

    @pytest.mark.parametrize("register", [None, Register(None), Register(RegisterSilent("timeout"))])
    def test_a_register_that_knows_nothing_or_is_silent_is_passed_over(self, applicant, register):
        if register:
            sources.register_register("insurance", register)
        assert selectors.offers(applicant.party_id, make_slot(register="insurance")) == []

    def test_an_earlier_document_must_have_been_filed_be_valid_and_not_too_old(self, make_matter, hand_in, applicant):
        slot = make_slot(reuse_days=30)
        matter = make_matter(slot)
        material = hand_in(matter, files.pdf()).material
        assert selectors.offers(applicant.party_id, slot) == []  # a draft is nobody's earlier document
        services.file_for(matter.subject, at=now())
        assert [offer.material for offer in selectors.offers(applicant.party_id, slot)] == [material]
        assert selectors.offers(applicant.party_id, slot, subject=matter.subject) == []
        assert selectors.offers(applicant.party_id, make_slot(reuse_days=30, accept=("jpeg",))) == []
        for change in ({"valid_until": today()}, {"uploaded_at": now() - timedelta(days=31)}, {"removed_at": now()}):
            with transaction.atomic():
                Material.objects.update(**change)
                assert selectors.offers(applicant.party_id, slot) == []
                transaction.set_rollback(True)

    def test_another_persons_documents_are_never_offered(self, make_matter, hand_in, make_account):
        slot = make_slot(reuse_days=30)
        matter = make_matter(slot)
        hand_in(matter, files.pdf())
        services.file_for(matter.subject, at=now())
        assert selectors.offers(make_account("李四").party_id, slot) == []


class TestUse:
    def test_a_licence_stands_with_what_it_says(self, make_matter):
        sources.register_wallet(lambda party, kind: [licence(digest="ab" * 32, pages=2)])
        matter = make_matter(make_slot(licence_type="business_licence"))
        use = services.material_use(matter=matter, slot=matter.slots[0], offer="wallet:1.2.156.3005.2.X", at=now())
        assert (use.how, use.source, use.facts) == (How.WALLET, "1.2.156.3005.2.X", [["名称", "Name", "示例公司"]])
        assert (use.digest, use.kind, use.pages) == ("ab" * 32, "pdf", 2)

    def test_an_offer_that_lapsed_meanwhile_is_not_taken(self, make_matter):
        matter = make_matter(make_slot(licence_type="business_licence"))
        with pytest.raises(errors.NotOffered):
            services.material_use(matter=matter, slot=matter.slots[0], offer="wallet:1.2.156.3005.2.X", at=now())

    def test_an_offer_of_another_persons_document_is_not_taken(self, make_matter, hand_in, make_account):
        slot = make_slot(reuse_days=30)
        theirs = make_matter(slot, account=make_account("李四"))
        number = hand_in(theirs, files.pdf()).material.number
        services.file_for(theirs.subject, at=now())
        mine = make_matter(slot)
        with pytest.raises(errors.NotOffered):
            services.material_use(matter=mine, slot=slot, offer=f"earlier:{number}", at=now())

    def test_choosing_twice_is_choosing_once(self, make_matter):
        sources.register_register("insurance", Register())
        matter = make_matter(make_slot(register="insurance"))
        first, second = (
            services.material_use(matter=matter, slot=matter.slots[0], offer="register:insurance", at=now())
            for _ in range(2)
        )
        assert first == second
        assert first.is_sample

    def test_a_commitment_is_read_before_it_is_given(self, make_matter):
        matter = make_matter(make_slot(commitment=True))
        with pytest.raises(errors.CommitmentNotGiven):
            services.material_use(matter=matter, slot=matter.slots[0], offer="commitment", at=now())
        use = services.material_use(matter=matter, slot=matter.slots[0], offer="commitment", at=now(), is_promised=True)
        assert "承诺符合“住所证明（proof）”" in use.facts[0][2]

    def test_an_earlier_document_is_used_without_a_second_copy(self, make_matter, hand_in, stored):
        slot = make_slot(reuse_days=30)
        first = make_matter(slot)
        material = hand_in(first, files.pdf()).material
        services.file_for(first.subject, at=now())
        second = make_matter(slot)
        use = services.material_use(matter=second, slot=slot, offer=f"earlier:{material.number}", at=now())
        assert (use.material, use.digest, Material.objects.count(), len(stored())) == (material, material.digest, 1, 1)

    def test_everything_that_is_held_by_one_tap(self, make_matter, hand_in):
        sources.register_wallet(lambda party, kind: [licence()])
        sources.register_register("insurance", Register())
        wanted = [
            make_slot("a", licence_type="business_licence"),
            make_slot("b", register="insurance"),
            make_slot("c", commitment=True),
            make_slot("d"),
            make_slot("e", register="insurance", when={"field": "x", "op": "eq", "value": 1}),
        ]
        matter = make_matter(*wanted)
        hand_in(matter, files.pdf(), "d")
        assert [use.slot_key for use in services.material_use_all(matter=matter, at=now())] == ["a", "b"]
        assert services.material_use_all(matter=matter, at=now()) == []


class TestTakingBackAndFiling:
    def test_what_is_taken_back_is_forgotten_with_its_file(self, make_matter, hand_in, stored):
        matter = make_matter()
        use = hand_in(matter, files.pdf())
        services.material_remove(matter=matter, slot=matter.slots[0], number=use.number)
        assert (MaterialUse.objects.count(), Material.objects.count()) == (0, 0)
        services.tidy(older_than=timedelta(0))
        assert stored() == []

    def test_a_document_that_another_matter_uses_stays(self, make_matter, hand_in, stored):
        slot = make_slot(reuse_days=30)
        first = make_matter(slot)
        material = hand_in(first, files.pdf()).material
        services.file_for(first.subject, at=now())
        second = make_matter(slot)
        use = services.material_use(matter=second, slot=slot, offer=f"earlier:{material.number}", at=now())
        services.material_remove(matter=second, slot=slot, number=use.number)
        services.tidy(older_than=timedelta(0))
        assert (Material.objects.count(), len(stored())) == (1, 1)

    def test_what_was_filed_is_not_taken_back(self, make_matter, hand_in):
        matter = make_matter()
        use = hand_in(matter, files.pdf())
        services.file_for(matter.subject, at=now())
        with pytest.raises(errors.SlotClosed, match="已经提交"):
            services.material_remove(matter=matter, slot=matter.slots[0], number=use.number)

    def test_nobody_takes_back_what_stands_in_another_matter(self, make_matter, hand_in):
        use = hand_in(make_matter(), files.pdf())
        other = make_matter()
        with pytest.raises(NotFound):
            services.material_remove(matter=other, slot=other.slots[0], number=use.number)

    def test_a_correction_replaces_what_stood_there_and_keeps_it(self, make_matter, hand_in):
        matter = make_matter(make_slot("a", max_files=1), make_slot("b", max_files=1))
        old, other = hand_in(matter, files.pdf(1), "a"), hand_in(matter, files.pdf(2), "b")
        services.file_for(matter.subject, at=now())
        asked_at = now()
        assert services.renewed_slots(subject=matter.subject, since=asked_at) == set()
        new = hand_in(matter, files.pdf(3), "a")
        assert services.renewed_slots(subject=matter.subject, since=asked_at) == {"a"}
        services.file_for(matter.subject, at=now())
        for use in (old, other, new):
            use.refresh_from_db()
        assert (old.stands, other.stands, new.stands) == (False, True, True)
        assert storage.exists(old.digest)

    def test_the_same_file_again_is_no_correction(self, make_matter, hand_in):
        matter = make_matter()
        hand_in(matter, files.pdf())
        services.file_for(matter.subject, at=now())
        with pytest.raises(errors.UploadRefused, match="同一份文件"):
            hand_in(matter, files.pdf())

    def test_a_discarded_draft_leaves_nothing_and_what_was_filed_stays(self, make_matter, hand_in):
        filed, draft = make_matter(), make_matter()
        hand_in(filed, files.pdf(1))
        services.file_for(filed.subject, at=now())
        hand_in(draft, files.pdf(2))
        for matter in (filed, draft):
            services.discard_for(matter.subject)
        assert [use.subject for use in MaterialUse.objects.all()] == [filed.subject]
        assert Material.objects.count() == 1


class TestErasure:
    """个人信息保护法 第四十七条"""

    def test_a_matter_is_erased_with_its_files_and_others_keep_theirs(self, make_matter, hand_in, stored):
        slot = make_slot(reuse_days=30)
        erased, other = make_matter(slot), make_matter(slot)
        shared = hand_in(erased, files.pdf(1)).material
        hand_in(erased, files.pdf(2))
        services.file_for(erased.subject, at=now())
        services.material_use(matter=other, slot=slot, offer=f"earlier:{shared.number}", at=now())
        services.erase_for(erased.subject)
        services.tidy(older_than=timedelta(0))
        assert [use.subject for use in MaterialUse.objects.all()] == [other.subject]
        assert [file.name for file in stored()] == [shared.digest]


class TestWhatIsMissing:
    def test_required_and_deferrable_slots_that_stand_empty(self, make_matter, hand_in):
        wanted = [
            make_slot("a"),
            make_slot("b"),
            make_slot("c", necessity="optional"),
            make_slot("d", necessity="deferrable"),
            make_slot("e", form="paper"),
            make_slot("f", when={"field": "x", "op": "eq", "value": 1}),
        ]
        matter = make_matter(*wanted)
        hand_in(matter, files.pdf(), "b")

        def keys(found):
            return [slot.key for slot in found]

        asked = {"subject": matter.subject, "slots": wanted}
        assert keys(services.missing_slots(**asked, answers={})) == ["a"]
        assert keys(services.missing_slots(**asked, answers={"x": 1})) == ["a", "f"]
        assert keys(services.deferred_slots(**asked, answers={})) == ["d"]


class TestTheDatabaseSaysItToo:
    @pytest.mark.parametrize(
        "change",
        [
            {"how": "wallet", "source": ""},
            {"how": "upload", "material": None},
            {"how": "commitment", "material": None, "facts": None},
            {"digest": "ab" * 32, "kind": "", "pages": 0},
            {"superseded_at": now(), "filed_at": None},
        ],
    )
    def test_a_use_that_cannot_be_is_refused(self, make_matter, hand_in, change):
        use = hand_in(make_matter(), files.pdf())
        with pytest.raises(IntegrityError), transaction.atomic():
            MaterialUse.objects.filter(pk=use.pk).update(**change)

    def test_a_file_that_a_use_shows_is_never_tidied_away(self, make_matter, stored):
        blob = storage.put_bytes(files.pdf())
        sources.register_wallet(lambda party, kind: [licence(digest=blob.digest, pages=1)])
        matter = make_matter(make_slot(licence_type="business_licence"))
        services.material_use(matter=matter, slot=matter.slots[0], offer="wallet:1.2.156.3005.2.X", at=now())
        services.tidy(older_than=timedelta(0))
        assert storage.exists(blob.digest)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def run(self, *acts):
        outcomes, barrier = [], threading.Barrier(len(acts))

        def one(act):
            barrier.wait()
            try:
                outcomes.append(act())
            except Exception as error:
                outcomes.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def test_uploads_at_once_do_not_pass_the_limit(self, make_matter, hand_in):
        matter = make_matter(make_slot(max_files=1))
        outcomes = self.run(*[lambda n=n: hand_in(matter, files.pdf(n)) for n in range(1, 5)])
        assert sum(isinstance(outcome, MaterialUse) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, errors.TooManyFiles) for outcome in outcomes) == 3

    def test_the_same_file_at_once_is_one(self, make_matter, hand_in):
        matter, content = make_matter(), files.pdf()
        outcomes = self.run(*[lambda: hand_in(matter, content) for _ in range(4)])
        assert len(set(outcomes)) == 1
        assert MaterialUse.objects.count() == 1


class TestSandbox:
    def test_every_register_of_the_packs_answers_for_sample_people_and_says_so(self, applicant, make_account):
        found = sandbox.read()
        assert {"social_insurance", "real_estate", "household"} <= set(found)
        for key, definition in found.items():
            answer = sandbox.SampleRegister(key, definition).lookup(applicant.party_id)
            if definition.holders != "organisation":
                assert answer.is_sample
                assert all("{" not in value for _zh, _en, value in answer.rows)
            assert sandbox.SampleRegister(key, definition).lookup(make_account("李四").party_id) is None

    def test_a_real_register_is_never_replaced(self):
        real = Register()
        sources.register_register("household", real)
        sandbox.connect()
        assert sources.register_for("household") is real
        assert sources.register_for("marriage") is not None

    def test_a_file_that_does_not_hold_is_named(self, settings, tmp_path):
        (tmp_path / "china").mkdir()
        (tmp_path / "china" / "registers.yaml").write_text("registers: {household: {for: nobody}}")
        settings.PACKS_DIR = tmp_path
        with pytest.raises(sandbox.RegistersInvalid, match=r"registers.yaml: registers\.household\.for"):
            sandbox.read()
