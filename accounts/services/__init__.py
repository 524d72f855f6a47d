"""The only code that writes the tables of accounts."""

from accounts.services.audit import (
    SYSTEM_ACTOR,
    describe_member,
    describe_person,
    describe_staff,
    describe_token,
    record_audit,
)
from accounts.services.console import choose_console
from accounts.services.members import change_access, invite_member
from accounts.services.sites import create_site
from accounts.services.staff import end_staff_session, start_staff_session
from accounts.services.tokens import create_api_token, revoke_api_token

__all__ = [
    "SYSTEM_ACTOR",
    "change_access",
    "choose_console",
    "create_api_token",
    "create_site",
    "describe_member",
    "describe_person",
    "describe_staff",
    "describe_token",
    "end_staff_session",
    "invite_member",
    "record_audit",
    "revoke_api_token",
    "start_staff_session",
]
