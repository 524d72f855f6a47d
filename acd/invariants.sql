-- The invariants of WebACD. Each statement returns the rows that break one; %(site)s: the site, %(now)s: the time of the check.
-- Those marked QUIET hold when nothing is due. `states`: what an entry went through, by the log.

-- COMMON
WITH states AS (
    SELECT v.entry_id, v.n, v.data ->> 'to' AS now_in,
           lag(v.data ->> 'to') OVER (PARTITION BY v.entry_id ORDER BY v.n) AS was_in,
           row_number() OVER (PARTITION BY v.entry_id ORDER BY v.n DESC) AS back
    FROM acd_acdevent v WHERE v.site_id = %(site)s AND v.entry_id IS NOT NULL AND v.data ? 'to'
)

-- ALWAYS I1 one pending offer an entry, unless everybody rings; accepted once
SELECT o.entry_id FROM acd_offer o WHERE o.site_id = %(site)s GROUP BY o.entry_id
HAVING count(*) FILTER (WHERE o.state = 'accepted') > 1
    OR (count(*) FILTER (WHERE o.state = 'pending') > 1 AND NOT bool_and(o.everybody) FILTER (WHERE o.state = 'pending'))

-- ALWAYS I2 places in use are those counted, and not more than there are
SELECT s.csr_id FROM acd_csrstate s WHERE s.site_id = %(site)s AND (s.used < 0 OR s.used > s.cap OR s.used <>
    (SELECT count(*) FROM acd_offer o WHERE o.csr_id = s.csr_id AND o.state = 'pending')
    + (SELECT count(*) FROM acd_queueentry e WHERE e.csr_id = s.csr_id AND e.state IN ('active', 'wrap')))

-- ALWAYS I3 an entry is offered exactly while it has a pending offer
SELECT e.id FROM acd_queueentry e WHERE e.site_id = %(site)s AND (e.state = 'offered') <>
    EXISTS (SELECT 1 FROM acd_offer o WHERE o.entry_id = e.id AND o.state = 'pending')

-- ALWAYS I4 nobody who was let in is lost
SELECT v.n FROM acd_acdevent v WHERE v.site_id = %(site)s AND v.kind = 'entry.enqueued'
    AND NOT EXISTS (SELECT 1 FROM acd_queueentry e WHERE e.id = v.entry_id)

-- ALWAYS I5 nobody is passed over by somebody who came later to the same queue
SELECT made.n, f.id FROM acd_acdevent made
JOIN acd_queueentry e ON e.id = made.entry_id
JOIN acd_queuemember m ON m.queue_id = e.queue_id AND m.csr_id = made.csr_id AND m.delay_s = 0
JOIN acd_queueentry f ON f.queue_id = e.queue_id AND f.seq < e.seq AND f.only_csrs IS NULL AND f.skills = '[]'
    AND f.preferred_csr_id IS NULL
CROSS JOIN LATERAL (SELECT s.now_in FROM states s WHERE s.entry_id = f.id AND s.n < made.n ORDER BY s.n DESC LIMIT 1) at
CROSS JOIN LATERAL (SELECT s.now_in FROM states s WHERE s.entry_id = e.id AND s.n < made.n ORDER BY s.n DESC LIMIT 1) own
WHERE made.site_id = %(site)s AND made.kind = 'offer.made' AND at.now_in = 'waiting' AND own.now_in = 'waiting'
    AND (SELECT (v.data ->> 'priority')::int FROM acd_acdevent v WHERE v.entry_id = f.id AND v.site_id = %(site)s
            AND v.n < made.n AND v.data ? 'priority' ORDER BY v.n DESC LIMIT 1)
     >= (SELECT (v.data ->> 'priority')::int FROM acd_acdevent v WHERE v.entry_id = e.id AND v.site_id = %(site)s
            AND v.n < made.n AND v.data ? 'priority' ORDER BY v.n DESC LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM acd_acdevent v WHERE v.site_id = %(site)s AND v.entry_id = f.id AND v.n < made.n
            AND v.csr_id = made.csr_id AND v.kind IN ('offer.declined', 'offer.expired'))

-- ALWAYS I7 a place is kept: only a logged change of priority moves an entry
SELECT e.id FROM acd_queueentry e JOIN acd_acdevent v ON v.site_id = %(site)s AND v.entry_id = e.id
    AND v.kind = 'entry.enqueued'
WHERE e.site_id = %(site)s AND (e.seq <> (v.data ->> 'seq')::bigint OR e.priority <>
    (SELECT (p.data ->> 'priority')::int FROM acd_acdevent p WHERE p.site_id = %(site)s AND p.entry_id = e.id
     AND p.data ? 'priority' ORDER BY p.n DESC LIMIT 1))

-- ALWAYS I9 no offer to a customer who is gone
SELECT o.id FROM acd_offer o JOIN acd_queueentry e ON e.id = o.entry_id
WHERE o.site_id = %(site)s AND o.state = 'pending' AND e.state NOT IN ('waiting', 'offered', 'limbo')

-- ALWAYS I10 states follow each other as the table says
SELECT s.entry_id, s.was_in, s.now_in FROM states s
WHERE s.was_in <> s.now_in AND NOT s.was_in || '>' || s.now_in = ANY (string_to_array('waiting>offered waiting>limbo waiting>active waiting>abandoned waiting>timed_out '
    || 'waiting>overflowed waiting>cancelled offered>waiting offered>active offered>limbo '
    || 'offered>abandoned offered>timed_out offered>overflowed offered>cancelled limbo>waiting '
    || 'limbo>abandoned limbo>timed_out limbo>overflowed limbo>cancelled active>wrap active>done '
    || 'wrap>done ', ' '))

-- ALWAYS I11 the log has no gap, and state is what it says
SELECT r.n FROM acd_siterouter r WHERE r.site_id = %(site)s AND r.n <>
    (SELECT count(*) FROM acd_acdevent v WHERE v.site_id = %(site)s)
UNION ALL
SELECT e.id FROM acd_queueentry e LEFT JOIN states s ON s.entry_id = e.id AND s.back = 1
WHERE e.site_id = %(site)s AND s.now_in IS DISTINCT FROM e.state

-- ALWAYS I12 what belongs together is of one site
SELECT e.id FROM acd_queueentry e JOIN acd_queue q ON q.id = e.queue_id JOIN acd_contact c ON c.id = e.contact_id
LEFT JOIN acd_csrstate s ON s.csr_id = e.csr_id
WHERE e.site_id = %(site)s AND (q.site_id <> e.site_id OR c.site_id <> e.site_id OR s.site_id <> e.site_id)
UNION ALL
SELECT o.id FROM acd_offer o JOIN acd_queueentry e ON e.id = o.entry_id JOIN acd_csrstate s ON s.csr_id = o.csr_id
WHERE o.site_id = %(site)s AND (e.site_id <> o.site_id OR s.site_id <> o.site_id)

-- QUIET I6 nobody waits beside somebody free who may take them
SELECT s.csr_id, e.id FROM acd_csrstate s JOIN acd_queueentry e ON e.site_id = s.site_id AND e.state = 'waiting'
LEFT JOIN acd_queuemember m ON m.queue_id = e.queue_id AND m.csr_id = s.csr_id
WHERE s.site_id = %(site)s AND acd_ready(s, %(now)s) AND acd_fits(e, m, s, %(now)s)
    AND NOT acd_skipped(e, s.csr_id, %(now)s)

-- QUIET I8 no offer outlives its time, and nothing that lives is without an end
SELECT o.id FROM acd_offer o WHERE o.site_id = %(site)s AND o.state = 'pending'
    AND o.expires_at < %(now)s - interval '1 second'
UNION ALL
SELECT e.id FROM acd_queueentry e WHERE e.site_id = %(site)s AND e.state IN ('limbo', 'wrap') AND e.deadline_at IS NULL
UNION ALL
SELECT s.csr_id FROM acd_csrstate s WHERE s.site_id = %(site)s AND s.presence <> 'offline' AND s.lease_until IS NULL

-- QUIET I9 no offer to a CSR without a lease
SELECT o.id FROM acd_offer o JOIN acd_csrstate s ON s.csr_id = o.csr_id
WHERE o.site_id = %(site)s AND o.state = 'pending' AND (s.lease_until IS NULL OR s.lease_until <= %(now)s)
