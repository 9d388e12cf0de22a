"""Claims begin with proved possession; attempts are counted for all processes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import yukuaiban.vault.fields


class Migration(migrations.Migration):
    dependencies = [("people", "0002_revocation")]

    operations = [
        migrations.DeleteModel(name="PhoneClaim"),
        migrations.CreateModel(
            name="PhoneClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone", yukuaiban.vault.fields.EncryptedTextField()),
                (
                    "phone_index",
                    yukuaiban.vault.fields.BlindIndexField(
                        editable=False, kind="phone", max_length=32, source="phone"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("proven", "号码已验证，待实名"), ("settled", "已完成"), ("lapsed", "已失效")],
                        default="proven",
                        max_length=10,
                    ),
                ),
                ("proven_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "new_holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="phones_claimed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "old_holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="phones_lost",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="phoneclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "settled"), _negated=True),
                    models.Q(("new_holder__isnull", False), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_settled_claim_says_when_and_for_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="phoneclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("proven_at"))), name="a_claim_expires_later"
            ),
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("key", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("until", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["until"], name="attempts_by_end")]},
        ),
    ]
