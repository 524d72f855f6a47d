"""The demo's queues: what the console, the monitor and the entry pages show after `dev.py up`."""

from accounts.models import Membership, Role, Site
from acd.models import AcdSettings, FormField, OutcomeCode, Queue, QueueMember

QUEUES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("Technical support", "テクニカルサポート", {"wrapup_s": 60, "allow_pick": True}),
    ("Billing", "ご請求", {"strategy": "round_robin"}),
)
FIELDS: tuple[tuple[str, str, str, str, list[str], bool], ...] = (
    ("topic", "What is it about?", "ご用件", "choice", ["Printer", "Network", "Office software"], True),
    ("question", "Your question", "お問い合わせ内容", "long_text", [], False),
)
OUTCOMES = (
    ("Printer", "プリンター"),
    ("Network", "ネットワーク"),
    ("Software", "ソフトウェア"),
    ("Account", "アカウント"),
)


def make_demo_queues(site: Site) -> None:
    """Make what is missing of a demo site's queues; may be called again. Needs the site's scope."""
    AcdSettings.objects.get_or_create(site=site)
    for position, (name, name_ja) in enumerate(OUTCOMES):
        OutcomeCode.objects.get_or_create(site=site, name=name, defaults={"name_ja": name_ja, "position": position})
    for position, (name, name_ja, fields) in enumerate(QUEUES):
        defaults = {"name_ja": name_ja, "position": position, **fields}
        queue, made = Queue.objects.get_or_create(site=site, name=name, defaults=defaults)
        if made:
            _fill(site, queue)


def _fill(site: Site, queue: Queue) -> None:
    for position, (key, name, name_ja, kind, choices, required) in enumerate(FIELDS):
        FormField.objects.create(
            site=site,
            queue=queue,
            key=key,
            name=name,
            name_ja=name_ja,
            kind=kind,
            choices=choices,
            required=required,
            position=position,
        )
    for position, csr in enumerate(Membership.objects.filter(site=site, active=True).exclude(role=Role.ADMIN)):
        QueueMember.objects.create(site=site, queue=queue, csr=csr, position=position)
