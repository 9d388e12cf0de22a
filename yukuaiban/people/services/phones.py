"""The phone number of an account: proved, changed, lost, and claimed by the person who holds it now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.config.errors import Invalid
from yukuaiban.identifiers import phone as phones
from yukuaiban.people import passes
from yukuaiban.people.errors import AlreadyDone, NotVerified, PhoneTaken
from yukuaiban.people.models import Account, AccountEventKind, PhoneClaim
from yukuaiban.people.models.accounts import phone_indexes
from yukuaiban.people.services.accounts import account_open, account_prepare, end_sessions, note, tell
from yukuaiban.people.services.identity import join, known_as, prove

CLAIM_OPEN_FOR = timedelta(hours=1)


def phone_verified(*, account: Account, phone: str, at: datetime) -> None:
    """A code sent to the number came back: the number is the account's.

    Raises: PhoneTaken where another account proved it first.
    """
    try:
        with transaction.atomic():
            account.set_phone(phone)
            account.phone_verified_at = at
            account.save(update_fields=["phone", "phone_index", "phone_verified_at"])
            _put_on_party(account)
    except IntegrityError as error:
        raise _taken() from error


def phone_change(*, account: Account, phone: str, proof: str, at: datetime, session: str | None = None) -> None:
    """Put a new, proved number in the place of the old one.

    Args:
        phone: E.164; a code sent to it came back.
        proof: What showed that it is the holder who changes it: "old_phone" (a code sent to the old number came back),
            "real_name" (the old one is lost; document and name were checked again) or "first" (there was none).
        session: The key of the session it is done from. With a lost phone all others end: one may be on that phone.

    Raises: PhoneTaken where the number is another account's; it can be claimed.
    """
    old = account.phone if account.phone_verified_at else None
    lost = proof == "real_name"
    with transaction.atomic():
        phone_verified(account=account, phone=phone, at=at)
        kind = AccountEventKind.PHONE_RECOVERED if lost else AccountEventKind.PHONE_CHANGED
        note(account, kind, at, old=phones.mask(old) if old else "", new=phones.mask(phone), proof=proof)
        passes.revoke(account.pk)
        if lost:
            end_sessions(account, at, keep=session)
        for to in {account.email or None, old} - {None} or {phone}:  # the old number learns of it too
            tell(
                account,
                "account.phone_changed",
                gettext_lazy("手机号码已更换"),
                gettext_lazy("您的渝快办账号已改用手机号码 {phone}。若非本人操作，请立即拨打 12345。"),
                to=to,
                phone=phones.mask(phone),
            )


def check_new_phone(*, account: Account, phone: str) -> None:
    """Whether a number can become the account's, asked before any code is sent.

    Raises: Invalid, PhoneTaken.
    """
    if phone == account.phone and account.phone_verified_at:
        message = _("这就是现在的号码。")
        raise Invalid(message, details={"phone": message})
    if Account.objects.with_phone(phone) is not None:
        raise _taken()


def check_own_identity(*, account: Account, id_kind: str, id_number: str, name: str) -> None:
    """The document typed now is the one the account was verified with, and the register says that the name is its holder's.

    The proof for a lost phone.

    Raises: Invalid, NotVerified, RegisterUnavailable, limits.TooOften.
    """
    document = prove(id_kind=id_kind, id_number=id_number, name=name, whose=account.number).document
    party = account.party
    if party is None or (party.id_kind, party.id_number) != (document.kind, document.text):
        raise NotVerified(_("填写的证件与此账号的实名信息不一致。"))


# --- a number that now belongs to another -----------------------------------------------------------------------------


def phone_claim_open(*, phone: str, at: datetime) -> PhoneClaim:
    """A code sent to the number came back from whoever holds it now; he may now say who he is."""
    old = Account.objects.with_phone(phone)
    return PhoneClaim.objects.create(phone=phone, proven_at=at, expires_at=at + CLAIM_OPEN_FOR, old_holder=old)


def phone_claim_settle(
    *, claim_id: int, id_kind: str, id_number: str, name: str, account: Account | None, at: datetime
) -> Account:
    """Give the number to the person who proved possession and his name; returns the account that has it now.

    The number is taken from its earlier account, which learns only that it lost it. Where the person is the earlier
    holder himself nothing moves: it is his own account that is returned.

    Args:
        account: The claimant's account, None where he has none yet: then one is opened.

    Raises: Invalid, NotVerified, RegisterUnavailable, IdentityHasAccount, AlreadyDone.
    """
    claim = PhoneClaim.objects.get(pk=claim_id)
    proven = prove(id_kind=id_kind, id_number=id_number, name=name, whose=claim.phone)
    person = known_as(proven)
    try:
        with transaction.atomic():
            claim = _lock_open(claim_id, at)
            holder = _lock_holder(claim.phone)
            if holder is not None and person is not None and holder.party_id == person.pk:
                return _close_claim(claim, holder, at)
            if (
                holder is not None
                and holder.phone_verified_at is not None
                and holder.phone_verified_at > claim.proven_at
            ):
                raise AlreadyDone(_("这个号码刚由另一位机主验证。如果号码仍在您手里，请重新认领。"))
            if holder is not None:
                _take_away(holder, at)
            winner = account or account_open(at=at)
            account_prepare(account=winner)
            winner.set_phone(claim.phone)
            winner.phone_verified_at = at
            winner.save()
            _put_on_party(winner)
            join(winner, proven, at)
            note(winner, AccountEventKind.PHONE_CLAIMED, at, phone=phones.mask(claim.phone))
            passes.revoke(winner.pk)
            return _close_claim(claim, winner, at)
    except IntegrityError as error:
        raise AlreadyDone(_("这个号码刚由另一位机主验证。如果号码仍在您手里，请重新认领。")) from error


def _lock_open(claim_id: int, at: datetime) -> PhoneClaim:
    claim = PhoneClaim.objects.select_for_update().get(pk=claim_id)
    if claim.state != PhoneClaim.State.PROVEN or claim.expires_at <= at:
        raise AlreadyDone(_("这次认领已经完成或已过期。需要时请重新开始。"))
    return claim


def _lock_holder(phone: str) -> Account | None:
    rows = Account.objects.select_for_update().filter(
        phone_index__in=phone_indexes(phone), phone_verified_at__isnull=False
    )
    return rows.first()


def _take_away(holder: Account, at: datetime) -> None:
    old = holder.phone or ""
    if holder.party is not None and holder.party.phone == old:
        holder.party.phone = None
        holder.party.save(update_fields=["phone", "phone_index"])
    holder.set_phone(None)
    holder.save(update_fields=["phone", "phone_index", "phone_verified_at"])
    note(holder, AccountEventKind.PHONE_TAKEN, at, phone=phones.mask(old))
    passes.revoke(holder.pk)
    tell(
        holder,
        "account.phone_taken",
        gettext_lazy("您的账号不再使用原手机号码"),
        gettext_lazy(
            "手机号码 {phone} 的现机主已验证号码并完成实名，您的渝快办账号不再使用它。账号内的办件和证照不受影响。"
            "请用电子邮箱登录后绑定新号码；若号码仍是您的，请拨打 12345。"
        ),
        phone=phones.mask(old),
    )


def _close_claim(claim: PhoneClaim, holder: Account, at: datetime) -> Account:
    claim.state, claim.settled_at, claim.new_holder = PhoneClaim.State.SETTLED, at, holder
    claim.save()
    return holder


def _put_on_party(account: Account) -> None:
    """The person is reached under the number his account has."""
    if account.party is not None:
        account.party.phone = account.phone
        account.party.save(update_fields=["phone", "phone_index"])


def _taken() -> PhoneTaken:
    return PhoneTaken(_("这个号码已有渝快办账号。若号码现在归您使用，请选择“认领号码”。"))
