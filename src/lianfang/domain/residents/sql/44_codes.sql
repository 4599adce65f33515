-- When a community's code ends, its buildings, homes and people go to the community that followed it. What was recorded in
-- rounds and reports keeps the code of its day.

-- Communities of the caller's area whose code ended while people are still registered under it.
create or replace function residents_ended_areas() returns table (path text, name text, ended_on date, people bigint, buildings bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not access_may('other', 'follow_codes') or access_low() is null then
        return;
    end if;
    return query
        select a.path::text, a.name::text, a.ended_on,
            (select count(*) from residents_person p where p.path >= a.path and p.path < a.path || '~'),
            (select count(*) from areas_building b where b.path >= a.path and b.path < a.path || '~')
        from areas_area a where a.level = 5 and a.ended_on is not null and a.path >= access_low() and a.path < access_high()
          and (exists (select 1 from residents_household h where h.path >= a.path and h.path < a.path || '~')
               or exists (select 1 from areas_building b where b.path >= a.path and b.path < a.path || '~'))
        order by a.path;
end
$$;

-- Move buildings (all of them when none is named) with everybody in them; returns how many buildings and people moved.
create or replace function residents_follow_code(p_old text, p_new text, p_buildings text[], p_day date)
    returns table (buildings int, people int)
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    today date := (now() at time zone 'Asia/Shanghai')::date;
    moved int;
    counted int;
begin
    if (access_may('other', 'follow_codes') and p_old >= access_low() and p_old < access_high() and p_new >= access_low()
        and p_new < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif not exists (select 1 from areas_area a where a.path = p_old and a.level = 5 and a.ended_on is not null)
        or not exists (select 1 from areas_area a where a.path = p_new and a.level = 5 and a.ended_on is null) then
        raise exception using errcode = 'LF409', message = 'residents.code_not_followed';
    elsif left(p_old, 6) <> left(p_new, 6) then
        raise exception using errcode = 'LF422', message = 'residents.code_other_county';
    end if;
    set constraints all deferred;
    create temp table code_map on commit drop as
        with going as (
            select b.path as old_path, row_number() over (order by b.path) as n from areas_building b
            where b.path >= p_old and b.path < p_old || '~' and (p_buildings is null or b.path = any (p_buildings))
        ), top as (
            select coalesce(max(substr(b.path, 13, 4)::int), 0) as last from areas_building b
            where b.path >= p_new and b.path < p_new || '~' and substr(b.path, 13, 4) ~ '^[0-9]{4}$'
        )
        select g.old_path, p_new || lpad((t.last + g.n)::text, 4, '0') as new_path from going g, top t;
    get diagnostics moved = row_count;
    insert into metrics_delta (name, dim, day, path, value)
        select t.name, '', today, case when t.sign < 0 then m.old_path else m.new_path end, t.sign * t.n
        from code_map m cross join lateral (
            select 'residents.present' as name, s.sign, (select count(*) from residents_presence p
                where p.path >= m.old_path and p.path < m.old_path || '~' and p.why < 3) as n from (values (-1), (1)) s(sign)
            union all
            select 'residents.households', s.sign, (select count(*) from residents_household h
                where h.path >= m.old_path and h.path < m.old_path || '~' and h.state = 'lived_in') from (values (-1), (1)) s(sign)) t
        where t.n > 0;
    update areas_compound c set path = p_new where c.path = p_old
        and exists (select 1 from areas_building b join code_map m on m.old_path = b.path where b.compound_id = c.id)
        and not exists (select 1 from areas_compound o where o.path = p_new and o.name = c.name);
    update areas_building b set path = m.new_path, compound_id = (
            select coalesce(same.id, own.id) from areas_compound own
            left join areas_compound same on same.path = p_new and same.name = own.name where own.id = b.compound_id)
        from code_map m where b.path = m.old_path;
    -- a whole community takes its grids along; single buildings leave theirs
    update areas_grid g set path = p_new, code = left(p_old, 12) || '-' || g.code
        where g.path = p_old and g.ended_on is null and p_buildings is null;
    update areas_grid_building gb set path = m.new_path, to_on = case when p_buildings is null then gb.to_on else coalesce(gb.to_on, p_day) end
        from code_map m where gb.path = m.old_path;
    update residents_household h set path = m.new_path || substr(h.path, 17) from code_map m where left(h.path, 16) = m.old_path;
    update residents_person p set path = m.new_path || substr(p.path, 17) from code_map m where left(p.path, 16) = m.old_path;
    get diagnostics counted = row_count;
    update residents_person p set stay_path = m.new_path || substr(p.stay_path, 17) from code_map m where left(p.stay_path, 16) = m.old_path;
    update residents_presence pr set path = m.new_path || substr(pr.path, 17),
            grid_id = case when p_buildings is null then pr.grid_id end from code_map m where left(pr.path, 16) = m.old_path;
    update residents_import_row r set path = p_new, household_path = m.new_path || substr(r.household_path, 17)
        from code_map m where left(r.household_path, 16) = m.old_path;
    update residents_transfer t set to_path = m.new_path || substr(t.to_path, 17) from code_map m
        where t.state = 'asked' and left(t.to_path, 16) = m.old_path;
    update residents_transfer t set from_path = m.new_path || substr(t.from_path, 17) from code_map m
        where t.state = 'asked' and left(t.from_path, 16) = m.old_path;
    update worklist_item w set path = m.new_path || substr(w.path, 17) from code_map m
        where w.done_at is null and left(w.path, 16) = m.old_path;
    update access_grant g set path = m.new_path from code_map m where g.path = m.old_path;
    if p_buildings is null then
        update residents_import_file f set path = p_new where f.path = p_old;
        update access_grant g set path = p_new where g.path = p_old;
        update worklist_item w set path = p_new where w.path = p_old and w.done_at is null;
    end if;
    insert into residents_change (on_day, kind, path, account_id, role)
        select p_day, 'code_moved', m.new_path, access_account(), coalesce(access_role(), '') from code_map m;
    insert into access_event (what, account_id, detail) values ('code_followed', access_account(), format('%s to %s, %s buildings', p_old, p_new, moved));
    drop table code_map;
    return query select moved, counted;
end
$$;
revoke all on function residents_ended_areas(), residents_follow_code(text, text, text[], date) from public;
grant execute on function residents_ended_areas(), residents_follow_code(text, text, text[], date) to lianfang_app;
