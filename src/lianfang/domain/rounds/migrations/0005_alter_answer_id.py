"""Answers are counted as every other table counts: in 64 bits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rounds", "0004_round_questionnaire")]

    operations = [
        migrations.AlterField(
            "answer",
            "id",
            models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
        ),
    ]
