"""What people handed in, what it was used for, and who looked at it."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.materials.inspection import Kind
from yukuaiban.storage import FileDigestField
from yukuaiban.vault import EncryptedJSONField, EncryptedTextField

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_number() -> str:
    """A name for addresses that nobody guesses and that says nothing."""
    return "".join(secrets.choice(ALPHABET) for _n in range(16))


class FileKind(models.TextChoices):
    PDF = Kind.PDF.value, "PDF"
    JPEG = Kind.JPEG.value, "JPEG"
    PNG = Kind.PNG.value, "PNG"


class Material(models.Model):
    """A document that a person handed in, kept so that it need not be handed in again.

    The name a file had on its owner's device often holds a person's name, so it is encrypted. `checks` says what was
    found when it came in (`inspection.Found.flags`) and whether a scanner saw it.
    """

    number = models.CharField(max_length=16, unique=True, default=new_number, editable=False)
    owner = models.ForeignKey("people.Party", models.PROTECT, related_name="materials")
    uploaded_by = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    type_code = models.CharField(max_length=200, help_text=_("材料类型：同一类型的材料可以在别的事项中再用"))
    digest = FileDigestField()
    name = EncryptedTextField()
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=1)
    checks = models.JSONField(default=dict)
    uploaded_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True, help_text=_("有效期届满后的第一天"))
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "type_code", "digest"],
                condition=Q(removed_at__isnull=True),
                name="the_same_file_is_one_material_of_a_type",
            ),
            models.CheckConstraint(name="a_material_has_content", condition=Q(size__gt=0, pages__gt=0)),
            models.CheckConstraint(
                name="a_material_names_its_file_by_digest", condition=Q(digest__regex="^[0-9a-f]{64}$")
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "type_code", "-uploaded_at"], name="materials_of_an_owner"),
            models.Index(fields=["digest"], name="material_by_file"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def was_scanned(self) -> bool:
        return bool(self.checks.get("antivirus") == "clean")


class How(models.TextChoices):
    """How the content of a slot was obtained, in the order in which the platform looks."""

    WALLET = "wallet", _("电子证照")
    REGISTER = "register", _("数据共享")
    EARLIER = "earlier", _("以前提交过")
    COMMITMENT = "commitment", _("告知承诺")
    UPLOAD = "upload", _("上传")


class MaterialUse(models.Model):
    """One use of a person's document or data for one matter: what stands in a slot, and the entry in his log of uses.

    `subject` is the chain's number of the matter (a case). Until `filed_at` the use belongs to a draft and may be taken
    back without a trace; afterwards it is only superseded, and what was shown stays.
    Law: 个人信息保护法 第四十五条 (access), 国务院关于在线政务服务的若干规定 第七条 (no other use than the service).
    """

    number = models.CharField(max_length=16, unique=True, default=new_number, editable=False)
    subject = models.BigIntegerField()
    slot_key = models.CharField(max_length=40)
    slot_title = models.JSONField()  # {zh, en}, as it was asked then
    owner = models.ForeignKey("people.Party", models.PROTECT, related_name="material_uses", db_index=False)
    how = models.CharField(max_length=10, choices=How.choices)
    material = models.ForeignKey(Material, models.PROTECT, null=True, blank=True, related_name="uses")
    source = models.CharField(max_length=200, blank=True, help_text=_("电子证照标识或者共享数据的名称"))
    facts = EncryptedJSONField(null=True, blank=True)  # what was shown instead of a file: [[zh, en, value], ...]
    digest = FileDigestField(blank=True, default="")
    kind = models.CharField(max_length=4, choices=FileKind.choices, blank=True, default="")
    pages = models.PositiveSmallIntegerField(default=0)
    purpose = models.JSONField()  # {zh, en}: the item
    reference = models.CharField(max_length=40, blank=True)  # the matter's number
    is_sample = models.BooleanField(default=False)
    by_account = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.JSONField()
    at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "slot_key", "material"],
                condition=Q(superseded_at__isnull=True, material__isnull=False),
                name="a_material_stands_once_in_a_slot",
            ),
            models.UniqueConstraint(
                fields=["subject", "slot_key", "how", "source"],
                condition=Q(superseded_at__isnull=True, material__isnull=True),
                name="a_source_stands_once_in_a_slot",
            ),
            models.CheckConstraint(
                name="what_was_handed_in_is_a_material_and_what_was_found_names_its_source",
                condition=Q(how__in=["upload", "earlier"], material__isnull=False)
                | Q(how__in=["wallet", "register"], material__isnull=True) & ~Q(source="")
                | Q(how="commitment", material__isnull=True, facts__isnull=False),
            ),
            models.CheckConstraint(
                name="a_file_that_is_shown_has_a_kind_and_pages",
                condition=Q(digest="", kind="", pages=0) | (~Q(digest="") & ~Q(kind="") & Q(pages__gt=0)),
            ),
            models.CheckConstraint(
                name="only_what_was_filed_is_superseded",
                condition=Q(superseded_at__isnull=True) | Q(filed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "slot_key", "at"], name="uses_in_a_matter"),
            models.Index(fields=["owner", "-at", "-id"], name="uses_of_a_persons_data"),
            models.Index(fields=["digest"], name="use_by_file"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.slot_key} {self.how}"

    @property
    def stands(self) -> bool:
        return self.superseded_at is None


class MaterialRead(models.Model):
    """Somebody other than the applicant's side looked at what was handed in: once per reader, day and way of looking.

    Law: 个人信息保护法 第四十四条, 第五十一条; kept at least six months (网络安全法 第二十一条第一款第（三）项).
    """

    class What(models.TextChoices):
        SHOWN = "shown", _("查看")
        COPY = "copy", _("下载带水印的副本")
        ORIGINAL = "original", _("下载原件")

    use = models.ForeignKey(MaterialUse, models.CASCADE, related_name="reads")
    reader = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    department = models.ForeignKey("places.Department", models.PROTECT, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=8, choices=What.choices)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use", "reader", "what", "on"], name="a_look_is_logged_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} {self.what} {self.use_id}"
