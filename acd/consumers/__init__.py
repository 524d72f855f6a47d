"""Sockets of WebACD: they deliver state. No durable command."""

from acd.consumers.inbox import InboxConsumer
from acd.consumers.monitor import MonitorConsumer
from acd.consumers.waiting import WaitingConsumer

__all__ = ["InboxConsumer", "MonitorConsumer", "WaitingConsumer"]
