from django.db import migrations

# Row-level security holds for the owner of a table too; a migration has no site and means every row.
FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE support_sessions_actionrequest NO FORCE ROW LEVEL SECURITY;
UPDATE support_sessions_actionrequest SET operator_id = requester_id WHERE operator_id IS NULL;
ALTER TABLE support_sessions_actionrequest FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("support_sessions", "0003_sides_and_options")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
