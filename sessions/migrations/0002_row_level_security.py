from django.db import migrations

from supportsite.core.pgrls.operations import AppendOnly, EnableRowLevelSecurity

MODELS = (
    "SupportSession",
    "Participant",
    "Endpoint",
    "AttachCode",
    "Invitation",
    "ActionRequest",
    "Grant",
    "ChatMessage",
    "Note",
    "NoteVersion",
    "SessionEvent",
)


class Migration(migrations.Migration):
    dependencies = [("support_sessions", "0001_tables")]

    operations = [
        *(EnableRowLevelSecurity(model) for model in MODELS),
        AppendOnly("SessionEvent"),
        AppendOnly("NoteVersion"),
    ]
