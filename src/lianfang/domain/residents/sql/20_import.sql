-- Imports write through these functions only: they run with the entered scope of the caller, check right and range once,
-- and touch the ledger set by set. `after` keeps the first 13 bytes (mark and nonce) of what was sealed: no two seals
-- share a nonce, so equal bytes mean that nobody wrote since. Plans are made for every call: a plan kept from the first
-- batch, when the tables were empty, made an import of 100,000 people take hours.

create or replace function residents_import_check(p_path text) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not access_may('other', 'import') or access_low() is null or p_path collate "C" < access_low()
        or p_path collate "C" >= access_high() or access_grids() is not null then
        raise exception using errcode = 'LF403', message = 'access.refused';
    end if;
end
$$;

-- Whom do these blind indexes meet? People outside the caller's scope come back as `elsewhere` and nothing more.
create or replace function residents_import_match(p_area text, p_blinds bytea[])
    returns table (i int, elsewhere boolean, person_id bigint, path text, person_sealed bytea, secret_sealed bytea, sex smallint,
                   born_year smallint, kind smallint, tags smallint[], present boolean)
    language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    low text := access_low();
    high text := access_high();
begin
    perform residents_import_check(p_area);
    return query
        select f.i::int, not m.inside, case when m.inside then p.id end, case when m.inside then p.path::text end,
            case when m.inside then p.sealed end, case when m.inside then s.sealed end, case when m.inside then p.sex end,
            case when m.inside then p.born_year end, case when m.inside then p.kind end, case when m.inside then p.tags end,
            case when m.inside then p.present end
        from unnest(p_blinds) with ordinality as f(blind, i)
        join residents_secret s on s.identity_blind = f.blind
        join residents_person p on p.id = s.person_id
        cross join lateral (select p.path >= low and p.path < high as inside) m;
end
$$;

create or replace function residents_import_known(p_area text, p_persons bigint[])
    returns table (i int, elsewhere boolean, person_id bigint, path text, person_sealed bytea, secret_sealed bytea, sex smallint,
                   born_year smallint, kind smallint, tags smallint[], present boolean)
    language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    low text := access_low();
    high text := access_high();
begin
    perform residents_import_check(p_area);
    return query
        select f.i::int, false, p.id, p.path::text, p.sealed, s.sealed, p.sex, p.born_year, p.kind, p.tags, p.present
        from unnest(p_persons) with ordinality as f(id, i)
        join residents_person p on p.id = f.id and p.path >= low and p.path < high
        join residents_secret s on s.person_id = p.id;
end
$$;

create or replace function residents_import_households(p_file bigint, p_paths text[], p_sealed bytea[], p_states text[], p_day date)
    returns int language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    at_path text;
    made int;
begin
    select f.path into at_path from residents_import_file f where f.id = p_file;
    perform residents_import_check(at_path);
    with given as materialized (
        select t.path collate "C" as path, t.sealed, t.state from unnest(p_paths, p_sealed, p_states) as t(path, sealed, state)
        where starts_with(t.path, at_path)
    ), added as (
        insert into residents_household (path, sealed, state) select g.path, g.sealed, g.state from given g
            on conflict (path) do nothing returning path, state
    ), counted as (
        insert into metrics_delta (name, dim, day, path, value)
            select 'residents.households', '', p_day, left(a.path, 16), count(*) from added a
            where a.state = 'lived_in' group by left(a.path, 16)
    )
    select count(*) into made from added;
    return made;
end
$$;

create or replace function residents_import_add(
    p_file bigint, p_rows int[], p_blinds bytea[], p_paths text[], p_person bytea[], p_secret bytea[], p_sex smallint[],
    p_born smallint[], p_kind smallint[], p_tags text[], p_day date) returns setof int
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    at_path text;
    codes bigint[];
begin
    select f.path into at_path from residents_import_file f where f.id = p_file;
    perform residents_import_check(at_path);
    loop  -- forty random bits for each; drawn again in the rare case that one is taken
        select array_agg(('x' || left(u, 8) || substr(u, 10, 2))::bit(40)::bigint) into codes
            from (select gen_random_uuid()::text as u from generate_series(1, cardinality(p_rows))) as drawn;
        exit when codes is null or (
            (select count(distinct c) from unnest(codes) as c) = cardinality(p_rows)
            and not exists (select 1 from residents_person p where p.code = any (codes)));
    end loop;
    return query
        with given as materialized (
            select t.*, nextval('residents_person_id_seq') as id
            from unnest(p_rows, p_blinds, codes, p_paths, p_person, p_secret, p_sex, p_born, p_kind, p_tags)
                as t("row", blind, code, path, person, secret, sex, born, kind, tags)
            where starts_with(t.path, at_path)
        ), claimed as (  -- whoever claims an identity first has it; the other office's row stays for a person
            insert into residents_secret (person_id, identity_blind, sealed)
                select g.id, g.blind, g.secret from given g order by g.blind
                on conflict (identity_blind) do nothing returning person_id
        ), added as (
            insert into residents_person (id, code, household_id, path, sealed, sex, born_year, kind, tags, present, confirmed_on)
                select g.id, g.code, h.id, h.path, g.person, g.sex, g.born, g.kind, g.tags::smallint[], true, p_day
                from given g join claimed c on c.person_id = g.id
                join residents_household h on h.path = g.path collate "C"
                returning id, path
        ), placed as (
            insert into residents_presence (path, person_id, why, grid_id)
                select a.path, a.id, 1, gb.grid_id from added a
                left join areas_grid_building gb on gb.path = left(a.path, 16) and gb.net = 'community' and gb.to_on is null
        ), counted as (
            insert into metrics_delta (name, dim, day, path, value)
                select 'residents.present', '', p_day, left(a.path, 16), count(*) from added a group by left(a.path, 16)
        )
        update residents_import_row r set taken = true, person_id = g.id, household_path = g.path,
                after = substr(g.person, 1, 13) || substr(g.secret, 1, 13)
            from given g join added a on a.id = g.id
            where r.file_id = p_file and r."row" = g."row" returning r."row";
end
$$;

create or replace function residents_import_change(
    p_file bigint, p_rows int[], p_persons bigint[], p_paths text[], p_person bytea[], p_secret bytea[], p_sex smallint[],
    p_born smallint[], p_kind smallint[], p_tags text[], p_day date) returns setof int
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    at_path text;
    low text := access_low();
    high text := access_high();
begin
    select f.path into at_path from residents_import_file f where f.id = p_file;
    perform residents_import_check(at_path);
    return query
        with given as materialized (
            select t."row", t.person_id, h.path, h.id as household_id, t.person, t.secret, t.sex, t.born, t.kind, t.tags::smallint[] as tags
            from unnest(p_rows, p_persons, p_paths, p_person, p_secret, p_sex, p_born, p_kind, p_tags)
                as t("row", person_id, path, person, secret, sex, born, kind, tags)
            join residents_household h on h.path = t.path collate "C"
            where starts_with(t.path, at_path)
        ), old as materialized (
            select p.id, p.path, p.sealed as person, p.sex, p.born_year, p.kind, p.tags, p.present, p.confirmed_on, s.sealed as secret,
                g."row", g.path as new_path
            from given g join residents_person p on p.id = g.person_id join residents_secret s on s.person_id = p.id
            where p.path >= low and p.path < high and p.gone < 2 and (p.stay_path is null or p.path = g.path) for update of p
        ), written as (
            update residents_person p set household_id = g.household_id, path = g.path, sealed = g.person, sex = g.sex,
                    born_year = g.born, kind = g.kind, tags = g.tags, present = true, gone = 0, until_on = null,
                    confirmed_on = p_day
                from given g join old o on o.id = g.person_id where p.id = g.person_id
        ), hidden as (
            update residents_secret s set sealed = g.secret from given g join old o on o.id = g.person_id where s.person_id = g.person_id
        ), left_door as (
            delete from residents_presence pr using old o where pr.person_id = o.id and (pr.why = 1 and pr.path <> o.new_path or pr.why = 3 and not o.present)
        ), placed as (
            insert into residents_presence (path, person_id, why, grid_id)
                select o.new_path, o.id, 1, gb.grid_id from old o
                left join areas_grid_building gb on gb.path = left(o.new_path, 16) and gb.net = 'community' and gb.to_on is null
                where o.new_path <> o.path or not o.present
                on conflict do nothing
        ), counted as (
            insert into metrics_delta (name, dim, day, path, value)
                select 'residents.present', '', p_day, d.path, sum(d.value) from (
                    select left(o.path, 16) as path, -1 as value from old o where o.present
                    union all select left(o.new_path, 16), 1 from old o) d
                group by d.path having sum(d.value) <> 0
        )
        update residents_import_row r set taken = true, person_id = g.person_id, household_path = g.path,
                after = substr(g.person, 1, 13) || substr(g.secret, 1, 13), before_person = o.person, before_secret = o.secret,
                before_fields = jsonb_build_object('path', o.path, 'sex', o.sex, 'born_year', o.born_year, 'kind', o.kind,
                    'tags', o.tags, 'present', o.present, 'confirmed_on', o.confirmed_on)
            from given g join old o on o.id = g.person_id
            where r.file_id = p_file and r."row" = g."row" returning r."row";
end
$$;

-- Undo removes what nothing later touched; the other rows stay and are marked. p_touched: people whom other engines know.
create or replace function residents_import_undo(p_file bigint, p_touched bigint[], p_day date)
    returns table (removed int, restored int, kept int) language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    at_path text;
    homes text[];
begin
    select f.path into at_path from residents_import_file f where f.id = p_file for update;
    perform residents_import_check(at_path);

    update residents_import_row r set undone = 'kept' where r.file_id = p_file and r.taken and r.undone = '' and (
        r.person_id = any (p_touched)
        or not exists (select 1 from residents_person p join residents_secret s on s.person_id = p.id
            where p.id = r.person_id and p.path = r.household_path and p.present
              and substr(p.sealed, 1, 13) || substr(s.sealed, 1, 13) = r.after)
        or exists (select 1 from residents_presence pr where pr.person_id = r.person_id and pr.why <> 1)
        or exists (select 1 from residents_import_row l join residents_import_file lf on lf.id = l.file_id and lf.state = 'taken'
            where l.person_id = r.person_id and l.file_id > p_file and (l.taken or l.verdict = 'same') and l.undone <> 'removed'))
        and r.person_id is not null;
    get diagnostics kept = row_count;

    update residents_import_row r set undone = 'removed' where r.file_id = p_file and r.taken and r.undone = '' and r.verdict = 'new';
    get diagnostics removed = row_count;
    with gone as (
        select r.person_id, r.household_path from residents_import_row r
        where r.file_id = p_file and r.undone = 'removed' and r.person_id is not null
    ), counted as (
        insert into metrics_delta (name, dim, day, path, value)
            select 'residents.present', '', p_day, left(g.household_path, 16), -count(*) from gone g group by left(g.household_path, 16)
    ), placed as (delete from residents_presence pr using gone g where pr.person_id = g.person_id and pr.path = g.household_path),
    hidden as (delete from residents_secret s using gone g where s.person_id = g.person_id)
    delete from residents_person p using gone g where p.id = g.person_id;

    with back as materialized (
        select r.person_id, r.household_path as now_path, r.before_person, r.before_secret, f.*, h.id as household_id
        from residents_import_row r
        cross join lateral jsonb_to_record(r.before_fields) as f(path text, sex smallint, born_year smallint, kind smallint,
            tags smallint[], present boolean, confirmed_on date)
        join residents_household h on h.path = f.path collate "C"
        where r.file_id = p_file and r.taken and r.undone = '' and r.verdict = 'changed'
    ), written as (
        update residents_person p set household_id = b.household_id, path = b.path, sealed = b.before_person, sex = b.sex,
                born_year = b.born_year, kind = b.kind, tags = b.tags, present = b.present, confirmed_on = b.confirmed_on
            from back b where p.id = b.person_id
    ), hidden as (update residents_secret s set sealed = b.before_secret from back b where s.person_id = b.person_id),
    left_door as (
        delete from residents_presence pr using back b
            where pr.person_id = b.person_id and pr.why = 1 and (pr.path <> b.path or not b.present)
    ), placed as (
        insert into residents_presence (path, person_id, why, grid_id)
            select b.path, b.person_id, 1, gb.grid_id from back b
            left join areas_grid_building gb on gb.path = left(b.path, 16) and gb.net = 'community' and gb.to_on is null
            where b.present and b.path <> b.now_path
    ), counted as (
        insert into metrics_delta (name, dim, day, path, value)
            select 'residents.present', '', p_day, d.path, sum(d.value) from (
                select left(b.now_path, 16) as path, -1 as value from back b
                union all select left(b.path, 16), 1 from back b where b.present) d
            group by d.path having sum(d.value) <> 0
    )
    update residents_import_row r set undone = 'removed' from back b where r.file_id = p_file and r.person_id = b.person_id and r.taken;
    get diagnostics restored = row_count;

    -- households that this file made and in which nobody is left
    select array_agg(distinct r.household_path) into homes from residents_import_row r
        where r.file_id = p_file and r.new_household and r.taken and r.household_path <> '';
    with gone as (
        delete from residents_household h where h.path = any (homes)
            and not exists (select 1 from residents_person p where p.path = h.path)
            returning h.path, h.state
    )
    insert into metrics_delta (name, dim, day, path, value)
        select 'residents.households', '', p_day, left(g.path, 16), -count(*) from gone g
        where g.state = 'lived_in' group by left(g.path, 16);
    -- buildings that this file made and that nothing else uses by now
    with made as (
        select b.id, b.path from areas_building b join residents_import_file f on f.id = p_file and b.path = any (f.buildings)
        where not exists (select 1 from residents_household h where h.path >= b.path and h.path < b.path || '~')
          and not exists (select 1 from residents_presence pr where pr.path >= b.path and pr.path < b.path || '~')
          and not exists (select 1 from residents_import_file l where l.id > p_file and l.state = 'staged' and starts_with(b.path, l.path))
          and not exists (select 1 from access_grant g where g.path = b.path)
          and not exists (select 1 from worklist_item w where w.path >= b.path and w.path < b.path || '~')
          and not exists (select 1 from incidents_zone z where z.path = b.path)
    ), ungrouped as (delete from areas_grid_building gb using made m where gb.building_id = m.id returning gb.building_id)
    delete from areas_building b using made m where b.id = m.id and (select count(*) from ungrouped) >= 0;
    update residents_import_file f set state = 'undone', undone_at = now() where f.id = p_file;
    return next;
end
$$;

grant execute on function residents_import_check(text), residents_import_match(text, bytea[]), residents_import_known(text, bigint[]),
    residents_import_households(bigint, text[], bytea[], text[], date),
    residents_import_add(bigint, int[], bytea[], text[], bytea[], bytea[], smallint[], smallint[], smallint[], text[], date),
    residents_import_change(bigint, int[], bigint[], text[], bytea[], bytea[], smallint[], smallint[], smallint[], text[], date),
    residents_import_undo(bigint, bigint[], date) to lianfang_app;

create or replace function residents_scope_buildings() returns text[]
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(array_agg(gb.path), '{}') from areas_grid_building gb where gb.grid_id = any (access_grids()) and gb.to_on is null
$$;
grant execute on function residents_scope_buildings() to lianfang_app;
-- A grid worker's households are those of the buildings in their grids.
drop policy if exists in_grid on residents_household;
create policy in_grid on residents_household as restrictive to lianfang_app using (
    (select access_grids()) is null or left(path, 16) = any ((select residents_scope_buildings())::text[]));

-- Django adds a second index for LIKE to every unique text; under COLLATE "C" the first one serves (97 MB for a city).
do $$
declare
    name text;
begin
    for name in select indexname from pg_indexes where tablename = 'residents_household' and indexname like 'residents\_household\_path\_%\_like' loop
        execute format('drop index %I', name);
    end loop;
end
$$;
