-- What the operator's page shows: counts only, for whoever looks after the machine and sees nobody's data.
create table if not exists keeping_route (
    route text collate "C" not null,
    minute timestamptz not null,
    calls bigint not null,
    seconds double precision not null,
    slow bigint not null,                   -- calls over the limit of a slow page
    slowest double precision not null,
    primary key (route, minute)
);
alter table keeping_route enable row level security;

-- Workers add up what their pages took; names of routes only, no addresses. Older than a day is forgotten on the way.
create or replace function keeping_note_routes(p_routes text[], p_calls bigint[], p_seconds float8[], p_slow bigint[], p_slowest float8[])
    returns void language sql security definer set search_path = public, pg_temp as $$
    delete from keeping_route where minute < now() - interval '1 day';
    insert into keeping_route as k (route, minute, calls, seconds, slow, slowest)
        select r, date_trunc('minute', now()), c, s, w, m from unnest(p_routes, p_calls, p_seconds, p_slow, p_slowest) as t(r, c, s, w, m)
        order by 1
        on conflict (route, minute) do update set calls = k.calls + excluded.calls, seconds = k.seconds + excluded.seconds,
            slow = k.slow + excluded.slow, slowest = greatest(k.slowest, excluded.slowest)
$$;
grant execute on function keeping_note_routes(text[], bigint[], float8[], bigint[], float8[]) to lianfang_door;

create or replace function keeping_figures() returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if access_sees('configuration', 'open') is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return jsonb_build_object(
        'now', clock_timestamp(),
        'database_bytes', pg_database_size(current_database()),
        'deltas', (select count(*) from (select 1 from metrics_delta limit 2000000) d),
        'unsealed_seconds', (select coalesce(extract(epoch from now() - min(received_at)), 0) from facts_log
            where xid >= coalesce((select s.to_xid from facts_seal s order by s.number desc limit 1), '0'::xid8)),
        'quarantine', (select coalesce(jsonb_agg(jsonb_build_array(q.area, q.n, q.oldest) order by q.n desc, q.area), '[]') from (
            select left(path, 12) as area, count(*) as n, min(received_at) as oldest from facts_quarantine where resolved_at is null
            group by 1 order by 2 desc, 1 limit 8) q),
        'quarantined', (select count(*) from facts_quarantine where resolved_at is null),
        'phones_ahead', (select count(*) from facts_quarantine where code = 'fact.time_future' and received_at > now() - interval '1 day'),
        'sessions', (select coalesce(jsonb_object_agg(kind, n), '{}') from (select kind, count(*) as n from access_session
            where ended_at is null and expires_at > now() group by kind) s),
        'destructions', (select count(*) from retirement_retirement where approved_at is not null and purged_at is null),
        -- since when finished segments of the log are not taken by the archive; null when the last one was
        'archive_failed', (select a.last_failed_time from pg_stat_archiver a
            where a.last_failed_time > coalesce(a.last_archived_time, '-infinity')),
        'destruction_failed', (select coalesce(max(failed), '') from retirement_retirement where purged_at is null and failed <> ''),
        'routes', (select coalesce(jsonb_agg(jsonb_build_array(r.route, r.calls, r.mean, r.slow, r.slowest) order by r.slow desc, r.mean desc), '[]')
            from (select route, sum(calls) as calls, sum(seconds) / sum(calls) as mean, sum(slow) as slow, max(slowest) as slowest
                  from keeping_route where minute > now() - interval '1 hour' group by route having sum(slow) > 0
                  order by 4 desc, 3 desc limit 5) r),
        'calls', (select coalesce(sum(calls), 0) from keeping_route where minute > now() - interval '1 hour'));
end
$$;
grant execute on function keeping_figures() to lianfang_app;
