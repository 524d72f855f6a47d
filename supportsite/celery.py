"""Celery's application; loaded by CoreConfig.ready(), so that `shared_task` finds it."""

import os
from typing import Any

import structlog
from celery import Celery, signals

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
