import django.core.validators
from django.db import migrations, models

import accounts.console


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_sitesettings_sharing_quality"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="chosen_style",
            field=models.CharField(
                blank=True,
                choices=[
                    ("dashboard", "CSR dashboard"),
                    ("tray", "Compact icon tray"),
                    ("multi", "Multi-session window"),
                ],
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="console_style",
            field=models.CharField(
                blank=True,
                choices=[
                    ("dashboard", "CSR dashboard"),
                    ("tray", "Compact icon tray"),
                    ("multi", "Multi-session window"),
                ],
                help_text="Empty: as the site.",
                max_length=10,
                verbose_name="console style",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="session_limit",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Empty: as the site. Counts in multi-session mode.",
                null=True,
                validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(20)],
                verbose_name="customers at once",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="tab_order",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="console_style",
            field=models.CharField(
                choices=[
                    ("dashboard", "CSR dashboard"),
                    ("tray", "Compact icon tray"),
                    ("multi", "Multi-session window"),
                ],
                default="dashboard",
                max_length=10,
                verbose_name="console style",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="session_limit",
            field=models.PositiveSmallIntegerField(
                default=6,
                help_text="How many customers a CSR serves at once in multi-session mode.",
                validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(20)],
                verbose_name="customers at once",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="session_mode",
            field=models.CharField(
                choices=[("single", "Single-session mode"), ("multi", "Multi-session mode")],
                default="multi",
                max_length=10,
                verbose_name="session mode",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="tab_order",
            field=models.JSONField(
                default=accounts.console.default_tab_order,
                validators=[accounts.console.validate_tab_order],
                verbose_name="order of the tabs",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("session_limit__range", (2, 20))), name="session_limit_in_range"
            ),
        ),
    ]
