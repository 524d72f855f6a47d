"""TURN credentials: as the TURN server computes them, for ten minutes, none where no server is set."""

import base64
import hmac
from hashlib import sha1

from media.ice import list_ice_servers


def test_credentials_are_what_the_turn_server_expects(settings, clock):
    settings.TURN_URL, settings.TURN_SECRET = (
        "turn:127.0.0.1:3478?transport=udp, turn:127.0.0.1:3478?transport=tcp,turns:turn.example:443?transport=tcp",
        "s3",
    )
    (server,) = list_ice_servers("participant")
    expiry, name = server["username"].split(":")
    assert int(expiry) == int(clock.at.timestamp()) + 600
    assert name == "participant"
    digest = hmac.new(b"s3", server["username"].encode(), sha1).digest()
    assert base64.b64decode(server["credential"]) == digest
    assert server["urls"] == [
        "turn:127.0.0.1:3478?transport=udp",
        "turn:127.0.0.1:3478?transport=tcp",
        "turns:turn.example:443?transport=tcp",
    ]


def test_without_a_turn_server_there_is_nothing(settings):
    settings.TURN_URL = ""
    assert list_ice_servers("participant") == []
