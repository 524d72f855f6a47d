"""Run the timers of all queues."""

from typing import Any

from django.core.management.base import BaseCommand

from acd.services.timers import Timers


class Command(BaseCommand):
    """Runs until it is stopped; more than one does no harm."""

    help = "Do what time does to queues: missed offers, lost customers, wrap-ups, overflow. Run at least one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick what is due, for ever."""
        Timers().run()
