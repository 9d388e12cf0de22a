"""Programs: tokens with scopes, and the API of people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from yukuaiban.config import api
from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.now import now, today
from yukuaiban.people import selectors, services, tokens
from yukuaiban.people.models import Account, ApiToken, Guardianship, Relation, Role
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db

ME = "/api/v1/people/me"
ITEM = "YK-0029"  # the residence permit


@pytest.fixture
def person() -> Account:
    return make.account(real="示例甲", phone="+8613800138000")


def token(account: Account, *scopes: str, days: int = 30, post_id: int | None = None) -> str:
    scopes = scopes or ("people:read", "people:write")
    return services.token_make(
        account=account,
        name="示例程序",
        scopes=scopes,
        expires_on=today() + timedelta(days=days),
        post_id=post_id,
        at=now(),
    )[1]


def program(text: str, **headers: str) -> Client:
    return Client(headers={"authorization": f"Bearer {text}", **headers})


class TestTokens:
    def test_every_area_of_the_api_has_its_scopes(self):
        assert set(tokens.AREAS) == {part.prefix.strip("/") for part in api.ROUTERS}
        acts = {
            address.removeprefix("/api/v1/").partition("/")[0]
            for address, operations in api.api.get_openapi_schema()["paths"].items()
            if operations.keys() - {"get"}
        }
        assert {name for name, area in tokens.AREAS.items() if area.acts} == acts

    def test_lets_a_program_in_as_the_person(self, person):
        answer = program(token(person)).get(ME).json()
        assert (answer["name"], answer["account"], answer["party_id"]) == ("示例甲", person.number, person.party_id)

    def test_is_kept_as_its_digest_only(self, person):
        text = token(person)
        row = ApiToken.objects.get()
        assert text not in (row.digest, row.name)
        assert row.hint == text[-4:]

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda row: ApiToken.objects.update(digest="0" * 64), id="unknown"),
            pytest.param(lambda row: ApiToken.objects.update(expires_on=today()), id="over"),
            pytest.param(
                lambda row: services.token_revoke(account=row.account, token_id=row.pk, at=now()), id="revoked"
            ),
            pytest.param(lambda row: services.account_logout_everywhere(account=row.account, at=now()), id="log-out"),
            pytest.param(lambda row: services.account_close(account=row.account, at=now()), id="account closed"),
        ],
    )
    def test_counts_no_more_when(self, person, spoil):
        browser = program(token(person))
        assert browser.get(ME).status_code == 200
        spoil(ApiToken.objects.get())
        assert browser.get(ME).status_code == 401

    def test_reaches_its_scopes_and_no_further(self, person):
        reader = program(token(person, "people:read"))
        refused = reader.post("/api/v1/people/mandates/code", {"code": "x"}, content_type="application/json")
        assert refused.status_code == 403
        assert refused.json()["details"] == {"scope": "people:write"}
        assert program(token(person, "cases:read")).get(ME).status_code == 403

    def test_a_session_beside_it_is_not_looked_at(self, person):
        browser = make.signed_in(person)
        assert browser.get(ME).status_code == 200
        assert browser.get(ME, headers={"authorization": "Bearer ykb_wrong"}).status_code == 401

    def test_opens_no_page(self, person):
        assert program(token(person)).get("/zh/me").status_code == 302

    def test_acts_for_whom_the_header_names(self, person):
        row = services.guardianship_declare(
            account=person, name="示例子", id_kind="resident_id", id_number=make.resident_id("20180601"),
            relation=Relation.PARENT, consents=True, at=now(),
        )  # fmt: skip
        text = token(person)
        assert program(text, **{"x-acting-as": str(row.ward_id)}).get(ME).json()["party_id"] == row.ward_id
        stranger = make.account(real="示例乙")
        for wanted in (str(stranger.party_id), "x", "0"):
            assert program(text, **{"x-acting-as": wanted}).get(ME).status_code == 404

    def test_of_an_officer_works_from_its_post_as_long_as_he_holds_it(self):
        who, post = make.officer(Role.HANDLER)
        browser = program(token(who, post_id=post.pk))
        assert browser.get(ME).json()["posts"][0]["role"] == "handler"
        services.post_end(post_id=post.pk, on=today(), by=make.at_work(Role.SUPERVISOR), at=now())
        assert browser.get(ME).status_code == 401

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"scopes": []}, "scopes"),
            ({"scopes": ["everything"]}, "scopes"),
            ({"name": " "}, "name"),
            ({"expires_on": today()}, "last_day"),
            ({"expires_on": today() + timedelta(days=400)}, "last_day"),
        ],
    )
    def test_says_what_is_wrong_with_a_wish(self, person, change, field):
        wish = {"name": "n", "scopes": ["people:read"], "expires_on": today() + timedelta(days=5)} | change
        with pytest.raises(Invalid) as refused:
            services.token_make(account=person, at=now(), **wish)
        assert field in refused.value.details

    def test_is_made_shown_once_and_stopped_on_the_page(self, person):
        browser = make.reauthenticated(person)
        form = {"name": "财务软件", "scopes": ["people:read"], "last_day": (today() + timedelta(days=9)).isoformat()}
        page = browser.post("/zh/me/security/tokens", form).content.decode()
        row = ApiToken.objects.get()
        shown = page[page.index(tokens.PREFIX) :][: len(tokens.new())]
        assert program(shown).get(ME).status_code == 200
        assert shown not in browser.get("/zh/me/security/tokens").content.decode()
        other = make.signed_in(make.account(real="示例乙"))
        assert other.post(f"/zh/me/security/tokens/{row.pk}/revoke").status_code == 404
        browser.post(f"/zh/me/security/tokens/{row.pk}/revoke")
        assert program(shown).get(ME).status_code == 401
        with pytest.raises(NotFound):
            services.token_revoke(account=person, token_id=row.pk, at=now())


class TestABrowsersSession:
    def test_changes_nothing_by_the_api_without_its_csrf_token(self, person):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person)
        assert browser.get(ME).status_code == 200
        refused = browser.post("/api/v1/people/mandates/code", {"code": "x"}, content_type="application/json")
        assert refused.status_code == 403
        browser.get("/zh/me/mandates/code")  # a page with a form sets the cookie
        csrf = browser.cookies["csrftoken"].value
        answer = browser.post(
            "/api/v1/people/mandates/code",
            {"code": "x"},
            content_type="application/json",
            headers={"x-csrftoken": csrf},
        )
        assert answer.status_code == 422


class TestTheApi:
    def post(self, browser: Client, path: str, **body):
        return browser.post(f"/api/v1/people/{path}", body, content_type="application/json")

    def test_nobody_is_nobody(self):
        assert Client().get(ME).json()["code"] == "not_signed_in"

    def test_a_child_and_its_end(self, person):
        browser = program(token(person))
        child = {"name": "示例子", "id_kind": "resident_id", "id_number": make.resident_id("20180601")}
        assert self.post(browser, "children", **child).status_code == 422  # under fourteen: the consent is missing
        made = self.post(browser, "children", **child, consents=True)
        assert (made.status_code, made.json()["confirmed"]) == (201, True)
        assert browser.get("/api/v1/people/children").json() == [made.json()]
        assert browser.delete(f"/api/v1/people/children/{made.json()['id']}").status_code == 204
        assert Guardianship.objects.get().ended_at is not None

    def test_a_mandate_from_asking_to_revoking(self, city, person):
        mother = make.account(real="示例母", phone="+8613900139000")
        son, hers = program(token(person)), program(token(mother))
        wanted = {"name": "示例母", "contact": "139 0013 9000", "relation": "parent"}
        term = {"valid_from": "2026-03-02", "last_day": "2026-12-31"}
        refused = self.post(son, "mandates/requests", **wanted, **term, items=["没有的事项"])
        assert (refused.status_code, list(refused.json()["details"])) == (422, ["items"])
        asked = self.post(son, "mandates/requests", **wanted, **term, items=[ITEM])
        assert (asked.status_code, asked.json()["state"]) == (201, "asked")
        code = make.code_sent(mother.phone)
        read_first = self.post(hers, "mandates/code/look", code=code).json()
        assert (read_first["agent"], read_first["items"], read_first["state"]) == ("示例甲", [ITEM], "asked")
        assert not selectors.can_act_for(person, mother.party, item=ITEM)
        confirmed = self.post(hers, "mandates/code", code=code)
        assert (asked.json()["acts"], confirmed.json()["acts"]) == (["decline"], ["revoke"])
        assert confirmed.json()["state"] == "confirmed"
        assert confirmed.json()["last_day"] == "2026-12-31"
        assert selectors.can_act_for(person, mother.party, item=ITEM)
        assert self.post(son, f"mandates/{asked.json()['id']}/revoke").json()["state"] == "revoked"
        assert self.post(son, f"mandates/{asked.json()['id']}/revoke").status_code == 409

    def test_an_organisation_appoints_and_confirms(self, person):
        firm = services.organisation_register(
            account=person, code=make.credit_code(), name="示例贸易有限公司", at=now()
        )
        agent = make.account(real="示例经办")
        term = {"valid_from": "2026-03-02", "last_day": "2026-12-31"}
        asked = self.post(program(token(agent)), "mandates/agencies", credit_code=firm.credit_code, **term)
        assert self.post(program(token(person)), f"mandates/{asked.json()['id']}/confirm").status_code == 200
        offered = self.post(
            program(token(person)), "mandates/offers", principal_party_id=firm.pk, name="示例乙",
            contact="b@example.com", **term,
        )  # fmt: skip
        assert offered.json()["state"] == "offered"
        stranger = program(token(make.account(real="示例丙")))
        assert self.post(stranger, "mandates/offers", principal_party_id=firm.pk, name="示例乙",
                         contact="b@example.com", **term).status_code == 404  # fmt: skip
        assert self.post(stranger, f"mandates/{offered.json()['id']}/revoke").status_code == 404
        listed = program(token(person)).get("/api/v1/people/mandates").json()
        assert {row["state"] for row in listed} == {"confirmed", "offered"}

    def test_who_read_my_record(self, person):
        services.person_read(party_id=person.party_id, by=make.at_work(Role.HANDLER), reason="核对申请人身份", at=now())
        browser = program(token(person))
        assert browser.get("/api/v1/people/reads").json()["reads"][0]["reason"] == "核对申请人身份"
