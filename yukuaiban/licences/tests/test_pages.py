"""The pages as a holder, a stranger and the public see them."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yukuaiban.documents import codes
from yukuaiban.documents.signing import Outcome, check, keys
from yukuaiban.licences import limits, selectors, services
from yukuaiban.licences.models import LicenceGrant
from yukuaiban.licences.tests.conftest import AT
from yukuaiban.messages.letters import services as letters
from yukuaiban.messages.letters.kinds import LetterKind
from yukuaiban.messages.letters.tests.samples import everything

pytestmark = pytest.mark.django_db

HOLDER_ONLY = ["", "/show", "/file", "/looks", "/grant"]


@pytest.fixture(autouse=True)
def _no_tries_counted():
    cache.clear()


@pytest.fixture
def mine(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def theirs(stranger) -> Client:
    from yukuaiban.people.models import Account

    client = Client()
    client.force_login(Account.objects.get(pk=stranger.account_id))
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


class TestWallet:
    def test_shows_what_is_held(self, permit, mine):
        assert "重庆市居住证" in page(mine, "/zh/wallet")
        english = page(mine, "/en/wallet")
        assert "Chongqing residence permit" in english
        assert "示例" in page(mine, "/zh/wallet")

    def test_an_empty_one_says_what_to_do(self, mine):
        assert "这里还没有证照" in page(mine, "/zh/wallet")

    def test_a_licence_as_a_deed(self, permit, mine):
        html = page(mine, f"/zh/wallet/{permit.pk}")
        for said in [
            "张小三",
            permit.licence_id,
            "重庆市渝中区示例路 1 号",
            codes.grouped(permit.code),
            "2027年3月1日",
        ]:
            assert said in html

    @pytest.mark.parametrize("path", HOLDER_ONLY)
    def test_a_stranger_finds_nothing(self, permit, theirs, path):
        page(theirs, f"/zh/wallet/{permit.pk}{path}", 404)

    def test_an_agent_for_some_items_does_not_open_the_wallet(self, permit, account, theirs, stranger):
        from yukuaiban.people import passes
        from yukuaiban.people.models import Mandate

        Mandate.objects.create(
            principal_id=permit.holder_id,
            agent_id=stranger.party_id,
            asked_by_id=stranger.account_id,
            kind="relative",
            items=["some_item"],
            valid_from=AT.date(),
            valid_until=AT.date().replace(year=2027),
            state=Mandate.State.CONFIRMED,
            confirmed_at=AT,
            confirmed_by=account,
        )
        session = theirs.session
        session[passes.PARTY_KEY] = permit.holder_id
        session.save()
        assert "不能打开证照夹" in page(theirs, "/zh/wallet", 403)
        Mandate.objects.update(items=None)
        assert "重庆市居住证" in page(theirs, "/zh/wallet")

    @pytest.mark.parametrize("path", HOLDER_ONLY)
    def test_signed_out_one_is_asked_to_sign_in(self, permit, path):
        assert Client().get(f"/zh/wallet/{permit.pk}{path}").status_code == 302

    def test_the_file_is_the_signed_one(self, permit, mine):
        answer = mine.get(f"/zh/wallet/{permit.pk}/file")
        assert answer["Content-Type"] == "application/pdf"
        assert check(answer.content).outcome is Outcome.UNCHANGED
        assert "no-store" in answer["Cache-Control"]
        assert [look.how for look in selectors.looks_at(permit)] == ["download"]

    def test_a_licence_that_no_longer_holds_says_so_and_is_not_shown(self, permit, mine, approver):
        services.licence_revoke(licence_id=permit.pk, by=approver, at=AT, reason="依法")
        html = page(mine, f"/zh/wallet/{permit.pk}")
        assert "这份证照现在不能使用：已撤销" in html
        assert f"/wallet/{permit.pk}/show" not in html

    def test_the_show_page_has_a_code_that_opens(self, permit, mine):
        html = page(mine, f"/zh/wallet/{permit.pk}/show")
        assert 'class="qr' in html
        assert "60 秒" in html
        token = services.show_code(permit.pk, by=_actor(permit)).token
        seen = page(Client(), f"/zh/verify/show/{token}")
        assert "张小三" in seen
        assert "公众" in page(mine, f"/zh/wallet/{permit.pk}/looks")

    def test_grant_and_take_back(self, permit, mine, body):
        answer = mine.post(
            f"/zh/wallet/{permit.pk}/grant",
            {"department": body.code, "purpose": "核对住址", "valid_until": "2026-03-12"},
        )
        assert answer.status_code == 302
        grant = LicenceGrant.objects.get()
        assert str(grant.last_day) == "2026-03-12"
        assert "核对住址" in page(mine, f"/zh/wallet/{permit.pk}")
        assert "不能再使用" in page(mine, f"/zh/wallet/grants/{grant.pk}/revoke")
        assert mine.post(f"/zh/wallet/grants/{grant.pk}/revoke").status_code == 302
        assert "已撤回" in page(mine, f"/zh/wallet/{permit.pk}")

    @pytest.mark.parametrize("day", ["2026-03-01", "9999-12-31", "x", ""])
    def test_a_grant_that_cannot_be_is_asked_again(self, permit, mine, body, day):
        answer = mine.post(
            f"/zh/wallet/{permit.pk}/grant", {"department": body.code, "purpose": "核对", "valid_until": day}
        )
        assert answer.status_code == 422
        assert not LicenceGrant.objects.exists()

    def test_a_stranger_cannot_take_a_grant_back(self, permit, mine, theirs, body):
        mine.post(
            f"/zh/wallet/{permit.pk}/grant", {"department": body.code, "purpose": "核对", "valid_until": "2026-03-12"}
        )
        grant = LicenceGrant.objects.get()
        assert theirs.post(f"/zh/wallet/grants/{grant.pk}/revoke").status_code == 404
        grant.refresh_from_db()
        assert grant.revoked_at is None

    def test_the_log_names_the_cases_that_used_it(self, permit, mine):
        from yukuaiban.materials.models import MaterialUse

        use = {
            "subject": 9,
            "slot_key": "proof",
            "slot_title": {"zh": "居住证", "en": "Residence permit"},
            "owner_id": permit.holder_id,
            "how": "wallet",
            "source": permit.licence_id,
            "purpose": {"zh": "入学申请", "en": "School place"},
            "reference": "K7MQ3RTX9WHD",
            "by": {},
            "at": AT,
        }
        MaterialUse.objects.create(**use)  # a draft is nobody's use yet
        assert "入学申请" not in page(mine, f"/zh/wallet/{permit.pk}/looks")
        MaterialUse.objects.update(filed_at=AT)
        assert "入学申请" in page(mine, f"/zh/wallet/{permit.pk}/looks")
        assert "School place" in page(mine, f"/en/wallet/{permit.pk}/looks")

    def test_the_log_goes_on_page_by_page(self, permit, mine):
        for _n in range(60):
            selectors.look_note(licence_id=permit.pk, how="code", at=AT)
        first = page(mine, f"/zh/wallet/{permit.pk}/looks")
        assert first.count("list-row-main") == 50
        after = re.search(r'rel="next" href="([^"]+)"', first)[1]
        assert page(mine, after).count("list-row-main") == 10


class TestVerify:
    def test_the_printed_code_opens_masked_facts(self, permit):
        html = page(Client(), f"/zh/verify/{codes.grouped(permit.code)}")
        assert "证照有效" in html
        assert "张**" in html
        for hidden in ["张小三", permit.facts["number"], "示例路"]:
            assert hidden not in html
        assert "The licence is valid" in page(Client(), f"/en/verify/{permit.code}")

    def test_typed_into_the_start_page_it_finds_its_page(self, permit):
        answer = Client().get("/zh/verify", {"code": codes.grouped(permit.code).lower()})
        assert answer.headers["Location"] == f"/zh/verify/{codes.grouped(permit.code)}"
        assert Client().get("/zh/verify", {"code": "123"}).status_code == 422

    def test_a_letters_code_finds_the_letters_page(self):
        letter = letters.letter_issue(kind=LetterKind.GRANT, subject=5, context=everything())
        answer = Client().get("/zh/verify", {"code": letter.code}, follow=True)
        html = answer.content.decode()
        assert letter.number in html
        assert "张三" not in html

    def test_wrong_codes_are_braked(self, permit):
        client = Client()
        for _n in range(limits.WRONG_CODES):
            page(client, "/zh/verify/7K3M-Q9TX-2WHD-R5NA", 404)
        page(client, "/zh/verify/7K3M-Q9TX-2WHD-R5NA", 429)
        page(client, f"/zh/verify/{permit.code}", 429)

    def test_an_expired_show_code_says_so(self, permit, mine):
        token = services.show_code(permit.pk, by=_actor(permit), at=AT).token  # the clock of the page has moved on
        answer = Client().get(f"/zh/verify/show/{token}")
        assert answer.status_code in {200, 410}


class TestFile:
    def bring(self, pdf: bytes) -> str:
        answer = Client().post("/zh/verify/file", {"file": SimpleUploadedFile("a.pdf", pdf, "application/pdf")})
        assert answer.status_code == 200
        return answer.content.decode()

    def test_ours_unchanged_with_its_state_of_today(self, permit, approver):
        pdf = selectors.licence_file(permit)
        html = self.bring(pdf)
        assert "文件没有改动" in html
        assert permit.licence_id in html
        services.licence_revoke(licence_id=permit.pk, by=approver, at=AT, reason="依法")
        assert "已撤销" in self.bring(pdf)

    def test_a_changed_byte(self, permit):
        pdf = bytearray(selectors.licence_file(permit))
        pdf[len(pdf) // 2] ^= 1
        assert "文件改动过" in self.bring(bytes(pdf))

    def test_a_withdrawn_key_is_said_with_its_reason(self, permit):
        pdf = selectors.licence_file(permit)
        keys.withdraw(keys.ring().current().id, reason="备份介质遗失")
        html = self.bring(pdf)
        assert "备份介质遗失" in html
        assert permit.licence_id in html

    @pytest.mark.parametrize("junk", [b"hello", b"%PDF-1.7\nnothing"])
    def test_anything_else(self, permit, junk):
        assert "读不出这个文件" in self.bring(junk)

    def test_nothing_brought(self, db):
        assert Client().post("/zh/verify/file").status_code == 422

    def test_many_files_are_braked(self, db, monkeypatch):
        monkeypatch.setattr(limits, "FILES", 2)
        for _n in range(2):
            self.bring(b"hello")
        answer = Client().post("/zh/verify/file", {"file": SimpleUploadedFile("a.pdf", b"x")})
        assert answer.status_code == 429


class TestApi:
    def test_the_holder_reads_shows_and_grants(self, permit, mine, body):
        (held,) = mine.get("/api/v1/licences").json()
        assert (held["identifier"], held["standing"]["is_valid"]) == (permit.licence_id, True)
        assert mine.get(f"/api/v1/licences/{permit.pk}").json()["holder"] == "张小三"
        assert mine.get(f"/api/v1/licences/{permit.pk}/file").content.startswith(b"%PDF")
        assert [row["id"] for row in mine.get(f"/api/v1/licences/{permit.pk}/versions").json()] == [permit.pk]
        token = mine.post(f"/api/v1/licences/{permit.pk}/show-code").json()["token"]
        assert Client().get(f"/api/v1/licences/verify/{token}").json()["holder"] == "张小三"
        wanted = {"department": body.code, "purpose": "核对", "until": "2026-03-12"}
        made = mine.post(f"/api/v1/licences/{permit.pk}/grants", wanted, content_type="application/json")
        assert made.status_code == 201
        assert mine.get(f"/api/v1/licences/{permit.pk}/grants").json() == [made.json()]
        revoked = mine.delete(f"/api/v1/licences/grants/{made.json()['id']}").json()
        assert revoked["revoked_at"]
        assert mine.get(f"/api/v1/licences/{permit.pk}/grants").json() == [revoked]
        assert {look["how"] for look in mine.get(f"/api/v1/licences/{permit.pk}/looks").json()["looks"]} == {
            "download",
            "shown",
        }

    @pytest.mark.parametrize(
        "wanted",
        [
            {"department": "a\x00", "purpose": "核对", "until": "2026-03-12"},
            {"department": "nobody", "purpose": "核对", "until": "2026-03-12"},
            {"department": "x", "purpose": "\x00", "until": "2026-03-12"},
            {"department": "x", "purpose": "核对", "until": "9999-12-31"},
        ],
    )
    def test_a_grant_that_cannot_be_is_refused(self, permit, mine, wanted):
        answer = mine.post(f"/api/v1/licences/{permit.pk}/grants", wanted, content_type="application/json")
        assert answer.status_code in {400, 422}, answer.content

    def test_strangers_and_the_signed_out(self, permit, theirs):
        assert theirs.get(f"/api/v1/licences/{permit.pk}").status_code == 404
        for part in ("/grants", "/versions"):
            assert theirs.get(f"/api/v1/licences/{permit.pk}{part}").status_code == 404
        assert theirs.get("/api/v1/licences").json() == []
        assert Client().get("/api/v1/licences").status_code == 401
        assert Client().get(f"/api/v1/licences/{permit.pk}").status_code == 401

    def test_the_public_verifies(self, permit):
        said = Client().get(f"/api/v1/licences/verify/{permit.code}").json()
        assert said["holder"] == "张**"
        missing = Client().get("/api/v1/licences/verify/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "licence.not_found")

    def test_types_are_public(self, db):
        assert any(kind["slug"] == "residence_permit" for kind in Client().get("/api/v1/licences/types").json())


def _actor(permit):
    from yukuaiban.people.actors import Actor

    return Actor(kind="party", account_id=None, name="", party_id=permit.holder_id)
