-- One CSR's inbox in one statement and one snapshot, as supportsite.protocol.inbox.InboxState reads it.
-- Each piece is bounded, so that the length of a queue does not count. `p_now` null: the database's own clock.
-- All are plpgsql: it keeps plans for the connection, while a function in SQL is planned anew in every transaction.

-- The answers of a visit in the order of the form that was filled in: that of the first queue.
CREATE OR REPLACE FUNCTION acd_answers(c acd_contact, p_language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('key', a.key, 'kind', coalesce(f.kind, 'text'), 'value', left(a.value, 4000),
        'label', coalesce(CASE WHEN p_language = 'ja' THEN nullif(f.name_ja, '') END, f.name, a.key))
        ORDER BY f.position NULLS LAST, f.id NULLS LAST, a.key), '[]')
    FROM jsonb_each_text(c.form) a
    LEFT JOIN acd_formfield f ON f.key = a.key
        AND f.queue_id = (SELECT e.queue_id FROM acd_queueentry e WHERE e.contact_id = c.id ORDER BY e.segment_no LIMIT 1)
    WHERE a.value <> '');
END $$;

-- The last lines that the customer wrote, oldest first.
CREATE OR REPLACE FUNCTION acd_said(p_session bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('text', l.text, 'at', l.at) ORDER BY l.id), '[]')
    FROM (SELECT m.id, m.text, m.at FROM support_sessions_chatmessage m
          JOIN support_sessions_participant p ON p.id = m.participant_id
          WHERE m.support_session_id = p_session AND m.audience = 'everyone' AND p.role = 'primary_customer'
          ORDER BY m.id DESC LIMIT 5) l);
END $$;

-- Earlier visits of the same customer in which somebody helped, newest first.
CREATE OR REPLACE FUNCTION acd_earlier(c acd_contact, p_language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('session', v.session, 'queue', v.queue, 'csr', v.csr, 'at', v.at,
        'resolution', nullif(v.resolution, ''), 'minutes', v.minutes) ORDER BY v.id DESC), '[]')
    FROM (
        SELECT e.id, s.public_id AS session, coalesce(CASE WHEN p_language = 'ja' THEN nullif(q.name_ja, '') END, q.name) AS queue,
            u.name AS csr, e.answered_at AS at, e.resolution,
            greatest(0, extract(epoch FROM coalesce(e.wrap_from, e.ended_at, e.answered_at) - e.answered_at) / 60)::int AS minutes
        FROM acd_contact b
        JOIN acd_queueentry e ON e.contact_id = b.id AND e.answered_at IS NOT NULL
        JOIN acd_queue q ON q.id = e.queue_id
        JOIN accounts_membership m ON m.id = e.csr_id JOIN accounts_user u ON u.id = m.user_id
        LEFT JOIN support_sessions_supportsession s ON s.id = b.support_session_id
        WHERE b.site_id = c.site_id AND b.customer_key = c.customer_key AND c.customer_key <> '' AND b.id < c.id
        ORDER BY b.id DESC, e.id DESC LIMIT 5) v);
END $$;

CREATE OR REPLACE FUNCTION acd_inbox_offers(p_csr bigint, p_language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', o.public_id, 'entry', e.public_id, 'session', s.public_id,
        'queue', jsonb_build_object('id', q.public_id,
            'name', coalesce(CASE WHEN p_language = 'ja' THEN nullif(q.name_ja, '') END, q.name)),
        'name', c.name, 'language', c.language, 'priority', e.priority, 'waiting_since', c.created_at,
        'made_at', o.created_at, 'expires_at', o.expires_at, 'everybody', o.everybody,
        'answers', acd_answers(c, p_language),
        'context', (SELECT coalesce(jsonb_object_agg(k.key, left(k.value, 500)), '{}') FROM jsonb_each_text(c.context) k),
        'page', c.entry_url, 'said', acd_said(c.support_session_id), 'earlier', acd_earlier(c, p_language),
        'earlier_count', (SELECT count(*) FROM acd_contact b WHERE b.site_id = c.site_id AND b.customer_key = c.customer_key
                          AND c.customer_key <> '' AND b.id < c.id),
        'why', jsonb_build_object('strategy', q.strategy, 'rule', e.rule,
            'tried', (SELECT count(*) FROM acd_offer t WHERE t.entry_id = e.id AND t.id < o.id AND t.csr_id <> o.csr_id)),
        'note', e.note, 'giver', coalesce((
            SELECT u.name FROM acd_queueentry g JOIN accounts_membership m ON m.id = g.csr_id JOIN accounts_user u ON u.id = m.user_id
            WHERE g.id = e.previous_id AND e.outcome = 'transfer'), '')) ORDER BY o.id), '[]')
    FROM acd_offer o
    JOIN acd_queueentry e ON e.id = o.entry_id
    JOIN acd_queue q ON q.id = e.queue_id
    JOIN acd_contact c ON c.id = e.contact_id
    LEFT JOIN support_sessions_supportsession s ON s.id = c.support_session_id
    WHERE o.csr_id = p_csr AND o.state = 'pending');
END $$;

-- What ended within the last ten seconds without the CSR's doing; no offer lives longer than 120 s.
CREATE OR REPLACE FUNCTION acd_inbox_closed(p_csr bigint, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.public_id, 'name', c.name, 'state', o.state, 'reason', o.reason,
        'at', o.closed_at, 'taken_by', coalesce(CASE WHEN o.state = 'superseded' THEN u.name END, '')) ORDER BY o.id), '[]')
    FROM acd_offer o
    JOIN acd_queueentry e ON e.id = o.entry_id
    JOIN acd_contact c ON c.id = e.contact_id
    LEFT JOIN accounts_membership m ON m.id = e.csr_id
    LEFT JOIN accounts_user u ON u.id = m.user_id
    WHERE o.csr_id = p_csr AND o.created_at > p_now - interval '130 seconds'
      AND o.state IN ('expired', 'revoked', 'superseded') AND o.closed_at > p_now - interval '10 seconds');
END $$;

CREATE OR REPLACE FUNCTION acd_inbox_wrap_ups(p_csr bigint, p_language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('entry', e.public_id, 'session', s.public_id,
        'queue', jsonb_build_object('id', q.public_id,
            'name', coalesce(CASE WHEN p_language = 'ja' THEN nullif(q.name_ja, '') END, q.name)),
        'name', c.name, 'answered_at', e.answered_at, 'ended_at', e.wrap_from, 'deadline_at', e.deadline_at,
        'transferred', e.outcome = 'transferred') ORDER BY e.deadline_at, e.id), '[]')
    FROM acd_queueentry e
    JOIN acd_queue q ON q.id = e.queue_id
    JOIN acd_contact c ON c.id = e.contact_id
    LEFT JOIN support_sessions_supportsession s ON s.id = c.support_session_id
    WHERE e.csr_id = p_csr AND e.state = 'wrap');
END $$;

CREATE OR REPLACE FUNCTION acd_inbox_queues(p_csr bigint, p_language text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.public_id,
        'name', coalesce(CASE WHEN p_language = 'ja' THEN nullif(q.name_ja, '') END, q.name), 'may_pick', q.allow_pick,
        'waiting', (SELECT count(*) FROM (SELECT 1 FROM acd_queueentry e
                    WHERE e.queue_id = q.id AND e.state = 'waiting' LIMIT 1000) w)) ORDER BY q.position, q.id), '[]')
    FROM acd_queuemember m JOIN acd_queue q ON q.id = m.queue_id AND q.active
    WHERE m.csr_id = p_csr);
END $$;

-- The first twenty of each queue from which the CSR may pick, in their order.
CREATE OR REPLACE FUNCTION acd_inbox_waiting(p_csr bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('entry', h.public_id, 'queue', q.public_id, 'name', h.name,
        'about', left(coalesce(h.about, ''), 120), 'priority', h.priority, 'waiting_since', h.created_at)
        ORDER BY q.position, q.id, h.priority DESC, h.seq), '[]')
    FROM acd_queuemember m JOIN acd_queue q ON q.id = m.queue_id AND q.active AND q.allow_pick
    CROSS JOIN LATERAL (
        SELECT e.public_id, e.priority, e.seq, c.name, c.created_at,
            (SELECT c.form ->> f.key FROM acd_formfield f WHERE f.queue_id = q.id AND f.kind IN ('text', 'long_text', 'choice')
                AND coalesce(c.form ->> f.key, '') <> '' ORDER BY f.kind <> 'long_text', f.position, f.id LIMIT 1) AS about
        FROM acd_queueentry e JOIN acd_contact c ON c.id = e.contact_id
        WHERE e.queue_id = q.id AND e.state = 'waiting' AND (e.only_csrs IS NULL OR e.only_csrs @> to_jsonb(p_csr))
        ORDER BY e.priority DESC, e.seq LIMIT 20) h
    WHERE m.csr_id = p_csr);
END $$;

CREATE OR REPLACE FUNCTION acd_inbox_csr(p_csr bigint, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('presence', coalesce(s.presence, 'offline'), 'reason', coalesce(s.reason, ''), 'since', s.since,
        'paused_until', CASE WHEN s.not_before > p_now THEN s.not_before END, 'capacity', coalesce(s.wanted_cap, 0),
        'sessions', coalesce(s.outside, 0)
            + (SELECT count(*) FROM acd_queueentry e WHERE e.csr_id = p_csr AND e.state = 'active'),
        'offers', (SELECT count(*) FROM acd_offer o WHERE o.csr_id = p_csr AND o.state = 'pending'),
        'wrap_ups', (SELECT count(*) FROM acd_queueentry e WHERE e.csr_id = p_csr AND e.state = 'wrap'))
    FROM (SELECT 1) one LEFT JOIN acd_csrstate s ON s.csr_id = p_csr);
END $$;

CREATE OR REPLACE FUNCTION acd_inbox(p_site bigint, p_now timestamptz, p_csr bigint, p_language text)
RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE v_now timestamptz := coalesce(p_now, clock_timestamp());
BEGIN
    RETURN jsonb_build_object(
        'n', coalesce((SELECT n FROM acd_siterouter WHERE site_id = p_site), 0), 'now', v_now,
        'csr', acd_inbox_csr(p_csr, v_now), 'offers', acd_inbox_offers(p_csr, p_language),
        'closed', acd_inbox_closed(p_csr, v_now), 'wrap_ups', acd_inbox_wrap_ups(p_csr, p_language),
        'queues', acd_inbox_queues(p_csr, p_language), 'waiting', acd_inbox_waiting(p_csr),
        'outcome_codes', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.public_id,
            'name', coalesce(CASE WHEN p_language = 'ja' THEN nullif(c.name_ja, '') END, c.name)) ORDER BY c.position, c.id), '[]')
            FROM acd_outcomecode c WHERE c.site_id = p_site AND c.active));
END $$;
