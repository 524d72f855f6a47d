"""Everybody who may call, as Django test clients on one session and around it."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.permissions import Scope as TokenScope
from accounts.services import SYSTEM_ACTOR, create_api_token
from accounts.tests.factories import MembershipFactory
from sessions.models import Endpoint
from sessions.tests.scene import Manager, Scene
from supportsite.core.tenancy import site_scope


@dataclass
class Call:
    """A client with one identity on one host."""

    client: Client
    headers: dict[str, str]

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            data="" if method == "GET" else json.dumps(body or {}),
            content_type="application/json",
            headers=self.headers,
        )


def anonymous(site: Any) -> Call:
    return Call(Client(), {"host": site.host})


def member(site: Any, membership: Any) -> Call:
    client = Client()
    client.force_login(membership.user)
    return Call(client, {"host": site.host})


def customer(site: Any, endpoint: Endpoint) -> Call:
    """The browser of an endpoint; it gets a new secret, the old one was never kept."""
    from accounts.secret_tokens import hash_secret

    secret = f"secret-of-{endpoint.public_id}"
    Endpoint.objects.filter(pk=endpoint.pk).update(secret_hash=hash_secret(secret))
    client = Client()
    client.cookies["participant"] = secret
    return Call(client, {"host": site.host})


def manager(site: Any, program: Manager) -> Call:
    from accounts.secret_tokens import hash_secret

    assert program.access.endpoint is not None
    secret = f"sm_secret-of-{program.access.endpoint.public_id}"
    Endpoint.objects.filter(pk=program.access.endpoint.pk).update(secret_hash=hash_secret(secret))
    return Call(Client(), {"host": site.host, "authorization": f"Bearer {secret}"})


def token(site: Any, *scopes: TokenScope) -> Call:
    with site_scope(site):
        _, text = create_api_token(site, name="t", scopes=scopes, days=1, actor=SYSTEM_ACTOR)
    return Call(Client(), {"host": site.host, "authorization": f"Bearer {text}"})


def everybody(scene: Scene, other_site: Any) -> dict[str, Call]:
    """Callers by name; those whose name begins with `foreign` have nothing to do with the scene."""
    site = scene.site
    person = scene.join()
    assert person.endpoint is not None
    computer = scene.attach(scene.csr)
    program = scene.attach(person)
    other = Scene.start(site)
    stranger = other.join("Stranger")
    assert stranger.endpoint is not None
    with site_scope(other_site):
        outside = MembershipFactory(site=other_site)
        foreign_scene = Scene.start(other_site)
        foreign_person = foreign_scene.join()
        assert foreign_person.endpoint is not None
        foreign_customer = customer(other_site, foreign_person.endpoint)
        foreign_manager = manager(other_site, foreign_scene.attach(foreign_person))
    return {
        "anonymous": anonymous(site),
        "csr": member(site, scene.member),
        "customer": customer(site, person.endpoint),
        "manager": manager(site, program),
        "computer": manager(site, computer),
        "reader": token(site, TokenScope.SESSIONS_READ),
        "writer": token(site, TokenScope.SESSIONS_WRITE),
        "foreign_colleague": member(site, MembershipFactory(site=site)),
        "foreign_customer_of_another_session": customer(site, stranger.endpoint),
        "foreign_member_on_this_host": member(site, outside),
        "foreign_csr_on_their_host": member(other_site, foreign_scene.member),
        "foreign_customer_on_their_host": foreign_customer,
        "foreign_manager_on_their_host": foreign_manager,
        "foreign_token_on_their_host": token(other_site, TokenScope.SESSIONS_READ, TokenScope.SESSIONS_WRITE),
    }
