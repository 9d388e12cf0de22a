"""Acting for another: guardians, relatives, organisations and their agents."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from yukuaiban.config.errors import Invalid, NotFound, PermissionRefused
from yukuaiban.config.now import now, today
from yukuaiban.people import selectors, services
from yukuaiban.people.actors import actor_for_party
from yukuaiban.people.errors import AlreadyDone, NeedsAssurance, NotVerified
from yukuaiban.people.models import Guardianship, Mandate, MandateKind, Party, Relation, Role
from yukuaiban.people.permissions import Conflicted
from yukuaiban.people.selectors import Ground
from yukuaiban.people.services.families import comes_of_age_on
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db


def declare(guardian, born="20180601", *, name="示例子", consents=True, id_number=None) -> Guardianship:
    return services.guardianship_declare(
        account=guardian,
        name=name,
        id_kind="resident_id",
        id_number=id_number or make.resident_id(born),
        relation=Relation.PARENT,
        consents=consents,
        at=now(),
    )


def grounds(account, on: date | None = None) -> list[tuple[str, Ground]]:
    return [(acting.party.name, acting.ground) for acting in selectors.parties_for(account, on)]


class TestGuardians:
    """民法典 第十七条, 第二十三条, 第二十七条"""

    def test_a_parent_acts_for_his_child_once_the_register_confirms(self):
        parent = make.account(real="示例父")
        row = declare(parent)
        assert row.confirmed_at is not None
        assert grounds(parent) == [("示例父", Ground.SELF), ("示例子", Ground.GUARDIAN)]
        assert selectors.can_act_for(parent, row.ward, item="anything")
        assert not selectors.can_act_for(make.account(real="示例外人"), row.ward)

    def test_it_ends_on_the_day_the_child_comes_of_age(self):
        parent = make.account(real="示例父")
        row = declare(parent, "20100615")
        assert row.last_day == date(2028, 6, 14)
        assert selectors.can_act_for(parent, row.ward, on=date(2028, 6, 14))
        assert not selectors.can_act_for(parent, row.ward, on=date(2028, 6, 15))

    def test_who_was_born_on_the_leap_day_comes_of_age_on_the_first_of_march(self):
        assert comes_of_age_on(date(2008, 2, 29), date(2026, 1, 1)) == date(2026, 3, 1)
        assert comes_of_age_on(date(2012, 3, 1), date(2026, 1, 1)) == date(2030, 3, 1)

    def test_no_adult_is_anybodys_child_here(self):
        with pytest.raises(Invalid, match="未成年"):
            declare(make.account(real="示例父"), "20080301")  # eighteen on 1 March 2026; today is 2 March

    def test_who_the_register_does_not_know_waits_for_an_officer_who_sees_the_papers(self):
        parent = make.account()
        services.real_name_check(account=parent, id_kind="passport", id_number="E7654321", name="SAMPLE Anna", at=now())
        parent.refresh_from_db()
        row = declare(parent)
        assert row.confirmed_at is None
        assert not selectors.can_act_for(parent, row.ward)
        services.guardianship_confirm(guardianship_id=row.pk, by=make.at_work(Role.WINDOW), at=now())
        assert selectors.can_act_for(parent, row.ward)

    def test_no_officer_confirms_his_own_guardianship(self):
        parent, _post = make.officer(Role.WINDOW)
        row = declare(parent, name="示例子")
        Guardianship.objects.filter(pk=row.pk).update(confirmed_at=None)
        from yukuaiban.people.actors import actor_for_post

        with pytest.raises(Conflicted):
            services.guardianship_confirm(guardianship_id=row.pk, by=actor_for_post(parent, _post), at=now())

    def test_whom_the_register_contradicts_is_refused(self):
        with pytest.raises(NotVerified):
            declare(make.account(real="示例兄", born="20050101"), "20180601")  # thirteen years lie between them

    def test_both_parents_have_the_same_child_and_neither_twice(self):
        number, father, mother = make.resident_id("20180601"), make.account(real="示例父"), make.account(real="示例母")
        assert declare(father, id_number=number).ward == declare(mother, id_number=number).ward
        with pytest.raises(AlreadyDone):
            declare(father, id_number=number)
        assert Party.objects.filter(name="示例子").count() == 1

    def test_a_child_with_a_rare_character_in_the_name(self):
        assert declare(make.account(real="示例父"), name="王𠮷示例").ward.name == "王𠮷示例"

    def test_a_guardian_is_known_by_his_real_name(self):
        with pytest.raises(NeedsAssurance):
            declare(make.account())

    def test_it_can_be_given_up(self):
        parent = make.account(real="示例父")
        row = declare(parent)
        with pytest.raises(NotFound):
            services.guardianship_end(
                guardianship_id=row.pk, account=make.account(real="示例外人"), reason="", at=now()
            )
        services.guardianship_end(guardianship_id=row.pk, account=parent, reason="", at=now())
        assert grounds(parent) == [("示例父", Ground.SELF)]


class TestTheDataOfAChildUnderFourteen:
    """个人信息保护法 第三十一条"""

    def test_needs_the_guardians_consent(self):
        with pytest.raises(Invalid) as refused:
            declare(make.account(real="示例父"), "20180601", consents=False)
        assert "consents" in refused.value.details

    def test_from_fourteen_on_it_does_not(self):
        parent = make.account(real="示例父")
        assert declare(parent, "20120301", consents=False).confirmed_at  # fourteen yesterday
        with pytest.raises(Invalid):
            declare(parent, "20120303", consents=False)  # fourteen tomorrow

    def test_withdrawn_it_ends_acting_and_given_again_it_goes_on(self):
        parent = make.account(real="示例父")
        row = declare(parent)
        services.child_consent_set(account=parent, guardianship_id=row.pk, consents=False, at=now())
        assert not selectors.can_act_for(parent, row.ward)
        services.child_consent_set(account=parent, guardianship_id=row.pk, consents=True, at=now())
        assert selectors.can_act_for(parent, row.ward)


class TestActingForARelative:
    """民法典 第一百六十三条, 第一百六十五条, 第一百七十三条"""

    def ask(self, agent, mother, items=None, **more) -> Mandate:
        return services.mandate_ask_relative(
            account=agent,
            name=mother.party.name,
            contact=mother.phone,
            relation=Relation.PARENT,
            terms=make.terms(items, **more),
            at=now(),
        )

    @pytest.fixture
    def son(self):
        return make.account(real="示例子")

    @pytest.fixture
    def mother(self):
        return make.account(real="示例母", born="19600101")

    def test_counts_from_his_confirmation_in_his_own_account(self, son, mother):
        self.ask(son, mother)
        assert not selectors.can_act_for(son, mother.party)
        row = services.mandate_answer_code(account=mother, code=make.code_sent(mother.phone), at=now())
        assert (row.principal, row.agent, row.confirmed_by) == (mother.party, son.party, mother)
        assert row.invited_contact is None  # not kept longer than needed
        assert grounds(son) == [("示例子", Ground.SELF), ("示例母", Ground.RELATIVE)]
        assert not selectors.can_act_for(mother, son.party)

    def test_only_he_who_was_meant_can_confirm(self, son, mother):
        self.ask(son, mother)
        code = make.code_sent(mother.phone)
        with pytest.raises(Invalid, match="另一位"):
            services.mandate_answer_code(account=make.account(real="示例丙"), code=code, at=now())
        with pytest.raises(NeedsAssurance):
            services.mandate_answer_code(account=make.account(), code=code, at=now())
        with pytest.raises(Invalid):
            services.mandate_answer_code(account=mother, code="WRONGCODE2", at=now())
        assert services.mandate_answer_code(account=mother, code=f" {code.lower()} ", at=now()).confirmed_at

    def test_a_code_counts_once_and_for_fourteen_days(self, son, mother):
        self.ask(son, mother)
        code = make.code_sent(mother.phone)
        with pytest.raises(Invalid):
            services.mandate_answer_code(account=mother, code=code, at=now() + timedelta(days=15))
        services.mandate_answer_code(account=mother, code=code, at=now())
        with pytest.raises(Invalid):
            services.mandate_answer_code(account=mother, code=code, at=now())

    def test_reaches_the_items_it_names_and_no_other(self, son, mother):
        self.ask(son, mother, ["pension", "old-age"])
        services.mandate_answer_code(account=mother, code=make.code_sent(mother.phone), at=now())
        assert selectors.can_act_for(son, mother.party, item="pension")
        assert selectors.can_act_for(son, mother.party, item=("50010300001", "old-age"))  # service item and its entry
        assert not selectors.can_act_for(son, mother.party, item="passport")
        with pytest.raises(PermissionRefused):
            actor_for_party(son, mother.party, item="passport")
        assert actor_for_party(son, mother.party, item="pension").party_id == mother.party.pk

    def test_holds_in_its_term_only(self, son, mother):
        start = today() + timedelta(days=7)
        self.ask(son, mother, start=start, days=10)
        services.mandate_answer_code(account=mother, code=make.code_sent(mother.phone), at=now())
        held = [selectors.can_act_for(son, mother.party, on=start + timedelta(days=n)) for n in (-1, 0, 9, 10)]
        assert held == [False, True, True, False]

    @pytest.mark.parametrize("who", ["principal", "agent"])
    def test_either_side_ends_it_at_any_time(self, son, mother, who):
        self.ask(son, mother)
        row = services.mandate_answer_code(account=mother, code=make.code_sent(mother.phone), at=now())
        with pytest.raises(NotFound):
            services.mandate_revoke(account=make.account(real="示例丙"), mandate_id=row.pk, at=now())
        services.mandate_revoke(account=mother if who == "principal" else son, mandate_id=row.pk, at=now())
        assert not selectors.can_act_for(son, mother.party)
        with pytest.raises(AlreadyDone):
            services.mandate_revoke(account=mother, mandate_id=row.pk, at=now())

    def test_the_other_side_is_told_when_it_begins_and_when_it_ends(
        self, son, mother, django_capture_on_commit_callbacks
    ):
        self.ask(son, mother)
        with django_capture_on_commit_callbacks(execute=True):
            row = services.mandate_answer_code(account=mother, code=make.code_sent(mother.phone), at=now())
        for side in (son, mother):
            assert "示例子 代 示例母" in make.messages(side.phone)[-1]["body"]
        before = len(make.messages(mother.phone))
        with django_capture_on_commit_callbacks(execute=True):
            services.mandate_revoke(account=mother, mandate_id=row.pk, at=now())
        assert "已撤销" in make.messages(son.phone)[-1]["body"]
        assert len(make.messages(mother.phone)) == before  # he knows what he did himself

    def test_ends_with_the_death_of_the_principal(self, son, mother):
        self.ask(son, mother)
        services.mandate_answer_code(account=mother, code=make.code_sent(mother.phone), at=now())
        Party.objects.filter(pk=mother.party.pk).update(died_on=today())
        assert not selectors.can_act_for(son, mother.party)

    def test_she_may_offer_it_herself(self, son, mother):
        services.mandate_offer(
            account=mother,
            principal=mother.party,
            name="示例子",
            contact=son.phone,
            relation=Relation.CHILD,
            terms=make.terms(),
            at=now(),
        )
        assert not selectors.can_act_for(son, mother.party)
        services.mandate_answer_code(account=son, code=make.code_sent(son.phone), at=now())
        assert selectors.can_act_for(son, mother.party)

    def test_the_agent_cannot_hand_it_on(self, son, mother):
        self.ask(son, mother)
        services.mandate_answer_code(account=mother, code=make.code_sent(mother.phone), at=now())
        with pytest.raises(PermissionRefused):
            services.mandate_offer(
                account=son, principal=mother.party, name="示例丙", contact="c@example.com",
                relation=Relation.OTHER, terms=make.terms(), at=now(),
            )  # fmt: skip

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            pytest.param(lambda: make.terms(days=0), "last_day", id="no day at all"),
            pytest.param(lambda: make.terms(days=5, start=today() - timedelta(days=9)), "last_day", id="already over"),
            pytest.param(lambda: make.terms(days=3 * 366 + 2), "last_day", id="longer than the city allows"),
            pytest.param(lambda: make.terms([" "]), "items", id="limited to nothing"),
        ],
    )
    def test_scope_and_term_must_be_stated(self, son, mother, terms, field):
        with pytest.raises(Invalid) as refused:
            services.mandate_ask_relative(
                account=son, name="示例母", contact=mother.phone, relation=Relation.PARENT, terms=terms(), at=now()
            )
        assert field in refused.value.details

    def test_the_database_refuses_what_the_law_refuses(self, son, mother):
        row = self.ask(son, mother)
        for change in (
            {"state": "confirmed"},  # nobody confirmed
            {"items": []},
            {"valid_until": row.valid_from},
            {"principal": son.party, "agent": son.party},
            {"state": "revoked"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Mandate.objects.filter(pk=row.pk).update(**change)


class TestOrganisations:
    """民法典 第六十一条: the legal representative; 经办人 by his confirmation"""

    @pytest.fixture
    def head(self):
        return make.account(real="示例法人")

    @pytest.fixture
    def organisation(self, head):
        return services.organisation_register(account=head, code=make.credit_code(), name="示例贸易有限公司", at=now())

    def test_the_legal_representative_registers_and_acts(self, head, organisation):
        assert organisation.party.id_number == make.credit_code()
        assert grounds(head) == [("示例法人", Ground.SELF), ("示例贸易有限公司", Ground.REPRESENTATIVE)]

    @pytest.mark.parametrize(
        ("code", "name", "error"),
        [
            pytest.param("91500999MA0000009X", "示例贸易有限公司", Invalid, id="a slip in the code"),
            pytest.param(
                make.credit_code("91500103MA0000009"), "示例贸易有限公司", NotVerified, id="not a sample code"
            ),
            pytest.param(make.credit_code(), "真实公司", NotVerified, id="another name"),
            pytest.param(
                "91500999MA00000017", "示例科技（重庆）有限公司", NotVerified, id="somebody else represents it"
            ),
        ],
    )
    def test_what_the_register_does_not_confirm_is_refused(self, head, code, name, error):
        with pytest.raises(error):
            services.organisation_register(account=head, code=code, name=name, at=now())

    def test_a_name_that_does_not_fit_the_code_is_no_fault_of_the_person(self, head, organisation):
        with pytest.raises(NotVerified, match="单位名称与统一社会信用代码"):
            services.organisation_register(account=head, code=make.credit_code(), name="真实公司", at=now())

    def test_a_new_representative_takes_the_place_of_the_old(self, head, organisation):
        successor = make.account(real="示例新法人")
        services.organisation_register(account=successor, code=make.credit_code(), name="示例贸易有限公司", at=now())
        assert selectors.can_act_for(successor, organisation.party)
        assert not selectors.can_act_for(head, organisation.party)

    def test_an_agent_asks_and_the_representative_confirms(self, head, organisation):
        agent = make.account(real="示例经办")
        row = services.mandate_ask_organisation(
            account=agent, code=organisation.credit_code, terms=make.terms(["licence"]), at=now()
        )
        with pytest.raises(NotFound):
            services.mandate_confirm(account=agent, mandate_id=row.pk, at=now())
        assert not selectors.can_act_for(agent, organisation.party, item="licence")
        services.mandate_confirm(account=head, mandate_id=row.pk, at=now())
        assert grounds(agent) == [("示例经办", Ground.SELF), ("示例贸易有限公司", Ground.AGENT)]
        assert not selectors.can_act_for(agent, organisation.party, item="tax")

    def test_the_representative_appoints_one_who_takes_it_up(self, head, organisation):
        agent = make.account(real="示例经办")
        services.mandate_offer(
            account=head,
            principal=organisation.party,
            name="示例经办",
            contact=agent.phone,
            relation="",
            terms=make.terms(),
            at=now(),
        )
        row = services.mandate_answer_code(account=agent, code=make.code_sent(agent.phone), at=now())
        assert (row.kind, row.confirmed_by) == (MandateKind.AGENT, head)
        assert selectors.can_act_for(agent, organisation.party)

    def test_declined_it_never_counts(self, head, organisation, django_capture_on_commit_callbacks):
        agent = make.account(real="示例经办")
        row = services.mandate_ask_organisation(
            account=agent, code=organisation.credit_code, terms=make.terms(), at=now()
        )
        with pytest.raises(AlreadyDone):
            services.mandate_ask_organisation(
                account=agent, code=organisation.credit_code, terms=make.terms(), at=now()
            )
        with django_capture_on_commit_callbacks(execute=True):
            services.mandate_decline(account=head, mandate_id=row.pk, at=now())
        assert "没有成立" in make.messages(agent.phone)[-1]["body"]
        with pytest.raises(AlreadyDone):
            services.mandate_confirm(account=head, mandate_id=row.pk, at=now())
        assert grounds(agent) == [("示例经办", Ground.SELF)]

    def test_nobody_acts_for_what_no_longer_exists(self, head, organisation):
        organisation.status = organisation.Status.DEREGISTERED
        organisation.save()
        assert grounds(head) == [("示例法人", Ground.SELF)]


def test_parties_are_found_in_few_queries(django_assert_max_num_queries):
    parent = make.account(real="示例父")
    for n in range(3):
        declare(parent, f"201{n}0601", name=f"示例子{'甲乙丙'[n]}")
    parent = type(parent).objects.select_related("party").get(pk=parent.pk)
    with django_assert_max_num_queries(5):
        assert len(selectors.parties_for(parent)) == 4
