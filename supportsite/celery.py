"""Celery's application; loaded by CoreConfig.ready(), so that `shared_task` finds it."""

import os
from typing import Any

import structlog
from celery import Celery, bootsteps, signals
from celery.beat import EmbeddedService

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportsite.settings")

app = Celery("supportsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect(weak=False)
def keep_our_logging(**_kwargs: Any) -> None:
    """Leave logging as Django has set it."""


@signals.task_prerun.connect(weak=False)
def bind_ref(task_id: str, task: Any, **_kwargs: Any) -> None:
    """Put the task's id and name on every line that it logs."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(ref=task_id, task=task.name)


class BeatInside(bootsteps.StartStopStep):
    """Runs beat as a thread of the worker where BEAT_INSIDE=1: one process less, and nothing to outlive it."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self.enabled = os.environ.get("BEAT_INSIDE") == "1"

    def start(self, parent: Any) -> None:
        """Start the clock of the schedule."""
        kept = parent.app.conf.beat_schedule_filename
        beat: Any = EmbeddedService(parent.app, thread=True, schedule_filename=kept)
        self.beat = beat
        self.beat.start()

    def stop(self, parent: Any) -> None:
        """Stop it."""
        self.beat.stop()


app.steps["worker"].add(BeatInside)


@signals.worker_ready.connect(weak=False)
def show_life_at_once(sender: Any, **_kwargs: Any) -> None:
    """Send the first heartbeat without waiting for beat, so that /readyz knows the worker from its first moment."""
    sender.app.send_task("supportsite.core.tasks.beat", expires=10)
