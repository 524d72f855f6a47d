"""The sockets: they deliver events and carry what is ephemeral. No durable command."""

from sessions.consumers.console import ConsoleConsumer
from sessions.consumers.session import SessionConsumer

__all__ = ["ConsoleConsumer", "SessionConsumer"]
