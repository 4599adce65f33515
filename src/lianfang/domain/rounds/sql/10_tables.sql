-- Incident tables of rounds. `person` is a pseudonym: a keyed hash of the resident's code under the incident's key.
create table if not exists rounds_tube (
    incident smallint not null,
    id uuid not null,                       -- the id of the fact that filled it
    round_id int not null,
    code bigint not null,                   -- the number printed on the tube
    area text collate "C" not null,         -- where it was filled
    size smallint not null,
    people bytea not null,                  -- pseudonyms of 8 bytes each, in the order of the swabs
    filled_at timestamptz not null,
    account_id bigint not null,
    result text,                            -- null, negative, positive, invalid
    result_at timestamptz,
    primary key (incident, id),
    unique (incident, round_id, code)
) partition by list (incident);
create table if not exists rounds_tube_default partition of rounds_tube default;

create table if not exists rounds_sample (
    incident smallint not null,
    round_id int not null,
    person bigint not null,
    path text collate "C" not null,         -- where the person lives: community, building, unit, household
    tube uuid not null,
    at timestamptz not null,
    primary key (incident, round_id, person)
) partition by list (incident);
create table if not exists rounds_sample_default partition of rounds_sample default;

-- the same person in a second tube of a round, and the single re-tests of a positive pool
create table if not exists rounds_repeat (
    incident smallint not null,
    round_id int not null,
    person bigint not null,
    path text collate "C" not null,
    tube uuid not null,
    at timestamptz not null,
    primary key (incident, round_id, person, tube)
) partition by list (incident);
create table if not exists rounds_repeat_default partition of rounds_repeat default;

create table if not exists rounds_not_sampled (
    incident smallint not null,
    round_id int not null,
    person bigint not null,
    path text collate "C" not null,
    reason text not null,
    at timestamptz not null,
    account_id bigint not null,
    version int not null default 1,
    primary key (incident, round_id, person)
) partition by list (incident);
create table if not exists rounds_not_sampled_default partition of rounds_not_sampled default;

-- members of a positive pool: isolated, re-tested one by one, released or transferred
create table if not exists rounds_isolation (
    incident smallint not null,
    round_id int not null,
    person bigint not null,
    path text collate "C" not null,
    pool uuid not null,
    state text not null default 'isolated', -- isolated, retested, released, positive
    since timestamptz not null,
    retest uuid,
    state_at timestamptz not null default now(),
    primary key (incident, round_id, person)
) partition by list (incident);
create table if not exists rounds_isolation_default partition of rounds_isolation default;

create table if not exists rounds_visit (
    incident smallint not null,
    round_id int not null,
    household bigint not null,              -- pseudonym of the household
    path text collate "C" not null,
    outcome text not null,
    people smallint not null,
    sealed bytea not null,                  -- answers of the questionnaire
    at timestamptz not null,
    account_id bigint not null,
    version int not null default 1,
    primary key (incident, round_id, household)
) partition by list (incident);
alter table rounds_visit add column if not exists done boolean not null default false;  -- whether the outcome settles the door
alter table rounds_visit add column if not exists counted jsonb not null default '{}';  -- things counted, by question; no person
create table if not exists rounds_visit_default partition of rounds_visit default;

insert into incidents_partitioned values ('rounds_tube'), ('rounds_sample'), ('rounds_repeat'), ('rounds_not_sampled'),
    ('rounds_isolation'), ('rounds_visit') on conflict do nothing;

do $$
declare
    name text;
    scoped text;
begin
    foreach name in array array['rounds_tube', 'rounds_sample', 'rounds_repeat', 'rounds_not_sampled', 'rounds_isolation',
                                'rounds_visit'] loop
        scoped := case when name = 'rounds_tube' then 'area' else 'path' end;
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I enable row level security', name || '_default');
        execute format('drop policy if exists in_scope on %I', name);
        execute format('create policy in_scope on %I for select to lianfang_app using (%I >= (select access_low()) and %I < (select access_high()))',
                       name, scoped, scoped);
        execute format('grant select on %I to lianfang_app', name);
        execute format('drop policy if exists door on %I', name);
        execute format('create policy door on %I to lianfang_door using (true) with check (true)', name);
        execute format('grant select, insert, update, delete on %I to lianfang_door', name);
    end loop;
    foreach name in array array['rounds_round', 'rounds_site', 'rounds_expected_change'] loop
        execute format('alter table %I enable row level security', name);
        execute format('drop policy if exists door on %I', name);
        execute format('create policy door on %I for select to lianfang_door using (true)', name);
        execute format('grant select on %I to lianfang_app, lianfang_door', name);
        execute format('grant insert, update on %I to lianfang_app', name);
    end loop;
end
$$;
-- a round is known to those inside it and to those above it
drop policy if exists touching on rounds_round;
create policy touching on rounds_round for select to lianfang_app using (
    starts_with((select access_reach()), path) or (path >= (select access_low()) and path < (select access_high())));
drop policy if exists opens on rounds_round;
create policy opens on rounds_round for insert to lianfang_app with check (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'open_round')));
drop policy if exists closes on rounds_round;
create policy closes on rounds_round for update to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'open_round')));
-- a laboratory is bound to no area: it sees which rounds are open and nothing of what lies below them
drop policy if exists reports_results on rounds_round;
create policy reports_results on rounds_round for select to lianfang_app using (
    state = 'open' and (select access_low()) is null and (select access_may('record', 'result'))
    and starts_with(path, coalesce((select access_reach()), '')));
drop policy if exists in_scope on rounds_site;
create policy in_scope on rounds_site to lianfang_app using (path >= (select access_low()) and path < (select access_high()));
drop policy if exists in_scope on rounds_expected_change;
create policy in_scope on rounds_expected_change to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()));
-- Only who opens rounds places sites and changes whom a round expects.
do $$
declare
    name text;
    verb text;
begin
    foreach name in array array['rounds_site', 'rounds_expected_change'] loop
        foreach verb in array array['insert', 'update'] loop
            execute format('drop policy if exists opens_%s on %I', verb, name);
            execute format('create policy opens_%s on %I as restrictive for %s to lianfang_app %s ((select access_may(''other'', ''open_round'')))',
                           verb, name, verb, case verb when 'insert' then 'with check' else 'using' end);
        end loop;
    end loop;
    -- Who was sampled and isolated is for those who see residents, cases or figures; store and funds never read it. A grid
    -- worker sees the buildings of their grids only.
    foreach name in array array['rounds_tube', 'rounds_sample', 'rounds_repeat', 'rounds_not_sampled', 'rounds_isolation',
                                'rounds_visit'] loop
        execute format('drop policy if exists for_the_task on %I', name);
        execute format('create policy for_the_task on %I as restrictive for select to lianfang_app using ('
                       '(select access_sees(''residents'', ''masked'')) or (select access_sees(''cases'', ''open'')) '
                       'or (select access_sees(''metrics'', ''figures'')))', name);
        if name <> 'rounds_tube' then
            execute format('drop policy if exists in_grid on %I', name);
            execute format('create policy in_grid on %I as restrictive for select to lianfang_app using ('
                           '(select access_grids()) is null or left(path, 16) = any ((select residents_scope_buildings())::text[]))', name);
        end if;
    end loop;
end
$$;
