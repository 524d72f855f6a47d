from django.db import migrations

from supportsite.core.pgrls.operations import EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [("media", "0001_screenshots")]

    operations = [EnableRowLevelSecurity("Screenshot")]
