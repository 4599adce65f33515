-- Tables that belong to an incident are partitioned by it, so that ending an incident drops whole partitions.
create table if not exists incidents_partitioned (table_name text primary key);
alter table incidents_partitioned enable row level security;

create or replace function incidents_make_partitions(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    name text;
    part text;
begin
    for name in select table_name from incidents_partitioned loop
        part := format('%s_i%s', name, p_incident);
        execute format('create table if not exists %I partition of %I for values in (%s)', part, name, p_incident);
        execute format('alter table %I enable row level security', part);
    end loop;
end
$$;
revoke all on function incidents_make_partitions(smallint) from public;

alter table incidents_incident enable row level security;
drop policy if exists touching on incidents_incident;
-- an incident is no secret to those inside it, nor to those above it
create policy touching on incidents_incident for select to lianfang_app using (
    starts_with((select access_reach()), path) or (path >= (select access_low()) and path < (select access_high())));
drop policy if exists door_reads on incidents_incident;
create policy door_reads on incidents_incident for select to lianfang_door using (true);
grant select on incidents_incident to lianfang_app, lianfang_door;

alter table incidents_zone enable row level security;
-- a zone over a township binds the villages inside it, so they know of it
drop policy if exists in_scope on incidents_zone;
drop policy if exists touching on incidents_zone;
create policy touching on incidents_zone for select to lianfang_app using (
    starts_with((select access_reach()), path) or (path >= (select access_low()) and path < (select access_high())));
drop policy if exists door_reads on incidents_zone;
create policy door_reads on incidents_zone for select to lianfang_door using (true);
grant select on incidents_zone to lianfang_app, lianfang_door;

-- The incident, locked, for somebody who holds one of the rights over all of it.
create or replace function incidents_held(p_incident smallint, variadic p_verbs text[]) returns incidents_incident
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype;
begin
    select * into one from incidents_incident where id = p_incident for update;
    perform incidents_require(p_verbs, one.path);
    return one;
end
$$;
revoke all on function incidents_held(smallint, text[]) from public;

create or replace function incidents_propose(p_name text, p_path text, p_playbook text, p_edition text, p_drill boolean) returns smallint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made smallint;
begin
    perform incidents_require(array['open_incident_two_person'], p_path);
    insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by)
        values (p_name, p_path, p_playbook, p_edition, p_drill, 'proposed', access_account()) returning id into made;
    return made;
end
$$;

-- The second person opens it: never the one who proposed.
create or replace function incidents_open(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype := incidents_held(p_incident, 'open_incident_two_person');
begin
    perform incidents_expect(one.state = 'proposed', 'incident.not_proposed');
    perform incidents_second_person(one.proposed_by);
    perform incidents_make_partitions(p_incident);
    update incidents_incident set state = 'open', opened_by = access_account(), opened_at = now() where id = p_incident;
end
$$;

-- A proposal that nobody opened yet may be dropped by one person: nothing has begun. closed_by tells who dropped it.
create or replace function incidents_withdraw(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype := incidents_held(p_incident, 'open_incident_two_person');
begin
    perform incidents_expect(one.state = 'proposed', 'incident.not_proposed');
    update incidents_incident set state = 'withdrawn', closed_by = access_account(), closed_at = now() where id = p_incident;
end
$$;

create or replace function incidents_close(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype := incidents_held(p_incident, 'close_incident_two_person');
begin
    perform incidents_expect(one.state in ('open', 'closing'), 'incident.not_open');
    if one.state = 'open' then
        update incidents_incident set state = 'closing', closed_by = access_account() where id = p_incident;
    else
        perform incidents_second_person(one.closed_by);
        update incidents_incident set state = 'closed', closed_at = now() where id = p_incident;
    end if;
end
$$;

-- Until the second person has closed it, the mark may be taken back: work never stopped.
create or replace function incidents_reopen(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype := incidents_held(p_incident, 'close_incident_two_person');
begin
    perform incidents_expect(one.state = 'closing', 'incident.not_closing');
    update incidents_incident set state = 'open', closed_by = null where id = p_incident;
end
$$;

-- A change of scope needs two people as well; nothing recorded outside the new scope is touched.
create or replace function incidents_propose_scope(p_incident smallint, p_path text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype;
begin
    select * into one from incidents_incident where id = p_incident for update;
    perform incidents_require(array['open_incident_two_person'], one.path, p_path);
    perform incidents_expect(one.state = 'open', 'incident.not_open');
    update incidents_incident set next_path = p_path, next_by = access_account() where id = p_incident;
end
$$;

create or replace function incidents_approve_scope(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype := incidents_held(p_incident, 'open_incident_two_person');
begin
    perform incidents_expect(one.state = 'open' and one.next_path <> '', 'incident.no_scope_proposed');
    perform incidents_require(array['open_incident_two_person'], one.next_path);
    perform incidents_second_person(one.next_by);
    update incidents_incident set path = next_path, next_path = '', next_by = null where id = p_incident;
end
$$;

create or replace function incidents_withdraw_scope(p_incident smallint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one incidents_incident%rowtype := incidents_held(p_incident, 'open_incident_two_person');
begin
    perform incidents_expect(one.next_path <> '', 'incident.no_scope_proposed');
    update incidents_incident set next_path = '', next_by = null where id = p_incident;
end
$$;

grant execute on function incidents_propose(text, text, text, text, boolean), incidents_open(smallint),
    incidents_withdraw(smallint), incidents_close(smallint), incidents_reopen(smallint),
    incidents_propose_scope(smallint, text), incidents_approve_scope(smallint), incidents_withdraw_scope(smallint)
    to lianfang_app;
