-- What the testing rounds over a zone show, one row a round, newest first: evidence for lifting it. Counts only, and only
-- for who sees figures there; it looks for itself because a tube may have been filled at a desk outside the zone.
create or replace function rounds_evidence(p_incident smallint, p_path text)
    returns table (round_id int, opened_at timestamptz, closed boolean, sampled_at timestamptz, expected bigint, sampled bigint,
                   explained bigint, undecided bigint, positive bigint, positive_at timestamptz)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (access_sees('metrics', 'figures') and p_path collate "C" >= access_low() and p_path collate "C" < access_high()) is not true then
        return;
    end if;
    return query
        select r.id, r.opened_at, r.state <> 'open', s.last_at, coalesce(e.people, 0)::bigint, coalesce(s.people, 0)::bigint,
            coalesce(n.people, 0)::bigint, coalesce(s.undecided, 0)::bigint + coalesce(i.waiting, 0)::bigint,
            coalesce(i.positive, 0)::bigint, i.positive_at
        from rounds_round r
        cross join lateral (
            select max(x.at) as last_at, count(*) as people,
                count(*) filter (where t.result is null or t.result = 'invalid') as undecided
            from rounds_sample x left join rounds_tube t on t.incident = x.incident and t.id = x.tube
            where x.incident = r.incident_id and x.round_id = r.id and x.path >= p_path and x.path < p_path || '~') s
        cross join lateral (
            select count(*) as people from rounds_not_sampled x
            where x.incident = r.incident_id and x.round_id = r.id and x.path >= p_path and x.path < p_path || '~') n
        cross join lateral (
            select count(*) filter (where x.state in ('isolated', 'retested')) as waiting,
                count(*) filter (where x.state = 'positive') as positive,
                max(x.state_at) filter (where x.state = 'positive') as positive_at
            from rounds_isolation x
            where x.incident = r.incident_id and x.round_id = r.id and x.path >= p_path and x.path < p_path || '~') i
        cross join lateral (
            select sum(v.value) as people from metrics_value v
            where v.name = 'rounds.expected' and v.dim = r.id::text and v.day = 'infinity' and v.level = length(p_path)
                and v.path = p_path) e
        where r.incident_id = p_incident and r.kind = 'testing'
            and (starts_with(p_path, r.path) or starts_with(r.path, p_path))
        order by r.id desc limit 60;
end
$$;
revoke all on function rounds_evidence(smallint, text) from public;
grant execute on function rounds_evidence(smallint, text) to lianfang_app;
