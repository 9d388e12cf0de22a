"""Who may do what with a licence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from yukuaiban.config.errors import PermissionRefused
from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import Act
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role
from yukuaiban.people.permissions import check_disinterested
from yukuaiban.places.models import Department

_ISSUING = frozenset({Role.WINDOW, Role.HANDLER, Role.APPROVER})


def check_may_issue(by: Actor, issuer: Department) -> None:
    """Officers who make out certificates for the issuing body, or the system. Raises: PermissionRefused."""
    if by.kind == "system" or (by.is_officer and by.role in _ISSUING and _is_of(by, issuer)):
        return
    raise PermissionRefused(_("只有颁发机关的工作人员可以颁发证照。请切换到该机关的岗位。"))


def check_may_act(by: Actor, act: Act, licence: Licence) -> None:
    """Approvers of the issuing body or of the body above it, never about themselves or their family; or the system.

    Law: 行政许可法 第六十九条 (the body that decided, or the one above); 公务员法 第七十六条 (stepping aside).
    Raises: PermissionRefused, Conflicted.
    """
    if by.kind == "system":
        return
    if not may_look(by, licence):
        raise PermissionRefused(_("只有颁发机关或其上级机关的审批岗位可以这样做。请切换岗位。"))
    check_disinterested(by, licence.holder_id)


def may_look(by: Actor, licence: Licence) -> bool:
    """Whether the officer could act on the licence by his post: nobody else reaches it at the desk."""
    return by.is_officer and by.role == Role.APPROVER and _is_of(by, licence.issuer)


def _is_of(by: Actor, body: Department) -> bool:
    return by.department_id is not None and by.department_id in {body.pk, body.parent_id}
