"""What follows an act on a licence, after it is committed. May run twice."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from yukuaiban.config.jobs import RETRY
from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import TRANSITIONS, Act
from yukuaiban.messages.gateway import send
from yukuaiban.people.models import Account


@app.task(name="licences.tell_holder", retry=RETRY)
def tell_holder(licence: int, act: str) -> None:
    """Tell whoever holds it, or speaks for the organisation that does, that it stands otherwise now."""
    found = Licence.objects.select_related("holder").get(pk=licence)
    party = found.holder
    if (organisation := getattr(party, "organisation", None)) is not None:
        party = organisation.legal_representative or party
    account = Account.objects.filter(party=party).first()
    to = account and (account.phone if account.phone_verified_at else account.email)
    if account is None or not to:
        return
    with translation.override(account.language):
        body = _("您的证照“{title}”有变化：{act}。如有疑问，请联系{issuer}。").format(
            title=found.title(account.language), act=TRANSITIONS[Act(act)].label, issuer=found.issuer_name
        )
        link = f"{settings.SITE_URL}/{account.language[:2]}/wallet/{found.pk}"
        send(to, kind=f"licence.{act}", subject="渝快办", body=f"{body} {link}")
