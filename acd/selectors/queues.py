"""Queues as everybody may know them."""

from acd.hours import find_opening
from acd.models import FormField, Queue
from supportsite.core.clock import now
from supportsite.protocol.entering import FormFieldInfo, QueueInfo


def describe_queue(queue: Queue, language: str) -> QueueInfo:
    """Return a queue for its customers, in `language`."""
    at = now()
    opening = find_opening(queue.hours, queue.holidays, queue.timezone, at, queue.override)
    fields = FormField.objects.filter(queue=queue, active=True)
    return QueueInfo(
        id=queue.public_id,
        name=queue.name_in(language),
        open=opening.open,
        changes_at=opening.until,
        when_closed=queue.closed_behaviour,
        fields=[
            FormFieldInfo(
                key=field.key,
                label=field.name_in(language),
                kind=field.kind,
                required=field.required,
                choices=[str(choice) for choice in field.choices],
            )
            for field in fields
        ],
    )
