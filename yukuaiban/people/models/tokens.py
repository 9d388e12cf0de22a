"""Tokens with which a person lets a program use the API in his name."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.now import now


class ApiToken(models.Model):
    """A named, dated, revocable token, limited to scopes. Only its digest is kept.

    A token of an officer carries the post it was made at: it works from that post only, as long as he holds it.
    """

    account = models.ForeignKey("people.Account", models.CASCADE, related_name="api_tokens")
    post = models.ForeignKey("people.Post", models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=60, help_text=_("给自己看的名称"))
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4, help_text=_("令牌的最后四位"))
    scopes = ArrayField(models.CharField(max_length=40))
    made_at = models.DateTimeField(default=now)
    expires_on = models.DateField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="a_token_has_a_scope", condition=~Q(scopes__len=0))]
        indexes = [models.Index(fields=["account"], name="tokens_of_an_account")]

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"

    @property
    def last_day(self) -> date:
        """The last day on which it counts, as people say it."""
        return self.expires_on - timedelta(days=1)
