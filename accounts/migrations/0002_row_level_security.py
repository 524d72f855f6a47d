from django.db import migrations

from supportsite.core.pgrls.operations import AppendOnly, EnableRowLevelSecurity


class Migration(migrations.Migration):
    """Show each site's rows to that site only; the log is never rewritten."""

    dependencies = [("accounts", "0001_sites_and_people")]

    operations = [
        *(
            EnableRowLevelSecurity(model)
            for model in (
                "SiteSettings",
                "SessionType",
                "TrackingCode",
                "Membership",
                "ApiToken",
                "StaffSession",
                "AuditEntry",
                "AuditHead",
            )
        ),
        AppendOnly("AuditEntry"),
    ]
