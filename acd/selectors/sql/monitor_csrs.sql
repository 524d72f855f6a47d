-- What each CSR of the queues (or, with p_all, each of the site) is doing now.
SELECT m.public_id, u.name, s.presence, s.reason, s.since, s.lost_at, s.lease_until, s.not_before, s.idle_since,
    s.wanted_cap, s.used, s.outside,
    (SELECT count(*) FROM acd_offer o WHERE o.csr_id = s.csr_id AND o.state = 'pending') AS offers,
    (SELECT min(o.created_at) FROM acd_offer o WHERE o.csr_id = s.csr_id AND o.state = 'pending') AS offered_at,
    (SELECT min(o.expires_at) FROM acd_offer o WHERE o.csr_id = s.csr_id AND o.state = 'pending') AS offer_until,
    wraps.count AS wrap_ups, wraps.since AS wrap_since, wraps.until AS wrap_until,
    (SELECT max(e.answered_at) FROM acd_queueentry e WHERE e.csr_id = s.csr_id AND e.state = 'active') AS last_answer,
    ARRAY(SELECT q.public_id FROM acd_queuemember x JOIN acd_queue q ON q.id = x.queue_id
          WHERE x.csr_id = s.csr_id AND q.id = ANY(%(queues)s) ORDER BY q.position, q.id) AS queues
FROM acd_csrstate s
JOIN accounts_membership m ON m.id = s.csr_id AND m.active
JOIN accounts_user u ON u.id = m.user_id AND u.is_active
CROSS JOIN LATERAL (SELECT count(*) AS count, min(e.wrap_from) AS since, min(e.deadline_at) AS until
    FROM acd_queueentry e WHERE e.csr_id = s.csr_id AND e.state = 'wrap') wraps
WHERE EXISTS (SELECT 1 FROM acd_queuemember x WHERE x.csr_id = s.csr_id AND x.queue_id = ANY(%(queues)s))
ORDER BY u.name, m.id
