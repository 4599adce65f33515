-- A destruction that was asked for stands on the lists of those who may approve it. It names no incident: work that is still open
-- in an incident would keep it from being destroyed.
create or replace function retirement_waits(p_one retirement_retirement) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select worklist_second(p_one.asked_at is not null and p_one.approved_at is null, 'retirement', 'purge', p_one.incident_id::text,
        (select i.name from incidents_incident i where i.id = p_one.incident_id), 'purge_two_person', p_one.asked_by, null, p_one.path,
        '/ended/' || p_one.incident_id || '/')
$$;
create or replace function retirement_changed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform retirement_waits(new);
    return null;
end
$$;
create or replace trigger asks_second_person after update of asked_at, approved_at on retirement_retirement
    for each row execute function retirement_changed();
do $$
begin
    perform retirement_waits(r) from retirement_retirement r where r.asked_at is not null and r.approved_at is null;
end
$$;
revoke all on function retirement_waits(retirement_retirement) from public;
