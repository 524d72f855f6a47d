"""The live server of the sessions' tests."""

from sessions.tests.conftest import live_site, server, server_process

__all__ = ["live_site", "server", "server_process"]
