"""Guardians: declaring a child, the consent to handling a young child's data, and the end of a guardianship."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.parameters import parameter
from yukuaiban.people import passes, selectors
from yukuaiban.people.actors import Actor
from yukuaiban.people.errors import AlreadyDone
from yukuaiban.people.models import (
    Account,
    AccountEventKind,
    Consent,
    Guardianship,
    Party,
    PartyKind,
    Relation,
)
from yukuaiban.people.permissions import COUNTER, check_disinterested, check_role
from yukuaiban.people.services.accounts import note
from yukuaiban.people.services.identity import Proven, document_of, fill, known_as, must_match, prove
from yukuaiban.people.verifiers import Outcome, person_verifier

CONSENT_VERSION = "2026-01"


def guardianship_declare(
    *,
    account: Account,
    name: str,
    id_kind: str,
    id_number: str,
    relation: Relation,
    consents: bool,
    at: datetime,
) -> Guardianship:
    """A guardian names his child. Confirmed at once where the register knows it, else by an officer who saw papers.

    Args:
        consents: The guardian agrees to the handling of the child's data, which is sensitive below fourteen.

    Raises: Invalid, NeedsAssurance, NotVerified, RegisterUnavailable, AlreadyDone.
    Law: 民法典 第二十七条; 个人信息保护法 第三十一条.
    """
    guardian_document, guardian = document_of(account.party), account.party
    assert guardian is not None  # document_of refuses an account without a person
    child = prove(id_kind=id_kind, id_number=id_number, name=name, whose=account.number)
    today = at.date()
    if child.born_on is None or selectors.age_on(child.born_on, today) >= _majority(today):
        raise Invalid(_("只能添加未成年的孩子。成年亲属请用“受亲友委托”，由其本人确认。"), details={"id_number": ""})
    if selectors.age_on(child.born_on, today) < int(parameter("child_data_age", today).value) and not consents:
        raise Invalid(
            _("不满十四周岁的孩子，须由监护人同意处理其个人信息。"), details={"consents": _("请阅读并勾选同意。")}
        )
    outcome = person_verifier().check_guardian(guardian_document, child.document, guardian.name, child.name)
    if outcome is not Outcome.UNKNOWN:
        must_match(outcome)
    try:
        with transaction.atomic():
            return _declare(account, guardian, child, relation, consents, outcome is Outcome.MATCH, at)
    except IntegrityError as error:
        raise AlreadyDone(_("您已添加过这个孩子。")) from error


def _declare(
    account: Account,
    guardian: Party,
    child: Proven,
    relation: Relation,
    consents: bool,
    confirmed: bool,
    at: datetime,
) -> Guardianship:
    assert child.born_on is not None
    ward = known_as(child)
    if ward is None:
        ward = Party(kind=PartyKind.PERSON)
        fill(ward, child, at)
    row = Guardianship.objects.create(
        ward=ward,
        guardian=guardian,
        relation=relation,
        declared_at=at,
        confirmed_at=at if confirmed else None,
        confirmed_by=person_verifier().name if confirmed else "",
        valid_from=at.date(),
        valid_until=comes_of_age_on(child.born_on, at.date()),
    )
    if consents:
        consent_give(account=account, party=ward, kind=Consent.Kind.CHILD, at=at)
    note(account, AccountEventKind.GUARDIANSHIP, at, guardianship=row.pk, confirmed=confirmed)
    return row


@transaction.atomic
def guardianship_confirm(*, guardianship_id: int, by: Actor, at: datetime) -> Guardianship:
    """An officer has seen the papers (birth certificate, household register, a court's decision).

    Raises: NotFound, PermissionRefused, Conflicted, AlreadyDone.
    """
    check_role(by, *COUNTER)
    row = _guardianship(guardianship_id)
    check_disinterested(by, row.ward_id, row.guardian_id)
    if row.confirmed_at is not None or row.ended_at is not None:
        raise AlreadyDone(_("这项监护关系已经确认或结束。"))
    row.confirmed_at, row.confirmed_by = at, f"post:{by.post_id}"
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    for account in Account.objects.filter(party=row.guardian):
        note(account, AccountEventKind.GUARDIANSHIP, at, guardianship=row.pk, confirmed=True)
        passes.revoke(account.pk)
    return row


@transaction.atomic
def guardianship_end(*, guardianship_id: int, account: Account, reason: str, at: datetime) -> None:
    """A guardian gives the guardianship up on this platform. What he did for the child stays valid.

    Raises: NotFound.
    """
    row = _guardianship(guardianship_id)
    if row.guardian_id != account.party_id or row.ended_at is not None:
        raise NotFound(_("没有找到这项监护关系。"))
    row.ended_at, row.end_reason = at, reason
    row.save(update_fields=["ended_at", "end_reason"])
    consent_withdraw(account=account, party=row.ward, kind=Consent.Kind.CHILD, at=at)
    note(account, AccountEventKind.GUARDIANSHIP, at, guardianship=row.pk, ended=True)
    passes.revoke(account.pk)


def consent_give(*, account: Account, party: Party, kind: Consent.Kind, at: datetime) -> None:
    """Record a consent; given twice it stands once. Law: 个人信息保护法 第十四条, 第三十一条."""
    Consent.objects.get_or_create(
        party=party,
        kind=kind,
        given_by=account,
        withdrawn_at=None,
        defaults={"text_version": CONSENT_VERSION, "given_at": at},
    )


def consent_withdraw(*, account: Account, party: Party, kind: Consent.Kind, at: datetime) -> None:
    """Withdraw a consent; what was done while it stood stays lawful. Law: 个人信息保护法 第十五条, 第十六条."""
    Consent.objects.filter(party=party, kind=kind, given_by=account, withdrawn_at__isnull=True).update(withdrawn_at=at)
    passes.revoke(account.pk)


@transaction.atomic
def child_consent_set(*, account: Account, guardianship_id: int, consents: bool, at: datetime) -> None:
    """A guardian gives or withdraws the consent for his young child.

    Raises: NotFound.
    """
    row = _guardianship(guardianship_id)
    if row.guardian_id != account.party_id or row.ended_at is not None:
        raise NotFound(_("没有找到这项监护关系。"))
    act = consent_give if consents else consent_withdraw
    act(account=account, party=row.ward, kind=Consent.Kind.CHILD, at=at)
    passes.revoke(account.pk)


def comes_of_age_on(born_on: date, on: date) -> date:
    """The first day of majority. Who was born on 29 February comes of age on 1 March of a common year."""
    year = born_on.year + _majority(on)
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _majority(on: date) -> int:
    return int(parameter("age_of_majority", on).value)


def _guardianship(guardianship_id: int) -> Guardianship:
    row = Guardianship.objects.select_for_update(of=("self",)).select_related("ward").filter(pk=guardianship_id).first()
    if row is None:
        raise NotFound(_("没有找到这项监护关系。"))
    return row
