-- What rounds do when their incident ends: close, let people go, keep counts by community, forget the rest.
create or replace function rounds_end_release(p_incident smallint) returns jsonb
    language sql security definer set search_path = public, pg_temp as $$
    with closed as (update rounds_round set state = 'closed', closed_at = now() where incident_id = p_incident and state = 'open' returning 1),
    released as (update rounds_isolation set state = 'released', state_at = now()
                 where incident = p_incident and state in ('isolated', 'retested') returning 1)
    select jsonb_build_object('rounds', (select count(*) from closed), 'isolations', (select count(*) from released))
$$;

create or replace function rounds_end_duties(p_incident smallint) returns table (code text, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'retirement.duty_isolation', count(*) from rounds_isolation
        where incident = p_incident and state in ('isolated', 'retested')
    union all
    select 'retirement.duty_round', count(*) from rounds_round where incident_id = p_incident and state = 'open'
$$;

-- Figures of each round by area, down to the community: a building is small enough to point at somebody.
create or replace function rounds_end_record(p_incident smallint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'kind', r.kind, 'name', r.name, 'area', r.path, 'edition', r.edition,
            'opened_at', r.opened_at, 'closed_at', r.closed_at, 'figures', f.figures) order by r.id), '[]')
    from rounds_round r
    left join lateral (
        select coalesce(jsonb_agg(jsonb_build_object('name', v.name, 'dim', v.dim, 'area', v.path, 'value', v.value)
                                  order by v.name, v.dim, v.path), '[]') as figures
        from metrics_value v
        where starts_with(v.name, 'rounds.') and split_part(v.dim, ':', 1) = r.id::text and v.day = 'infinity'
            and v.level between 4 and 12 and v.path >= left(r.path, 4) and v.path < left(r.path, 4) || '~'
    ) f on true
    where r.incident_id = p_incident
$$;

create or replace function rounds_end_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    numbers text[];
    figures bigint;
    changes bigint;
    rounds bigint;
begin
    select coalesce(array_agg(id::text), '{}') into numbers from rounds_round where incident_id = p_incident;
    delete from metrics_delta where starts_with(name, 'rounds.') and split_part(dim, ':', 1) = any (numbers);
    delete from metrics_value where starts_with(name, 'rounds.') and split_part(dim, ':', 1) = any (numbers);
    get diagnostics figures = row_count;
    delete from rounds_expected_change c using rounds_round r where r.id = c.round_id and r.incident_id = p_incident;
    get diagnostics changes = row_count;
    delete from rounds_site s using rounds_round r where r.id = s.round_id and r.incident_id = p_incident;
    delete from rounds_round where incident_id = p_incident;
    get diagnostics rounds = row_count;
    return jsonb_build_object('rounds', rounds, 'expected_changes', changes, 'figures', figures);
end
$$;
revoke all on function rounds_end_release(smallint), rounds_end_duties(smallint), rounds_end_record(smallint),
    rounds_end_forget(smallint) from public;
insert into retirement_part values
    ('rounds', 'rounds_end_release', 'rounds_end_duties', 'rounds_end_record', 'rounds_end_forget')
    on conflict (app) do update set release = excluded.release, duties = excluded.duties, record = excluded.record, forget = excluded.forget;
