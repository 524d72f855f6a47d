"""Which place each waiting customer was shown last, so that it never goes back without a reason."""

from collections.abc import Mapping

from django.db import connection

from acd.models import Queue


def remember_places(queue: Queue, shown: Mapping[int, int]) -> None:
    """Remember the places shown, by entry's key. Entries that the router holds at this moment are left out.

    It never waits for the router: a place is told again soon, an offer is not.
    """
    if not shown:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE acd_queueentry e SET shown_position = s.place
            FROM (SELECT x.id, p.place FROM unnest(%s::bigint[], %s::int[]) AS p (id, place)
                  JOIN acd_queueentry x ON x.id = p.id
                  WHERE x.queue_id = %s AND x.shown_position IS DISTINCT FROM p.place
                  FOR NO KEY UPDATE OF x SKIP LOCKED) s
            WHERE e.id = s.id
            """,
            [list(shown.keys()), list(shown.values()), queue.pk],
        )
