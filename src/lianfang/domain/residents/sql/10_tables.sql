-- Where somebody is to be found, and why (lives there, stays there): this table carries the scope of people.
create table if not exists residents_presence (
    path text collate "C" not null,
    person_id bigint not null,
    why smallint not null,            -- 1 lives there, 2 stays there, 3 registered there but away or staying elsewhere
    grid_id int,                      -- grid of the community net, null where none is drawn
    primary key (path, person_id, why)
);
create index if not exists residents_presence_person on residents_presence (person_id);

alter table residents_presence enable row level security;
drop policy if exists in_scope on residents_presence;
create policy in_scope on residents_presence to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('residents', 'masked')));
drop policy if exists in_grid on residents_presence;
create policy in_grid on residents_presence as restrictive to lianfang_app using (
    (select access_grids()) is null or grid_id = any ((select access_grids())::int[]));

alter table residents_household enable row level security;
drop policy if exists in_scope on residents_household;
create policy in_scope on residents_household to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('residents', 'masked')));

do $$
begin
    if not exists (select 1 from pg_constraint where conname = 'residents_person_home') then
        alter table residents_person add constraint residents_person_home foreign key (path) references residents_household (path)
            deferrable initially deferred;
    end if;
end
$$;

-- A person is visible exactly where one of their presences is; the presence table's own policy does the narrowing.
alter table residents_person enable row level security;
drop policy if exists through_presence on residents_person;
create policy through_presence on residents_person for select to lianfang_app using (
    exists (select 1 from residents_presence p where p.person_id = residents_person.id));
drop policy if exists writes_in_scope on residents_person;
create policy writes_in_scope on residents_person for update to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()));
drop policy if exists door_finds on residents_person;
create policy door_finds on residents_person for select to lianfang_door using (true);

alter table residents_secret enable row level security;   -- no policy for pages: only the functions below open it
alter table residents_import_file enable row level security;
alter table residents_import_row enable row level security;
drop policy if exists in_scope on residents_import_file;
create policy in_scope on residents_import_file to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'import')));
drop policy if exists in_scope on residents_import_row;
create policy in_scope on residents_import_row to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'import')));

grant select, insert, update, delete on residents_import_file, residents_import_row to lianfang_app;
grant select on residents_presence, residents_household, residents_person to lianfang_app;
grant select (id, code, path, present, household_id, stay_path, gone) on residents_person to lianfang_door;

-- One person by an exact scanned or typed code, within the reach of the grant (a sampler's whole county, say).
-- Returns what a desk needs to greet somebody: the sealed name, no door, no identity. The look is recorded.
create or replace function residents_by_code(p_code bigint, p_purpose text)
    returns table (person_id bigint, path text, sealed bytea, present boolean)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    return query
        with found as (
            select p.id, p.path, p.sealed, p.present from residents_person p
            where p.code = p_code and case
                when access_sees('residents', 'code') then starts_with(p.path, left(access_reach(), 6))
                -- who sees lists finds by code whom the lists show, nobody else
                when access_sees('residents', 'named') then exists (
                    select 1 from residents_presence pr
                    where pr.person_id = p.id and pr.path >= access_low() and pr.path < access_high()
                      and (access_grids() is null or pr.grid_id = any (access_grids())))
                else false end
        ), noted as (
            insert into vault_look (account_id, role, person_id, path, purpose, fields)
            select access_account(), access_role(), f.id, f.path, p_purpose, 'name' from found f
        )
        select f.id, f.path::text, f.sealed, f.present from found f;
end
$$;

-- Identity and phone of one visible person: right and purpose are checked, the look is recorded, and above twenty an
-- hour a second person is needed (rule of access.yaml).
create or replace function residents_open_secret(p_person bigint, p_purpose text) returns bytea
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at_path text;
    answer bytea;
    hourly int;
begin
    if coalesce(trim(p_purpose), '') = '' then
        raise exception using errcode = 'LF422', message = 'vault.purpose_missing';
    end if;
    select pr.path into at_path from residents_presence pr
        where pr.person_id = p_person and pr.path >= access_low() and pr.path < access_high()
          and (access_grids() is null or pr.grid_id = any (access_grids())) limit 1;
    if at_path is null or not access_sees('residents', 'open') then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    select count(*) into hourly from vault_look
        where account_id = access_account() and fields = 'identity' and at > now() - interval '1 hour';
    if hourly >= 20 then
        raise exception using errcode = 'LF403', message = 'vault.second_person_needed';
    end if;
    insert into vault_look (account_id, role, person_id, path, purpose, fields)
        values (access_account(), access_role(), p_person, at_path, p_purpose, 'identity');
    select sealed into answer from residents_secret where person_id = p_person;
    return answer;
end
$$;
grant execute on function residents_by_code(bigint, text), residents_open_secret(bigint, text) to lianfang_app;
create index if not exists vault_look_hourly on vault_look (account_id, at);
drop policy if exists door_finds on residents_household;
create policy door_finds on residents_household for select to lianfang_door using (true);
grant select (id, path, state) on residents_household to lianfang_door;
drop policy if exists door_finds on residents_presence;
create policy door_finds on residents_presence for select to lianfang_door using (true);
grant select (path, person_id, why, grid_id) on residents_presence to lianfang_door;
