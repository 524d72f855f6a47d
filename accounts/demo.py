"""The demo site: what `dev.py up` shows. Simple passwords, so never on a machine that others reach."""

from dataclasses import dataclass
from typing import Any

from accounts.models import ApiToken, Membership, Role, SessionType, Site, TrackingCode, User
from accounts.permissions import Scope
from accounts.services import create_api_token, create_site
from accounts.services.audit import SYSTEM_ACTOR
from accounts.signals import demo_made
from supportsite.core import clock
from supportsite.core.tenancy import site_scope

PASSWORD = "aozora-demo-1"  # noqa: S105 - documented
TOKEN_NAME = "Demo"  # noqa: S105 - a label
TOKEN_DAYS = 90


@dataclass(frozen=True)
class Person:
    """Somebody of the demo."""

    email: str
    name: str
    role: Role
    language: str = "en"


@dataclass(frozen=True)
class DemoSite:
    """A site of the demo with its people; the first is its administrator."""

    host: str
    name: str
    name_ja: str
    welcome: str
    welcome_ja: str
    people: tuple[Person, ...]
    accent: str = "#0F5F73"


SITES = (
    DemoSite(
        host="localhost",
        name="Aozora Office Systems",
        name_ja="あおぞらシステムズ",
        welcome="We help you with printers, networks and office software.",
        welcome_ja="プリンター、ネットワーク、オフィスソフトのご相談を承ります。",
        people=(
            Person("admin@aozora.example", "Emi Tanaka", Role.ADMIN),
            Person("daniel@aozora.example", "Daniel Okafor", Role.CSR),
            Person("yuki@aozora.example", "Yuki Sato", Role.CSR, "ja"),
            Person("manager@aozora.example", "Maria Lindholm", Role.MANAGER),
        ),
    ),
    DemoSite(
        host="second.localhost",
        name="Borealis Medical",
        name_ja="ボレアリス医療機器",
        welcome="Support for devices and software of Borealis.",
        welcome_ja="ボレアリス製品のサポート窓口です。",
        accent="#5B3A8C",
        people=(
            Person("admin@borealis.example", "Ida Berg", Role.ADMIN),
            Person("csr@borealis.example", "Oskar Nygaard", Role.CSR),
        ),
    ),
)
STAFF = Person("staff@platform.example", "Petra Vogel", Role.ADMIN)
SESSION_TYPES = (
    ("Technical support", "テクニカルサポート"),
    ("Installation", "導入支援"),
    ("Training", "操作説明"),
)
TRACKING_CODES: tuple[tuple[str, str, list[str], bool], ...] = (
    ("Product", "製品", ["Printer", "Network", "Office software"], False),
    ("Ticket number", "受付番号", [], False),
)


def make_demo() -> dict[str, Any]:
    """Make what is missing of the demo and return its accounts and an API token; may be called again."""
    accounts: list[dict[str, str]] = []
    for plan in SITES:
        site = _make_site(plan)
        accounts += [_account(person, plan.host, person.role.value) for person in plan.people]
        with site_scope(site):
            _make_choices(site)
            demo_made.send(Site, site=site)
    if not User.objects.filter(email=STAFF.email).exists():
        User.objects.create_user(STAFF.email, PASSWORD, name=STAFF.name, is_staff=True)
    accounts.append(_account(STAFF, SITES[0].host, "platform_staff"))
    first = Site.objects.get(host=SITES[0].host)
    with site_scope(first):
        token = _make_token(first)
    return {"hosts": [plan.host for plan in SITES], "accounts": accounts, "api_token": token}


def _account(person: Person, host: str, role: str) -> dict[str, str]:
    return {"email": person.email, "password": PASSWORD, "name": person.name, "role": role, "site": host}


def _make_site(plan: DemoSite) -> Site:
    admin = plan.people[0]
    site = Site.objects.filter(host=plan.host).first()
    if site is None:
        site, _membership = create_site(
            host=plan.host,
            name=plan.name,
            name_ja=plan.name_ja,
            welcome=plan.welcome,
            welcome_ja=plan.welcome_ja,
            accent=plan.accent,
            verified=True,
            admin_email=admin.email,
            admin_name=admin.name,
            admin_password=PASSWORD,
        )
    with site_scope(site):
        for person in plan.people[1:]:
            _make_member(site, person)
    return site


def _make_member(site: Site, person: Person) -> None:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(person.email, PASSWORD, name=person.name, language=person.language)
    Membership.objects.get_or_create(site=site, user=user, defaults={"role": person.role})


def _make_choices(site: Site) -> None:
    for position, (name, name_ja) in enumerate(SESSION_TYPES):
        SessionType.objects.get_or_create(site=site, name=name, defaults={"name_ja": name_ja, "position": position})
    for position, (name, name_ja, choices, required) in enumerate(TRACKING_CODES):
        TrackingCode.objects.get_or_create(
            site=site,
            name=name,
            defaults={"name_ja": name_ja, "choices": choices, "required": required, "position": position},
        )


def _make_token(site: Site) -> str:
    """Make a fresh token: the text of an earlier one is nowhere. Earlier ones of this name end."""
    ApiToken.objects.filter(site=site, name=TOKEN_NAME, revoked_at=None).update(revoked_at=clock.now())
    _token, secret = create_api_token(site, name=TOKEN_NAME, scopes=list(Scope), days=TOKEN_DAYS, actor=SYSTEM_ACTOR)
    return secret
