"""Who the holder of an account is: real-name and real-person check, and two rows that prove to be one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.config.errors import Invalid
from yukuaiban.config.now import today
from yukuaiban.identifiers import documents, person_name
from yukuaiban.identifiers.documents import Document
from yukuaiban.identifiers.errors import IdentifierError
from yukuaiban.people import assurance, limits, passes
from yukuaiban.people.errors import IdentityFixed, IdentityHasAccount, NeedsAssurance, NotVerified, RegisterUnavailable
from yukuaiban.people.models import Account, AccountEventKind, Party, PartyKind
from yukuaiban.people.services.accounts import end_sessions, note, tell
from yukuaiban.people.signals import party_merged
from yukuaiban.people.verifiers import Outcome, PersonAnswer, person_verifier
from yukuaiban.vault import normalise

CHECKS_A_DAY = 8
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Proven:
    """A document and a name that the register confirmed to belong together."""

    document: Document
    name: str
    answer: PersonAnswer
    name_latin: str = ""
    birth_on: date | None = None
    country: str = ""

    @property
    def born_on(self) -> date | None:
        return self.answer.birth_on or self.document.born_on or self.birth_on


def read_document(id_kind: str, id_number: str) -> Document:
    """An identity document as typed. Raises: Invalid, naming the field."""
    try:
        return documents.parse(id_kind, id_number, today=today())
    except IdentifierError as error:
        raise Invalid(error.message, details={"id_number": error.message}) from error


def read_name(name: str) -> str:
    """A person's name as typed. Raises: Invalid, naming the field."""
    try:
        return person_name.parse(name).text
    except IdentifierError as error:
        raise Invalid(error.message, details={"name": error.message}) from error


def document_of(party: Party | None) -> Document:
    """The document under which a person is known. Raises: NeedsAssurance for one who never passed a check."""
    if party is None or not party.id_number:
        raise NeedsAssurance(_("请先完成实名认证。"))
    return documents.parse(party.id_kind, party.id_number)


def prove(
    *,
    id_kind: str,
    id_number: str,
    name: str,
    whose: str,
    name_latin: str = "",
    birth_on: date | None = None,
    country: str = "",
) -> Proven:
    """Ask the register whether document and name belong together; only a match comes back.

    Never called inside a transaction that a refusal rolls back: the attempt must stay counted.

    Args:
        whose: For whom the question is counted; nobody may try names and numbers without end.
        birth_on: As typed, for documents whose number does not tell it.

    Raises: Invalid, NotVerified, RegisterUnavailable, limits.TooOften.
    """
    document, name = read_document(id_kind, id_number), read_name(name)
    limits.consume("register", whose, at_most=CHECKS_A_DAY, seconds=DAY)
    answer = person_verifier().check_person(document, name)
    must_match(answer.outcome)
    return Proven(document, name, answer, name_latin, birth_on, country)


def must_match(outcome: Outcome) -> None:
    """Raises: NotVerified, RegisterUnavailable; nothing on a match."""
    match outcome:
        case Outcome.UNAVAILABLE:
            raise RegisterUnavailable(_("核验服务暂时没有应答，您填写的内容没有问题。请过几分钟再试。"))
        case Outcome.MISMATCH | Outcome.UNKNOWN:
            raise NotVerified(
                _("姓名与证件号码核对不一致。请按证件上的写法逐字核对；确认无误仍不通过，请带证件到政务大厅办理。")
            )


def real_name_check(
    *,
    account: Account,
    id_kind: str,
    id_number: str,
    name: str,
    name_latin: str = "",
    birth_on: date | None = None,
    country: str = "",
    at: datetime,
) -> Party:
    """Find out who the holder of an account is (实名认证); returns the person he proved to be.

    A person who was met before (at a window, as somebody's child) is found and the account is joined to him.

    Raises: Invalid, NotVerified, RegisterUnavailable, IdentityHasAccount (joining needs the real-person check:
    `identity_take_over`), IdentityFixed.
    Law: 在线政务服务若干规定 第五条.
    """
    proven = prove(
        id_kind=id_kind,
        id_number=id_number,
        name=name,
        name_latin=name_latin,
        birth_on=birth_on,
        country=country,
        whose=account.number,
    )
    try:
        with transaction.atomic():
            return join(account, proven, at)
    except IntegrityError as error:  # two accounts proved the same person at the same moment
        raise _has_account() from error


def join(account: Account, proven: Proven, at: datetime) -> Party:
    """Make a proved identity the account's, within the caller's transaction.

    Raises: IdentityHasAccount, IdentityFixed.
    """
    document = proven.document
    mine = Account.objects.select_for_update().get(pk=account.pk).party
    if mine is not None and mine.id_number and (mine.id_kind, mine.id_number) != (document.kind, document.text):
        raise IdentityFixed(_("此账号已用另一证件完成实名认证。更换证件请在“个人信息”里申请更正。"))
    known = known_as(proven)
    if known is not None and known != mine:
        if Account.objects.filter(party=known).exists():
            raise _has_account()
        party = _merge(mine, known)
    else:
        party = mine or Party(kind=PartyKind.PERSON)
    fill(party, proven, at)
    _own(account, party)
    note(account, AccountEventKind.REAL_NAME, at, document=str(document.kind))
    passes.revoke(account.pk)
    return party


def known_as(proven: Proven) -> Party | None:
    """The person we know under a proved document.

    Two states may give one passport number: a passport met before under another name or country is another person's.

    Raises: NotVerified.
    """
    known = Party.objects.with_identity(proven.document.kind, proven.document.text)
    if known is None or proven.document.kind is not documents.Kind.PASSPORT:
        return known
    names = {normalise(known.name), normalise(known.name_latin)} - {""}
    same_name = not names.isdisjoint({normalise(proven.name), normalise(proven.name_latin)})
    same_country = "" in (known.id_country, proven.country) or known.id_country == proven.country
    if not (same_name and same_country):
        raise NotVerified(_("这个护照号码已由另一位人士登记。请带护照到政务大厅办理。"))
    return known


def fill(party: Party, proven: Proven, at: datetime) -> None:
    """Write what the register confirmed into a person's row; his level never falls."""
    verifier = person_verifier()
    party.name, party.name_latin = proven.name, proven.name_latin or party.name_latin
    party.id_kind, party.id_number = proven.document.kind, proven.document.text
    party.id_country = proven.country or party.id_country
    party.id_until = proven.answer.id_until or party.id_until
    party.birth_on = proven.born_on or party.birth_on
    party.sex = proven.answer.sex or party.sex
    if not assurance.reaches(party.assurance, assurance.REAL_NAME):
        party.assurance = assurance.REAL_NAME
    party.assured_at, party.assured_by = at, verifier.name
    party.is_sample = party.is_sample or verifier.is_sample
    party.save()


def real_person_check(*, account: Account, proof: str, at: datetime) -> Party:
    """Confirm that the person himself sits at the screen (实人认证), after the real-name check.

    Raises: NeedsAssurance, NotVerified, RegisterUnavailable.
    """
    document, party = document_of(account.party), account.party
    assert party is not None  # document_of refuses an account without a person
    limits.consume("presence", account.number, at_most=CHECKS_A_DAY, seconds=DAY)
    must_match(person_verifier().check_presence(document, party.name, proof))
    party.assurance, party.assured_at, party.assured_by = assurance.REAL_PERSON, at, person_verifier().name
    with transaction.atomic():
        party.save(update_fields=["assurance", "assured_at", "assured_by"])
        note(account, AccountEventKind.REAL_NAME, at, level=assurance.REAL_PERSON)
        passes.revoke(account.pk)
    return party


def identity_take_over(*, account: Account, id_kind: str, id_number: str, name: str, proof: str, at: datetime) -> Party:
    """Join one's older account to this one (a lost phone, a forgotten log-in): needs real name and real person.

    The older account is ended: sessions, phone and password go; its person with all matters is now this account's.
    Its holder is told, in case it was not he.

    Raises: Invalid, NotVerified, RegisterUnavailable, IdentityFixed.
    """
    proven = prove(id_kind=id_kind, id_number=id_number, name=name, whose=account.number)
    must_match(person_verifier().check_presence(proven.document, proven.name, proof))
    with transaction.atomic():
        mine = Account.objects.select_for_update().get(pk=account.pk).party
        known = known_as(proven)
        older = Account.objects.select_for_update().filter(party=known).first() if known else None
        if known is None or older is None or older.pk == account.pk:
            return join(account, proven, at)
        if mine is not None and mine.id_number:
            raise IdentityFixed(_("此账号已属于另一位实名用户。请换一个账号再找回。"))
        _end_older(older, at)
        _merge(mine, known)
        known.assurance = assurance.REAL_PERSON
        if account.phone_verified_at:
            known.phone = account.phone
        fill(known, proven, at)
        _own(account, known)
        note(account, AccountEventKind.REAL_NAME, at, joined=older.number)
        passes.revoke(account.pk)
    return known


def _end_older(older: Account, at: datetime) -> None:
    tell(
        older,
        "account.taken_over",
        gettext_lazy("您的账号已并入新账号"),
        gettext_lazy("您的渝快办账号已凭实名和实人认证并入一个新账号，原账号已停用。若非本人操作，请立即拨打 12345。"),
    )
    end_sessions(older, at)
    EmailAddress.objects.filter(user=older).delete()
    older.set_phone(None)
    older.set_unusable_password()
    older.email, older.party, older.is_active, older.closed_at = "", None, False, at
    older.epoch += 1
    older.save()
    note(older, AccountEventKind.CLOSED, at)


def _has_account() -> IdentityHasAccount:
    return IdentityHasAccount(
        _("此证件已有渝快办账号。若那是您本人的旧账号，请完成实人认证，旧账号的办件和证照会归到现在的账号。")
    )


def _own(account: Account, party: Party) -> None:
    if party.phone is None and account.phone_verified_at:
        party.phone = account.phone
        party.save(update_fields=["phone", "phone_index"])
    account.party = party
    account.save(update_fields=["party"])


def _merge(empty: Party | None, known: Party) -> Party:
    """The person of the account turns out to be one we know: everything of the empty row moves to the known one."""
    if empty is not None:
        Account.objects.filter(party=empty).update(party=None)
        party_merged.send(sender=Party, from_id=empty.pk, into_id=known.pk)
        empty.merged_into = known
        empty.save(update_fields=["merged_into"])
    return known
