"""Legal persons: registered on the platform by their legal representative."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yukuaiban.config.errors import Invalid
from yukuaiban.identifiers import credit_code
from yukuaiban.identifiers.errors import IdentifierError
from yukuaiban.people import assurance, limits, passes
from yukuaiban.people.errors import AlreadyDone, NotVerified
from yukuaiban.people.models import Account, IdKind, OrganisationProfile, Party, PartyKind
from yukuaiban.people.services.identity import CHECKS_A_DAY, DAY, document_of, must_match
from yukuaiban.people.verifiers import OrganisationAnswer, Outcome, person_verifier


def organisation_register(*, account: Account, code: str, name: str, at: datetime) -> OrganisationProfile:
    """The legal representative registers his organisation; the register confirms code, name and him.

    Where another person is on record as representative, the register's word replaces him: representatives change.

    Raises: Invalid, NeedsAssurance, NotVerified, RegisterUnavailable, AlreadyDone, limits.TooOften.
    Law: 民法典 第六十一条 (legal representative); 市场主体登记管理条例 第八条 (what is registered).
    """
    document, head = document_of(account.party), account.party
    assert head is not None  # document_of refuses an account without a person
    try:
        wanted = credit_code.parse(code).text
    except IdentifierError as error:
        raise Invalid(error.message, details={"credit_code": error.message}) from error
    limits.consume("register", account.number, at_most=CHECKS_A_DAY, seconds=DAY)
    answer = person_verifier().check_organisation(wanted, name.strip(), document, head.name)
    if answer.outcome in (Outcome.MISMATCH, Outcome.UNKNOWN):
        raise NotVerified(_("单位名称与统一社会信用代码核对不一致。请按营业执照或登记证书逐字核对。"))
    must_match(answer.outcome)
    if not answer.is_representative:
        raise NotVerified(_("登记信息显示您不是此单位的法定代表人。变更登记后请次日再试；经办人请用“申请担任经办人”。"))
    try:
        with transaction.atomic():
            return _register(account, head, wanted, name.strip(), answer, at)
    except IntegrityError as error:
        raise AlreadyDone(_("此单位刚刚已经登记，请刷新页面。")) from error


def _register(
    account: Account, head: Party, code: str, name: str, answer: OrganisationAnswer, at: datetime
) -> OrganisationProfile:
    verifier = person_verifier()
    party = Party.objects.with_identity(IdKind.CREDIT_CODE, code) or Party(
        kind=PartyKind.ORGANISATION, id_kind=IdKind.CREDIT_CODE, id_number=code
    )
    party.name, party.assurance = name, assurance.REAL_NAME
    party.assured_at, party.assured_by = at, verifier.name
    party.is_sample = party.is_sample or verifier.is_sample
    party.save()
    earlier = OrganisationProfile.objects.select_for_update().filter(pk=party.pk).first()
    if earlier is not None and earlier.legal_representative_id == head.pk:
        raise AlreadyDone(_("此单位已在您名下。"))
    profile = earlier or OrganisationProfile(party=party, credit_code=code)
    if earlier is not None:
        for other in Account.objects.filter(party=earlier.legal_representative_id):
            passes.revoke(other.pk)
    profile.organisation_kind = answer.organisation_kind
    profile.legal_representative, profile.representative_since = head, at.date()
    profile.industry, profile.registered_on = answer.industry, answer.registered_on
    profile.registered_address, profile.scope, profile.updated_at = answer.address, answer.scope, at
    profile.save()
    passes.revoke(account.pk)
    return profile
