"""The realtime contract, defined once: what travels over sockets and data channels.

Server, browser and Support Manager parse with these models. Nothing here imports Django,
so the Support Manager can ship this package alone.
"""

PROTOCOL_VERSION = 1
