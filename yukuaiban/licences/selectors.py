"""Read licences: each person his own, a department what it was granted, a case what it brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban import storage
from yukuaiban.calendars import selectors as calendars
from yukuaiban.config.now import now, today
from yukuaiban.documents import codes
from yukuaiban.documents.register import KnownDocument
from yukuaiban.identifiers import licence_id as identifiers
from yukuaiban.items import selectors as items
from yukuaiban.items.renewals import Window, window
from yukuaiban.licences import permissions
from yukuaiban.licences.errors import LicenceNotFound
from yukuaiban.licences.looks import look_note
from yukuaiban.licences.models import How, Licence, LicenceGrant, LicenceLook
from yukuaiban.licences.rules import in_words
from yukuaiban.licences.states import STANDING, State
from yukuaiban.materials.models import How as ObtainedHow
from yukuaiban.materials.models import MaterialUse
from yukuaiban.materials.sources import HeldLicence
from yukuaiban.people.actors import Actor
from yukuaiban.people.looks import Looked

LOOKS_A_PAGE = 50


def with_holder() -> QuerySet[Licence]:
    return Licence.objects.select_related("holder", "issuer")


def newest() -> QuerySet[Licence]:
    """The newest version of each licence."""
    return with_holder().filter(~Exists(Licence.objects.filter(previous=OuterRef("pk"))))


# --- the holder ---------------------------------------------------------------------------------------------------


def wallet(party_id: int | None) -> list[Licence]:
    """A party's licences, those that hold first, then the newest. Older versions are reached from the newer one."""
    on = today()
    found = list(newest().filter(holder=party_id)) if party_id is not None else []
    return sorted(found, key=lambda licence: (not licence.standing(on).is_valid, -licence.issued_at.timestamp()))


def licence_for_holder(by: Actor, licence_id: int) -> Licence:
    """A licence of the party that is acted for; anybody else's is not found.

    Raises: LicenceNotFound.
    """
    licence = None
    if by.is_party and by.party_id is not None:
        licence = with_holder().filter(pk=licence_id, holder=by.party_id).first()
    if licence is None:
        raise LicenceNotFound(_("没有找到这份证照，或者您无权查看。请确认当前是以谁的身份办理。"))
    return licence


def versions_of(licence: Licence) -> list[Licence]:
    """All versions of a licence, newest first."""
    return list(
        with_holder()
        .filter(type_code=licence.type_code, issuer_code=licence.issuer_code, serial=licence.serial)
        .order_by("-version")
    )


def looks_in_department(department_id: int) -> QuerySet[LicenceLook]:
    """For the auditor's log: the licences at which officers of a department looked."""
    rows = LicenceLook.objects.filter(who=LicenceLook.Who.OFFICER, department=department_id)
    return rows.select_related("licence__holder", "account__party")


def look_as_logged(row: LicenceLook) -> Looked:
    """One of them, as the auditor's log shows it."""
    assert row.account is not None, "an officer who looked is named"
    return Looked(
        at=row.at,
        reader=row.account,
        party=row.licence.holder,
        what=((row.licence.type_code, row.licence.title(get_language() or "zh")),),
        reason="：".join(filter(None, (str(row.get_how_display()), row.purpose))),
        reference=row.case_number,
    )


def looks_at(licence: Licence) -> QuerySet[LicenceLook]:
    """Who looked; for `paging.newest`."""
    return licence.looks.select_related("department")


def case_uses(licence: Licence, limit: int = 50) -> list[MaterialUse]:
    """The filed matters in which the licence answered a material, newest first."""
    return list(
        MaterialUse.objects.filter(
            owner=licence.holder_id, how=ObtainedHow.WALLET, source=licence.licence_id, filed_at__isnull=False
        ).order_by("-filed_at", "-pk")[:limit]
    )


def grants_of(licence: Licence) -> list[LicenceGrant]:
    return list(licence.grants.select_related("department"))


def licence_file(licence: Licence) -> bytes:
    """The signed PDF. Raises: FileMissing, FileDamaged."""
    return storage.read(licence.file)


# --- who relies on it ---------------------------------------------------------------------------------------------


def valid_licences(party_id: int, type_slug: str, on: date | None = None) -> list[Licence]:
    """The licences of a type that a party may rely on, on a day (today)."""
    on = on or today()
    rows = with_holder().filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        holder=party_id,
        type_slug=type_slug,
        state=State.VALID,
        valid_from__lte=on,
    )
    return list(rows)


def renewable(party_id: int, type_slug: str) -> list[Licence]:
    """The licences of a type that a party could have renewed: with an end, and neither taken away nor replaced."""
    rows = with_holder().filter(
        holder=party_id, type_slug=type_slug, state__in=[state.value for state in STANDING], valid_until__isnull=False
    )
    return list(rows.order_by("-valid_until", "pk"))


@dataclass(frozen=True, slots=True)
class Renewable:
    """By which item a licence is renewed, and when. Law: 行政许可法 第五十条."""

    item: str
    window: Window


def renewal_of(licence: Licence) -> Renewable | None:
    """When and by which item a licence is renewed; None where it has no end, is not valid, or its body renews none."""
    if licence.last_day is None or not licence.standing().is_valid:
        return None
    found = items.renewed_by(licence.type_slug, licence.issuer_id)
    if found is None:
        return None
    code, renewal = found
    return Renewable(code, window(renewal, licence.last_day, calendars.current()))


def in_force_of(type_slug: str, issuer_id: int, on: date) -> int:
    """How many licences of a type a department has issued that stand and have not run out on a day."""
    rows = Licence.objects.filter(type_slug=type_slug, issuer=issuer_id, state__in=[state.value for state in STANDING])
    return rows.filter(Q(valid_until=None) | Q(valid_until__gt=on)).count()


def newest_standing(licence_id: int) -> Licence | None:
    """The version of a licence that stands now; None where it was taken away."""
    known = Licence.objects.filter(pk=licence_id).values("type_code", "issuer_code", "serial").first()
    if known is None:
        return None
    return with_holder().filter(**known, state__in=[state.value for state in STANDING]).first()


def of_case(case_subject: int) -> Licence | None:
    """The licence a case brought."""
    return with_holder().filter(case_subject=case_subject).order_by("-issued_at").first()


def licence_for_department(by: Actor, identifier: str, *, item_code: str = "") -> Licence:
    """A licence that its holder lets the officer's department use today; each use is written down for him.

    Raises: LicenceNotFound without a standing grant.
    """
    on = today()
    grants = LicenceGrant.objects.filter(
        Q(item_code="") | Q(item_code=item_code),
        licence__licence_id=identifier,
        department=by.department_id,
        revoked_at__isnull=True,
        valid_from__lte=on,
        valid_until__gt=on,
    )
    asked = by.is_officer and identifiers.is_valid(identifier)
    grant = grants.select_related("licence__holder", "licence__issuer").first() if asked else None
    if grant is None:
        raise LicenceNotFound(_("没有找到这份证照，或者持证人没有授权贵单位使用。请联系持证人授权。"))
    look_note(licence_id=grant.licence_id, how=How.GRANTED, at=now(), by=by, purpose=grant.purpose)
    return grant.licence


def licence_at_desk(by: Actor, typed: str) -> Licence:
    """The newest version of a licence, for an approver of the body that issued it or of the one above; noted as a look.

    Args:
        typed: Its identifier, or the verification code printed on it.

    Raises: LicenceNotFound.
    """
    licence = newest().filter(Q(licence_id="".join(typed.upper().split())) | Q(code=codes.read(typed))).first()
    if licence is None or not permissions.may_look(by, licence):
        raise LicenceNotFound(_("没有找到这份证照，或者它不是本机关及下级机关颁发的。请核对证照标识或者查验码。"))
    look_note(licence_id=licence.pk, how=How.DESK, at=now(), by=by, case_number=licence.case_number)
    return licence


def held_for_material(party_id: int, licence_type: str) -> Sequence[HeldLicence]:
    """For `materials`: what the wallet holds that answers a material."""
    return [
        HeldLicence(
            identifier=licence.licence_id,
            title={"zh": licence.title_zh, "en": licence.title_en},
            number=licence.licence_id,
            issuer=licence.issuer_name,
            valid_until=licence.valid_until,
            rows=tuple(
                (fact.title.zh, fact.title.en, printed)
                for fact in licence.kind.fields
                if (printed := in_words(licence.facts.get(fact.key)))
            ),
            digest=licence.file,
            pages=1,
            is_sample=licence.is_sample,
        )
        for licence in valid_licences(party_id, licence_type)
    ]


def known_document(digest: str) -> KnownDocument | None:
    """For the check of a file: the licence with these very bytes (`documents.register`)."""
    licence = with_holder().filter(file=digest).first()
    if licence is None:
        return None
    standing = licence.standing()
    with translation.override("zh"):
        path = reverse("licences:verify", args=[codes.grouped(licence.code)])
    return KnownDocument(
        title=licence.title(translation.get_language() or "zh"),
        number=licence.licence_id,
        issuer=licence.issuer_name,
        issued_at=licence.issued_at,
        state=str(standing.label),
        is_in_force=standing.is_valid,
        path=path.removeprefix("/zh"),
    )
