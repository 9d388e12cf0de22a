import django.db.models.deletion
import yukuaiban.vault.fields
from django.db import migrations, models


# Whoever was told keeps his days. A request that an officer wrote down was a third party's: of several, the first told.
MOVE = """
INSERT INTO cases_hearingright
    (case_id, third_party_id, made_at, made_by_post_id, told_on, until, asked_on, given_up_on)
SELECT h.case_id, t.id, h.made_at, h.made_by_post_id, h.told_on, h.request_by,
    CASE WHEN t.id IS NOT DISTINCT FROM a.asker THEN h.requested_on END,
    CASE WHEN t.id IS NOT DISTINCT FROM a.asker THEN h.given_up_on END
FROM cases_hearing h
CROSS JOIN LATERAL
    (SELECT NULL::bigint AS id UNION ALL SELECT p.id FROM cases_thirdparty p WHERE p.case_id = h.case_id) t
LEFT JOIN LATERAL
    (SELECT CASE WHEN e.actor::jsonb ->> 'kind' = 'officer'
        THEN (SELECT min(p.id) FROM cases_thirdparty p WHERE p.case_id = h.case_id) END AS asker
     FROM chain_event e WHERE e.subject = h.case_id AND e.kind = 'case.request_hearing' ORDER BY e.seq DESC LIMIT 1) a
    ON true
WHERE h.told_on IS NOT NULL AND h.request_by IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_public_hearings'),
        ('people', '0006_a_post_that_holds_on_no_day'),
        ('chain', "0001_append_only_log"),
    ]

    operations = [
        migrations.CreateModel(
            name='HearingRight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('told_on', models.DateField()),
                ('until', models.DateField()),
                ('asked_on', models.DateField(blank=True, null=True)),
                ('given_up_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='thirdparty',
            name='document',
            field=yukuaiban.vault.fields.EncryptedTextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='thirdparty',
            name='id_index',
            field=yukuaiban.vault.fields.BlindIndexField(blank=True, kind='identity', max_length=32, null=True, source='document'),
        ),
        migrations.AddIndex(
            model_name='thirdparty',
            index=models.Index(condition=models.Q(('id_index__isnull', False)), fields=['id_index'], name='third_party_by_document'),
        ),
        migrations.AddField(
            model_name='hearingright',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hearing_rights', to='cases.case'),
        ),
        migrations.AddField(
            model_name='hearingright',
            name='made_by_post',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post'),
        ),
        migrations.AddField(
            model_name='hearingright',
            name='third_party',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='hearing_right', to='cases.thirdparty'),
        ),
        migrations.AddConstraint(
            model_name='hearingright',
            constraint=models.UniqueConstraint(fields=('case', 'third_party'), name='each_is_told_of_a_hearing_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='hearingright',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('told_on'))), name='hearing_right_ends_after_it_was_told'),
        ),
        migrations.AddConstraint(
            model_name='hearingright',
            constraint=models.CheckConstraint(condition=models.Q(('asked_on__isnull', True), models.Q(('asked_on__gte', models.F('told_on')), ('asked_on__lte', models.F('until'))), _connector='OR'), name='a_hearing_is_asked_for_within_the_days_of_the_right'),
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='hearing',
            name='request_by',
        ),
        migrations.RemoveField(
            model_name='hearing',
            name='told_on',
        ),
    ]
