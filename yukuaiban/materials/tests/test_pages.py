"""Pages: handing in with and without scripts, looking with rights and headers, the person's own log."""

from __future__ import annotations

import html
import io
import json
import re
import socket
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from yukuaiban import storage
from yukuaiban.config.now import now
from yukuaiban.materials import antivirus, selectors, services, sources
from yukuaiban.materials.antivirus import State, Status
from yukuaiban.materials.exports import export
from yukuaiban.materials.models import MaterialRead, MaterialUse
from yukuaiban.materials.sources import HeldLicence
from yukuaiban.materials.tests import files
from yukuaiban.materials.tests.conftest import make_slot
from yukuaiban.people.actors import Actor
from yukuaiban.people.looks import log_of
from yukuaiban.people.models import Guardianship, Party

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inspected_here")]


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def me(applicant) -> Client:
    return signed_in(applicant)


@pytest.fixture
def matter(make_matter, reached):
    return reached(make_matter(make_slot(commitment=True, max_files=2), back_url="/zh/back"))


@pytest.fixture
def officer(make_account):
    account = make_account("王建国")
    return account, Actor(kind="officer", account_id=account.pk, name="王建国", role="window")


def upload(client: Client, matter, content: bytes, name: str = "证明.pdf", **headers):
    address = reverse("materials:upload", args=[matter.subject, matter.slots[0].key])
    return client.post(address, {"file": SimpleUploadedFile(name, content)}, **headers)


def fragment(client: Client, address: str, data: dict | None = None):
    return client.post(address, data or {}, HTTP_HX_REQUEST="true")


class TestUploadPage:
    def test_without_scripts_one_comes_back_to_the_slot(self, me, matter):
        answer = upload(me, matter, files.pdf())
        assert (answer.status_code, answer["Location"]) == (302, "/zh/back#material-proof")
        assert MaterialUse.objects.get().material.name == "证明.pdf"

    def test_with_scripts_the_slot_comes_back_and_shows_the_file(self, me, matter):
        answer = upload(me, matter, files.pdf(2), HTTP_HX_REQUEST="true")
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "<html" not in text
        assert 'id="material-proof"' in text
        assert "证明.pdf" in text
        assert "2 页" in text

    def test_fragment_and_page_show_the_same_slot(self, me, matter):
        def article(text):
            found = re.search(r'<article class="material-slot".*?</article>', text, re.DOTALL)
            return re.sub(r'value="[A-Za-z0-9]{64}"', "", found[0])  # the token differs each time

        after = upload(me, matter, files.pdf(), HTTP_HX_REQUEST="true").content.decode()
        fresh = me.get(reverse("materials:slot", args=[matter.subject, "proof"])).content.decode()
        assert article(after) == article(fresh)

    @pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true"}])
    def test_a_refusal_stands_beside_the_slot(self, me, matter, headers, stored):
        answer = upload(me, matter, files.encrypted_pdf(user="x"), **headers)
        assert answer.status_code == 422
        assert "打开密码" in answer.content.decode()
        assert stored() == []

    def test_in_english(self, me, matter):
        address = reverse("materials:slot", args=[matter.subject, "proof"]).replace("/zh/", "/en/")
        text = me.get(address).content.decode()
        assert "Proof of residence" in text
        assert "Residence permit" in text

    def test_several_files_at_once(self, me, matter):
        address = reverse("materials:upload", args=[matter.subject, "proof"])
        given = [SimpleUploadedFile("a.pdf", files.pdf(1)), SimpleUploadedFile("b.jpg", files.jpeg())]
        assert me.post(address, {"file": given}).status_code == 302
        assert sorted(use.material.name for use in MaterialUse.objects.all()) == ["a.pdf", "b.jpg"]

    def test_of_several_files_the_good_ones_are_kept_and_the_bad_ones_named(self, me, matter):
        address = reverse("materials:upload", args=[matter.subject, "proof"])
        given = [
            SimpleUploadedFile("good.pdf", files.pdf()),
            SimpleUploadedFile("bad.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ]
        answer = me.post(address, {"file": given})
        assert answer.status_code == 422
        assert "bad.doc：这是办公文档" in answer.content.decode()
        assert MaterialUse.objects.get().material.name == "good.pdf"

    def test_too_large_a_file_is_cut_off_and_leaves_nothing(self, me, make_matter, reached, stored):
        small = reached(make_matter(make_slot(max_mb=1, max_files=1)))
        answer = upload(me, small, b"%PDF-1.7" + b"a" * 1024 * 1024)
        assert answer.status_code == 422
        assert "超过 1 MB" in answer.content.decode()
        assert stored() == []

    def test_a_body_far_too_large_is_not_read(self, me, make_matter, reached, stored):
        small = reached(make_matter(make_slot(max_mb=1, max_files=1)))
        answer = upload(me, small, b"a" * 5 * 1024 * 1024)
        assert answer.status_code == 422
        assert "超过 1 MB" in answer.content.decode()
        assert stored() == []

    def test_more_files_than_the_slot_takes_are_not_looked_at(self, me, matter):
        address = reverse("materials:upload", args=[matter.subject, "proof"])
        given = [SimpleUploadedFile(f"{n}.pdf", files.pdf(n)) for n in range(1, 4)]
        answer = me.post(address, {"file": given})
        assert answer.status_code == 422
        assert "最多 2 个文件" in answer.content.decode()
        assert MaterialUse.objects.count() == 2

    def test_no_file_is_said_to_be_missing(self, me, matter):
        answer = me.post(reverse("materials:upload", args=[matter.subject, "proof"]), {})
        assert answer.status_code == 422
        assert "请先选择文件" in answer.content.decode()

    def test_a_form_of_another_site_hands_nothing_in(self, applicant, matter, stored):
        client = Client(enforce_csrf_checks=True)
        client.force_login(applicant, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert upload(client, matter, files.pdf()).status_code == 403
        assert (MaterialUse.objects.count(), stored()) == (0, [])
        token = client.get(reverse("materials:slot", args=[matter.subject, "proof"])).cookies["csrftoken"].value
        assert upload(client, matter, files.pdf(), HTTP_X_CSRFTOKEN=token).status_code == 302

    def test_a_stranger_finds_no_matter(self, make_account, matter, stored):
        assert upload(signed_in(make_account("李四")), matter, files.pdf()).status_code == 404
        assert stored() == []

    def test_signed_out_one_is_asked_to_sign_in(self, matter, stored):
        answer = upload(Client(), matter, files.pdf())
        assert answer.status_code == 302
        assert "login" in answer["Location"]
        assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_in_the_middle_leaves_nothing(live_server, applicant, matter, stored):
    """The browser is closed, the train enters a tunnel: half a file has arrived."""
    client = signed_in(applicant)
    client.get(reverse("materials:slot", args=[matter.subject, "proof"]))
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    content = files.pdf() + b"\n" * 400_000
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        + content
        + b"\r\n--b--\r\n"
    )
    host, port = live_server.thread.host, live_server.thread.port
    with socket.create_connection((host, port)) as line:
        address = reverse("materials:upload", args=[matter.subject, "proof"])
        head = (
            f"POST {address} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n"
            f"X-CSRFToken: {client.cookies['csrftoken'].value}\r\n"
            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        line.sendall(head.encode() + body[: len(body) // 2])
        line.shutdown(socket.SHUT_WR)
        line.settimeout(20)
        while line.recv(4096):
            pass
    assert (MaterialUse.objects.count(), stored()) == (0, [])


class TestUsingWhatIsThere:
    def test_a_commitment_needs_the_tick(self, me, matter):
        address = reverse("materials:use_offer", args=[matter.subject, "proof"])
        refused = fragment(me, address, {"offer": "commitment"})
        assert refused.status_code == 422
        assert "我已阅读并承诺" in refused.content.decode()
        assert fragment(me, address, {"offer": "commitment", "promised": "yes"}).status_code == 200
        assert MaterialUse.objects.get().how == "commitment"

    def test_all_that_is_held_by_one_tap(self, me, make_matter, reached):
        sources.register_wallet(lambda party, kind: [HeldLicence("x", {"zh": "证", "en": "L"}, "1", "局")])
        wanted = [make_slot("a", licence_type="one"), make_slot("b", licence_type="two")]
        both = reached(make_matter(*wanted, back_url="/zh/back"))
        answer = me.post(reverse("materials:use_all", args=[both.subject]))
        assert (answer.status_code, MaterialUse.objects.count()) == (302, 2)

    def test_taking_back_asks_first(self, me, matter):
        upload(me, matter, files.pdf())
        use = MaterialUse.objects.get()
        address = reverse("materials:remove", args=[matter.subject, "proof", use.number])
        asked = me.get(address).content.decode()
        assert 'id="confirm"' in asked
        assert "删除“证明.pdf”" in asked
        assert MaterialUse.objects.count() == 1
        assert me.post(address).status_code == 302
        assert MaterialUse.objects.count() == 0


class TestLooking:
    @pytest.fixture
    def use(self, me, matter):
        upload(me, matter, files.pdf(2))
        return MaterialUse.objects.get()

    def addresses(self, use):
        return [
            reverse("materials:use", args=[use.number]),
            reverse("materials:page", args=[use.number, 1]),
            reverse("materials:copy", args=[use.number]),
            reverse("materials:original", args=[use.number]),
        ]

    def test_the_owner_sees_pages_copy_and_original(self, me, use):
        page, picture, copy, original = (me.get(address) for address in self.addresses(use))
        assert "第 2 页" in page.content.decode()
        assert Image.open(io.BytesIO(picture.content)).width == 1200
        assert len(PdfReader(io.BytesIO(copy.content)).pages) == 2
        assert b"".join(original.streaming_content) == storage.read(use.digest)
        assert not MaterialRead.objects.exists()

    def test_a_stranger_finds_nothing(self, make_account, use):
        stranger = signed_in(make_account("李四"))
        assert {stranger.get(address).status_code for address in self.addresses(use)} == {404}
        assert {Client().get(address).status_code for address in self.addresses(use)} == {302}

    def test_the_guardian_of_the_owner_sees_it(self, make_account, use):
        guardian = make_account("李四")
        use.owner.birth_on = date(2015, 1, 1)
        use.owner.save()
        assert signed_in(guardian).get(self.addresses(use)[0]).status_code == 404
        Guardianship.objects.create(
            ward=use.owner, guardian=guardian.party, confirmed_at=now(), valid_from=date(2015, 1, 1)
        )
        use.owner.consents.create(kind="child", text_version="1", given_by=guardian)
        assert signed_in(guardian).get(self.addresses(use)[0]).status_code == 200

    def test_an_officer_sees_what_was_filed_and_every_look_is_noted_once_a_day(self, officer, reached, matter, use):
        account, actor = officer
        reached.readers[matter.subject] = (account.pk, actor)
        client = signed_in(account)
        assert {client.get(address).status_code for address in self.addresses(use)} == {404}  # still a draft
        services.file_for(matter.subject, at=now())
        for _time in range(2):
            assert {client.get(address).status_code for address in self.addresses(use)} == {200}
        noted = MaterialRead.objects.filter(use=use, reader=account).values_list("what", flat=True)
        assert sorted(noted) == ["copy", "original", "shown"]
        logged, _more = log_of("materials").page(actor.department_id, after=None)
        assert [(one.reader, one.what[0][0], one.reference) for _number, one in logged] == [
            (account, use.slot_key, use.reference)
        ] * 3
        assert log_of("materials").page(0, after=None) == ([], None)

    def test_what_an_officer_is_shown_carries_its_purpose(self, me, officer, reached, matter, use):
        account, actor = officer
        reached.readers[matter.subject] = (account.pk, actor)
        services.file_for(matter.subject, at=now())
        stamp = selectors.Look(use, actor).stamp
        assert stamp == f"仅供办理“居住证申领”使用\n{matter.reference} 王建国 2026-03-02"
        plain, stamped = (c.get(self.addresses(use)[1]).content for c in (me, signed_in(account)))
        assert plain != stamped

    def test_every_answer_with_a_file_is_sealed_off(self, me, use):
        _page, picture, copy, original = (me.get(address) for address in self.addresses(use))
        for answer in (picture, copy, original):
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
            assert "private" in answer["Cache-Control"]
        assert "sandbox" in picture["Content-Security-Policy"]
        assert (picture["Content-Type"], copy["Content-Type"]) == ("image/png", "application/pdf")
        assert original["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%AF%81%E6%98%8E.pdf")
        inline = me.get(reverse("materials:original", args=[use.number]) + "?inline")
        assert inline["Content-Disposition"].startswith("inline")

    def test_a_picture_is_not_drawn_twice_for_the_same_browser(self, me, use):
        address = self.addresses(use)[1]
        etag = me.get(address)["ETag"]
        assert me.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 304
        assert me.get(address + "?small", HTTP_IF_NONE_MATCH=etag).status_code == 200

    def test_a_page_that_is_not_there_is_not_found(self, me, use):
        for page in (0, 3):
            assert me.get(reverse("materials:page", args=[use.number, page])).status_code == 404

    def test_an_earlier_document_is_shown_to_its_owner_only(self, me, use, make_account):
        address = reverse("materials:earlier", args=[use.material.number])
        assert me.get(address).status_code == 200
        assert signed_in(make_account("李四")).get(address).status_code == 404


class TestDataUse:
    def test_the_log_tells_what_for_whence_and_who_looked(self, me, officer, reached, matter):
        account, actor = officer
        upload(me, matter, files.pdf())
        address = reverse("materials:data_use")
        assert "还没有使用记录" in me.get(address).content.decode()
        services.file_for(matter.subject, at=now())
        reached.readers[matter.subject] = (account.pk, actor)
        signed_in(account).get(reverse("materials:use", args=[MaterialUse.objects.get().number]))
        text = me.get(address).content.decode()
        for told in ("居住证申领", "上传", "被查看 1 次", "王建国"):
            assert told in text
        assert "居住证申领" not in signed_in(account).get(address).content.decode()

    def test_the_log_is_read_page_by_page_and_never_counted(self, me, applicant, make_matter, hand_in, monkeypatch):
        monkeypatch.setattr(selectors, "PAGE", 2)
        for _number in range(5):
            matter = make_matter()
            hand_in(matter, files.pdf())
            services.file_for(matter.subject, at=now())
        seen, after = [], None
        while True:
            page = selectors.data_use(applicant, after=after)
            seen += [use.pk for use in page.uses]
            if not (after := page.after):
                break
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == len(set(seen)) == 5
        assert me.get(reverse("materials:data_use") + "?after=x").status_code == 404

    def test_programs_read_the_same_log_and_its_next_page(
        self, me, officer, reached, make_matter, hand_in, monkeypatch
    ):
        monkeypatch.setattr(selectors, "PAGE", 2)
        account, actor = officer
        for _number in range(3):
            hand_in(matter := reached(make_matter()), files.pdf())
            services.file_for(matter.subject, at=now())
        newest = MaterialUse.objects.latest("pk")
        reached.readers[newest.subject] = (account.pk, actor)
        signed_in(account).get(reverse("materials:use", args=[newest.number]))
        first = me.get("/api/v1/materials/uses").json()
        assert [(look["reader"], look["what"]) for look in first["uses"][0]["looked_at"]] == [("王建国", "shown")]
        assert first["uses"][0]["purpose"]["zh"] == "居住证申领"
        rest = me.get(f"/api/v1/materials/uses?after={first['after']}").json()
        assert [len(first["uses"]), len(rest["uses"]), rest["after"]] == [2, 1, None]
        page = me.get(reverse("materials:data_use")).content.decode()
        following = html.unescape(re.search(r'href="([^"]*after=[^"]*)"', page)[1])
        assert me.get(following).status_code == 200
        document = f"/api/v1/materials/earlier/{first['uses'][0]['document']}"
        assert me.get(document)["Content-Type"] == "application/pdf"
        assert signed_in(account).get(document).status_code == 404
        assert signed_in(account).get("/api/v1/materials/uses").json()["uses"] == []


class TestTheCopyOfAllMyData:
    def test_it_holds_documents_uses_and_looks(self, me, officer, reached, matter, make_account):
        account, actor = officer
        upload(me, matter, files.pdf())
        services.file_for(matter.subject, at=now())
        reached.readers[matter.subject] = (account.pk, actor)
        signed_in(account).get(reverse("materials:use", args=[MaterialUse.objects.get().number]))
        told = json.loads(json.dumps(export(matter_owner(matter)), cls=DjangoJSONEncoder))
        assert told["documents"][0]["name"] == "证明.pdf"
        assert told["uses"][0]["purpose"]["zh"] == "居住证申领"
        assert told["uses"][0]["looks"][0]["by"] == "王建国"
        assert export(make_account("李四").party) is None


def matter_owner(matter) -> Party:
    return Party.objects.get(pk=matter.owner_id)


class TestScannerBanner:
    @pytest.mark.parametrize(("state", "shown"), [(State.OFF, True), (State.SILENT, True), (State.WORKING, False)])
    def test_the_desk_is_told_and_nobody_else(self, rf, monkeypatch, state, shown):
        from yukuaiban.materials.apps import _scanner_banner

        monkeypatch.setattr(antivirus, "antivirus_status", lambda: Status(state, "text"))
        assert bool(list(_scanner_banner(rf.get("/zh/desk/work")))) is shown
        assert list(_scanner_banner(rf.get("/zh/cases"))) == []
