-- When an incident ends: teams are called home, needs are over; a count stays, the missions go.
create or replace function missions_end_release(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    teams int;
    needs int;
begin
    select count(*) into teams from missions_mission m where m.incident_id = p_incident and m.state in ('sent', 'arrived');
    perform missions_call_home(m) from missions_mission m where m.incident_id = p_incident and m.state in ('sent', 'arrived');
    update missions_mission set state = 'withdrawn', ended_at = now() where incident_id = p_incident and state in ('proposed', 'accepted');
    update missions_need set state = 'over' where incident_id = p_incident and state = 'open';
    get diagnostics needs = row_count;
    return jsonb_build_object('teams', teams, 'needs', needs);
end
$$;
create or replace function missions_end_duties(p_incident smallint) returns table (code text, count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select 'retirement.duty_mission', count(*) from missions_mission where incident_id = p_incident and state in ('sent', 'arrived', 'recalled')
$$;
create or replace function missions_end_record(p_incident smallint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object('needs', (select count(*) from missions_need where incident_id = p_incident),
        'teams', count(*), 'people', coalesce(sum(people), 0))
    from missions_mission where incident_id = p_incident and sent_at is not null
$$;
create or replace function missions_end_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    people bigint;
    missions bigint;
    needs bigint;
begin
    delete from missions_seat s using missions_mission m where m.id = s.mission_id and m.incident_id = p_incident;
    delete from missions_person p using missions_mission m where m.id = p.mission_id and m.incident_id = p_incident;
    get diagnostics people = row_count;
    delete from missions_mission where incident_id = p_incident;
    get diagnostics missions = row_count;
    delete from missions_need where incident_id = p_incident;
    get diagnostics needs = row_count;
    return jsonb_build_object('missions', missions, 'people', people, 'needs', needs);
end
$$;
revoke all on function missions_end_release(smallint), missions_end_duties(smallint), missions_end_record(smallint),
    missions_end_forget(smallint) from public;
insert into retirement_part values
    ('missions', 'missions_end_release', 'missions_end_duties', 'missions_end_record', 'missions_end_forget')
    on conflict (app) do update set release = excluded.release, duties = excluded.duties, record = excluded.record, forget = excluded.forget;
