"""Fixtures of this app: the live server of the sessions' tests, and a manager."""

from typing import Any

import pytest

from accounts.models import Role
from accounts.tests.factories import MembershipFactory
from sessions.tests.conftest import live_site, server, server_process

__all__ = ["live_site", "server", "server_process"]


@pytest.fixture
def manager(site: Any) -> Any:
    """Return a manager of all queues."""
    return MembershipFactory(site=site, role=Role.MANAGER)
