from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).parent / "sql" / "inbox.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_console_and_slots"),
        ("acd", "0005_queue_managers"),
    ]
    operations = [
        migrations.AddField(
            model_name="queueentry",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[
                    ("solved", "Solved"),
                    ("follow_up", "Follow-up"),
                    ("passed_on", "Passed on"),
                    ("not_solved", "Not solved"),
                ],
                db_default="",
                max_length=10,
                verbose_name="resolution",
            ),
        ),
        migrations.AddField(
            model_name="queueentry",
            name="wrap_note",
            field=models.TextField(blank=True, db_default="", max_length=4000, verbose_name="closing note"),
        ),
        migrations.AlterField(
            model_name="offer",
            name="csr",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
                verbose_name="CSR",
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["csr", "created_at"], name="offer_of_csr"),
        ),
        migrations.RunSQL([SQL], migrations.RunSQL.noop),
    ]
