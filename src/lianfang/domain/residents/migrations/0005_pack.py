import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('residents', '0004_life'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('community', models.TextField(db_collation='C', primary_key=True, serialize=False)),
                ('people', models.IntegerField()),
                ('codes', models.BinaryField()),
                ('places', models.BinaryField()),
                ('built_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'residents_pack',
            },
        ),
        # read far more often than written: never compressed; and never of two lengths
        migrations.RunSQL(
            'alter table residents_pack alter codes set storage external, alter places set storage external, '
            'add constraint residents_pack_whole check (octet_length(codes) = 8 * people and octet_length(places) = 9 * people)',
            migrations.RunSQL.noop,
        ),
    ]
