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
    ME_CHANGE = "me.change"  # the member's own console: style, order of the tabs
    SESSION_LIST = "session.list"
    SESSION_START = "session.start"
    SESSION_ASSIST = "session.assist"  # a CSR joins by number
    SESSION_READ = "session.read"
    SESSION_SURVEY = "session.survey"  # the question at the end
    SESSION_CHAT = "session.chat"
    SESSION_NOTE = "session.note"
    SESSION_INVITE = "session.invite"
    SESSION_ATTACH = "session.attach"  # a code brings a computer to the one who asks for it
    SESSION_ADMIT = "session.admit"
    SESSION_CALL = "session.call"  # call another CSR in, or hand the session over
    CALL_ANSWER = "call.answer"
    SESSION_KEEP = "session.keep"
    SESSION_LEAVE = "session.leave"
    SESSION_END = "session.end"
    SESSION_STOP = "session.stop"
    SESSION_OPTIONS = "session.options"
    PICTURE_TAKE = "picture.take"  # a still of the shared picture
    PICTURE_READ = "picture.read"
    CONSENT_ASK = "consent.ask"
    CONSENT_ACCEPT = "consent.accept"  # the customer agrees to be shown the CSR's computer
    CONSENT_ANSWER = "consent.answer"
    CONSENT_STOP = "consent.stop"
    SOCKET_OPEN = "socket.open"
    MEDIA_CONNECT = "media.connect"
    ENTRY_OWN = "entry.own"  # a waiting customer's own place
    MESSAGE_HANDLE = "message.handle"  # what customers left while nobody could take them
    QUEUE_READ = "queue.read"  # queues, entries and states, as the site's people see them
    QUEUE_WRITE = "queue.write"
    MONITOR_READ = "monitor.read"  # managers and administrators; for the queues that are theirs
    MONITOR_ACT = "monitor.act"
    INBOX_READ = "inbox.read"
    INBOX_WORK = "inbox.work"  # presence, offers, wrap-ups: the member's own
    SITE_MANAGE = "site.manage"


class ActorType(StrEnum):
    """The kinds of caller that authentication tells apart."""

    ANONYMOUS = "anonymous"
    CSR = "csr"
    CUSTOMER = "customer"
    SUPPORT_MANAGER = "support_manager"
    CSR_COMPUTER = "csr_computer"  # a CSR's Support Manager: their computer, which is shown, not the CSR
    TOKEN = "token"  # noqa: S105 - a kind of caller


class Privilege(StrEnum):
    """Three-state rights of a CSR (allow, deny, inherit); site, then person, and a denial wins."""

    SESSION_START_OUTBOUND = "session.start_outbound"
    SESSION_ACCEPT_INBOUND = "session.accept_inbound"
    SESSION_MULTI = "session.multi"
    QUEUES_ALL = "queue.manage_all"
    CONSOLE_SWITCH = "console.switch"
    DESKTOP_VIEW = "share.desktop.view"
    DESKTOP_CONTROL = "share.desktop.control"
    DESKTOP_SHARE_VIEW = "share.desktop.share_view"
    DESKTOP_SHARE_CONTROL = "share.desktop.share_control"
    APPLICATION_VIEW = "share.application.view"
    APPLICATION_CONTROL = "share.application.control"
    APPLICATION_SHARE_VIEW = "share.application.share_view"
    APPLICATION_SHARE_CONTROL = "share.application.share_control"
    CLIPBOARD = "share.clipboard"
    SCREENSHOT = "screenshot.take"
    INVITE_CSR = "session.invite_csr"
    PASS_CONTROL = "session.pass_control"  # noqa: S105 - a right
    TRANSFER = "session.transfer"

    @property
    def label(self) -> Promise:
        """The privilege in words."""
        return _PRIVILEGE_LABELS[self]


_PRIVILEGE_LABELS: dict[Privilege, Promise] = {
    Privilege.SESSION_START_OUTBOUND: _("Start outbound sessions"),
    Privilege.SESSION_ACCEPT_INBOUND: _("Accept inbound sessions"),
    Privilege.SESSION_MULTI: _("Multi-session mode"),
    Privilege.QUEUES_ALL: _("Managers: all queues, not only chosen ones"),
    Privilege.CONSOLE_SWITCH: _("Switch the console style"),
    Privilege.DESKTOP_VIEW: _("Desktop: Request view"),
    Privilege.DESKTOP_CONTROL: _("Desktop: Request control"),
    Privilege.DESKTOP_SHARE_VIEW: _("Desktop: Share view"),
    Privilege.DESKTOP_SHARE_CONTROL: _("Desktop: Share control"),
    Privilege.APPLICATION_VIEW: _("Application: Request view"),
    Privilege.APPLICATION_CONTROL: _("Application: Request control"),
    Privilege.APPLICATION_SHARE_VIEW: _("Application: Share view"),
    Privilege.APPLICATION_SHARE_CONTROL: _("Application: Share control"),
    Privilege.CLIPBOARD: _("Clipboard text, each way"),
    Privilege.SCREENSHOT: _("Screenshots of what is shared"),
    Privilege.INVITE_CSR: _("Invite other CSRs"),
    Privilege.PASS_CONTROL: _("Pass control"),
    Privilege.TRANSFER: _("Transfer session"),
}


class Scope(StrEnum):
    """What an API token may do. No scope reaches users, sign-in, tokens or consent."""

    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    QUEUES_READ = "queues:read"
    QUEUES_WRITE = "queues:write"


_C, _M, _G, _P, _T = (
    ActorType.CSR,
    ActorType.CUSTOMER,
    ActorType.SUPPORT_MANAGER,
    ActorType.CSR_COMPUTER,
    ActorType.TOKEN,
)
_EVERYONE = frozenset(ActorType)
_PARTICIPANTS = frozenset({_C, _M, _G})
_CUSTOMER_SIDE = frozenset({_M, _G})
_ENDPOINTS = _PARTICIPANTS | {_P}

GRANTED_TO: dict[Permission, frozenset[ActorType]] = {
    Permission.SITE_READ: _EVERYONE,
    Permission.SCHEMA_READ: _EVERYONE,
    Permission.SESSION_KNOCK: _EVERYONE,
    Permission.ME_READ: frozenset({_C}),
    Permission.ME_CHANGE: frozenset({_C}),
    Permission.SESSION_LIST: frozenset({_C, _T}),
    Permission.SESSION_START: frozenset({_C, _T}),
    Permission.SESSION_ASSIST: frozenset({_C}),
    Permission.SESSION_READ: _ENDPOINTS | {_T},
    Permission.SESSION_SURVEY: frozenset({_M}),
    Permission.SESSION_CHAT: _PARTICIPANTS,
    Permission.SESSION_NOTE: frozenset({_C}),
    Permission.SESSION_INVITE: frozenset({_C}),
    Permission.SESSION_ATTACH: frozenset({_C, _M}),
    Permission.SESSION_ADMIT: frozenset({_C}),
    Permission.SESSION_CALL: frozenset({_C}),
    Permission.CALL_ANSWER: frozenset({_C}),
    Permission.SESSION_KEEP: _PARTICIPANTS,
    Permission.SESSION_LEAVE: _PARTICIPANTS,
    Permission.SESSION_END: frozenset({_C, _T}),
    Permission.SESSION_STOP: _CUSTOMER_SIDE,
    Permission.SESSION_OPTIONS: frozenset({_C}),
    Permission.PICTURE_TAKE: frozenset({_C}),
    Permission.PICTURE_READ: frozenset({_C, _M}),
    Permission.CONSENT_ASK: frozenset({_C}),
    Permission.CONSENT_ACCEPT: frozenset({_M}),  # on the page that shows it
    Permission.CONSENT_ANSWER: _ENDPOINTS,  # the owner of the computer that is asked for, whichever side
    Permission.CONSENT_STOP: _ENDPOINTS,
    Permission.SOCKET_OPEN: _ENDPOINTS,
    Permission.MEDIA_CONNECT: _ENDPOINTS,
    Permission.ENTRY_OWN: frozenset({_M}),
    Permission.MESSAGE_HANDLE: frozenset({_C}),
    Permission.QUEUE_READ: frozenset({_C, _T}),
    Permission.QUEUE_WRITE: frozenset({_T}),  # people use the admin pages
    Permission.MONITOR_READ: frozenset({_C}),
    Permission.MONITOR_ACT: frozenset({_C}),
    Permission.INBOX_READ: frozenset({_C}),
    Permission.INBOX_WORK: frozenset({_C}),
    Permission.SITE_MANAGE: frozenset(),  # the admin pages only
}

TOKEN_SCOPES: dict[Permission, Scope] = {
    Permission.SESSION_LIST: Scope.SESSIONS_READ,
    Permission.SESSION_READ: Scope.SESSIONS_READ,
    Permission.SESSION_START: Scope.SESSIONS_WRITE,
    Permission.SESSION_END: Scope.SESSIONS_WRITE,
    Permission.QUEUE_READ: Scope.QUEUES_READ,
    Permission.QUEUE_WRITE: Scope.QUEUES_WRITE,
}
