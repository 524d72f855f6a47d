"""A session on stage: two members, customers, a Support Manager, built through the real services."""

import base64
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts.actors import CsrActor
from accounts.models import Membership
from accounts.tests.factories import MembershipFactory, SessionTypeFactory
from sessions.fold import fold
from sessions.models import ActionRequest, AttachPurpose, Endpoint, Grant, Participant
from sessions.selectors.access import Access
from sessions.selectors.log import read_log
from sessions.selectors.snapshot import get_snapshot
from sessions.services import attach, grants, joining, lifecycle, presence, requests
from supportsite.protocol.base import Capability, EndpointKind
from supportsite.protocol.capabilities import surface_of
from supportsite.protocol.grants import grant_statement
from supportsite.protocol.objects import ApplicationInfo, Scope

VIEW, CONTROL = Capability.VIEW_DESKTOP, Capability.CONTROL_DESKTOP
EDITOR = ApplicationInfo(window=7, name="editor", title="letter.txt")
_addresses = itertools.count(1)


def new_address() -> str:
    """A client address that no limit knows."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@dataclass
class Manager:
    """A Support Manager as the server sees it: key, epoch, access."""

    access: Access
    key: Ed25519PrivateKey
    epoch: int = 0

    def learn_epoch(self) -> None:
        """Read the epoch that the server knows."""
        assert self.access.endpoint is not None
        self.access.endpoint.refresh_from_db()
        self.epoch = self.access.endpoint.epoch

    def sign(self, request: ActionRequest, scope: Scope) -> dict[str, Any]:
        self.epoch += 1
        statement = grant_statement(
            session=request.support_session.public_id,
            request=request.public_id,
            capability=request.capability,
            scope=scope,
            holder=request.operator.public_id,
            epoch=self.epoch,
        )
        return {"epoch": self.epoch, "signature": base64.b64encode(self.key.sign(statement)).decode()}

    def grant(self, request: ActionRequest, scope: Scope | None = None) -> Grant:
        chosen = scope or _all_of(request)
        self.learn_epoch()
        return grants.grant_request(self.access, request.public_id, scope=chosen, **self.sign(request, chosen))


@dataclass
class Scene:
    """One session of one site with its people."""

    site: Any
    csr: Access
    member: Membership
    sockets: dict[str, str] = field(default_factory=dict)
    managers: list[Manager] = field(default_factory=list)

    @classmethod
    def start(cls, site: Any, **fields: Any) -> "Scene":
        member = MembershipFactory(site=site)
        kind = SessionTypeFactory(site=site)
        access = lifecycle.start_outbound_session(
            CsrActor(member),
            site=site,
            session_type=kind.public_id,
            tracking=fields.pop("tracking", {}),
            customer_language=fields.pop("customer_language", "en"),
        )
        scene = cls(site=site, csr=access, member=member)
        scene.csr_tab = scene.connect(access)
        return scene

    csr_tab: Access = None  # type: ignore[assignment]

    @property
    def session(self) -> Any:
        row = self.csr.support_session
        row.refresh_from_db()
        return row

    def join(self, name: str = "Hannah", *, connect: bool = True, language: str = "en") -> Access:
        joined = joining.join_as_customer(
            site=self.site,
            number=self.session.number,
            name=name,
            language=language,
            address=new_address(),
            label="Chrome, Linux",
            known=None,
        )
        return self.connect(joined.access) if connect else joined.access

    def assist(self) -> Access:
        member = MembershipFactory(site=self.site)
        access = joining.join_as_csr(
            CsrActor(member), site=self.site, number=self.session.number, address=new_address()
        )
        return self.connect(access)

    def connect(self, access: Access) -> Access:
        endpoint = presence.open_endpoint(access, reuse=None, label="Chrome, Linux")
        self.sockets[endpoint.public_id] = presence.connect_endpoint(endpoint)
        endpoint.refresh_from_db()
        return Access(access.support_session, endpoint.participant, endpoint)

    def disconnect(self, access: Access) -> None:
        assert access.endpoint is not None
        presence.disconnect_endpoint(access.endpoint, self.sockets[access.endpoint.public_id])

    def attach(self, access: Access, *, connect: bool = True) -> Manager:
        code, _ = attach.create_attach_code(access, purpose=AttachPurpose.SUPPORT_MANAGER)
        key = Ed25519PrivateKey.generate()
        public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
        attached = attach.attach_support_manager(
            site=self.site, code=code, public_key=public, label="Linux", address=new_address()
        )
        manager = Manager(attached.access, key)
        self.managers.append(manager)
        if connect:
            self.connect(attached.access)
        return manager

    def ask(
        self,
        capability: Capability = VIEW,
        scope: Scope | None = None,
        *,
        source: Access | None = None,
        operator: Access | None = None,
    ) -> ActionRequest:
        return requests.make_request(
            self.csr,
            capability=capability,
            scope=scope or Scope(),
            source=source.endpoint.public_id if source and source.endpoint else None,
            operator=operator.person.public_id if operator else None,
        )

    def offer(self, capability: Capability, source: Access, customer: Access) -> ActionRequest:
        """A `share.*` request that the customer has accepted."""
        request = self.ask(capability, source=source)
        return requests.accept_request(customer, request.public_id)

    def give_from_page(self, request: ActionRequest) -> Grant:
        """Have the CSR's console page grant what it shows."""
        assert self.csr_tab.endpoint is not None
        return grants.grant_request(
            Access(self.csr.support_session, self.csr.person),
            request.public_id,
            scope=None,
            epoch=None,
            signature=None,
            endpoint=self.csr_tab.endpoint.public_id,
        )

    def readers(self) -> list[Access]:
        """Everybody as a person, and the CSRs' computers, which read less."""
        people = Participant.objects.filter(support_session=self.session)
        computers = Endpoint.objects.select_related("participant").filter(
            support_session=self.session, kind=EndpointKind.SUPPORT_MANAGER, participant__membership__isnull=False
        )
        return [
            *(Access(self.session, person) for person in people),
            *(Access(self.session, computer.participant, computer) for computer in computers),
        ]


@contextmanager
def verify_service(scene: Scene) -> Iterator[None]:
    """Hold a service and its events together: the earlier snapshot, folded, is the later one, for every reader.

    Readers who were admitted meanwhile read the snapshot anew, as clients do; those who left see no more events.
    """
    before = {_name(access): (access.person.state, _plain(access)) for access in scene.readers()}
    yield
    for access in scene.readers():
        state, earlier = before.get(_name(access), ("", None))
        if earlier is None or (state, access.person.state) not in {("lobby", "lobby"), ("joined", "joined")}:
            continue
        events, _ = read_log(access, after=earlier.seq, limit=500)
        assert _comparable(fold(earlier, events)) == _comparable(_plain(access)), access.person.role


def _name(access: Access) -> tuple[str, bool]:
    return access.person.public_id, access.computer


def _all_of(request: ActionRequest) -> Scope:
    """What was asked for; of applications the owner chooses one."""
    if surface_of(request.capability) == "application":
        return Scope(applications=[EDITOR])
    return Scope.model_validate(request.scope)


def _plain(access: Access) -> Any:
    return get_snapshot(access, language="en")


def _comparable(snapshot: Any) -> dict[str, Any]:
    """Leave out the reading's own time and what events only point to (the note's text)."""
    plain: dict[str, Any] = snapshot.model_dump(mode="json", exclude={"now", "note"})
    plain["rests"] = [rest for rest in plain["rests"] if rest["until"] > snapshot.now.isoformat()]
    return plain
