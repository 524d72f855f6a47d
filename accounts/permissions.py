"""What may be done: permissions of entry points, three-state privileges of CSRs, scopes of API tokens.

Every endpoint declares one `Permission`; there is no default. Privileges narrow what a member may do.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """The right that an entry point needs; the table below says who has it."""

    SITE_READ = "site.read"
    SCHEMA_READ = "schema.read"
    SESSION_KNOCK = "session.knock"  # join by number, attach by code: the number or code is the right
    ME_READ = "me.read"
    SESSION_LIST = "session.list"
    SESSION_START = "session.start"
    SESSION_ASSIST = "session.assist"  # a CSR joins by number
    SESSION_READ = "session.read"
    SESSION_CHAT = "session.chat"
    SESSION_NOTE = "session.note"
    SESSION_INVITE = "session.invite"
    SESSION_ATTACH = "session.attach"  # a code in a CSR's hands would make somebody else's computer a CSR
    SESSION_ADMIT = "session.admit"
    SESSION_KEEP = "session.keep"
    SESSION_LEAVE = "session.leave"
    SESSION_END = "session.end"
    SESSION_STOP = "session.stop"
    CONSENT_ASK = "consent.ask"
    CONSENT_ANSWER = "consent.answer"
    CONSENT_STOP = "consent.stop"
    SOCKET_OPEN = "socket.open"
    MEDIA_CONNECT = "media.connect"
    SITE_MANAGE = "site.manage"


class ActorType(StrEnum):
    """The kinds of caller that authentication tells apart."""

    ANONYMOUS = "anonymous"
    CSR = "csr"
    CUSTOMER = "customer"
    SUPPORT_MANAGER = "support_manager"
    TOKEN = "token"  # noqa: S105 - a kind of caller


class Privilege(StrEnum):
    """Three-state rights of a CSR (allow, deny, inherit); site, then person, and a denial wins."""

    SESSION_START_OUTBOUND = "session.start_outbound"
    DESKTOP_VIEW = "share.desktop.view"
    DESKTOP_CONTROL = "share.desktop.control"

    @property
    def label(self) -> Promise:
        """The privilege in words."""
        return _PRIVILEGE_LABELS[self]


_PRIVILEGE_LABELS: dict[Privilege, Promise] = {
    Privilege.SESSION_START_OUTBOUND: _("Start outbound sessions"),
    Privilege.DESKTOP_VIEW: _("Desktop: Request view"),
    Privilege.DESKTOP_CONTROL: _("Desktop: Request control"),
}


class Scope(StrEnum):
    """What an API token may do. No scope reaches users, sign-in, tokens or consent."""

    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"


_A, _C, _M, _G, _T = (
    ActorType.ANONYMOUS,
    ActorType.CSR,
    ActorType.CUSTOMER,
    ActorType.SUPPORT_MANAGER,
    ActorType.TOKEN,
)
_EVERYONE = frozenset(ActorType)
_PARTICIPANTS = frozenset({_C, _M, _G})
_CUSTOMER_SIDE = frozenset({_M, _G})

GRANTED_TO: dict[Permission, frozenset[ActorType]] = {
    Permission.SITE_READ: _EVERYONE,
    Permission.SCHEMA_READ: _EVERYONE,
    Permission.SESSION_KNOCK: _EVERYONE,
    Permission.ME_READ: frozenset({_C}),
    Permission.SESSION_LIST: frozenset({_C, _T}),
    Permission.SESSION_START: frozenset({_C, _T}),
    Permission.SESSION_ASSIST: frozenset({_C}),
    Permission.SESSION_READ: _PARTICIPANTS | {_T},
    Permission.SESSION_CHAT: _PARTICIPANTS,
    Permission.SESSION_NOTE: frozenset({_C}),
    Permission.SESSION_INVITE: frozenset({_C}),
    Permission.SESSION_ATTACH: frozenset({_M}),
    Permission.SESSION_ADMIT: frozenset({_C}),
    Permission.SESSION_KEEP: _PARTICIPANTS,
    Permission.SESSION_LEAVE: _PARTICIPANTS,
    Permission.SESSION_END: frozenset({_C, _T}),
    Permission.SESSION_STOP: _CUSTOMER_SIDE,
    Permission.CONSENT_ASK: frozenset({_C}),
    Permission.CONSENT_ANSWER: _CUSTOMER_SIDE,
    Permission.CONSENT_STOP: _PARTICIPANTS,
    Permission.SOCKET_OPEN: _PARTICIPANTS,
    Permission.MEDIA_CONNECT: _PARTICIPANTS,
    Permission.SITE_MANAGE: frozenset(),  # the admin pages only
}

TOKEN_SCOPES: dict[Permission, Scope] = {
    Permission.SESSION_LIST: Scope.SESSIONS_READ,
    Permission.SESSION_READ: Scope.SESSIONS_READ,
    Permission.SESSION_START: Scope.SESSIONS_WRITE,
    Permission.SESSION_END: Scope.SESSIONS_WRITE,
}
