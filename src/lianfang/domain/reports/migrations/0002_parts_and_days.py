"""Several returns a day, and the days that forms were asked for."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.AddField("return", "part", models.SmallIntegerField(db_default=1, default=1)),
        migrations.RemoveConstraint("return", "reports_return_one_live"),
        migrations.RemoveConstraint("return", "reports_return_version"),
        migrations.RemoveIndex("return", "reports_return_range"),
        migrations.AddConstraint(
            "return",
            models.UniqueConstraint(
                fields=["incident_id", "form", "path", "day", "part"],
                condition=models.Q(("live", True)),
                name="reports_return_one_live",
            ),
        ),
        migrations.AddConstraint(
            "return",
            models.UniqueConstraint(
                fields=["incident_id", "form", "path", "day", "part", "version"], name="reports_return_version"
            ),
        ),
        migrations.AddIndex(
            "return",
            models.Index(fields=["incident_id", "form", "day", "part", "level", "path"], name="reports_return_range"),
        ),
        migrations.CreateModel(
            "ReportDay",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incident_id", models.SmallIntegerField()),
                ("form", models.TextField()),
                ("day", models.DateField()),
                ("part", models.SmallIntegerField()),
                ("path", models.TextField(db_collation="C")),
                ("level", models.SmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("units", models.IntegerField()),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "reports_day",
                "constraints": [
                    models.UniqueConstraint(fields=["incident_id", "form", "day", "part"], name="reports_day_once")
                ],
            },
        ),
    ]
