"""A CSR's inbox as it is now: one statement, one snapshot (acd/migrations/sql/inbox.sql)."""

from django.db import connection

from accounts.models import Membership
from supportsite.core import clock
from supportsite.protocol.inbox import InboxState


def get_inbox(member: Membership, *, language: str) -> InboxState:
    """Return presence, offers, wrap-ups, queues and who waits, with names in `language`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT acd_inbox(%s, %s, %s, %s)::text", [member.site_id, clock.frozen(), member.pk, language])
        return InboxState.model_validate_json(cursor.fetchone()[0])
