-- Zones: proposed by one person, approved by another; lifted or lowered the same way.
create or replace function incidents_propose_zone(p_incident smallint, p_path text, p_level text, p_reason text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    over incidents_incident%rowtype;
    made bigint;
begin
    perform incidents_require(array['zone_propose'], p_path);
    select * into over from incidents_incident where id = p_incident for share;
    perform incidents_expect(over.state = 'open', 'incident.not_open');
    if not starts_with(p_path, over.path) then
        raise exception using errcode = 'LF422', message = 'incident.zone_outside';
    end if;
    perform incidents_expect(not exists (select 1 from incidents_zone z where z.incident_id = p_incident and z.path = p_path
        and z.state in ('proposed', 'live', 'lift_requested')), 'incident.zone_exists');
    insert into incidents_zone (incident_id, path, level, reason, state, proposed_by)
        values (p_incident, p_path, p_level, p_reason, 'proposed', access_account()) returning id into made;
    return made;
end
$$;
create unique index if not exists incidents_zone_one_live on incidents_zone (incident_id, path)
    where state in ('proposed', 'live', 'lift_requested');

-- The zone, locked, in the state that the step asks for, for somebody who holds one of the rights over it.
create or replace function incidents_zone_held(p_zone bigint, p_state text, variadic p_verbs text[]) returns incidents_zone
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype;
begin
    select * into one from incidents_zone where id = p_zone for update;
    perform incidents_require(p_verbs, one.path);
    perform incidents_expect(one.state = p_state, 'incident.zone_state');
    return one;
end
$$;
revoke all on function incidents_zone_held(bigint, text, text[]) from public;

create or replace function incidents_approve_zone(p_zone bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'proposed', 'zone_approve');
begin
    perform incidents_second_person(one.proposed_by);
    update incidents_zone set state = 'live', approved_by = access_account(), from_at = now() where id = p_zone;
end
$$;

-- A zone that nobody approved binds nobody: who proposes or approves zones may drop it. lifted_by tells who did.
create or replace function incidents_withdraw_zone(p_zone bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'proposed', 'zone_propose', 'zone_approve');
begin
    update incidents_zone set state = 'withdrawn', to_at = now(), lifted_by = access_account() where id = p_zone;
end
$$;

create or replace function incidents_request_lift(p_zone bigint, p_to text, p_reason text, p_evidence jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'live', 'lift_zone_request', 'zone_propose');
begin
    update incidents_zone set state = 'lift_requested', lift_to = p_to, lift_reason = p_reason, lift_evidence = p_evidence,
        lift_by = access_account() where id = p_zone;
end
$$;

create or replace function incidents_withdraw_lift(p_zone bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'lift_requested', 'lift_zone_request', 'zone_propose');
begin
    update incidents_zone set state = 'live', lift_to = '', lift_reason = '', lift_evidence = null, lift_by = null where id = p_zone;
end
$$;

-- Returns the zone that follows when it was lowered, null when no zone remains.
create or replace function incidents_approve_lift(p_zone bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'lift_requested', 'zone_approve');
    made bigint;
begin
    perform incidents_second_person(one.lift_by);
    update incidents_zone set state = 'lifted', to_at = now(), lifted_by = access_account() where id = p_zone;
    if one.lift_to <> '' then
        insert into incidents_zone (incident_id, path, level, reason, state, proposed_by, approved_by, from_at, lowered_from)
            values (one.incident_id, one.path, one.lift_to, one.lift_reason, 'live', one.lift_by, access_account(), now(), one.level)
            returning id into made;
    end if;
    return made;
end
$$;

create or replace function incidents_refuse_lift(p_zone bigint, p_reason text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'lift_requested', 'zone_approve');
begin
    update incidents_zone set state = 'live', lift_to = '', lift_reason = p_reason, lift_by = null where id = p_zone;
end
$$;

grant execute on function incidents_propose_zone(smallint, text, text, text), incidents_approve_zone(bigint),
    incidents_withdraw_zone(bigint), incidents_request_lift(bigint, text, text, jsonb), incidents_withdraw_lift(bigint),
    incidents_approve_lift(bigint), incidents_refuse_lift(bigint, text) to lianfang_app;
