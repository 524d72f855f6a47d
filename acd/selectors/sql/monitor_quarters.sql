-- Who came in each quarter of an hour to each of the queues, by how it went on; those in which nobody came are left out.
SELECT slots.at, q.public_id AS queue,
    count(*) FILTER (WHERE e.answered_at IS NOT NULL AND e.wait_ms <= q.sl_seconds * 1000) AS in_time,
    count(*) FILTER (WHERE e.answered_at IS NOT NULL AND e.wait_ms > q.sl_seconds * 1000) AS later,
    count(*) FILTER (WHERE e.state IN ('abandoned', 'timed_out')) AS gone
FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '15 minutes') AS slots(at)
JOIN acd_queueentry e ON e.queue_id = ANY(%(queues)s) AND e.state <> 'rejected'
    AND e.enqueued_at >= slots.at AND e.enqueued_at < slots.at + interval '15 minutes'
    AND (e.answered_at IS NOT NULL OR e.state IN ('abandoned', 'timed_out'))
JOIN acd_queue q ON q.id = e.queue_id
GROUP BY slots.at, q.public_id ORDER BY slots.at, q.public_id
