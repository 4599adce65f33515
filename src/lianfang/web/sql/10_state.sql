-- How the house is doing, in numbers without anybody in them; for readiness and for monitoring.
create or replace function web_state()
    returns table (deltas_waiting bigint, unsealed bigint, unsealed_seconds double precision, seals bigint, sessions bigint,
                   names_locked bigint, quarantine_open bigint, incidents_open bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with unsealed as (
        select received_at from facts_log
        where xid >= coalesce((select to_xid from facts_seal order by number desc limit 1), '0'::xid8) limit 100000)
    select (select count(*) from (select 1 from metrics_delta limit 100000) waiting),
        (select count(*) from unsealed),
        coalesce((select extract(epoch from now() - min(received_at)) from unsealed), 0)::double precision,
        coalesce((select max(number) from facts_seal), 0),
        (select count(*) from access_session where ended_at is null and expires_at > now()),
        (select count(*) from access_attempt where locked_until > now()),
        (select count(*) from facts_quarantine where resolved_at is null),
        (select count(*) from incidents_incident where state = 'open')
$$;
revoke all on function web_state() from public;
grant execute on function web_state() to lianfang_door;
