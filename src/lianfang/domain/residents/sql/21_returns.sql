-- Who came home during an incident, on which day and from which class of origin: one row a person and day of return, known by a
-- pseudonym of the incident. Written by the import of the returnee register only; it goes with the incident.
create table if not exists residents_return (
    incident smallint not null,
    person bigint not null,                 -- pseudonym of the resident within the incident
    returned_on date not null,
    path text collate "C" not null,         -- the home they came to
    origin text not null,                   -- other_province, same_province, abroad, unknown
    registered_on date not null,            -- the day on which the register was taken: the day the figures count it
    file_id bigint not null,
    file_row int not null,
    sealed bytea not null,                  -- from where and how, as the register says
    primary key (incident, person, returned_on)
) partition by list (incident);
create table if not exists residents_return_default partition of residents_return default;
create index if not exists residents_return_file on residents_return (file_id);
insert into incidents_partitioned values ('residents_return') on conflict do nothing;

alter table residents_return enable row level security;
alter table residents_return_default enable row level security;
drop policy if exists in_scope on residents_return;
create policy in_scope on residents_return for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()));
drop policy if exists for_the_task on residents_return;
create policy for_the_task on residents_return as restrictive for select to lianfang_app using (
    (select access_sees('residents', 'masked')));
drop policy if exists in_grid on residents_return;
create policy in_grid on residents_return as restrictive for select to lianfang_app using (
    (select access_grids()) is null or left(path, 16) = any ((select residents_scope_buildings())::text[]));
grant select on residents_return to lianfang_app;

-- The returns of one batch of a register; who is on record for that day already is not counted again.
create or replace function residents_import_returns(
    p_file bigint, p_incident smallint[], p_rows int[], p_persons bigint[], p_paths text[], p_returned date[], p_origins text[],
    p_sealed bytea[], p_day date) returns int
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    at_path text;
    made int;
begin
    select f.path into at_path from residents_import_file f where f.id = p_file and f.register = 'returnee';
    perform residents_import_check(at_path);
    with given as (
        select distinct on (t.incident, t.person, t.returned_on) t.* from unnest(p_incident, p_rows, p_persons, p_paths, p_returned, p_origins, p_sealed)
            as t(incident, file_row, person, path, returned_on, origin, sealed)
        join incidents_incident i on i.id = t.incident and i.state in ('open', 'closing') and starts_with(t.path, i.path)
        where starts_with(t.path, at_path)
    ), added as (
        insert into residents_return (incident, person, returned_on, path, origin, registered_on, file_id, file_row, sealed)
            select g.incident, g.person, g.returned_on, g.path, g.origin, p_day, p_file, g.file_row, g.sealed from given g
            on conflict do nothing returning incident, path, origin
    ), counted as (
        insert into metrics_delta (name, dim, day, path, value)
            select 'residents.returnees_new', a.incident::text, p_day, left(a.path, 16), count(*) from added a group by 2, 4
            union all
            select 'residents.returnees_by_origin', a.incident || ':' || a.origin, p_day, left(a.path, 16), count(*) from added a group by 2, 4
    )
    select count(*) into made from added;
    return made;
end
$$;

-- Undoing a register takes back the returns it brought, except of people who stay in the ledger because of something later.
create or replace function residents_import_forget_returns(p_file bigint) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at_path text;
    gone int;
begin
    select f.path into at_path from residents_import_file f where f.id = p_file;
    perform residents_import_check(at_path);
    with taken as (
        delete from residents_return t using residents_import_row r
            where t.file_id = p_file and r.file_id = p_file and r."row" = t.file_row and r.undone <> 'kept'
            returning t.incident, t.path, t.origin, t.registered_on
    ), counted as (
        insert into metrics_delta (name, dim, day, path, value)
            select 'residents.returnees_new', g.incident::text, g.registered_on, left(g.path, 16), -count(*) from taken g group by 2, 3, 4
            union all
            select 'residents.returnees_by_origin', g.incident || ':' || g.origin, g.registered_on, left(g.path, 16), -count(*)
                from taken g group by 2, 3, 4
    )
    select count(*) into gone from taken;
    return gone;
end
$$;
grant execute on function residents_import_returns(bigint, smallint[], int[], bigint[], text[], date[], text[], bytea[], date),
    residents_import_forget_returns(bigint) to lianfang_app;

-- What the ledger does when an incident ends: the figures of its returns are kept by community in the record, then forgotten.
create or replace function residents_end_record(p_incident smallint) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('name', v.name, 'dim', v.dim, 'area', v.path, 'value', v.value)
                              order by v.name, v.dim, v.path), '[]')
    from metrics_value v
    where v.name in ('residents.returnees_new', 'residents.returnees_by_origin') and split_part(v.dim, ':', 1) = p_incident::text
        and v.day = 'infinity' and v.level between 4 and 12
$$;
create or replace function residents_end_forget(p_incident smallint) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    figures bigint;
begin
    delete from metrics_delta where starts_with(name, 'residents.returnees_') and split_part(dim, ':', 1) = p_incident::text;
    delete from metrics_value where starts_with(name, 'residents.returnees_') and split_part(dim, ':', 1) = p_incident::text;
    get diagnostics figures = row_count;
    return jsonb_build_object('figures', figures);
end
$$;
revoke all on function residents_end_record(smallint), residents_end_forget(smallint) from public;
insert into retirement_part (app, record, forget) values ('residents', 'residents_end_record', 'residents_end_forget')
    on conflict (app) do update set record = excluded.record, forget = excluded.forget;
