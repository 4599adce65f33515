-- What one person began and another has to confirm stands on the list of every office that may, but not of the one who began it;
-- it is closed when it is confirmed, refused or taken back, whichever way that happens. subject: number:role:name.
create or replace function worklist_second(
    p_waits boolean, p_source text, p_what text, p_key text, p_name text, p_verb text, p_first bigint, p_incident smallint, p_path text,
    p_link text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if p_waits then
        insert into worklist_item as w (incident_id, path, for_role, not_for, what, subject, source, link, urgency)
            select p_incident, p_path, r.role, p_first, p_what, p_key || ':' || r.role || ':' || p_name, p_source, p_link, 2
            from access_right r where r.kind = 'other' and r.object = p_verb
            on conflict (source, what, subject) do update
                set path = excluded.path, not_for = excluded.not_for, done_at = null, done_by = null, created_at = now()
                where w.done_at is not null or w.not_for is distinct from excluded.not_for or w.path <> excluded.path;
    else
        update worklist_item set done_at = now(), done_by = access_account()
            where source = p_source and what = p_what and starts_with(subject, p_key || ':') and done_at is null;
    end if;
end
$$;

-- A change of area is confirmed by somebody who holds both: the item stands at the place above both.
create or replace function worklist_above(p_one text, p_other text) returns text
    language sql immutable set search_path = public, pg_temp as $$
    select coalesce((select left(p_one, l) from unnest(array[12, 9, 6, 4, 2]) as l where left(p_one, l) = left(p_other, l)
        order by l desc limit 1), '')
$$;

create or replace function worklist_incident_waits(p_one incidents_incident) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    link text := '/incidents/' || p_one.id || '/';
begin
    perform worklist_second(p_one.state = 'proposed', 'incidents', 'open', p_one.id::text, p_one.name, 'open_incident_two_person',
        p_one.proposed_by, p_one.id, p_one.path, link);
    perform worklist_second(p_one.state = 'closing', 'incidents', 'close', p_one.id::text, p_one.name, 'close_incident_two_person',
        p_one.closed_by, p_one.id, p_one.path, link);
    perform worklist_second(p_one.state = 'open' and p_one.next_path <> '', 'incidents', 'scope', p_one.id::text, p_one.name,
        'open_incident_two_person', p_one.next_by, p_one.id, worklist_above(p_one.path, p_one.next_path), link);
end
$$;

create or replace function worklist_zone_waits(p_one incidents_zone) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    link text := '/incidents/zones/' || p_one.id || '/';
begin
    perform worklist_second(p_one.state = 'proposed', 'incidents', 'zone', p_one.id::text, '', 'zone_approve', p_one.proposed_by,
        p_one.incident_id, p_one.path, link);
    perform worklist_second(p_one.state = 'lift_requested', 'incidents', 'lift', p_one.id::text, '', 'zone_approve', p_one.lift_by,
        p_one.incident_id, p_one.path, link);
    perform worklist_second(p_one.state = 'live' and p_one.replan_to <> '', 'incidents', 'replan', p_one.id::text, '', 'zone_approve',
        p_one.replan_by, p_one.incident_id, p_one.path, link);
end
$$;

create or replace function worklist_incident_changed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform worklist_incident_waits(new);
    return null;
end
$$;
create or replace function worklist_zone_changed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform worklist_zone_waits(new);
    return null;
end
$$;
-- before the triggers of the end (by name), so that whoever confirms is noted before everything of the incident is closed
create or replace trigger asks_second_person after insert or update of state, next_path, next_by on incidents_incident
    for each row execute function worklist_incident_changed();
create or replace trigger asks_second_person after insert or update of state, replan_to, replan_by on incidents_zone
    for each row execute function worklist_zone_changed();

-- What waited before these lists knew of it.
do $$
begin
    perform worklist_incident_waits(i) from incidents_incident i where i.state in ('proposed', 'closing') or i.next_path <> '';
    perform worklist_zone_waits(z) from incidents_zone z where z.state in ('proposed', 'lift_requested') or z.replan_to <> '';
end
$$;

revoke all on function worklist_second(boolean, text, text, text, text, text, bigint, smallint, text, text),
    worklist_incident_waits(incidents_incident), worklist_zone_waits(incidents_zone) from public;
