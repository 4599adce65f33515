"""What residents are told when results are late."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rounds", "0002_round_stop_rule")]

    operations = [
        migrations.CreateModel(
            "Answer",
            [
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.TextField(db_collation="C")),
                ("text", models.TextField()),
                ("expected_at", models.DateTimeField(null=True)),
                ("said_by", models.BigIntegerField()),
                ("said_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("round", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="rounds.round")),
            ],
            options={"db_table": "rounds_answer"},
        ),
    ]
