import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support_sessions", "0004_operator_of_old_requests")]

    operations = [
        migrations.AlterField(
            model_name="actionrequest",
            name="operator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="support_sessions.participant"
            ),
        ),
    ]
