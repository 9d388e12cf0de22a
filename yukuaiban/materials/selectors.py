"""What is read: what stands in a slot, what could stand there, and who may look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now, today
from yukuaiban.materials import errors, slots, sources
from yukuaiban.materials.antivirus import State, antivirus_status
from yukuaiban.materials.models import How, Material, MaterialRead, MaterialUse
from yukuaiban.materials.slots import Slot, is_asked, is_online, type_of
from yukuaiban.people.actors import Actor
from yukuaiban.people.looks import Looked
from yukuaiban.people.models import Account
from yukuaiban.people.selectors import parties_for
from yukuaiban.storage.errors import readable_size

log = structlog.get_logger("yukuaiban.materials")
PAGE = 20
EARLIER_SHOWN = 3


# --- what could stand in a slot ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to answer a slot without handing anything in.

    Attributes:
        ref: Names it when the person chooses it.
        is_held: The platform holds it; nothing is asked of the person but a yes.
        rows: What it says: (name in Chinese, in English, value).
    """

    ref: str
    how: How
    title: str
    detail: str
    source: str = ""
    valid_until: date | None = None
    rows: tuple[sources.Row, ...] = ()
    digest: str = ""
    pages: int = 0
    material: Material | None = None
    is_held: bool = True
    is_sample: bool = False


def offers(party_id: int, slot: Slot, *, subject: int | None = None) -> list[Offer]:
    """What the platform found for a slot, best first: wallet, register, an earlier document, a commitment.

    Law: 国务院关于在线政务服务的若干规定 第七条, 第十一条; 重庆市优化营商环境条例 第四十二条, 第四十四条, 第五十条.
    """
    found: list[Offer] = []
    if slot.licence_type:
        found += [_of_licence(licence) for licence in sources.licences(party_id, slot.licence_type)]
    if slot.register and (answer := _ask(slot.register, party_id)) is not None:
        found.append(_of_register(slot.register, answer))
    if slot.reuse_days:
        found += [_of_material(m) for m in _earlier(party_id, slot, subject=subject)]
    if slot.commitment:
        found.append(_commitment(slot))
    return found


def _of_licence(licence: sources.HeldLicence) -> Offer:
    parts = [licence.issuer, _("证号 %(number)s") % {"number": licence.number} if licence.number else ""]
    return Offer(
        f"wallet:{licence.identifier}",
        How.WALLET,
        _in_language(licence.title),
        " · ".join(part for part in parts if part),
        source=licence.identifier,
        valid_until=licence.valid_until,
        rows=tuple(licence.rows),
        digest=licence.digest,
        pages=licence.pages,
        is_sample=licence.is_sample,
    )


def _ask(key: str, party_id: int) -> sources.RegisterAnswer | None:
    register = sources.register_for(key)
    if register is None:
        return None
    try:
        return register.lookup(party_id)
    except sources.RegisterSilent as error:
        log.warning("register silent", register=key, error=str(error))
        return None


def _of_register(key: str, answer: sources.RegisterAnswer) -> Offer:
    return Offer(
        f"register:{key}",
        How.REGISTER,
        _in_language(answer.title),
        _("由%(keeper)s提供") % {"keeper": _in_language(answer.keeper)},
        source=key,
        rows=tuple(answer.rows),
        is_sample=answer.is_sample,
    )


def _earlier(party_id: int, slot: Slot, *, subject: int | None) -> list[Material]:
    """Documents of the same type, filed in another matter not too long ago, still valid, of a kind the slot takes."""
    assert slot.reuse_days is not None
    since = now() - timedelta(days=slot.reuse_days)
    usable = Material.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=today()),
        owner_id=party_id,
        type_code=type_of(slot),
        removed_at__isnull=True,
        uploaded_at__gte=since,
        kind__in=list(slot.accept),
    ).filter(Exists(MaterialUse.objects.filter(material=OuterRef("pk"), filed_at__isnull=False)))
    if subject is not None:
        usable = usable.exclude(uses__subject=subject)
    return list(usable.order_by("-uploaded_at")[:EARLIER_SHOWN])


def _of_material(material: Material) -> Offer:
    return Offer(
        f"earlier:{material.number}",
        How.EARLIER,
        material.name,
        _("%(day)s提交过") % {"day": f"{material.uploaded_at:%Y-%m-%d}"},
        valid_until=material.valid_until,
        material=material,
    )


def _commitment(slot: Slot) -> Offer:
    words = commitment_words(slot.title.zh, slot.title.en)
    return Offer(
        "commitment",
        How.COMMITMENT,
        _("告知承诺"),
        _("书面承诺符合条件，代替提交这份材料"),
        rows=(("承诺内容", "What is committed to", words[0]), ("英文", "In English", words[1])),
        is_held=False,
    )


def commitment_words(zh: str, en: str) -> tuple[str, str]:
    """What a person commits to. Law: 重庆市优化营商环境条例 第五十条 (the applicant chooses proof or commitment)."""
    return (
        f"本人（本单位）已知晓办理条件和应当证明的内容，承诺符合“{zh}”所证明的情形，所述真实。"
        "行政机关可以事后核查；承诺不实的，愿意承担撤销决定、记入信用记录等法律责任。",
        f"I know the conditions and what has to be proved, and declare that what “{en}” would prove is the case. The "
        "authority may check later; if the declaration is untrue, the decision may be revoked and it goes on record.",
    )


# --- what stands in the slots of a matter -----------------------------------------------------------------------------


def standing_keys(subject: int) -> set[str]:
    """Keys of the slots in which something stands."""
    standing = MaterialUse.objects.filter(subject=subject, superseded_at__isnull=True)
    return set(standing.values_list("slot_key", flat=True))


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that stands, or stood, in a slot."""

    number: str
    slot_key: str
    slot_title: str
    title: str
    how: str
    how_label: str
    kind: str
    size: int | None
    pages: int
    at: datetime
    note: str
    rows: tuple[sources.Row, ...]
    is_filed: bool
    is_superseded: bool
    is_sample: bool
    flags: tuple[str, ...]
    url: str
    page_url: str  # of page 1; empty where there is no file
    remove_url: str

    @property
    def has_file(self) -> bool:
        return bool(self.page_url)

    @property
    def page_urls(self) -> list[str]:
        """Addresses of the pictures of its pages."""
        return [f"{self.page_url[: -len('1')]}{page}" for page in range(1, self.pages + 1)] if self.page_url else []


@dataclass(frozen=True, slots=True)
class SlotView:
    """A slot as a page shows it: what stands in it, what was found for it, what may be done."""

    slot: Slot
    subject: int
    key: str
    title: str
    help: str
    standard: str
    necessity: str
    is_online: bool
    is_deferred: bool  # may be made up later and stands empty
    is_missing: bool  # required and stands empty
    uses: tuple[Shown, ...]
    before: tuple[Shown, ...]  # superseded
    offers: tuple[Offer, ...]
    room: int  # how many more files it takes
    accept: str  # for people
    accept_types: str  # for the file dialog
    limit: str
    limit_bytes: int
    basis: str
    is_sample: bool

    @property
    def held(self) -> Offer | None:
        """The best that the platform holds already."""
        return next((offer for offer in self.offers if offer.is_held), None)


_MIME = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


def slots_of(
    subject: int,
    wanted: Sequence[Slot],
    answers: Mapping[str, Any],
    *,
    by: Actor,
    party_id: int,
    with_offers: bool = True,
) -> list[SlotView]:
    """The slots that the answers ask for, each with what stands in it and, for the applicant's side, what was found."""
    asked = [slot for slot in wanted if is_asked(slot, answers)]
    rows = MaterialUse.objects.filter(subject=subject).select_related("material").order_by("at", "pk")
    by_key: dict[str, list[MaterialUse]] = {}
    for row in rows:
        by_key.setdefault(row.slot_key, []).append(row)
    finding = with_offers and by.is_party
    return [
        view_of(slot, by_key.get(slot.key, []), subject, offers(party_id, slot, subject=subject) if finding else [])
        for slot in asked
    ]


def view_of(slot: Slot, uses: Sequence[MaterialUse], subject: int, found: Sequence[Offer]) -> SlotView:
    """One slot, put together."""
    standing = [use for use in uses if use.stands]
    fresh = sum(1 for use in standing if use.filed_at is None)
    chosen = {(use.how, use.material_id, use.source) for use in standing}
    left = [o for o in found if (o.how.value, o.material.pk if o.material else None, o.source) not in chosen]
    return SlotView(
        slot=slot,
        subject=subject,
        key=slot.key,
        title=_words(slot.title),
        help=_words(slot.help),
        standard=_words(slot.standard),
        necessity=slot.necessity,
        is_online=is_online(slot),
        is_deferred=slot.necessity == "deferrable" and not standing,
        is_missing=slot.necessity == "required" and is_online(slot) and not standing,
        uses=tuple(shown(use) for use in standing),
        before=tuple(shown(use) for use in uses if not use.stands),
        offers=tuple(left),
        room=max(0, slot.max_files - fresh),
        accept=errors.accepted_names(slot.accept),
        accept_types=",".join(_MIME[kind] for kind in slot.accept),
        limit=readable_size(slot.max_mb * 1024 * 1024),
        limit_bytes=slot.max_mb * 1024 * 1024,
        basis=slot.basis or "",
        is_sample=slot.status == "sample",
    )


def shown(use: MaterialUse) -> Shown:
    """One use for a page."""
    material = use.material
    title = material.name if material else _in_language(use.slot_title)
    has_file = bool(use.digest)
    flags = tuple(material.checks.get("flags", ())) if material else ()
    if material is not None and not material.was_scanned:
        flags += ("not_scanned",)
    return Shown(
        number=use.number,
        slot_key=use.slot_key,
        slot_title=_in_language(use.slot_title),
        title=title,
        how=use.how,
        how_label=str(How(use.how).label),
        kind=use.kind.replace("jpeg", "jpg").upper(),
        size=material.size if material else None,
        pages=use.pages,
        at=use.at,
        note=use.source if use.how == How.WALLET else "",
        rows=tuple((zh, en, value) for zh, en, value in use.facts or ()),
        is_filed=use.filed_at is not None,
        is_superseded=use.superseded_at is not None,
        is_sample=use.is_sample,
        flags=flags,
        url=reverse("materials:use", args=[use.number]),
        page_url=reverse("materials:page", args=[use.number, 1]) if has_file else "",
        remove_url=""
        if use.filed_at is not None
        else reverse("materials:remove", args=[use.subject, use.slot_key, use.number]),
    )


# --- who may look -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody's right to look at a use: the applicant's side at its own, or an officer at one of his matters'."""

    use: MaterialUse
    officer: Actor | None

    @property
    def stamp(self) -> str:
        """What is drawn into a copy that somebody else is shown; nothing for the owner's side."""
        if self.officer is None:
            return ""
        return f"仅供办理“{self.use.purpose['zh']}”使用\n{self.use.reference} {self.officer.name} {today():%Y-%m-%d}"


def look(request: HttpRequest, number: str) -> Look:
    """A use that the person of a request may look at. Raises: NotFound; a stranger is told no more."""
    use = MaterialUse.objects.select_related("material").filter(number=number).first()
    if use is not None:
        officer = slots.reader(request, use.subject)
        if officer is not None and use.filed_at is not None:
            return Look(use, officer)
        account = request.user
        if isinstance(account, Account) and _is_owners_side(account, use):
            return Look(use, None)
    raise NotFound(_("没有这份材料，或您无权查看。"))


def _is_owners_side(account: Account, use: MaterialUse) -> bool:
    """Himself, a guardian, the legal representative; who holds a mandate only for what he handed in himself."""
    if use.by_account_id == account.pk:
        return any(acting.party.pk == use.owner_id for acting in parties_for(account))
    return any(acting.party.pk == use.owner_id and acting.items is None for acting in parties_for(account))


def material_for_party(account: Account, number: str) -> Material:
    """A document of a party the account may act for in everything. Raises: NotFound."""
    owners = [acting.party.pk for acting in parties_for(account) if acting.items is None]
    material = Material.objects.filter(number=number, owner_id__in=owners, removed_at__isnull=True).first()
    if material is None:
        raise NotFound(_("没有这份材料，或您无权查看。"))
    return material


def files_of(subject: int, *, by: Actor) -> list[Shown]:
    """What was handed in for a matter that the actor reached through its own selector; superseded things last.

    An officer sees what was filed, never what lies in a draft.
    """
    rows = MaterialUse.objects.filter(subject=subject).select_related("material").order_by("at", "pk")
    if not by.is_party:
        rows = rows.filter(filed_at__isnull=False)
    return sorted((shown(row) for row in rows), key=lambda one: one.is_superseded)


def antivirus_is_off() -> bool:
    """Whether what is handed in now goes unscanned: the desk says so."""
    return antivirus_status().state is not State.WORKING


def record_read(seen: Look, what: MaterialRead.What, *, at: datetime) -> None:
    """Note in the person's log that an officer looked; once a day is enough."""
    if seen.officer is None or seen.officer.account_id is None:
        return
    MaterialRead.objects.bulk_create(
        [
            MaterialRead(
                use=seen.use,
                reader_id=seen.officer.account_id,
                department_id=seen.officer.department_id,
                what=what,
                on=today(),
                at=at,
            )
        ],
        ignore_conflicts=True,
    )


def reads_in_department(department_id: int) -> QuerySet[MaterialRead]:
    """For the auditor's log: what officers of a department looked at of what was handed in."""
    rows = MaterialRead.objects.filter(department=department_id)
    return rows.select_related("use__owner", "reader__party")


def read_as_logged(row: MaterialRead) -> Looked:
    """One of them, as the auditor's log shows it."""
    return Looked(
        at=row.at,
        reader=row.reader,
        party=row.use.owner,
        what=((row.use.slot_key, _in_language(row.use.slot_title)),),
        reason=str(row.get_what_display()),
        reference=row.use.reference,
    )


# --- the person's own log ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogPage:
    uses: Sequence[MaterialUse]
    after: str | None


def data_use(account: Account, *, after: str | None = None) -> LogPage:
    """Every use of the data of a person (and of those he acts for in everything), newest first, by keyset."""
    owners = [acting.party.pk for acting in parties_for(account) if acting.items is None]
    rows = MaterialUse.objects.filter(owner_id__in=owners, filed_at__isnull=False).select_related("owner", "material")
    if after:
        try:
            at, pk = after.split("~")
            moment, last = datetime.fromisoformat(at), int(pk)
        except ValueError:
            raise NotFound(_("这一页已经不在了，请从第一页看起。")) from None
        rows = rows.filter(Q(at__lt=moment) | Q(at=moment, pk__lt=last))
    found = list(rows.order_by("-at", "-pk").prefetch_related("reads__reader__party", "reads__department")[: PAGE + 1])
    more = found[PAGE - 1] if len(found) > PAGE else None
    return LogPage(found[:PAGE], f"{_instant(more.at)}~{more.pk}" if more else None)


def _instant(at: datetime) -> str:
    """As an address carries it: a `+` there would be a space."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _in_language(words: Mapping[str, str]) -> str:
    return words["en" if (get_language() or "zh").startswith("en") else "zh"]


def _words(words: slots.Words | None) -> str:
    return "" if words is None else _in_language(slots.pair(words))
