"""Who may: separation of duties, as checks that buttons and acts ask alike."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from yukuaiban.config.errors import PermissionRefused
from yukuaiban.people import selectors
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Party, Role

#: Who sees people's papers: requests for correction and guardianships wait for him.
COUNTER = (Role.WINDOW, Role.HANDLER)


class Conflicted(PermissionRefused):
    """An officer may not act on his own or his family's matter."""

    code = "people.conflicted"


class SecondPersonNeeded(PermissionRefused):
    """The same person did the step before."""

    code = "people.second_person_needed"


def own_or_family(actor: Actor, party: Party | int | None) -> bool:
    """Whether a party is the officer himself, his family as far as the platform knows it, or their organisation.

    Law: 公务员法 第七十六条 (回避: own interest, or that of spouse, lineal and near collateral relatives);
    for penalties 行政处罚法 第四十三条.
    """
    if not actor.is_officer or actor.account_id is None or party is None:
        return False
    wanted = party if isinstance(party, int) else party.pk
    person_id = Account.objects.values_list("party_id", flat=True).get(pk=actor.account_id)
    return person_id is not None and wanted in selectors.close_to(person_id)


def check_disinterested(actor: Actor, *parties: Party | int | None) -> None:
    """Refuse an officer who would act on his own or his family's matter (回避).

    Raises: Conflicted.
    """
    if any(own_or_family(actor, party) for party in parties):
        raise Conflicted(_("这是您本人、亲属或其单位的办件，依法应当回避。请交由同岗位的其他人员办理。"))


def second_person_needed(actor: Actor, done_by: Iterable[int | None]) -> bool:
    """Whether the actor did an earlier step himself, so that another must do this one. `done_by`: accounts."""
    return actor.account_id is not None and actor.account_id in set(done_by)


def check_second_person(actor: Actor, done_by: Iterable[int | None]) -> None:
    """Refuse an act that needs a second person (两人办理) when the actor did an earlier step.

    Raises: SecondPersonNeeded.
    """
    if second_person_needed(actor, done_by):
        raise SecondPersonNeeded(_("前一步是您办的，这一步须由另一人办理。请转给同岗位的其他人员。"))


def check_role(actor: Actor, *roles: Role) -> None:
    """Refuse who does not act from a post of one of these roles.

    Raises: PermissionRefused.
    """
    if not actor.is_officer or actor.role not in roles:
        wanted = "、".join(str(role.label) for role in roles)
        raise PermissionRefused(_("只有{roles}岗位可以这样做。请切换岗位。").format(roles=wanted))
