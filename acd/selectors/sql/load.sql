-- The load of a queue now. Every second counts by its age, exp(-age / tau): what a CSR does now says most.
-- Handle time and abandonment are occurrences by exposure: seconds taken of slots by ends of help, abandons by seconds waited.
WITH staff AS (
    SELECT s.csr_id, greatest(s.wanted_cap - s.outside, 0) AS slots
    FROM acd_queuemember m JOIN acd_csrstate s ON s.csr_id = m.csr_id
    WHERE m.queue_id = %(queue)s AND s.presence = 'available' AND s.lease_until > %(now)s),
ages AS (
    SELECT e.queue_id, e.csr_id, e.state,
        extract(epoch FROM %(now)s - e.enqueued_at)::float AS came,
        extract(epoch FROM %(now)s - coalesce(e.answered_at, e.ended_at, %(now)s))::float AS left_line,
        CASE WHEN e.answered_at IS NOT NULL THEN extract(epoch FROM %(now)s - greatest(e.first_offer_at,
            e.answered_at - make_interval(secs => q.offer_timeout_s)))::float END AS taken,
        extract(epoch FROM %(now)s - coalesce(e.ended_at, %(now)s))::float AS freed,
        e.ended_at IS NOT NULL AS ended
    FROM acd_queueentry e JOIN acd_queue q ON q.id = e.queue_id
    WHERE e.state <> 'rejected' AND e.enqueued_at > %(now)s - make_interval(secs => %(window)s)
      AND e.queue_id IN (SELECT %(queue)s UNION SELECT m.queue_id FROM acd_queuemember m JOIN staff USING (csr_id))),
weighted AS (
    SELECT a.queue_id, a.csr_id,
        CASE WHEN a.taken IS NOT NULL THEN %(tau)s * (exp(-a.freed / %(tau)s) - exp(-a.taken / %(tau)s)) END AS work,
        CASE WHEN a.taken IS NOT NULL AND a.ended THEN exp(-a.freed / %(tau)s) END AS finished,
        %(tau)s * (exp(-a.left_line / %(tau)s) - exp(-a.came / %(tau)s)) AS waited,
        CASE WHEN a.state = 'abandoned' THEN exp(-a.left_line / %(tau)s) END AS abandoned
    FROM ages a),
-- A CSR's part for this queue; before anything is known all their queues have the same.
parts AS (
    SELECT staff.slots, (coalesce(sum(w.work) FILTER (WHERE w.queue_id = %(queue)s), 0) + %(handle)s / mine.queues)
                        / (coalesce(sum(w.work), 0) + %(handle)s) AS part
    FROM staff JOIN LATERAL (SELECT count(*)::float AS queues FROM acd_queuemember m WHERE m.csr_id = staff.csr_id) mine ON true
    LEFT JOIN weighted w ON w.csr_id = staff.csr_id
    GROUP BY staff.csr_id, staff.slots, mine.queues)
SELECT coalesce((SELECT sum(slots * part) FROM parts), 0)::float AS slots,
    coalesce((SELECT sum(slots) FROM staff), 0)::float AS raw_slots,
    ((%(handle)s + coalesce(sum(w.work), 0)) / (1 + coalesce(sum(w.finished), 0)))::float AS handle_s,
    coalesce(coalesce(sum(w.abandoned), 0) / nullif(sum(w.waited), 0), 0)::float AS abandon_rate,
    coalesce((SELECT extract(epoch FROM %(now)s - enqueued_at) FROM acd_queueentry
              WHERE queue_id = %(queue)s AND state = 'waiting' ORDER BY priority DESC, seq LIMIT 1), 0)::float AS head_waited_s
FROM weighted w WHERE w.queue_id = %(queue)s
