"""The way to a viewer's relay: join it by the API, open its socket, say hello."""

import aiohttp
from pydantic import ValidationError

from customer_agent.client import ApiClient
from customer_agent.errors import AgentError
from supportsite.protocol import PROTOCOL_VERSION
from supportsite.protocol.relay import MAX_RELAY_TEXT_BYTES
from supportsite.protocol.socket import SERVER_FRAME, Hello, Welcome

WELCOME_SECONDS = 5.0


async def dial_relay(api: ApiClient, *, session: str, relay: str, participant: str) -> aiohttp.ClientWebSocketResponse:
    """Return the open and welcomed socket of a viewer's relay.

    Raises AgentError: `not_found` where the relay is not this participant's, or why it cannot be joined.
    """
    info = await api.join_relay(session, relay)
    if info.participant != participant:
        raise AgentError("not_found")
    hello = Hello(protocol=PROTOCOL_VERSION, ticket=info.ticket)
    try:
        socket = await api.http.ws_connect(api.address.socket_url(info.url), max_msg_size=4 * MAX_RELAY_TEXT_BYTES)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise AgentError("unreachable", message=type(error).__name__) from error
    try:
        await socket.send_str(hello.model_dump_json())
        frame = SERVER_FRAME.validate_json(await socket.receive_str(timeout=WELCOME_SECONDS), extra="ignore")
        if not isinstance(frame, Welcome):
            raise AgentError("bad_answer")
    except (aiohttp.ClientError, TimeoutError, OSError, TypeError, ValidationError) as error:
        await socket.close()
        raise AgentError("unreachable", message=type(error).__name__) from error
    except AgentError:
        await socket.close()
        raise
    return socket
