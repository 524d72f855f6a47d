-- What is in the line of each queue now, and who came since its midnight.
SELECT q.id,
    coalesce(line.waiting, 0) AS waiting, line.longest_since,
    (SELECT count(*) FROM acd_queuemember m JOIN acd_csrstate s ON s.csr_id = m.csr_id
        WHERE m.queue_id = q.id AND acd_ready(s, %(now)s)) AS csrs_ready,
    (SELECT count(*) FROM acd_queuemember m JOIN acd_csrstate s ON s.csr_id = m.csr_id
        WHERE m.queue_id = q.id AND s.presence <> 'offline' AND s.lease_until > %(now)s) AS csrs,
    today.offered, today.answered, today.in_time, today.gone, today.gone_short
FROM acd_queue q
LEFT JOIN LATERAL (
    SELECT count(*) AS waiting, min(e.enqueued_at) AS longest_since FROM (
        SELECT enqueued_at FROM acd_queueentry WHERE queue_id = q.id AND state = 'waiting'
        UNION ALL
        SELECT o.enqueued_at FROM acd_queueentry o WHERE o.queue_id = q.id AND o.state IN ('offered', 'limbo')) e) line ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS offered,
        count(*) FILTER (WHERE e.answered_at IS NOT NULL) AS answered,
        count(*) FILTER (WHERE e.answered_at IS NOT NULL AND e.wait_ms <= q.sl_seconds * 1000) AS in_time,
        count(*) FILTER (WHERE e.state = 'abandoned') AS gone,
        count(*) FILTER (WHERE e.state = 'abandoned' AND e.wait_ms < q.short_abandon_s * 1000) AS gone_short
    FROM acd_queueentry e
    WHERE e.queue_id = q.id AND e.state <> 'rejected'
      AND e.enqueued_at >= date_trunc('day', %(now)s AT TIME ZONE q.timezone) AT TIME ZONE q.timezone) today
WHERE q.id = ANY(%(queues)s)
