-- Engines append deltas beside their rows; one folder adds them up for every level of the tree a moment later, so that
-- no counter is hot. A row of `day = infinity` holds the running total of all days.
create table if not exists metrics_delta (
    name text collate "C" not null,
    dim text collate "C" not null,
    day date not null,
    path text collate "C" not null,
    value bigint not null
);
-- rows live for a moment; what the folder leaves behind is cleared within seconds, or each fold reads all of it again
alter table metrics_delta set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

create table if not exists metrics_value (
    name text collate "C" not null,
    dim text collate "C" not null,
    day date not null,
    level smallint not null,
    path text collate "C" not null,
    value bigint not null,
    primary key (name, dim, day, level, path)
) with (fillfactor = 70);

-- A page asks for a metric on a day over all values of its dimension. The value itself is not in this index, so that
-- adding to a figure stays a heap-only update.
create index if not exists metrics_value_by_day on metrics_value (name, day, level, path);

-- metrics whose children do not add up to their parents: kept at the level they are written for
create table if not exists metrics_flat (name text collate "C" primary key);
alter table metrics_flat enable row level security;

-- levels are lengths of a path: province 2, city 4, county 6, township 9, community 12, building 16
create or replace function metrics_fold() returns bigint
    language sql security definer set search_path = public, pg_temp as $$
    with taken as (delete from metrics_delta returning name, dim, day, path, value),
    summed as (
        select name, dim, d.day, l.level, left(path, l.level) as path, sum(value)::bigint as value
        from taken
        cross join lateral (values (taken.day), ('infinity'::date)) as d(day)
        join (values (2::smallint), (4), (6), (9), (12), (16)) as l(level) on length(path) >= l.level
            and (length(path) = l.level or not exists (select 1 from metrics_flat f where f.name = taken.name))
        group by name, dim, d.day, l.level, left(path, l.level)
    ),
    added as (
        insert into metrics_value as v (name, dim, day, level, path, value)
            select name, dim, day, level, path, value from summed where value <> 0 order by 1, 2, 3, 4, 5
            on conflict (name, dim, day, level, path) do update set value = v.value + excluded.value
        returning 1
    )
    select count(*) from taken
$$;

alter table metrics_delta enable row level security;
drop policy if exists door_writes on metrics_delta;
create policy door_writes on metrics_delta for insert to lianfang_door with check (true);
grant insert on metrics_delta to lianfang_door;
drop policy if exists app_writes on metrics_delta;
create policy app_writes on metrics_delta for insert to lianfang_app
    with check (path >= (select access_low()) and path < (select access_high()));
grant insert on metrics_delta to lianfang_app;

alter table metrics_value enable row level security;
drop policy if exists in_scope on metrics_value;
create policy in_scope on metrics_value for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('metrics', 'figures')));
grant select on metrics_value to lianfang_app;
revoke all on function metrics_fold() from public;
grant execute on function metrics_fold() to lianfang_door;
