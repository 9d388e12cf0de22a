"""The API of people: what the pages do, by a program, for the person, his child and the officer at his post."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from yukuaiban.config.now import now, today
from yukuaiban.people import selectors, services
from yukuaiban.people.actors import actor_for_post
from yukuaiban.people.models import Account, Desk, Guardianship, OrganisationProfile, PersonRead, Post, Relation, Role
from yukuaiban.people.services import accounts
from yukuaiban.people.tests import factories as make
from yukuaiban.people.verifiers import OrganisationAnswer, Outcome, person_verifier

pytestmark = pytest.mark.django_db

SPAN = {"valid_from": "2026-03-02", "last_day": "2026-03-08"}


class Program:
    """A program with somebody's token; `call` is a request below /api/v1/people/, for what officers do /api/v1/officers/."""

    def __init__(self, who: Account, *, post: Post | None = None, acting_as: int | None = None) -> None:
        scopes = ["people:read", "people:write", "officers:read", "officers:write"]
        _row, text = services.token_make(
            account=who, name="示例程序", scopes=scopes, expires_on=today() + timedelta(days=9),
            post_id=post.pk if post else None, at=now(),
        )  # fmt: skip
        headers = {"authorization": f"Bearer {text}", "accept-language": "zh"}
        self.client = Client(headers=headers | ({"x-acting-as": str(acting_as)} if acting_as else {}))

    def call(self, method: str, path: str, **body):
        return self.client.generic(method, address(path), json.dumps(body), content_type="application/json")

    def get(self, path: str):
        return self.client.get(address(path))


def address(path: str) -> str:
    area = "officers" if path.startswith(("desks", "posts/", "log/", "requests/")) else "people"
    return f"/api/v1/{area}/{path}"


def at_post(role: Role, where=None) -> Program:
    who, post = make.officer(role, where=where)
    return Program(who, post=post)


@pytest.fixture
def person() -> Account:
    return make.account(real="示例甲")


@pytest.fixture
def ward(person) -> Guardianship:
    return services.guardianship_declare(
        account=person, name="示例子", id_kind="resident_id", id_number=make.resident_id("20180601"),
        relation=Relation.PARENT, consents=True, at=now(),
    )  # fmt: skip


def ask(account: Account, party=None, **more):
    wish = {"field": "address", "wanted": "示例路 2 号", "reason": "搬家"} | more
    return services.correction_ask(account=account, party=party or account.party, at=now(), **wish)


class TestWhatStaysInTheBrowser:
    """ADR 0080: whoever stole a token is not the person, cannot become him, and gets no copy of everything."""

    @pytest.mark.parametrize("path", ["export", "real-name", "real-person", "take-over", "tokens", "password", "phone"])
    def test_there_is_no_such_operation(self, person, path):
        program = Program(person)
        assert {program.get(path).status_code, program.call("POST", path).status_code} == {404}


class TestAChild:
    def test_consent_is_withdrawn_and_given_again(self, person, ward):
        program = Program(person)
        listed = program.get("children").json()[0]
        assert (listed["confirmed"], listed["is_young"], listed["consents"]) == (True, True, True)
        withdrawn = program.call("PUT", f"children/{ward.pk}/consent", consents=False)
        assert (withdrawn.status_code, withdrawn.json()["consents"]) == (200, False)
        assert not selectors.can_act_for(person, ward.ward)
        assert program.call("PUT", f"children/{ward.pk}/consent", consents=True).json()["consents"] is True
        assert selectors.can_act_for(person, ward.ward)

    def test_of_another_is_not_found(self, ward):
        stranger = Program(make.account(real="示例乙"))
        assert stranger.call("PUT", f"children/{ward.pk}/consent", consents=False).status_code == 404
        assert stranger.get("children").json() == []


class TestOrganisations:
    def test_are_registered_by_their_representative_and_listed(self, person):
        program, code = Program(person), make.credit_code()
        made = program.call("POST", "organisations", credit_code=code, name="示例贸易有限公司")
        assert (made.status_code, made.json()["credit_code"], made.json()["status"]) == (201, code, "active")
        assert program.get("organisations").json() == [made.json()]
        again = program.call("POST", "organisations", credit_code=code, name="示例贸易有限公司")
        assert (again.status_code, again.json()["code"]) == (409, "people.already_done")
        assert Program(make.account(real="示例乙")).get("organisations").json() == []

    def test_a_wrong_code_names_its_field_and_nobody_unverified_registers(self, person):
        wrong = Program(person).call("POST", "organisations", credit_code="x", name="示例公司")
        assert (wrong.status_code, list(wrong.json()["details"])) == (422, ["credit_code"])
        refused = Program(make.account()).call("POST", "organisations", credit_code=make.credit_code(), name="示例公司")
        assert (refused.status_code, refused.json()["code"]) == (403, "people.needs_assurance")

    def test_a_register_that_is_away_says_so(self, person, monkeypatch):
        away = OrganisationAnswer(Outcome.UNAVAILABLE)
        monkeypatch.setattr(type(person_verifier()), "check_organisation", lambda *_given: away)
        answer = Program(person).call("POST", "organisations", credit_code=make.credit_code(), name="示例公司")
        assert (answer.status_code, answer.json()["code"]) == (503, "people.register_unavailable")
        assert not OrganisationProfile.objects.exists()


class TestMyRecord:
    def test_a_correction_is_asked_for_and_its_answer_read(self, person):
        program = Program(person)
        asked = program.call("POST", "corrections", field="address", wanted="示例路 2 号", reason="搬家")
        assert (asked.status_code, asked.json()["state"]) == (201, "open")
        again = program.call("POST", "corrections", field="address", wanted="示例路 3 号", reason="搬家")
        assert again.status_code == 409
        services.correction_decide(
            request_id=asked.json()["id"], grant=False, answer="户口簿未见更改", by=make.at_work(Role.WINDOW), at=now()
        )
        row = program.get("corrections").json()["corrections"][0]
        assert (row["state"], row["answer"], row["wanted"]) == ("refused", "户口簿未见更改", "示例路 2 号")
        assert Program(make.account(real="示例乙")).get("corrections").json()["corrections"] == []

    def test_a_new_number_is_not_read_back_whole(self, person):
        ask(person, field="id_number", wanted=(number := make.resident_id("19900101")))
        shown = Program(person).get("corrections").json()["corrections"][0]["wanted"]
        assert shown != number
        assert "*" in shown

    def test_a_guardian_looks_after_his_childs(self, person, ward):
        services.person_read(party_id=ward.ward_id, by=make.at_work(Role.HANDLER), reason="核对身份", at=now())
        program = Program(person, acting_as=ward.ward_id)
        asked = program.call("POST", "corrections", field="name_latin", wanted="SHILI ZI", reason="护照")
        assert asked.json()["party_id"] == ward.ward_id
        assert [row["reason"] for row in program.get("reads").json()["reads"]] == ["核对身份"]
        own = Program(person)
        assert (own.get("reads").json()["reads"], own.get("corrections").json()["corrections"]) == ([], [])

    def test_an_agent_sees_his_own_and_not_the_principals(self, person):
        firm = services.organisation_register(account=person, code=make.credit_code(), name="示例公司", at=now())
        assert Program(person, acting_as=firm.pk).get("reads").json()["party_id"] == person.party_id

    def test_lists_go_on_where_the_page_before_ended(self, person):
        by = make.at_work(Role.HANDLER)
        for n in range(52):
            services.person_read(party_id=person.party_id, by=by, reason=f"第 {n} 次", at=now())
        program = Program(person)
        first = program.get("reads").json()
        rest = program.get(f"reads?after={first['after']}").json()
        assert [len(first["reads"]), len(rest["reads"]), rest["after"]] == [50, 2, None]

    def test_what_happened_to_the_account(self, person):
        program = Program(person)
        kinds = [row["kind"] for row in program.get("events").json()["events"]]
        assert (kinds[0], kinds[-1]) == ("token", "opened")
        assert "示例" not in program.get("events").content.decode()

    def test_what_stands_in_the_way_of_closing(self, person, monkeypatch):
        program = Program(person)
        assert program.get("closing").json() == {"obstacles": []}
        monkeypatch.setattr(accounts, "_obstacles", [lambda account: ["办件未办结"] if account == person else []])
        assert program.get("closing").json() == {"obstacles": ["办件未办结"]}
        assert Program(make.account(real="示例乙")).get("closing").json() == {"obstacles": []}
        assert program.call("POST", "closing").status_code == 405


def test_a_token_for_one_s_own_affairs_does_nothing_of_the_post():
    """What he does at his post needs a scope of its own."""
    chief, post = make.officer(Role.SUPERVISOR)
    _row, text = services.token_make(
        account=chief, name="示例程序", scopes=["people:read", "people:write"],
        expires_on=today() + timedelta(days=9), post_id=post.pk, at=now(),
    )  # fmt: skip
    refused = Client(headers={"authorization": f"Bearer {text}"}).get("/api/v1/officers/desks")
    assert (refused.status_code, refused.json()["details"]) == (403, {"scope": "officers:read"})


class TestPosts:
    @pytest.fixture
    def desk(self) -> Desk:
        return make.officer(Role.APPROVER)[1].desk

    def test_are_given_stood_in_at_and_ended(self, desk):
        chief, new, deputy = at_post(Role.SUPERVISOR), make.account(real="示例新人"), make.account(real="示例代理")
        given = chief.call("POST", f"desks/{desk.pk}/posts", number=new.number.lower(), **SPAN)
        assert (given.status_code, given.json()["officer"]["name"]) == (201, "示例新人")
        assert (given.json()["valid_from"], given.json()["last_day"]) == ("2026-03-02", "2026-03-08")
        post_id = given.json()["post_id"]
        stands_in = chief.call("POST", f"posts/{post_id}/substitutes", number=deputy.number, reason="休假", **SPAN)
        assert stands_in.json()["stands_in_for"] == {"account": new.number, "name": "示例新人"}
        seats = next(row for row in chief.get("desks").json() if row["desk_id"] == desk.pk)["posts"]
        assert [seat["officer"]["name"] for seat in seats][1:] == ["示例新人", "示例代理"]
        assert chief.call("DELETE", f"posts/{post_id}").status_code == 204
        assert (selectors.posts_of(new), selectors.posts_of(deputy)) == ([], [])

    def test_the_holder_names_who_stands_in_for_him(self, desk):
        who, post = make.officer(Role.WINDOW)
        deputy = make.account(real="示例代理")
        wish = {"number": deputy.number, "reason": "休假", **SPAN}
        path = f"posts/{post.pk}/substitutes"
        assert at_post(Role.HANDLER).call("POST", path, **wish).status_code == 404
        assert Program(who, post=post).call("POST", path, **wish).status_code == 201
        assert selectors.posts_of(deputy)[0].substitute_for == post

    def test_of_another_department_are_not_found(self, desk):
        elsewhere = at_post(Role.SUPERVISOR, where=make.department("civil_affairs"))
        new, post = make.account(real="示例新人"), desk.posts.get()
        assert desk.pk not in {row["desk_id"] for row in elsewhere.get("desks").json()}
        assert elsewhere.call("POST", f"desks/{desk.pk}/posts", number=new.number, **SPAN).status_code == 404
        assert elsewhere.call("DELETE", f"posts/{post.pk}").status_code == 404
        wish = {"number": new.number, "reason": "休假", **SPAN}
        assert elsewhere.call("POST", f"posts/{post.pk}/substitutes", **wish).status_code == 404
        assert Post.objects.get(pk=post.pk).valid_until is None

    def test_are_the_supervisors_business(self, desk):
        handler, resident = at_post(Role.HANDLER), Program(make.account(real="示例甲"))
        asked = [("GET", "desks", {}), ("DELETE", f"posts/{desk.posts.get().pk}", {})]
        for method, path, body in [*asked, ("POST", f"desks/{desk.pk}/posts", {"number": "x", **SPAN})]:
            assert handler.call(method, path, **body).status_code == 403
            assert resident.call(method, path, **body).status_code == 404

    def test_a_supervisor_gives_himself_none_and_a_wrong_number_is_named(self, desk):
        who, post = make.officer(Role.SUPERVISOR)
        chief = Program(who, post=post)
        own = chief.call("POST", f"desks/{desk.pk}/posts", number=who.number, **SPAN)
        assert (own.status_code, own.json()["code"]) == (403, "people.second_person_needed")
        unknown = chief.call("POST", f"desks/{desk.pk}/posts", number="QQQQ", **SPAN)
        assert (unknown.status_code, list(unknown.json()["details"])) == (422, ["number"])
        backwards = {"valid_from": "2026-03-08", "last_day": "2026-03-02"}
        new = make.account(real="示例新人")
        refused = chief.call("POST", f"desks/{desk.pk}/posts", number=new.number, **backwards)
        assert list(refused.json()["details"]) == ["last_day"]

    def test_one_from_which_something_was_done_ends_on_its_first_day_too(self, desk, person):
        chief, new = at_post(Role.SUPERVISOR), make.account(real="示例新人")
        path = f"desks/{desk.pk}/posts"
        given = chief.call("POST", path, number=new.number, valid_from="2026-03-02").json()["post_id"]
        by = actor_for_post(new, Post.objects.get(pk=given))
        services.person_read(party_id=person.party_id, by=by, reason="核对身份", at=now())
        assert chief.call("DELETE", f"posts/{given}").status_code == 204
        assert selectors.posts_of(new) == []
        assert PersonRead.objects.get().post_id == given
        assert chief.call("POST", path, number=new.number, valid_from="2026-03-02").status_code == 201


class TestTheLog:
    def test_tells_the_auditor_of_his_department_who_read_and_who_was_arranged(self, person):
        chief, post = make.officer(Role.SUPERVISOR)
        handler, desk_post = make.officer(Role.HANDLER)
        services.person_read(
            party_id=person.party_id, by=actor_for_post(handler, desk_post), reason="核对身份", what=["name"], at=now()
        )
        new = make.account(real="示例新人")
        by = actor_for_post(chief, post)
        given = services.post_give(account=new, desk=desk_post.desk, valid_from=today(), by=by, at=now())
        services.post_end(post_id=given.pk, on=today(), by=by, at=now())
        auditor = at_post(Role.AUDITOR)
        [read] = auditor.get("log/looks/records").json()["looks"]
        assert (read["reader"]["account"], read["role"], read["what"]) == (handler.number, "handler", ["name"])
        assert read["person"] == "示**"
        changes = auditor.get("log/posts").json()["changes"]
        assert [(row["officer"]["name"], row["change"]) for row in changes] == [
            ("示例新人", "ended"),
            ("示例新人", "given"),
        ]
        assert changes[0]["by"]["account"] == chief.number

    def test_is_his_departments_alone(self, person):
        services.person_read(party_id=person.party_id, by=make.at_work(Role.HANDLER), reason="核对身份", at=now())
        elsewhere = at_post(Role.AUDITOR, where=make.department("civil_affairs"))
        assert elsewhere.get("log/looks/records").json() == {"looks": [], "after": None}
        assert elsewhere.get("log/posts").json() == {"changes": [], "after": None}
        for path in ("log/looks/records", "log/posts"):
            assert at_post(Role.SUPERVISOR).get(path).status_code == 403
            assert Program(person).get(path).status_code == 404


class TestWhatWaitsAtTheCounter:
    def test_a_correction_is_looked_at_which_is_logged_and_answered(self, person):
        row = ask(person)
        window = at_post(Role.WINDOW)
        [listed] = window.get("requests/corrections").json()["corrections"]
        assert (listed["id"], listed["person"], listed["field"]) == (row.pk, "示**", "address")
        assert not PersonRead.objects.exists()
        seen = window.get(f"requests/corrections/{row.pk}").json()
        assert (seen["person"], seen["id_number"], seen["now_stands"], seen["wanted"]) == (
            "示例甲", person.party.id_number, "", "示例路 2 号",
        )  # fmt: skip
        look = PersonRead.objects.get(party=person.party)
        assert (look.reason, look.what) == ("核实更正申请", ["name", "address", "id_number"])
        done = window.call("POST", f"requests/corrections/{row.pk}", grant=True)
        assert (done.status_code, done.json()["state"]) == (200, "done")
        person.party.refresh_from_db()
        assert person.party.address == "示例路 2 号"
        assert window.call("POST", f"requests/corrections/{row.pk}", grant=True).status_code == 409
        assert window.get(f"requests/corrections/{row.pk}").status_code == 404
        assert PersonRead.objects.count() == 1

    def test_a_refusal_says_why_and_nobody_answers_his_own(self, person):
        row = ask(person)
        silent = at_post(Role.HANDLER).call("POST", f"requests/corrections/{row.pk}", grant=False)
        assert (silent.status_code, list(silent.json()["details"])) == (422, ["answer"])
        who, post = make.officer(Role.WINDOW)
        own = ask(who)
        refused = Program(who, post=post).call("POST", f"requests/corrections/{own.pk}", grant=True)
        assert (refused.status_code, refused.json()["code"]) == (403, "people.conflicted")

    def test_what_the_record_says_of_the_sex_is_said_in_words(self, person):
        assert person.party.sex
        row = ask(person, field="sex", wanted="2")
        seen = at_post(Role.WINDOW).get(f"requests/corrections/{row.pk}").json()
        assert seen["now_stands"] in {"男", "女"}

    def test_a_guardianship_is_confirmed_by_who_saw_the_papers(self, person, ward):
        Guardianship.objects.filter(pk=ward.pk).update(confirmed_at=None)
        handler = at_post(Role.HANDLER)
        [listed] = handler.get("requests/guardianships").json()["guardianships"]
        assert (listed["id"], listed["ward"], listed["guardian"]) == (ward.pk, "示**", "示**")
        path = f"requests/guardianships/{ward.pk}"
        assert handler.get(path).json()["ward"] == "示例子"
        confirmed = handler.call("POST", f"{path}/confirm")
        assert (confirmed.status_code, confirmed.json()["confirmed_at"] is not None) == (200, True)
        assert selectors.can_act_for(person, ward.ward)
        assert (handler.get(path).status_code, handler.call("POST", f"{path}/confirm").status_code) == (404, 404)

    def test_another_role_is_refused_and_a_resident_finds_nothing(self, person):
        row = ask(person)
        for path in ("requests/corrections", f"requests/corrections/{row.pk}", "requests/guardianships"):
            assert at_post(Role.EDITOR).get(path).status_code == 403
            assert Program(person).get(path).status_code == 404
        assert Program(person).call("POST", f"requests/corrections/{row.pk}", grant=True).status_code == 404
        assert not PersonRead.objects.exists()


def test_the_page_for_giving_a_post_takes_no_day_after_the_end_of_time():
    who, _post = make.officer(Role.SUPERVISOR)
    new, desk = make.account(real="示例新人"), make.officer(Role.HANDLER)[1].desk
    form = {"number": new.number, "desk": desk.pk, "valid_from": "2026-03-02", "last_day": "9999-12-31"}
    answer = make.signed_in(who).post("/zh/desk/people/posts/give", form)
    assert answer.status_code == 422
    assert "请检查有效期" in answer.content.decode()
