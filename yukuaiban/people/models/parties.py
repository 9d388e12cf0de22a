"""Natural and legal persons: those who apply, hold, own, and are told."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.now import now
from yukuaiban.vault import BlindIndexField, EncryptedTextField, blind_indexes


class PartyKind(models.TextChoices):
    PERSON = "person", _("自然人")
    ORGANISATION = "organisation", _("法人或其他组织")


class IdKind(models.TextChoices):
    """The document that says who somebody is; one number space each. Values as in `identifiers.documents`."""

    RESIDENT_ID = "resident_id", _("居民身份证")
    HK_MACAO_RESIDENCE = "hk_macao_residence", _("港澳居民居住证")
    TAIWAN_RESIDENCE = "taiwan_residence", _("台湾居民居住证")
    HK_MACAO_PERMIT = "hk_macao_permit", _("港澳居民来往内地通行证")
    TAIWAN_PERMIT = "taiwan_permit", _("台湾居民来往大陆通行证")
    FOREIGN_PERMANENT = "foreign_permanent", _("外国人永久居留身份证")
    PASSPORT = "passport", _("护照")
    CREDIT_CODE = "credit_code", _("统一社会信用代码")


class Sex(models.TextChoices):
    MALE = "1", _("男")
    FEMALE = "2", _("女")
    UNKNOWN = "", _("未说明")


def identity_indexes(id_kind: str, number: str) -> list[bytes]:
    """The blind indexes of an identity document: the same number of another kind is another document."""
    return blind_indexes("identity", f"{id_kind}:{number}")


class PartyManager(models.Manager["Party"]):
    """Parties are found by their document; the number itself is never searched."""

    def with_identity(self, id_kind: str, number: str) -> Party | None:
        """The one party this document belongs to."""
        return self.filter(id_index__in=identity_indexes(id_kind, number), merged_into__isnull=True).first()


class Party(models.Model):
    """A natural or legal person.

    There is at most one party per identity document. A person who has only signed up has a party without one. Two rows
    that prove to be one person are merged: the emptier points to the other by `merged_into` and is never shown again.
    `assurance` is a code of packs/china/people/assurance_levels.yaml.
    """

    kind = models.CharField(max_length=12, choices=PartyKind.choices)
    name = models.CharField(max_length=200, blank=True)
    name_latin = models.CharField(max_length=200, blank=True, help_text=_("证件上的拉丁字母姓名"))
    id_kind = models.CharField(max_length=20, choices=IdKind.choices, blank=True)
    id_country = models.CharField(max_length=3, blank=True, help_text=_("护照签发国，ISO 3166-1 三位代码"))
    id_number = EncryptedTextField(null=True, blank=True)
    id_index = BlindIndexField(source="identity", kind="identity", null=True, blank=True)
    id_until = models.DateField(null=True, blank=True, help_text=_("证件有效期届满后的第一天"))
    birth_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, blank=True, default="")
    phone = EncryptedTextField(null=True, blank=True)
    phone_index = BlindIndexField(source="phone", kind="phone", null=True, blank=True)
    email = models.EmailField(blank=True, default="")
    address = EncryptedTextField(null=True, blank=True)
    division = models.ForeignKey("places.Division", models.PROTECT, null=True, blank=True, related_name="+")
    assurance = models.CharField(max_length=20, default="registered")
    assured_at = models.DateTimeField(null=True, blank=True)
    assured_by = models.CharField(max_length=60, blank=True, help_text=_("核验来源"))
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    created_at = models.DateTimeField(default=now)
    is_sample = models.BooleanField(default=False)

    objects = PartyManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id_index"], name="an_identity_document_belongs_to_one_party"),
            models.CheckConstraint(
                name="document_kind_number_and_index_go_together",
                condition=Q(id_kind="", id_number__isnull=True, id_index__isnull=True)
                | (~Q(id_kind="") & Q(id_number__isnull=False, id_index__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_verified_party_has_name_and_document",
                condition=Q(assurance="registered") | (~Q(name="") & Q(id_index__isnull=False)),
            ),
            models.CheckConstraint(
                name="an_organisation_is_known_by_its_credit_code",
                condition=Q(kind="person") & ~Q(id_kind="credit_code")
                | Q(kind="organisation", id_kind__in=["", "credit_code"]),
            ),
            models.CheckConstraint(
                name="party_phone_and_its_index_go_together",
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody_dies_before_he_is_born",
                condition=Q(died_on__isnull=True) | Q(birth_on__isnull=True) | Q(died_on__gte=F("birth_on")),
            ),
            models.CheckConstraint(name="a_party_is_not_merged_into_itself", condition=~Q(merged_into=F("id"))),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="party_by_phone", condition=Q(phone_index__isnull=False)),
            models.Index(fields=["name"], name="party_by_name"),
        ]

    def __str__(self) -> str:
        return self.name or _("未实名用户 {number}").format(number=self.pk)

    @property
    def is_person(self) -> bool:
        return self.kind == PartyKind.PERSON

    @property
    def identity(self) -> str | None:
        """What the blind index is made of."""
        return f"{self.id_kind}:{self.id_number}" if self.id_number else None


class OrganisationKind(models.TextChoices):
    """服务对象 of GB/T 39046-2020 Annex A, without natural persons; the values are its codes."""

    ENTERPRISE = "2", _("企业法人")
    INSTITUTION = "3", _("事业法人")
    SOCIAL = "4", _("社会组织法人")
    ORGAN = "5", _("行政机关")
    OTHER = "6", _("其他组织")


class OrganisationProfile(models.Model):
    """What is known of a legal person beside its name. The credit code is public and stands in clear."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("存续")
        DEREGISTERED = "deregistered", _("注销")
        REVOKED = "revoked", _("吊销")

    party = models.OneToOneField(Party, models.CASCADE, primary_key=True, related_name="organisation")
    credit_code = models.CharField(max_length=18, unique=True)
    organisation_kind = models.CharField(max_length=1, choices=OrganisationKind.choices)
    legal_representative = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="represented_organisations"
    )
    representative_since = models.DateField(null=True, blank=True)
    industry = models.CharField(max_length=5, blank=True, help_text=_("GB/T 4754-2017 行业代码"))
    registered_on = models.DateField(null=True, blank=True)
    registered_address = models.CharField(max_length=300, blank=True)
    scope = models.TextField(blank=True, help_text=_("经营范围"))
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["legal_representative"], name="organisations_of_a_person")]

    def __str__(self) -> str:
        return f"{self.credit_code} {self.party.name}"
