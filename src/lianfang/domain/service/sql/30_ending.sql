-- When an incident ends, what each member did in it is added up; when its details are destroyed, the sums speak for them.
create or replace function service_sum_up(p_incident smallint, p_members bigint[]) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    written bigint;
begin
    with work as materialized (
        select w.* from service_work(p_members) w where w.incident_id = p_incident
    ),
    days as (
        select d.member_id, count(distinct d.day) as days from (
            select w.member_id, w.day from work w where w.kind in ('shift', 'visits', 'missing')
            union all
            select w.member_id, g::date from work w cross join lateral generate_series(w.day, w.until_day, interval '1 day') g
            where w.kind = 'mission') d
        group by d.member_id
    ),
    added as (
        insert into service_total as t (member_id, incident_id, incident, first_on, last_on, days, minutes, shifts, visits, missions,
                pairings, places, roles, gone)
            select w.member_id, p_incident, (select i.name from incidents_incident i where i.id = p_incident), min(w.day), max(w.until_day),
                coalesce(min(d.days), 0), coalesce(sum(w.minutes), 0), count(*) filter (where w.kind in ('shift', 'missing')),
                coalesce(sum(w.times) filter (where w.kind = 'visits'), 0), count(*) filter (where w.kind = 'mission'),
                count(*) filter (where w.kind = 'pairing'), count(distinct w.path), array_agg(distinct w.role), false
            from work w left join days d on d.member_id = w.member_id group by w.member_id
            on conflict (member_id, incident_id) do update set first_on = excluded.first_on, last_on = excluded.last_on, days = excluded.days,
                minutes = excluded.minutes, shifts = excluded.shifts, visits = excluded.visits, missions = excluded.missions,
                pairings = excluded.pairings, places = excluded.places, roles = excluded.roles where not t.gone
        returning 1
    ) select count(*) into written from added;
    return written;
end
$$;

-- The public record: how many served and how long, nobody by name.
create or replace function service_end_record(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform service_sum_up(p_incident, array(select m.id from workforce_member m));
    return (select jsonb_build_object('people', count(*), 'days', coalesce(sum(t.days), 0), 'hours', coalesce(sum(t.minutes), 0) / 60)
            from service_total t where t.incident_id = p_incident);
end
$$;

-- Objections to lines that are no more go with them; the sums keep what they led to.
create or replace function service_end_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    objections bigint;
    totals bigint;
begin
    update service_total set gone = true where incident_id = p_incident and not gone;
    get diagnostics totals = row_count;
    delete from service_objection where incident_id = p_incident;
    get diagnostics objections = row_count;
    return jsonb_build_object('objections', objections, 'totals_kept', totals);
end
$$;
create or replace function service_end_duties(p_incident smallint) returns table (code text, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'retirement.duty_objection', count(*) from service_objection where incident_id = p_incident and state = 'open'
$$;
revoke all on function service_sum_up(smallint, bigint[]), service_end_record(smallint), service_end_forget(smallint),
    service_end_duties(smallint) from public;
insert into retirement_part values ('service', '', 'service_end_duties', 'service_end_record', 'service_end_forget')
    on conflict (app) do update set release = excluded.release, duties = excluded.duties, record = excluded.record, forget = excluded.forget;
