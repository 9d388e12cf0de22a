"""What is read of people: for whom an account may act, which posts an officer holds, and who is close to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.now import today
from yukuaiban.config.parameters import parameter
from yukuaiban.people.models import (
    Account,
    AccountEvent,
    Consent,
    CorrectionRequest,
    Desk,
    Guardianship,
    Mandate,
    MandateKind,
    OrganisationProfile,
    Party,
    PersonRead,
    Post,
)


class Ground(StrEnum):
    """Why an account may act for a party."""

    SELF = "self"
    GUARDIAN = "guardian"
    RELATIVE = "relative"
    REPRESENTATIVE = "representative"
    AGENT = "agent"

    @property
    def label(self) -> str:
        return str(_GROUND_NAMES[self])


_GROUND_NAMES = {
    Ground.SELF: _("本人"),
    Ground.GUARDIAN: _("监护人"),
    Ground.RELATIVE: _("受亲友委托"),
    Ground.REPRESENTATIVE: _("法定代表人"),
    Ground.AGENT: _("经办人"),
}


@dataclass(frozen=True, slots=True)
class ActingAs:
    """One party an account may act for, why, for what and until when.

    Args:
        items: Codes of the items the authority is limited to; None means every item.
        until: The first day on which it no longer holds; None means no end is known.
    """

    party: Party
    ground: Ground
    items: frozenset[str] | None = None
    until: date | None = None
    authority_id: int | None = None

    @property
    def is_self(self) -> bool:
        return self.ground is Ground.SELF

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as people say it."""
        return self.until - timedelta(days=1) if self.until else None

    def covers(self, item: str | Iterable[str] | None) -> bool:
        """Whether the authority reaches an item, given by one code or by several (a service item and its entry)."""
        if item is None or self.items is None:
            return True
        codes = {item} if isinstance(item, str) else set(item)
        return not self.items.isdisjoint(codes)


# --- for whom ---------------------------------------------------------------------------------------------------------


def party_of(account: Account) -> Party:
    """The person who holds the account."""
    if account.party is None:
        raise NotFound(_("此账号没有关联的个人信息。请重新登录；仍然不行请拨打 12345。"))
    return account.party


def parties_for(account: Account, on: date | None = None) -> list[ActingAs]:
    """Everybody the account may act for on a day (today): himself first, then wards, relatives, organisations.

    A ward under fourteen appears only while the guardian's consent to handling the child's data stands.
    Law: 个人信息保护法 第三十一条; 民法典 第一百七十三条 (a mandate ends by term, revocation, death of either side).
    """
    if account.party is None or not account.is_active:
        return []
    on = on or today()
    person = account.party
    return [
        ActingAs(person, Ground.SELF),
        *_wards(account, person, on),
        *_principals(person, MandateKind.RELATIVE, on),
        *_represented(person),
        *_principals(person, MandateKind.AGENT, on),
    ]


def acting_for(
    account: Account, party: Party | int, item: str | Iterable[str] | None = None, on: date | None = None
) -> ActingAs | None:
    """The ground on which the account may act for a party (in an item), or None."""
    wanted = party if isinstance(party, int) else party.pk
    found = (acting for acting in parties_for(account, on) if acting.party.pk == wanted and acting.covers(item))
    return next(found, None)


def can_act_for(
    account: Account, party: Party | int, item: str | Iterable[str] | None = None, on: date | None = None
) -> bool:
    """Whether the account may act for a party on a day (today), in an item where one is given."""
    return acting_for(account, party, item, on) is not None


def party_for(account: Account, party_id: int) -> Party:
    """A party the account may act for; a stranger is not found."""
    acting = acting_for(account, party_id)
    if acting is None:
        raise NotFound(_("没有找到这个人或单位，或者您没有代其办理的权限。"))
    return acting.party


def about(account: Account, party_id: int | None) -> Party:
    """Whose data the account may see and have corrected while it acts for a party: its own person's, or its ward's.

    Nobody else's, whatever the mandate: who acts for a relative or an organisation still looks after his own.
    """
    acting = acting_for(account, party_id) if party_id else None
    if acting is not None and acting.ground is Ground.GUARDIAN:
        return acting.party
    return party_of(account)


def reads_of(party: Party) -> QuerySet[PersonRead]:
    """Which officer read a person's record, when and why."""
    return PersonRead.objects.filter(party=party).select_related("department", "post__desk", "reader__party")


def events_of(account: Account) -> QuerySet[AccountEvent]:
    """What happened to an account, as its holder may read it."""
    return AccountEvent.objects.filter(account=account)


def corrections_of(party: Party) -> QuerySet[CorrectionRequest]:
    """What was asked to be put right about a person."""
    return CorrectionRequest.objects.filter(party=party)


def _wards(account: Account, guardian: Party, on: date) -> list[ActingAs]:
    rows = (
        Guardianship.objects.filter(in_force(on), guardian=guardian, confirmed_at__isnull=False, ended_at__isnull=True)
        .filter(ward__died_on__isnull=True, ward__merged_into__isnull=True)
        .annotate(has_consent=Exists(child_consents(account).filter(party=OuterRef("ward"))))
        .select_related("ward")
        .order_by("ward__birth_on", "pk")
    )
    return [
        ActingAs(row.ward, Ground.GUARDIAN, until=row.valid_until, authority_id=row.pk)
        for row in rows
        if row.has_consent or not is_young_child(row.ward, on)
    ]


def _principals(agent: Party, kind: MandateKind, on: date) -> list[ActingAs]:
    rows = (
        mandates_in_force(on)
        .filter(agent=agent, kind=kind)
        .exclude(principal__organisation__status=OrganisationProfile.Status.DEREGISTERED)
        .select_related("principal")
        .order_by("pk")
    )
    ground = Ground.RELATIVE if kind == MandateKind.RELATIVE else Ground.AGENT
    return [
        ActingAs(row.principal, ground, _limit(row.items), row.valid_until, row.pk)
        for row in rows
        if row.principal is not None
    ]


def _limit(items: list[str] | None) -> frozenset[str] | None:
    return None if items is None else frozenset(items)


def _represented(person: Party) -> list[ActingAs]:
    rows = (
        OrganisationProfile.objects.filter(legal_representative=person)
        .exclude(status=OrganisationProfile.Status.DEREGISTERED)
        .select_related("party")
        .order_by("pk")
    )
    return [ActingAs(row.party, Ground.REPRESENTATIVE) for row in rows]


def in_force(on: date) -> Q:
    """[valid_from, valid_until) holds on a day."""
    return Q(valid_from__lte=on) & (Q(valid_until__isnull=True) | Q(valid_until__gt=on))


def day_after(last_day: date) -> date:
    """`valid_until` of what holds up to and including a day. Raises: Invalid, at `last_day`, for the end of time."""
    if last_day == date.max:
        message = _("请检查有效期。")
        raise Invalid(message, details={"last_day": message})
    return last_day + timedelta(days=1)


def mandates_in_force(on: date) -> QuerySet[Mandate]:
    """Mandates that count on a day: confirmed, not revoked, in their term, both sides alive."""
    return Mandate.objects.filter(
        in_force(on),
        state=Mandate.State.CONFIRMED,
        principal__died_on__isnull=True,
        principal__merged_into__isnull=True,
        agent__died_on__isnull=True,
    )


def mandates_of(account: Account) -> QuerySet[Mandate]:
    """Mandates that are open or in force and concern the account: given, held, asked for, or of its organisations."""
    party = account.party_id
    represented = OrganisationProfile.objects.filter(legal_representative=party).values("pk")
    mine = Q(principal=party) | Q(agent=party) | Q(asked_by=account) | Q(principal__in=represented)
    states = (Mandate.State.ASKED, Mandate.State.OFFERED, Mandate.State.CONFIRMED)
    return Mandate.objects.filter(mine, state__in=states).select_related("principal", "agent").order_by("-asked_at")


def acts_on(mandate: Mandate, account: Account) -> list[str]:
    """What the account may do about one of its mandates now: confirm, decline (or take back), revoke."""
    if mandate.state == Mandate.State.CONFIRMED:
        return ["revoke"]
    if mandate.state == Mandate.State.ASKED and mandate.principal_id is not None and mandate.asked_by_id != account.pk:
        return ["confirm", "decline"]
    return ["decline"] if mandate.state in (Mandate.State.ASKED, Mandate.State.OFFERED) else []


def guardianships_of(account: Account) -> QuerySet[Guardianship]:
    """The account's wards, confirmed or not."""
    rows = Guardianship.objects.filter(guardian=account.party_id, ended_at__isnull=True)
    return rows.select_related("ward").order_by("pk")


def guardianship_of(account: Account, guardianship_id: int) -> Guardianship:
    """One of the account's guardianships; a stranger's is not found."""
    found = guardianships_of(account).filter(pk=guardianship_id).first()
    if found is None:
        raise NotFound(_("没有找到这项监护关系。"))
    return found


def organisations_of(account: Account) -> QuerySet[OrganisationProfile]:
    """The organisations whose legal representative the account's person is."""
    rows = OrganisationProfile.objects.filter(legal_representative=account.party_id)
    return rows.select_related("party").order_by("pk")


def child_consents(account: Account) -> QuerySet[Consent]:
    """Consents to handling a young child's data that this guardian gave and did not withdraw."""
    return Consent.objects.filter(kind=Consent.Kind.CHILD, given_by=account, withdrawn_at__isnull=True)


# --- age --------------------------------------------------------------------------------------------------------------


def age_on(birth_on: date, on: date) -> int:
    """Full years of life (周岁) on a day."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def is_minor(party: Party, on: date | None = None) -> bool:
    """Whether a person has not come of age. Law: 民法典 第十七条."""
    on = on or today()
    return party.birth_on is not None and age_on(party.birth_on, on) < int(parameter("age_of_majority", on).value)


def is_young_child(party: Party, on: date | None = None) -> bool:
    """Whether all data about the person is sensitive because of his age. Law: 个人信息保护法 第二十八条, 第三十一条."""
    on = on or today()
    return party.birth_on is not None and age_on(party.birth_on, on) < int(parameter("child_data_age", on).value)


# --- officers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Officer:
    """An account with the posts it holds on a day."""

    account: Account
    posts: tuple[Post, ...]

    @property
    def name(self) -> str:
        return str(self.account)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.desk.role for post in self.posts)

    def post(self, post_id: int) -> Post | None:
        return next((post for post in self.posts if post.pk == post_id), None)


def posts_of(account: Account, on: date | None = None) -> list[Post]:
    """The posts an officer holds on a day (today), his own before those he substitutes at."""
    if not account.is_active:
        return []
    return list(
        Post.objects.filter(in_force(on or today()), account=account, desk__is_open=True)
        .select_related("desk__department", "desk__division", "substitute_for__account__party")
        .order_by("substitute_for_id", "valid_from", "pk")
    )


def officer(account: Account, on: date | None = None) -> Officer | None:
    """The officer behind an account; None where it holds no post."""
    posts = posts_of(account, on)
    return Officer(account, tuple(posts)) if posts else None


def is_held(post: Post, on: date | None = None) -> bool:
    """Whether the post is held by its officer on a day (today)."""
    return Post.objects.filter(
        in_force(on or today()), pk=post.pk, desk__is_open=True, account__is_active=True
    ).exists()


def officers_at(desk: Desk | int, on: date | None = None) -> list[Account]:
    """Who sits at a desk on a day (today), substitutes included."""
    return list(
        Account.objects.filter(
            pk__in=Post.objects.filter(in_force(on or today()), desk=desk).values("account"), is_active=True
        )
        .select_related("party")
        .order_by("pk")
    )


# --- closeness --------------------------------------------------------------------------------------------------------


def close_to(person_id: int) -> set[int]:
    """The parties one may not decide about: oneself, the family the platform knows, and the organisations of all these.

    Family is: wards and guardians, the other guardians of one's wards, and the sides of a relative's mandate.
    A closeness the platform does not know must be declared by the officer himself.
    """
    wards = set(_standing_guardianships().filter(guardian=person_id).values_list("ward", flat=True))
    family = {
        person_id,
        *wards,
        *_standing_guardianships().filter(ward=person_id).values_list("guardian", flat=True),
        *_standing_guardianships().filter(ward__in=wards).values_list("guardian", flat=True),
        *_relatives(person_id),
    }
    organisations = OrganisationProfile.objects.filter(legal_representative__in=family).values_list("pk", flat=True)
    served = (
        mandates_in_force(today()).filter(agent=person_id, kind=MandateKind.AGENT).values_list("principal", flat=True)
    )
    return family | set(organisations) | {pk for pk in served if pk is not None}


def _standing_guardianships() -> QuerySet[Guardianship]:
    return Guardianship.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True)


def _relatives(person_id: int) -> set[int]:
    pairs = Mandate.objects.filter(
        Q(principal=person_id) | Q(agent=person_id), kind=MandateKind.RELATIVE, confirmed_at__isnull=False
    ).values_list("principal", "agent")
    return {pk for pair in pairs for pk in pair if pk is not None}
