-- What base itself holds of an incident: work items, looks, quarantine, the log, its partitions.
create or replace function retirement_base_release(p_incident smallint) returns jsonb
    language sql security definer set search_path = public, pg_temp as $$
    with items as (update worklist_item set done_at = now() where incident_id = p_incident and done_at is null returning 1),
    zones as (update incidents_zone set state = 'lifted', to_at = now() where incident_id = p_incident
              and state in ('proposed', 'live', 'lift_requested') returning 1)
    select jsonb_build_object('work_items', (select count(*) from items), 'zones', (select count(*) from zones))
$$;

-- Facts that somebody still has to settle: they were sent while the incident lasted, from inside its area.
create or replace function retirement_base_duties(p_incident smallint) returns table (code text, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'retirement.duty_quarantine', count(*) from facts_quarantine q join incidents_incident i on i.id = p_incident
        where q.resolved_at is null and q.path >= i.path and q.path < i.path || '~' and q.received_at >= i.opened_at
    union all
    select 'retirement.duty_work', count(*) from worklist_item where incident_id = p_incident and done_at is null
$$;

create or replace function retirement_base_record(p_incident smallint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'incident', (select jsonb_build_object('name', i.name, 'area', i.path, 'playbook', i.playbook, 'edition', i.edition, 'drill', i.drill,
            'opened_at', i.opened_at, 'closed_at', i.closed_at) from incidents_incident i where i.id = p_incident),
        'zones', (select coalesce(jsonb_agg(jsonb_build_object('area', left(z.path, 12), 'level', z.level, 'from', z.from_at, 'to', z.to_at)
            order by z.id), '[]') from incidents_zone z where z.incident_id = p_incident and z.from_at is not null))
$$;

-- Looks at people while it lasted, inside its area: their number by role is kept in the certificate. Looks of work that
-- another live incident over the same place needs stay with that incident.
create or replace function retirement_base_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype;
    looks jsonb;
    items bigint;
    held bigint;
begin
    select * into one from incidents_incident where id = p_incident;
    with gone as (
        delete from vault_look l where l.path >= one.path and l.path < one.path || '~' and l.at >= one.opened_at and l.at <= one.closed_at
            and not exists (select 1 from incidents_incident o where o.id <> one.id and o.state in ('open', 'closing')
                            and starts_with(l.path, o.path) and l.at >= o.opened_at)
        returning l.role)
    select coalesce(jsonb_object_agg(role, n), '{}') into looks from (select role, count(*) as n from gone group by role) g;
    delete from worklist_item where incident_id = p_incident
        or source = 'retirement' and what = 'purge' and starts_with(subject, p_incident || ':');
    get diagnostics items = row_count;
    delete from facts_quarantine q where q.path >= one.path and q.path < one.path || '~' and q.received_at >= one.opened_at
        and q.resolved_at is not null
        and not exists (select 1 from incidents_incident o where o.id <> one.id and o.state in ('open', 'closing')
                        and starts_with(q.path, o.path) and q.received_at >= o.opened_at);
    get diagnostics held = row_count;
    return jsonb_build_object('looks', looks, 'work_items', items, 'quarantine', held);
end
$$;

-- Drop the incident's share of every table, and what strayed into the default share; returns rows by table.
create or replace function retirement_drop(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    name text;
    part text;
    strayed bigint;
    counted bigint;
    found jsonb := '{}';
begin
    for name in select table_name from incidents_partitioned order by 1 loop
        part := format('%s_i%s', name, p_incident);
        counted := 0;
        if to_regclass(part) is not null then
            execute format('select count(*) from %I', part) into counted;
            execute format('drop table %I', part);
        end if;
        if to_regclass(name || '_default') is not null then
            execute format('delete from %I where incident = $1', name || '_default') using p_incident;
            get diagnostics strayed = row_count;
            counted := counted + strayed;
        end if;
        found := found || jsonb_build_object(name, counted);
    end loop;
    return found;
end
$$;
revoke all on function retirement_base_release(smallint), retirement_base_duties(smallint), retirement_base_record(smallint),
    retirement_base_forget(smallint), retirement_drop(smallint) from public;
insert into retirement_part values
    ('base', 'retirement_base_release', 'retirement_base_duties', 'retirement_base_record', 'retirement_base_forget')
    on conflict (app) do update set release = excluded.release, duties = excluded.duties, record = excluded.record, forget = excluded.forget;
