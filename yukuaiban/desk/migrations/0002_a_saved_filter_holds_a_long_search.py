from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0001_desk'),
    ]

    operations = [
        migrations.AlterField(
            model_name='savedfilter',
            name='query',
            field=models.CharField(max_length=1000),
        ),
    ]
