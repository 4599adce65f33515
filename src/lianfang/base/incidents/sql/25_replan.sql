-- A newer edition of the control plan may not know the level of a zone in force. One person proposes its level under the newer
-- edition, another puts it in force: the old zone ends, the new one goes on from the day on which the old one began.
create or replace function incidents_propose_replan(p_zone bigint, p_level text, p_reason text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'live', 'zone_propose');
begin
    perform incidents_expect(one.replan_to = '', 'incident.replan_waits');
    update incidents_zone set replan_to = p_level, replan_reason = p_reason, replan_by = access_account() where id = p_zone;
end
$$;

create or replace function incidents_withdraw_replan(p_zone bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'live', 'zone_propose', 'zone_approve');
begin
    perform incidents_expect(one.replan_to <> '', 'incident.replan_none');
    update incidents_zone set replan_to = '', replan_reason = '', replan_by = null where id = p_zone;
end
$$;

create or replace function incidents_approve_replan(p_zone bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_zone%rowtype := incidents_zone_held(p_zone, 'live', 'zone_approve');
    made bigint;
begin
    perform incidents_expect(one.replan_to <> '', 'incident.replan_none');
    perform incidents_second_person(one.replan_by);
    update incidents_zone set state = 'lifted', to_at = now(), lift_to = one.replan_to, lift_reason = one.replan_reason,
        lift_by = one.replan_by, lifted_by = access_account() where id = p_zone;
    insert into incidents_zone (incident_id, path, level, reason, state, proposed_by, approved_by, from_at)
        values (one.incident_id, one.path, one.replan_to, one.replan_reason, 'live', one.replan_by, access_account(), one.from_at)
        returning id into made;
    return made;
end
$$;
grant execute on function incidents_propose_replan(bigint, text, text), incidents_withdraw_replan(bigint),
    incidents_approve_replan(bigint) to lianfang_app;
