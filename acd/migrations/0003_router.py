from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "router.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("acd", "0002_row_level_security")]
    operations = [migrations.RunSQL([SQL], migrations.RunSQL.noop)]
