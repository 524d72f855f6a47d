-- The router: every decision under the site's lock, each command one round trip.
-- Functions are plpgsql where they cannot be inlined: it keeps plans for the connection, SQL plans in every transaction.
-- Words and transitions are those of acd/routing.py. All times are `p_now`, or the database's own clock where it is null.

-- ---------------------------------------------------------------- lock, clock, log

-- Take the site's lock and return the time of this command; never earlier than the last by less than ten seconds.
CREATE OR REPLACE FUNCTION acd_begin(p_site bigint, p_now timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE v_now timestamptz; v_last timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(4411, p_site::int);
    INSERT INTO acd_siterouter (site_id, n, seq) VALUES (p_site, 0, 0) ON CONFLICT DO NOTHING;
    SELECT last_at INTO v_last FROM acd_siterouter WHERE site_id = p_site;
    v_now := coalesce(p_now, clock_timestamp());
    IF v_last > v_now AND v_last < v_now + interval '10 seconds' THEN v_now := v_last; END IF;
    RETURN v_now;
END $$;

-- Append an event.
CREATE OR REPLACE FUNCTION acd_log(
    p_site bigint, p_now timestamptz, p_kind text, p_queue bigint, p_entry bigint, p_csr bigint, p_offer bigint,
    p_data jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_n bigint;
BEGIN
    UPDATE acd_siterouter SET n = n + 1, last_at = p_now WHERE site_id = p_site RETURNING n INTO v_n;
    INSERT INTO acd_acdevent (site_id, n, kind, at, queue_id, entry_id, csr_id, offer_id, data)
    VALUES (p_site, v_n, p_kind, p_now, p_queue, p_entry, p_csr, p_offer, p_data);
END $$;

-- Note that something is due at a time, and wake the timers where it is earlier than what they wait for.
CREATE OR REPLACE FUNCTION acd_due(p_site bigint, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_at IS NULL THEN RETURN; END IF;
    UPDATE acd_siterouter SET due_at = p_at WHERE site_id = p_site AND (due_at IS NULL OR due_at > p_at);
    IF FOUND THEN PERFORM pg_notify('acd', p_site::text); END IF;
END $$;

-- The answer of a command: what it did since event number p_from, newest state of the log, and p_more.
-- Both ends of the range are named: with one the planner read all events of the site.
CREATE OR REPLACE FUNCTION acd_answer(p_site bigint, p_now timestamptz, p_from bigint, p_more jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('now', p_now, 'n', r.n, 'events', coalesce((
        SELECT jsonb_agg(jsonb_build_object('n', v.n, 'kind', v.kind, 'queue', v.queue_id, 'entry', v.entry_id,
                                            'csr', v.csr_id, 'offer', v.offer_id, 'data', v.data) ORDER BY v.n)
        FROM acd_acdevent v WHERE v.site_id = p_site AND v.n > p_from AND v.n <= r.n), '[]')) || p_more
    FROM acd_siterouter r WHERE r.site_id = p_site);
END $$;

CREATE OR REPLACE FUNCTION acd_position(p_site bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT n FROM acd_siterouter WHERE site_id = p_site);
END $$;

-- ---------------------------------------------------------------- steps that are allowed

CREATE OR REPLACE FUNCTION acd_entry_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (CASE OLD.state
        WHEN 'waiting' THEN NEW.state IN ('offered','limbo','active','abandoned','timed_out','overflowed','cancelled')
        WHEN 'offered' THEN NEW.state IN ('waiting','active','limbo','abandoned','timed_out','overflowed','cancelled')
        WHEN 'limbo' THEN NEW.state IN ('waiting','abandoned','timed_out','overflowed','cancelled')
        WHEN 'active' THEN NEW.state IN ('wrap','done')
        WHEN 'wrap' THEN NEW.state = 'done'
        ELSE false END) THEN
        RAISE EXCEPTION 'entry %: no step from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_step BEFORE UPDATE OF state ON acd_queueentry FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION acd_entry_step();

CREATE OR REPLACE FUNCTION acd_offer_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'pending' THEN
        RAISE EXCEPTION 'offer %: no step from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_step BEFORE UPDATE OF state ON acd_offer FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION acd_offer_step();

-- ---------------------------------------------------------------- who is ready for whom

-- Whether a CSR can take somebody now, whoever it is.
CREATE OR REPLACE FUNCTION acd_ready(s acd_csrstate, p_now timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT s.presence = 'available' AND s.lease_until > p_now AND s.used + s.outside < s.wanted_cap
           AND (s.not_before IS NULL OR s.not_before <= p_now)
$$;

-- Whether a member may take an entry by tier, delay, skills, stickiness and names; readiness and skips apart.
-- A member's delay is over at once where nobody of a member without delay is there (a tier nobody staffs is skipped).
CREATE OR REPLACE FUNCTION acd_fits(e acd_queueentry, m acd_queuemember, s acd_csrstate, p_now timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT (CASE WHEN e.only_csrs IS NULL THEN m.id IS NOT NULL ELSE e.only_csrs @> to_jsonb(s.csr_id) END)
       AND (e.skills = '[]' OR s.skills @> e.skills)
       AND (e.preferred_csr_id IS NULL OR e.preferred_csr_id = s.csr_id OR e.preferred_until <= p_now)
       AND (coalesce(m.delay_s, 0) = 0 OR e.only_csrs IS NOT NULL
            OR e.enqueued_at + make_interval(secs => m.delay_s) <= p_now
            OR NOT EXISTS (SELECT 1 FROM acd_queuemember m2 JOIN acd_csrstate s2 ON s2.csr_id = m2.csr_id
                           WHERE m2.queue_id = e.queue_id AND m2.delay_s < m.delay_s
                             AND s2.presence <> 'offline' AND s2.lease_until > p_now)));
END $$;

-- Whether an entry asks for nothing that only `acd_fits` can judge; inlined, so that most rows cost no call.
CREATE OR REPLACE FUNCTION acd_plain(e acd_queueentry, m acd_queuemember) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT e.only_csrs IS NULL AND m.id IS NOT NULL AND e.skills = '[]' AND e.preferred_csr_id IS NULL AND m.delay_s = 0
$$;

-- Whether a skip still holds: another Ready CSR who fits has not been tried.
CREATE OR REPLACE FUNCTION acd_skipped(e acd_queueentry, p_csr bigint, p_now timestamptz)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT 1 FROM acd_offerskip k WHERE k.entry_id = e.id AND k.csr_id = p_csr)
       AND EXISTS (SELECT 1 FROM acd_csrstate s LEFT JOIN acd_queuemember m ON m.csr_id = s.csr_id AND m.queue_id = e.queue_id
                   WHERE s.site_id = e.site_id AND acd_ready(s, p_now) AND acd_fits(e, m, s, p_now)
                     AND NOT EXISTS (SELECT 1 FROM acd_offerskip k2 WHERE k2.entry_id = e.id AND k2.csr_id = s.csr_id)));
END $$;

-- The best Ready CSRs for an entry by its queue's strategy, at most p_limit, best first, with what decided.
CREATE OR REPLACE FUNCTION acd_best_csrs(e acd_queueentry, p_strategy text, p_now timestamptz, p_limit int)
RETURNS TABLE (csr bigint, tier smallint, score double precision) LANGUAGE sql STABLE AS $$
    SELECT s.csr_id, coalesce(m.tier, 0::smallint),
           (CASE p_strategy
                WHEN 'round_robin' THEN m.rr_n
                WHEN 'fewest_contacts' THEN m.contacts
                WHEN 'least_busy' THEN (s.used + s.outside)::double precision / greatest(s.wanted_cap, 1)
                WHEN 'priority' THEN m.position
                WHEN 'random' THEN ('x' || substr(md5(e.seq || '.' || e.segment_no || '.' || s.csr_id), 1, 8))::bit(32)::int
                ELSE extract(epoch FROM s.idle_since) END)::double precision AS score
    FROM acd_csrstate s
    LEFT JOIN acd_queuemember m ON m.csr_id = s.csr_id AND m.queue_id = e.queue_id
    WHERE s.site_id = e.site_id AND (m.id IS NOT NULL OR e.only_csrs IS NOT NULL)
      AND acd_ready(s, p_now) AND (acd_plain(e, m) OR acd_fits(e, m, s, p_now))
      -- Looked up once: most have been refused by nobody.
      AND NOT (EXISTS (SELECT 1 FROM acd_offerskip k WHERE k.entry_id = e.id) AND acd_skipped(e, s.csr_id, p_now))
    ORDER BY (e.prefers <> '[]' AND NOT s.skills @> e.prefers), coalesce(m.tier, 0), score, s.idle_since, s.csr_id
    LIMIT p_limit
$$;

-- The best waiting entries for a Ready CSR over all its queues, best first: the heads of the queues, then those who
-- name the CSR. With one line for all queues only priority and place count. Without sorts the planner takes a line in
-- its order from the index; it has taken 20,000 rows and sorted them for the first.
CREATE OR REPLACE FUNCTION acd_best_entries(s acd_csrstate, p_now timestamptz, p_limit int)
RETURNS SETOF acd_queueentry LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
BEGIN
    RETURN QUERY WITH one_line AS (SELECT coalesce((SELECT global_fifo FROM acd_acdsettings WHERE site_id = s.site_id), false) AS yes),
    heads AS (
        SELECT h.id, h.priority, h.seq, m.priority AS line
        FROM acd_queuemember m
        CROSS JOIN LATERAL (
            -- OFFSET 0: in line first, judged then, so that only those before the first who fits are judged.
            SELECT x.id, x.priority, x.seq FROM (
                SELECT e, e.id, e.priority, e.seq FROM acd_queueentry e
                WHERE e.queue_id = m.queue_id AND e.state = 'waiting' AND e.only_csrs IS NULL
                ORDER BY e.priority DESC, e.seq OFFSET 0) x
            WHERE (acd_plain(x.e, m) OR acd_fits(x.e, m, s, p_now))
              AND NOT (EXISTS (SELECT 1 FROM acd_offerskip k WHERE k.entry_id = x.id AND k.csr_id = s.csr_id)
                       AND acd_skipped(x.e, s.csr_id, p_now))
            LIMIT 1) h
        WHERE m.csr_id = s.csr_id
        UNION ALL
        SELECT e.id, e.priority, e.seq, 0 FROM acd_queueentry e
        WHERE e.site_id = s.site_id AND e.state = 'waiting' AND e.only_csrs IS NOT NULL
          AND e.only_csrs @> to_jsonb(s.csr_id) AND NOT acd_skipped(e, s.csr_id, p_now)),
    best AS (
        SELECT x.*, row_number() OVER (
            ORDER BY CASE WHEN (SELECT yes FROM one_line) THEN 0 ELSE x.line END, x.priority DESC, x.seq) AS place
        FROM heads x ORDER BY place LIMIT p_limit)
    SELECT e.* FROM best JOIN acd_queueentry e ON e.id = best.id ORDER BY best.place;
END $$;

-- ---------------------------------------------------------------- offers

-- Offer an entry to a CSR.
CREATE OR REPLACE FUNCTION acd_make_offer(
    p_site bigint, p_now timestamptz, p_entry bigint, p_csr bigint, p_edge text, p_candidates jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry; q acd_queue; v_offer bigint; v_expires timestamptz;
BEGIN
    SELECT * INTO e FROM acd_queueentry WHERE id = p_entry;
    SELECT * INTO q FROM acd_queue WHERE id = e.queue_id;
    v_expires := p_now + make_interval(secs => q.offer_timeout_s);
    INSERT INTO acd_offer (site_id, public_id, entry_id, csr_id, state, reason, everybody, created_at, expires_at, why)
    VALUES (p_site, substr(replace(gen_random_uuid()::text, '-', ''), 1, 22), p_entry, p_csr, 'pending', '',
            q.strategy = 'everybody', p_now, v_expires,
            jsonb_build_object('edge', p_edge, 'strategy', q.strategy, 'rule', e.rule, 'priority', e.priority,
                'waited_ms', (extract(epoch FROM p_now - e.enqueued_at) * 1000)::bigint, 'candidates', p_candidates))
    RETURNING id INTO v_offer;
    UPDATE acd_csrstate SET used = used + 1 WHERE csr_id = p_csr;
    UPDATE acd_queueentry SET state = 'offered', first_offer_at = coalesce(first_offer_at, p_now)
    WHERE id = p_entry AND (state = 'waiting' OR first_offer_at IS NULL);
    UPDATE acd_queuemember SET rr_n = acd_position(p_site) + 1 WHERE q.strategy = 'round_robin' AND queue_id = q.id AND csr_id = p_csr;
    PERFORM acd_log(p_site, p_now, 'offer.made', q.id, p_entry, p_csr, v_offer, jsonb_build_object('to', 'offered'));
    PERFORM acd_due(p_site, v_expires);
END $$;

-- Offer a waiting entry, or a better one that is due to the same CSR, until it is offered or nobody is Ready for it.
CREATE OR REPLACE FUNCTION acd_match_entry(p_site bigint, p_now timestamptz, p_entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry; s acd_csrstate; v_strategy text; v_candidates jsonb; v_csr bigint; v_other bigint;
BEGIN
    LOOP
        SELECT * INTO e FROM acd_queueentry WHERE id = p_entry;
        EXIT WHEN NOT FOUND OR e.state <> 'waiting';
        SELECT strategy INTO v_strategy FROM acd_queue WHERE id = e.queue_id;
        SELECT jsonb_agg(to_jsonb(b)), (jsonb_agg(b.csr) -> 0)::bigint INTO v_candidates, v_csr
        FROM acd_best_csrs(e, v_strategy, p_now, CASE v_strategy WHEN 'everybody' THEN 200 ELSE 6 END) b;
        EXIT WHEN v_csr IS NULL;
        SELECT * INTO s FROM acd_csrstate WHERE csr_id = v_csr;
        SELECT id INTO v_other FROM acd_best_entries(s, p_now, 1);
        IF v_other IS DISTINCT FROM p_entry AND v_other IS NOT NULL THEN
            PERFORM acd_match_csr(p_site, p_now, v_csr);
        ELSIF v_strategy = 'everybody' THEN
            PERFORM acd_make_offer(p_site, p_now, p_entry, (c ->> 'csr')::bigint, 'entry', v_candidates)
            FROM jsonb_array_elements(v_candidates) c;
        ELSE
            PERFORM acd_make_offer(p_site, p_now, p_entry, v_csr, 'entry', v_candidates);
        END IF;
    END LOOP;
END $$;

-- Give a CSR the best waiting entries while there is room; customers who ring everybody ring here too.
CREATE OR REPLACE FUNCTION acd_match_csr(p_site bigint, p_now timestamptz, p_csr bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE s acd_csrstate; e acd_queueentry; v_heads jsonb; v_before bigint; v_strategy text; v_first bigint;
BEGIN
    LOOP
        SELECT * INTO s FROM acd_csrstate WHERE csr_id = p_csr;
        EXIT WHEN NOT FOUND OR NOT acd_ready(s, p_now);
        SELECT jsonb_agg(jsonb_build_object('entry', b.id, 'priority', b.priority, 'seq', b.seq)),
               (jsonb_agg(b.id) -> 0)::bigint
        INTO v_heads, v_first FROM acd_best_entries(s, p_now, 6) b;
        IF v_first IS NULL THEN
            SELECT r.* INTO e FROM acd_queuemember m
            JOIN acd_queue q ON q.id = m.queue_id AND q.strategy = 'everybody'
            JOIN acd_queueentry r ON r.queue_id = q.id AND r.state = 'offered'
            WHERE m.csr_id = p_csr AND acd_fits(r, m, s, p_now) AND NOT acd_skipped(r, p_csr, p_now)
              AND NOT EXISTS (SELECT 1 FROM acd_offer o WHERE o.entry_id = r.id AND o.csr_id = p_csr AND o.state = 'pending')
            ORDER BY r.priority DESC, r.seq LIMIT 1;
            EXIT WHEN NOT FOUND;
            PERFORM acd_make_offer(p_site, p_now, e.id, p_csr, 'csr', '[]');
            CONTINUE;
        END IF;
        SELECT q.strategy INTO v_strategy FROM acd_queueentry w JOIN acd_queue q ON q.id = w.queue_id WHERE w.id = v_first;
        PERFORM acd_make_offer(p_site, p_now, v_first, p_csr, 'csr', v_heads);
        IF v_strategy = 'everybody' THEN
            -- The others who are Ready ring too.
            SELECT * INTO e FROM acd_queueentry WHERE id = v_first;
            PERFORM acd_make_offer(p_site, p_now, v_first, b.csr, 'csr', v_heads)
            FROM acd_best_csrs(e, 'everybody', p_now, 200) b WHERE b.csr <> p_csr;
        END IF;
    END LOOP;
END $$;

-- Ask again who was passed over for a colleague that has become busy elsewhere within the same command.
CREATE OR REPLACE FUNCTION acd_settle(p_site bigint, p_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM acd_offerskip WHERE site_id = p_site) THEN RETURN; END IF;
    PERFORM acd_match_csr(p_site, p_now, x.csr_id) FROM (
        SELECT DISTINCT k.csr_id FROM acd_offerskip k
        JOIN acd_queueentry e ON e.id = k.entry_id AND e.state = 'waiting'
        JOIN acd_csrstate s ON s.csr_id = k.csr_id
        WHERE k.site_id = p_site AND acd_ready(s, p_now) ORDER BY k.csr_id) x;
END $$;

-- Somebody is no longer there: whoever comes after them in a queue may be the first now.
CREATE OR REPLACE FUNCTION acd_tier_left(p_site bigint, p_now timestamptz, p_csr bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM acd_match_csr(p_site, p_now, x.csr_id) FROM (
        SELECT DISTINCT s.csr_id, s.idle_since FROM acd_queuemember m
        JOIN acd_queuemember m2 ON m2.queue_id = m.queue_id AND m2.delay_s > m.delay_s
        JOIN acd_csrstate s ON s.csr_id = m2.csr_id AND acd_ready(s, p_now)
        WHERE m.csr_id = p_csr ORDER BY s.idle_since, s.csr_id) x;
END $$;

-- Close a pending offer and take the CSR's slot back. Declined and missed cost the CSR a pause; too many missed: away.
CREATE OR REPLACE FUNCTION acd_close_offer(p_site bigint, p_now timestamptz, p_offer bigint, p_state text, p_reason text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE o acd_offer; q acd_queue; s acd_csrstate;
BEGIN
    UPDATE acd_offer SET state = p_state, reason = p_reason, closed_at = p_now
    WHERE id = p_offer AND state = 'pending' RETURNING * INTO o;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT q2.* INTO q FROM acd_queue q2 JOIN acd_queueentry e ON e.queue_id = q2.id WHERE e.id = o.entry_id;
    UPDATE acd_csrstate SET used = used - 1, cap = greatest(wanted_cap, used - 1),
        missed = CASE p_state WHEN 'expired' THEN missed + 1 WHEN 'declined' THEN 0 ELSE missed END,
        not_before = CASE p_state
            WHEN 'declined' THEN p_now + make_interval(secs => q.decline_delay_s)
            WHEN 'expired' THEN p_now + make_interval(secs => q.miss_delay_s) ELSE not_before END
    WHERE csr_id = o.csr_id RETURNING * INTO s;
    IF p_state IN ('declined', 'expired') THEN
        INSERT INTO acd_offerskip (site_id, entry_id, csr_id) VALUES (p_site, o.entry_id, o.csr_id) ON CONFLICT DO NOTHING;
        PERFORM acd_due(p_site, s.not_before);
    END IF;
    UPDATE acd_queueentry SET state = 'waiting' WHERE id = o.entry_id AND state = 'offered'
        AND NOT EXISTS (SELECT 1 FROM acd_offer x WHERE x.entry_id = o.entry_id AND x.state = 'pending');
    PERFORM acd_log(p_site, p_now, 'offer.' || p_state, q.id, o.entry_id, o.csr_id, o.id,
        jsonb_build_object('reason', p_reason, 'to', (SELECT state FROM acd_queueentry WHERE id = o.entry_id)));
    IF p_state = 'expired' AND s.missed >= q.max_missed AND s.presence = 'available' THEN
        UPDATE acd_csrstate SET presence = 'away', reason = 'rona', since = p_now WHERE csr_id = o.csr_id;
        PERFORM acd_log(p_site, p_now, 'csr.presence', NULL, NULL, o.csr_id, NULL,
            jsonb_build_object('presence', 'away', 'reason', 'rona'));
        PERFORM acd_revoke_offers(p_site, p_now, o.csr_id, 'away');
    END IF;
END $$;

-- Revoke all pending offers to a CSR and match their entries again.
CREATE OR REPLACE FUNCTION acd_revoke_offers(p_site bigint, p_now timestamptz, p_csr bigint, p_reason text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE o record;
BEGIN
    FOR o IN SELECT id, entry_id FROM acd_offer WHERE csr_id = p_csr AND state = 'pending' ORDER BY id LOOP
        PERFORM acd_close_offer(p_site, p_now, o.id, 'revoked', p_reason);
        PERFORM acd_match_entry(p_site, p_now, o.entry_id);
    END LOOP;
END $$;

-- ---------------------------------------------------------------- commands

-- When time alone next does something to an entry: soonest first of the limits that its queue sets.
CREATE OR REPLACE FUNCTION acd_deadline(e acd_queueentry, q acd_queue, p_now timestamptz) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT min(t) FROM (
        SELECT e.enqueued_at + make_interval(secs => q.max_wait_s) AS t WHERE q.max_wait_s > 0 AND e.outcome <> 'transfer'
        UNION ALL SELECT e.enqueued_at + make_interval(secs => q.overflow_after_s)
            WHERE q.overflow_after_s > 0 AND q.overflow_queue_id IS NOT NULL AND e.segment_no <= 5 AND e.only_csrs IS NULL AND e.outcome <> 'transfer'
        UNION ALL SELECT e.ages_at
        UNION ALL SELECT e.preferred_until WHERE e.preferred_until > p_now
        UNION ALL SELECT e.enqueued_at + make_interval(secs => d.delay_s) FROM (
            SELECT DISTINCT m.delay_s FROM acd_queuemember m WHERE m.queue_id = q.id AND m.delay_s > 0) d
            WHERE e.enqueued_at + make_interval(secs => d.delay_s) > p_now
        UNION ALL SELECT e.enqueued_at + make_interval(secs =>
                coalesce((SELECT transfer_timeout_s FROM acd_acdsettings WHERE site_id = e.site_id), 120))
            WHERE e.outcome = 'transfer'
    ) x);
END $$;

-- Put an entry into a queue: insert, log, deadline, match. Internal; p_route as in acd_enqueue.
CREATE OR REPLACE FUNCTION acd_insert_entry(
    p_site bigint, p_now timestamptz, p_contact bigint, p_queue bigint, p_route jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry; q acd_queue; v_seq bigint; v_state text;
BEGIN
    SELECT * INTO q FROM acd_queue WHERE id = p_queue;
    v_seq := (p_route ->> 'seq')::bigint;
    IF v_seq IS NULL THEN
        UPDATE acd_siterouter SET seq = seq + 1 WHERE site_id = p_site RETURNING seq INTO v_seq;
    END IF;
    v_state := coalesce(p_route ->> 'state', 'waiting');
    INSERT INTO acd_queueentry (site_id, public_id, contact_id, queue_id, segment_no, state, priority, seq, skills, prefers,
        preferred_csr_id, preferred_until, only_csrs, rule, note, outcome, enqueued_at, ended_at, codes, previous_id, ages_at)
    VALUES (p_site, coalesce(p_route ->> 'public_id', substr(replace(gen_random_uuid()::text, '-', ''), 1, 22)),
        p_contact, p_queue, coalesce((p_route ->> 'segment_no')::int, 1), v_state,
        least(coalesce((p_route ->> 'priority')::int, 0), 9), v_seq,
        coalesce(p_route -> 'skills', '[]'), coalesce(p_route -> 'prefers', '[]'),
        (p_route ->> 'preferred_csr')::bigint,
        CASE WHEN p_route ->> 'preferred_csr' IS NOT NULL
             THEN p_now + make_interval(secs => coalesce((p_route ->> 'sticky_s')::int, 30)) END,
        CASE WHEN jsonb_typeof(p_route -> 'only_csrs') = 'array' THEN p_route -> 'only_csrs' END,
        coalesce(p_route ->> 'rule', ''), coalesce(p_route ->> 'note', ''), coalesce(p_route ->> 'outcome', ''), p_now,
        CASE WHEN v_state = 'rejected' THEN p_now END, '[]', (p_route ->> 'previous')::bigint,
        CASE WHEN q.ageing_s > 0 THEN p_now + make_interval(secs => q.ageing_s) END)
    RETURNING * INTO e;
    PERFORM acd_log(p_site, p_now, 'entry.' || CASE v_state WHEN 'rejected' THEN 'rejected' ELSE 'enqueued' END,
        p_queue, e.id, NULL, NULL, jsonb_build_object('to', v_state, 'seq', v_seq, 'priority', e.priority,
        'reason', coalesce(p_route ->> 'outcome', ''), 'previous', p_route -> 'previous'));
    IF v_state = 'waiting' THEN
        e.deadline_at := acd_deadline(e, q, p_now);
        IF e.deadline_at IS NOT NULL THEN
            UPDATE acd_queueentry SET deadline_at = e.deadline_at WHERE id = e.id;
            PERFORM acd_due(p_site, e.deadline_at);
        END IF;
        PERFORM acd_match_entry(p_site, p_now, e.id);
    END IF;
    RETURN e.id;
END $$;

-- A customer enters. p_contact: the columns of acd_contact; p_route: priority, skills, prefers, preferred_csr, sticky_s,
-- only_csrs, rule, open (decided by the hours). Answers {outcome: waiting|rejected, reason, entry, contact, again}.
CREATE OR REPLACE FUNCTION acd_enqueue(p_site bigint, p_now timestamptz, p_queue bigint, p_contact jsonb, p_route jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_now timestamptz; v_from bigint; q acd_queue; v_contact bigint; v_entry bigint; v_reason text := NULL;
BEGIN
    v_now := acd_begin(p_site, p_now);
    v_from := acd_position(p_site);
    IF coalesce(p_contact ->> 'browser_key', '') <> '' THEN
        SELECT c.id, e.id INTO v_contact, v_entry FROM acd_contact c JOIN acd_queueentry e ON e.contact_id = c.id
        WHERE c.site_id = p_site AND c.secret_hash = p_contact ->> 'secret_hash' AND c.browser_key = p_contact ->> 'browser_key'
          AND e.state IN ('waiting','offered','limbo','active') ORDER BY e.segment_no DESC LIMIT 1;
        IF FOUND THEN
            RETURN acd_answer(p_site, v_now, v_from, jsonb_build_object('outcome', 'waiting', 'entry', v_entry,
                'contact', v_contact, 'again', true));
        END IF;
    END IF;
    SELECT * INTO q FROM acd_queue WHERE id = p_queue AND site_id = p_site;
    IF NOT FOUND THEN RAISE EXCEPTION 'no queue %', p_queue; END IF;
    IF NOT q.active OR q.override = 'closed' OR (q.override = '' AND NOT coalesce((p_route ->> 'open')::boolean, true)) THEN
        v_reason := 'closed';
    ELSIF q.maxlen > 0 AND q.maxlen <= (SELECT count(*) FROM acd_queueentry e
            WHERE e.queue_id = p_queue AND e.state IN ('waiting','offered','limbo')) THEN
        v_reason := 'full';
    ELSIF q.require_staff AND NOT EXISTS (SELECT 1 FROM acd_queuemember m JOIN acd_csrstate s ON s.csr_id = m.csr_id
            WHERE m.queue_id = p_queue AND s.presence <> 'offline' AND s.lease_until > v_now) THEN
        v_reason := 'unstaffed';
    END IF;
    v_contact := (p_contact ->> 'id')::bigint;
    IF v_contact IS NULL THEN
    INSERT INTO acd_contact (site_id, public_id, name, language, form, context, entry_url, referrer, customer_key,
        browser_key, secret_hash, support_session_id, created_at)
    VALUES (p_site, p_contact ->> 'public_id', p_contact ->> 'name', coalesce(p_contact ->> 'language', 'en'),
        coalesce(p_contact -> 'form', '{}'), coalesce(p_contact -> 'context', '{}'), coalesce(p_contact ->> 'entry_url', ''),
        coalesce(p_contact ->> 'referrer', ''), coalesce(p_contact ->> 'customer_key', ''),
        coalesce(p_contact ->> 'browser_key', ''), coalesce(p_contact ->> 'secret_hash', ''),
        (p_contact ->> 'support_session')::bigint, v_now)
    RETURNING id INTO v_contact;
    END IF;
    IF v_reason IS NOT NULL THEN
        v_entry := acd_insert_entry(p_site, v_now, v_contact, p_queue,
            p_route || jsonb_build_object('state', 'rejected', 'outcome', v_reason));
    ELSE
        v_entry := acd_insert_entry(p_site, v_now, v_contact, p_queue, p_route);
    END IF;
    RETURN acd_answer(p_site, v_now, v_from, jsonb_build_object(
        'outcome', CASE WHEN v_reason IS NULL THEN 'waiting' ELSE 'rejected' END, 'reason', v_reason,
        'entry', v_entry, 'contact', v_contact, 'again', false));
END $$;

-- A CSR accepts: one compare-and-set. Answers {ok, state, taken_by} where it is too late.
CREATE OR REPLACE FUNCTION acd_accept(p_site bigint, p_now timestamptz, p_offer bigint, p_csr bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_now timestamptz; v_from bigint; o acd_offer; v_sibling record;
BEGIN
    v_now := acd_begin(p_site, p_now);
    v_from := acd_position(p_site);
    UPDATE acd_offer SET state = 'accepted', closed_at = v_now
    WHERE id = p_offer AND csr_id = p_csr AND state = 'pending' AND expires_at > v_now RETURNING * INTO o;
    IF NOT FOUND THEN
        RETURN acd_answer(p_site, v_now, v_from, (SELECT jsonb_build_object('ok', false,
            'state', CASE WHEN x.state = 'pending' THEN 'expired' ELSE x.state END,
            'taken_by', CASE WHEN x.state = 'superseded' THEN e.csr_id END)
            FROM acd_offer x JOIN acd_queueentry e ON e.id = x.entry_id WHERE x.id = p_offer));
    END IF;
    UPDATE acd_csrstate SET missed = 0 WHERE csr_id = p_csr;
    PERFORM acd_activate(p_site, v_now, o.entry_id, p_csr, o.id, 'offer.accepted');
    FOR v_sibling IN SELECT id, csr_id FROM acd_offer WHERE entry_id = o.entry_id AND state = 'pending' ORDER BY id LOOP
        PERFORM acd_close_offer(p_site, v_now, v_sibling.id, 'superseded', 'accepted');
        PERFORM acd_match_csr(p_site, v_now, v_sibling.csr_id);
    END LOOP;
    PERFORM acd_settle(p_site, v_now);
    RETURN acd_answer(p_site, v_now, v_from, jsonb_build_object('ok', true, 'entry', o.entry_id));
END $$;

-- Make an entry active with a CSR whose slot is counted already; a transfer's giver is freed.
CREATE OR REPLACE FUNCTION acd_activate(
    p_site bigint, p_now timestamptz, p_entry bigint, p_csr bigint, p_offer bigint, p_kind text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry;
BEGIN
    UPDATE acd_queueentry SET state = 'active', csr_id = p_csr, answered_at = p_now, deadline_at = NULL, ages_at = NULL,
        outcome = '', wait_ms = greatest(0, (extract(epoch FROM p_now - enqueued_at) * 1000)::bigint)
    WHERE id = p_entry RETURNING * INTO e;
    UPDATE acd_queuemember SET contacts = contacts + 1 WHERE queue_id = e.queue_id AND csr_id = p_csr;
    DELETE FROM acd_offerskip WHERE entry_id = p_entry;
    PERFORM acd_log(p_site, p_now, p_kind, e.queue_id, p_entry, p_csr, p_offer,
        jsonb_build_object('to', 'active', 'wait_ms', e.wait_ms));
    PERFORM acd_stop_helping(p_site, p_now, x.id, 'transferred') FROM acd_queueentry x
    WHERE x.contact_id = e.contact_id AND x.id <> p_entry AND x.state = 'active';
END $$;

-- End the help in an active entry: wrap-up where the queue has one, else done; the freed CSR is matched.
CREATE OR REPLACE FUNCTION acd_stop_helping(p_site bigint, p_now timestamptz, p_entry bigint, p_outcome text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry; v_wrap int;
BEGIN
    SELECT * INTO e FROM acd_queueentry WHERE id = p_entry AND state = 'active';
    IF NOT FOUND THEN RETURN; END IF;
    SELECT wrapup_s INTO v_wrap FROM acd_queue WHERE id = e.queue_id;
    IF v_wrap > 0 AND p_outcome <> 'lost' THEN
        UPDATE acd_queueentry SET state = 'wrap', outcome = p_outcome, wrap_from = p_now,
            deadline_at = p_now + make_interval(secs => v_wrap) WHERE id = p_entry;
        PERFORM acd_log(p_site, p_now, 'entry.wrap', e.queue_id, p_entry, e.csr_id, NULL,
            jsonb_build_object('to', 'wrap', 'outcome', p_outcome));
        PERFORM acd_due(p_site, p_now + make_interval(secs => v_wrap));
    ELSE
        UPDATE acd_queueentry SET outcome = p_outcome WHERE id = p_entry;
        PERFORM acd_close_entry(p_site, p_now, p_entry);
    END IF;
END $$;

-- Close an active or wrapping entry and free its CSR.
CREATE OR REPLACE FUNCTION acd_close_entry(p_site bigint, p_now timestamptz, p_entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry;
BEGIN
    UPDATE acd_queueentry SET state = 'done', ended_at = p_now, deadline_at = NULL
    WHERE id = p_entry AND state IN ('active', 'wrap') RETURNING * INTO e;
    IF NOT FOUND THEN RETURN; END IF;
    UPDATE acd_csrstate SET used = used - 1, cap = greatest(wanted_cap, used - 1), idle_since = p_now WHERE csr_id = e.csr_id;
    PERFORM acd_log(p_site, p_now, 'entry.done', e.queue_id, p_entry, e.csr_id, NULL,
        jsonb_build_object('to', 'done', 'outcome', e.outcome));
    PERFORM acd_match_csr(p_site, p_now, e.csr_id);
END $$;

-- Take an entry out of its queue for good: p_state abandoned, timed_out, overflowed or cancelled. True if it was in.
CREATE OR REPLACE FUNCTION acd_take_out(p_site bigint, p_now timestamptz, p_entry bigint, p_state text, p_reason text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry; o record; v_freed bigint[] := '{}';
BEGIN
    SELECT * INTO e FROM acd_queueentry WHERE id = p_entry AND state IN ('waiting', 'offered', 'limbo');
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE acd_queueentry SET state = p_state, outcome = p_reason, ended_at = p_now, deadline_at = NULL, ages_at = NULL,
        wait_ms = greatest(0, (extract(epoch FROM p_now - enqueued_at) * 1000)::bigint) WHERE id = p_entry RETURNING * INTO e;
    FOR o IN SELECT id, csr_id FROM acd_offer WHERE entry_id = p_entry AND state = 'pending' ORDER BY id LOOP
        PERFORM acd_close_offer(p_site, p_now, o.id, 'revoked', p_reason);
        v_freed := v_freed || o.csr_id;
    END LOOP;
    DELETE FROM acd_offerskip WHERE entry_id = p_entry;
    PERFORM acd_log(p_site, p_now, 'entry.' || p_state, e.queue_id, p_entry, NULL, NULL,
        jsonb_build_object('to', p_state, 'reason', p_reason, 'wait_ms', e.wait_ms));
    PERFORM acd_match_csr(p_site, p_now, c) FROM unnest(v_freed) c;
    RETURN true;
END $$;

-- One command for what happens to an offer, an entry or a CSR; p_args as each needs. Answers {ok, ...}.
CREATE OR REPLACE FUNCTION acd_command(p_site bigint, p_now timestamptz, p_what text, p_id bigint, p_args jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_now timestamptz; v_from bigint; v_ok boolean := true; v_more jsonb := '{}'; v_csr bigint;
    o acd_offer; e acd_queueentry; s acd_csrstate; q acd_queue;
BEGIN
    v_now := acd_begin(p_site, p_now);
    v_from := acd_position(p_site);
    v_csr := (p_args ->> 'csr')::bigint;
    IF p_what = 'decline' THEN
        SELECT * INTO o FROM acd_offer WHERE id = p_id AND csr_id = v_csr AND state = 'pending';
        v_ok := FOUND;
        IF v_ok THEN
            PERFORM acd_close_offer(p_site, v_now, o.id, 'declined', coalesce(p_args ->> 'reason', ''));
            PERFORM acd_match_entry(p_site, v_now, o.entry_id);
            PERFORM acd_match_csr(p_site, v_now, o.csr_id);
        END IF;
    ELSIF p_what IN ('abandon', 'cancel', 'time_out') THEN
        v_ok := acd_take_out(p_site, v_now, p_id, CASE p_what WHEN 'abandon' THEN 'abandoned' WHEN 'cancel' THEN 'cancelled'
            ELSE 'timed_out' END, coalesce(p_args ->> 'reason', ''));
    ELSIF p_what = 'finish' THEN
        SELECT * INTO e FROM acd_queueentry WHERE id = p_id AND state = 'active';
        v_ok := FOUND;
        PERFORM acd_stop_helping(p_site, v_now, p_id, coalesce(p_args ->> 'outcome', 'finished'));
    ELSIF p_what = 'wrap_up' THEN
        UPDATE acd_queueentry SET codes = coalesce(p_args -> 'codes', codes), resolution = coalesce(p_args ->> 'resolution', ''),
            wrap_note = coalesce(p_args ->> 'note', '') WHERE id = p_id AND state = 'wrap' AND csr_id = v_csr;
        v_ok := FOUND;
        IF v_ok THEN PERFORM acd_close_entry(p_site, v_now, p_id); END IF;
    ELSIF p_what = 'extend_wrap' THEN
        UPDATE acd_queueentry SET deadline_at = deadline_at + make_interval(secs => (p_args ->> 'seconds')::int)
        WHERE id = p_id AND state = 'wrap' AND csr_id = v_csr RETURNING * INTO e;
        v_ok := FOUND;
    ELSIF p_what = 'pick' THEN
        SELECT * INTO e FROM acd_queueentry WHERE id = p_id;
        SELECT * INTO q FROM acd_queue WHERE id = e.queue_id;
        SELECT * INTO s FROM acd_csrstate WHERE csr_id = v_csr;
        IF NOT q.allow_pick AND NOT coalesce((p_args ->> 'manager')::boolean, false) THEN v_ok := false; v_more := '{"reason": "not_allowed"}';
        ELSIF e.state <> 'waiting' THEN v_ok := false; v_more := jsonb_build_object('reason', 'gone', 'state', e.state);
        ELSIF s.csr_id IS NULL OR s.lease_until IS NULL OR s.lease_until <= v_now OR s.presence = 'offline'
            OR s.used + s.outside >= s.wanted_cap THEN v_ok := false; v_more := '{"reason": "full"}';
        ELSE
            INSERT INTO acd_offer (site_id, public_id, entry_id, csr_id, state, reason, everybody, created_at, expires_at, closed_at, why)
            VALUES (p_site, substr(replace(gen_random_uuid()::text, '-', ''), 1, 22), e.id, v_csr, 'accepted', 'picked', false,
                v_now, v_now, v_now, jsonb_build_object('edge', 'pick', 'by', p_args -> 'by')) RETURNING * INTO o;
            UPDATE acd_csrstate SET used = used + 1, missed = 0 WHERE csr_id = v_csr;
            PERFORM acd_activate(p_site, v_now, e.id, v_csr, o.id, 'entry.picked');
        END IF;
    ELSIF p_what = 'lose_customer' THEN
        SELECT * INTO e FROM acd_queueentry WHERE id = p_id AND state IN ('waiting', 'offered');
        v_ok := FOUND;
        IF v_ok THEN
            UPDATE acd_queueentry SET state = 'limbo', deadline_at = v_now + make_interval(secs =>
                coalesce((SELECT limbo_s FROM acd_acdsettings WHERE site_id = p_site), 60)) WHERE id = p_id RETURNING deadline_at INTO e.deadline_at;
            FOR o IN SELECT * FROM acd_offer WHERE entry_id = p_id AND state = 'pending' ORDER BY id LOOP
                PERFORM acd_close_offer(p_site, v_now, o.id, 'revoked', 'customer_lost');
            END LOOP;
            PERFORM acd_log(p_site, v_now, 'entry.limbo', e.queue_id, p_id, NULL, NULL, '{"to": "limbo"}');
            PERFORM acd_due(p_site, e.deadline_at);
            PERFORM acd_match_csr(p_site, v_now, x.csr_id) FROM acd_offer x WHERE x.entry_id = p_id AND x.closed_at = v_now;
        END IF;
    ELSIF p_what = 'return_customer' THEN
        UPDATE acd_queueentry SET state = 'waiting' WHERE id = p_id AND state = 'limbo' RETURNING * INTO e;
        v_ok := FOUND;
        IF v_ok THEN
            SELECT * INTO q FROM acd_queue WHERE id = e.queue_id;
            e.deadline_at := acd_deadline(e, q, v_now);
            UPDATE acd_queueentry SET deadline_at = e.deadline_at WHERE id = p_id;
            PERFORM acd_log(p_site, v_now, 'entry.back', e.queue_id, p_id, NULL, NULL, '{"to": "waiting"}');
            PERFORM acd_due(p_site, e.deadline_at);
            PERFORM acd_match_entry(p_site, v_now, p_id);
        END IF;
    ELSIF p_what = 'set_priority' THEN
        UPDATE acd_queueentry SET priority = least((p_args ->> 'priority')::int, 9)
        WHERE id = p_id AND state IN ('waiting', 'offered', 'limbo') RETURNING * INTO e;
        v_ok := FOUND;
        IF v_ok THEN
            PERFORM acd_log(p_site, v_now, 'entry.priority', e.queue_id, p_id, NULL, NULL,
                jsonb_build_object('priority', e.priority, 'by', p_args -> 'by'));
            PERFORM acd_match_entry(p_site, v_now, p_id);
        END IF;
    ELSIF p_what IN ('move', 'transfer', 'requeue') THEN
        v_more := acd_pass_on(p_site, v_now, p_what, p_id, p_args);
        v_ok := v_more ? 'entry';
    ELSIF p_what = 'hand_over' THEN
        -- Another CSR helps from now on; both agreed, so the taker's room grows where there was none.
        SELECT * INTO e FROM acd_queueentry WHERE id = p_id AND state = 'active' AND csr_id <> v_csr;
        v_ok := FOUND;
        IF v_ok THEN
            INSERT INTO acd_csrstate (site_id, csr_id, presence, reason, since, cap, wanted_cap, used, outside, idle_since, missed, skills)
            VALUES (p_site, v_csr, 'offline', '', v_now, 1, 1, 0, 0, v_now, 0, '[]') ON CONFLICT DO NOTHING;
            UPDATE acd_queueentry SET csr_id = v_csr WHERE id = p_id;
            UPDATE acd_csrstate SET used = used + 1, cap = greatest(cap, used + 1) WHERE csr_id = v_csr;
            UPDATE acd_csrstate SET used = used - 1, cap = greatest(wanted_cap, used - 1), idle_since = v_now WHERE csr_id = e.csr_id;
            PERFORM acd_log(p_site, v_now, 'entry.handed', e.queue_id, p_id, v_csr, NULL, jsonb_build_object('from', e.csr_id));
            PERFORM acd_match_csr(p_site, v_now, e.csr_id);
        END IF;
    ELSIF p_what = 'presence' THEN
        PERFORM acd_set_presence(p_site, v_now, p_id, p_args);
    ELSIF p_what = 'capacity' THEN
        UPDATE acd_csrstate SET wanted_cap = coalesce((p_args ->> 'cap')::int, wanted_cap),
            cap = greatest(coalesce((p_args ->> 'cap')::int, wanted_cap), used),
            outside = coalesce((p_args ->> 'outside')::int, outside), skills = coalesce(p_args -> 'skills', skills)
        WHERE csr_id = p_id RETURNING * INTO s;
        -- Who has no place left any more is offered nobody.
        IF s.used + s.outside > s.wanted_cap THEN PERFORM acd_revoke_offers(p_site, v_now, p_id, 'busy'); END IF;
        PERFORM acd_match_csr(p_site, v_now, p_id);
    ELSIF p_what = 'match_all' THEN
        PERFORM acd_match_csr(p_site, v_now, x.csr_id) FROM (SELECT csr_id FROM acd_csrstate WHERE site_id = p_site
            AND presence = 'available' ORDER BY idle_since, csr_id) x;
    ELSE
        RAISE EXCEPTION 'no command %', p_what;
    END IF;
    PERFORM acd_settle(p_site, v_now);
    RETURN acd_answer(p_site, v_now, v_from, jsonb_build_object('ok', v_ok) || v_more);
END $$;

-- Pass a customer on: `move` (manager, waiting), `transfer` (active; the giver stays until somebody accepts),
-- `requeue` (active, its CSR is lost: same place, one priority more). p_args: queue, only_csrs, note, by, boost.
-- A transfer that is moved stays one; one whose giver is lost goes on where it is.
CREATE OR REPLACE FUNCTION acd_pass_on(p_site bigint, p_now timestamptz, p_what text, p_entry bigint, p_args jsonb)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry; q acd_queue; v_new bigint; v_gain int := 0; v_transfer boolean := p_what = 'transfer';
BEGIN
    SELECT * INTO e FROM acd_queueentry WHERE id = p_entry;
    SELECT * INTO q FROM acd_queue WHERE id = coalesce((p_args ->> 'queue')::bigint, e.queue_id) AND site_id = p_site;
    IF e.id IS NULL OR q.id IS NULL THEN RETURN '{}'; END IF;
    IF e.segment_no >= 20 THEN RETURN '{"reason": "too_many_hops"}'; END IF;
    IF p_what = 'move' THEN
        IF NOT acd_take_out(p_site, p_now, p_entry, 'overflowed', 'moved') THEN RETURN '{"reason": "gone"}'; END IF;
        v_transfer := e.outcome = 'transfer';
    ELSIF e.state <> 'active' THEN
        RETURN '{"reason": "gone"}';
    ELSE
        SELECT x.id INTO v_new FROM acd_queueentry x
        WHERE x.contact_id = e.contact_id AND x.state IN ('waiting', 'offered', 'limbo') LIMIT 1;
        IF FOUND AND v_transfer THEN RETURN '{"reason": "gone"}'; END IF;
        IF NOT v_transfer THEN PERFORM acd_stop_helping(p_site, p_now, p_entry, 'lost'); END IF;
        IF v_new IS NOT NULL THEN RETURN jsonb_build_object('entry', v_new); END IF;
        v_gain := CASE WHEN v_transfer THEN q.transfer_boost ELSE 1 END;
    END IF;
    v_new := acd_insert_entry(p_site, p_now, e.contact_id, q.id, jsonb_build_object(
        'seq', e.seq, 'segment_no', e.segment_no + 1, 'priority', e.priority + v_gain,
        'previous', CASE WHEN p_what = 'move' AND v_transfer THEN e.previous_id ELSE e.id END,
        'only_csrs', p_args -> 'only_csrs', 'note', coalesce(p_args ->> 'note', CASE WHEN p_what = 'move' THEN e.note ELSE '' END),
        'rule', p_what, 'skills', CASE WHEN p_what = 'requeue' THEN e.skills ELSE '[]'::jsonb END,
        'outcome', CASE WHEN v_transfer THEN 'transfer' ELSE '' END));
    RETURN jsonb_build_object('entry', v_new);
END $$;

-- Declare a CSR's presence. p_args: presence, reason, lease_s. Offers to somebody no longer available are revoked.
CREATE OR REPLACE FUNCTION acd_set_presence(p_site bigint, p_now timestamptz, p_csr bigint, p_args jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE s acd_csrstate; v_to text := p_args ->> 'presence'; v_lease timestamptz;
BEGIN
    v_lease := p_now + make_interval(secs => coalesce((p_args ->> 'lease_s')::int, 30));
    INSERT INTO acd_csrstate (site_id, csr_id, presence, reason, since, cap, wanted_cap, used, outside, idle_since, missed, skills)
    VALUES (p_site, p_csr, 'offline', '', p_now, 1, 1, 0, 0, p_now, 0, '[]') ON CONFLICT DO NOTHING;
    SELECT * INTO s FROM acd_csrstate WHERE csr_id = p_csr;
    UPDATE acd_csrstate SET presence = v_to, reason = coalesce(p_args ->> 'reason', ''),
        since = CASE WHEN s.presence = v_to AND s.reason = coalesce(p_args ->> 'reason', '') THEN s.since ELSE p_now END,
        lease_until = CASE WHEN v_to = 'offline' THEN NULL ELSE greatest(coalesce(s.lease_until, v_lease), v_lease) END,
        lost_at = NULL, missed = CASE WHEN v_to = 'available' THEN 0 ELSE s.missed END,
        not_before = CASE WHEN v_to = 'available' AND s.presence <> 'available' THEN NULL ELSE s.not_before END,
        idle_since = CASE WHEN v_to = 'available' AND (s.presence <> 'available' OR s.lease_until <= p_now) AND s.reason <> 'rona'
                          THEN p_now ELSE s.idle_since END
    WHERE csr_id = p_csr;
    IF s.presence <> v_to OR s.reason <> coalesce(p_args ->> 'reason', '') THEN
        PERFORM acd_log(p_site, p_now, 'csr.presence', NULL, NULL, p_csr, NULL,
            jsonb_build_object('presence', v_to, 'reason', coalesce(p_args ->> 'reason', ''), 'by', p_args -> 'by'));
    END IF;
    IF v_to = 'available' THEN
        PERFORM acd_due(p_site, v_lease);
        PERFORM acd_match_csr(p_site, p_now, p_csr);
    ELSE
        PERFORM acd_revoke_offers(p_site, p_now, p_csr, v_to);
        IF v_to = 'offline' THEN PERFORM acd_tier_left(p_site, p_now, p_csr); END IF;
    END IF;
END $$;

-- Renew a CSR's lease. The usual case takes no lock; one who was lost comes back under it.
CREATE OR REPLACE FUNCTION acd_heartbeat(p_site bigint, p_now timestamptz, p_csr bigint, p_lease_s int)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_now timestamptz := coalesce(p_now, clock_timestamp()); v_from bigint; s acd_csrstate;
BEGIN
    UPDATE acd_csrstate SET lease_until = greatest(lease_until, v_now + make_interval(secs => p_lease_s))
    WHERE csr_id = p_csr AND lease_until > v_now AND lost_at IS NULL;
    IF FOUND THEN RETURN '{"events": [], "ok": true}'; END IF;
    v_now := acd_begin(p_site, p_now);
    v_from := acd_position(p_site);
    UPDATE acd_csrstate SET lease_until = v_now + make_interval(secs => p_lease_s), lost_at = NULL
    WHERE csr_id = p_csr AND presence <> 'offline' RETURNING * INTO s;
    IF FOUND THEN
        PERFORM acd_log(p_site, v_now, 'csr.back', NULL, NULL, p_csr, NULL, '{}');
        PERFORM acd_due(p_site, s.lease_until);
        PERFORM acd_match_csr(p_site, v_now, p_csr);
    END IF;
    RETURN acd_answer(p_site, v_now, v_from, jsonb_build_object('ok', s.csr_id IS NOT NULL));
END $$;

-- ---------------------------------------------------------------- time

-- Do what is due. Answers also `lost`: active entries whose CSR did not come back (the caller decides who takes over),
-- and `ok` false where nothing was due.
CREATE OR REPLACE FUNCTION acd_tick(p_site bigint, p_now timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_now timestamptz; v_from bigint; x record; e acd_queueentry; v_lost jsonb; v_grace int;
BEGIN
    v_now := acd_begin(p_site, p_now);
    v_from := acd_position(p_site);
    SELECT coalesce((SELECT csr_grace_s FROM acd_acdsettings WHERE site_id = p_site), 60) INTO v_grace;
    FOR x IN SELECT id, entry_id, csr_id FROM acd_offer WHERE site_id = p_site AND state = 'pending' AND expires_at <= v_now
            ORDER BY expires_at, id LOOP
        PERFORM acd_close_offer(p_site, v_now, x.id, 'expired', '');
        PERFORM acd_match_entry(p_site, v_now, x.entry_id);
        PERFORM acd_match_csr(p_site, v_now, x.csr_id);
    END LOOP;
    FOR x IN UPDATE acd_csrstate SET lost_at = v_now WHERE site_id = p_site AND presence <> 'offline' AND lost_at IS NULL
            AND lease_until <= v_now RETURNING csr_id LOOP
        PERFORM acd_log(p_site, v_now, 'csr.lost', NULL, NULL, x.csr_id, NULL, '{}');
        PERFORM acd_revoke_offers(p_site, v_now, x.csr_id, 'lost');
        PERFORM acd_tier_left(p_site, v_now, x.csr_id);
    END LOOP;
    FOR x IN UPDATE acd_csrstate SET presence = 'offline', reason = 'lost', since = v_now, lease_until = NULL, lost_at = NULL
            WHERE site_id = p_site AND lost_at <= v_now - make_interval(secs => v_grace) RETURNING csr_id LOOP
        PERFORM acd_log(p_site, v_now, 'csr.presence', NULL, NULL, x.csr_id, NULL, '{"presence": "offline", "reason": "lost"}');
    END LOOP;
    FOR x IN UPDATE acd_csrstate SET not_before = NULL WHERE site_id = p_site AND not_before <= v_now RETURNING csr_id LOOP
        PERFORM acd_match_csr(p_site, v_now, x.csr_id);
    END LOOP;
    FOR e IN SELECT * FROM acd_queueentry WHERE site_id = p_site AND deadline_at <= v_now ORDER BY deadline_at, id LOOP
        PERFORM acd_entry_due(p_site, v_now, e.id);
    END LOOP;
    PERFORM acd_settle(p_site, v_now);
    SELECT jsonb_agg(a.id) INTO v_lost FROM acd_queueentry a JOIN acd_csrstate s ON s.csr_id = a.csr_id
    WHERE a.site_id = p_site AND a.state = 'active' AND s.presence = 'offline' AND s.reason = 'lost';
    UPDATE acd_siterouter SET due_at = (SELECT min(t) FROM (
        SELECT min(expires_at) AS t FROM acd_offer WHERE site_id = p_site AND state = 'pending'
        UNION ALL SELECT min(deadline_at) FROM acd_queueentry WHERE site_id = p_site AND deadline_at IS NOT NULL
        UNION ALL SELECT min(not_before) FROM acd_csrstate WHERE site_id = p_site
        UNION ALL SELECT min(lease_until) FROM acd_csrstate WHERE site_id = p_site AND presence <> 'offline' AND lost_at IS NULL
        UNION ALL SELECT min(lost_at) + make_interval(secs => v_grace) FROM acd_csrstate WHERE site_id = p_site) d)
    WHERE site_id = p_site;
    RETURN acd_answer(p_site, v_now, v_from, jsonb_build_object('ok', acd_position(p_site) > v_from,
        'lost', coalesce(v_lost, '[]'), 'due_at', (SELECT due_at FROM acd_siterouter WHERE site_id = p_site)));
END $$;

-- Do what time does to one entry, then set its next deadline.
CREATE OR REPLACE FUNCTION acd_entry_due(p_site bigint, p_now timestamptz, p_entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE e acd_queueentry; q acd_queue; v_giver boolean; v_fallback bigint;
BEGIN
    SELECT * INTO e FROM acd_queueentry WHERE id = p_entry;
    SELECT * INTO q FROM acd_queue WHERE id = e.queue_id;
    IF e.deadline_at IS NULL OR e.deadline_at > p_now THEN RETURN; END IF;
    IF e.state = 'wrap' THEN
        PERFORM acd_close_entry(p_site, p_now, p_entry);
        RETURN;
    ELSIF e.state = 'limbo' THEN
        PERFORM acd_take_out(p_site, p_now, p_entry, 'abandoned', 'connection_lost');
        RETURN;
    ELSIF e.state = 'offered' THEN
        -- A CSR is being asked: what time wants waits for the answer.
        UPDATE acd_queueentry SET deadline_at = (SELECT max(expires_at) FROM acd_offer WHERE entry_id = p_entry AND state = 'pending')
            + interval '1 millisecond' WHERE id = p_entry;
        RETURN;
    ELSIF e.outcome = 'transfer' AND e.enqueued_at + make_interval(secs =>
            coalesce((SELECT transfer_timeout_s FROM acd_acdsettings WHERE site_id = p_site), 120)) <= p_now THEN
        -- Nobody took the transfer: back to the giver who is still there, else on to the fallback queue.
        SELECT e.previous_id IS NULL OR EXISTS (SELECT 1 FROM acd_queueentry WHERE id = e.previous_id AND state = 'active')
        INTO v_giver;
        IF v_giver THEN
            PERFORM acd_take_out(p_site, p_now, p_entry, 'cancelled', 'returned');
            RETURN;
        END IF;
        SELECT fallback_queue_id INTO v_fallback FROM acd_acdsettings WHERE site_id = p_site;
        UPDATE acd_queueentry SET outcome = '' WHERE id = p_entry RETURNING * INTO e;
        IF v_fallback IS NOT NULL AND v_fallback <> e.queue_id OR e.only_csrs IS NOT NULL THEN
            PERFORM acd_take_out(p_site, p_now, p_entry, 'overflowed', 'fallback');
            PERFORM acd_insert_entry(p_site, p_now, e.contact_id, coalesce(v_fallback, e.queue_id), jsonb_build_object('seq', e.seq,
                'segment_no', e.segment_no + 1, 'priority', e.priority, 'previous', e.id, 'note', e.note, 'rule', 'fallback'));
            RETURN;
        END IF;
    ELSIF q.max_wait_s > 0 AND e.outcome <> 'transfer' AND e.enqueued_at + make_interval(secs => q.max_wait_s) <= p_now THEN
        PERFORM acd_take_out(p_site, p_now, p_entry, 'timed_out', 'max_wait');
        RETURN;
    ELSIF q.overflow_queue_id IS NOT NULL AND q.overflow_after_s > 0 AND e.segment_no <= 5 AND e.only_csrs IS NULL
            AND e.outcome <> 'transfer' AND e.enqueued_at + make_interval(secs => q.overflow_after_s) <= p_now THEN
        PERFORM acd_take_out(p_site, p_now, p_entry, 'overflowed', 'waited');
        PERFORM acd_insert_entry(p_site, p_now, e.contact_id, q.overflow_queue_id, jsonb_build_object(
            'seq', CASE WHEN q.overflow_keep_wait THEN e.seq END, 'segment_no', e.segment_no + 1, 'priority', e.priority,
            'previous', e.id, 'skills', e.skills, 'rule', 'overflow'));
        RETURN;
    END IF;
    IF e.ages_at <= p_now THEN
        UPDATE acd_queueentry SET priority = least(priority + 1, 9),
            ages_at = CASE WHEN priority >= 8 THEN NULL ELSE p_now + make_interval(secs => q.ageing_s) END
        WHERE id = p_entry RETURNING * INTO e;
        PERFORM acd_log(p_site, p_now, 'entry.priority', q.id, p_entry, NULL, NULL,
            jsonb_build_object('priority', e.priority, 'by', 'ageing'));
    END IF;
    PERFORM acd_match_entry(p_site, p_now, p_entry);
    SELECT * INTO e FROM acd_queueentry WHERE id = p_entry;
    IF e.state IN ('waiting', 'offered') THEN
        UPDATE acd_queueentry SET deadline_at = acd_deadline(e, q, p_now) WHERE id = p_entry;
    END IF;
END $$;
