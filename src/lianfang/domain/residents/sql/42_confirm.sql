-- Confirmations: once a year each entry is looked at on its doorstep. One item a building, for the grid worker who has it,
-- else for the community's office; the item is done when nobody in the building is left unconfirmed.

create or replace function residents_review_open(p_path text, p_before date, p_due timestamptz, p_tag text) returns int
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    made int;
begin
    with due as (
        select left(p.path, 16) as path from residents_person p
        where p.path >= p_path collate "C" and p.path < (p_path || '~') collate "C" and p.gone = 0
            and (p.confirmed_on is null or p.confirmed_on < p_before)
        group by 1
    ), whose as (
        select d.path, (
            select case when count(*) = 1 then min(g.account_id) end from areas_grid_building gb
            join access_grant g on g.role = 'grid_worker' and gb.grid_id = any (g.grids) and g.starts_at <= now()
                and (g.ends_at is null or g.ends_at > now())
            where gb.path = d.path and gb.net = 'community' and gb.to_on is null) as worker
        from due d
    )
    insert into worklist_item (path, for_role, for_account, what, subject, source, link, urgency, due_at)
        select w.path, case when w.worker is null then residents_office_role(w.path) else 'grid_worker' end, w.worker, 'confirm',
            w.path || ':' || p_tag, 'residents', '/residents/confirm/' || w.path || '/', 0, p_due
        from whose w where not exists (select 1 from worklist_item i where i.source = 'residents' and i.what = 'confirm'
            and i.path = w.path and i.done_at is null) on conflict do nothing;
    get diagnostics made = row_count;
    return made;
end
$$;

create or replace function residents_review_start(p_path text, p_before date, p_due timestamptz, p_tag text) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform residents_life_check(p_path);
    return residents_review_open(p_path, p_before, p_due, p_tag);
end
$$;

-- Everybody registered at these homes is there as recorded; only homes of the caller's own doors.
create or replace function residents_confirm(p_homes text[], p_day date) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    low text := access_low();
    high text := access_high();
    mine text[] := case when access_grids() is null then null else residents_scope_buildings() end;
    made int;
begin
    if not access_may('record', 'confirm_entry') or low is null then
        raise exception using errcode = 'LF403', message = 'access.refused';
    end if;
    update residents_person p set confirmed_on = p_day, confirmed_by = access_account()
        where p.path = any (p_homes) and p.gone = 0 and p.path >= low and p.path < high
          and (mine is null or left(p.path, 16) = any (mine));
    get diagnostics made = row_count;
    update worklist_item w set done_at = now(), done_by = access_account()
        where w.source = 'residents' and w.what = 'confirm' and w.done_at is null
          and w.path in (select distinct left(h, 16) from unnest(p_homes) as h)
          and not exists (select 1 from residents_person p where p.path >= w.path and p.path < w.path || '~' and p.gone = 0
              and (p.confirmed_on is null or p.confirmed_on < (w.created_at at time zone 'Asia/Shanghai')::date));
    return made;
end
$$;

-- Somebody on the doorstep saw that an entry is not right any more: the office gets it as an item. One a person at a time.
create or replace function residents_doubt(p_person bigint, p_what text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    home text;
    printed bigint;
begin
    if not access_may('record', 'confirm_entry') or p_what not in ('moved_out', 'died', 'away', 'somebody_new', 'other') then
        raise exception using errcode = 'LF403', message = 'access.refused';
    end if;
    select p.path, p.code into home, printed from residents_person p
        where p.id = p_person and p.path >= access_low() and p.path < access_high()
          and (access_grids() is null or left(p.path, 16) = any (residents_scope_buildings()));
    if home is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    insert into worklist_item (path, for_role, what, subject, source, link, urgency, due_at)
        values (home, residents_office_role(home), 'doubt_' || p_what, p_person || ':' || (now() at time zone 'Asia/Shanghai')::date, 'residents',
                '/residents/doubt/' || p_person || '/', 1, now() + interval '1 day') on conflict do nothing;
end
$$;

-- When and by whom an entry was confirmed last, for those whose lists show it.
create or replace function residents_confirmed(p_person bigint) returns table (confirmed_on date, confirmed_by bigint, until_on date)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        select p.confirmed_on, p.confirmed_by, p.until_on
        from residents_person p where p.id = p_person and access_sees('residents', 'masked') and exists (
            select 1 from residents_presence pr where pr.person_id = p.id and pr.path >= access_low() and pr.path < access_high()
              and (access_grids() is null or pr.grid_id = any (access_grids())));
end
$$;
revoke all on function residents_confirmed(bigint) from public;
grant execute on function residents_confirmed(bigint) to lianfang_app;

-- Daily, by the steward: entries older than a year, and stays and absences whose end has come.
create or replace function residents_review_daily(p_today date) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made int;
begin
    made := residents_review_open('', (p_today - interval '1 year')::date, p_today + interval '30 days', to_char(p_today, 'YYYY'));
    insert into worklist_item (path, for_role, what, subject, source, link, urgency, due_at)
        select p.path, residents_office_role(p.path), 'stay_ends', p.id || ':' || p.until_on, 'residents', '/residents/doubt/' || p.id || '/', 1,
            p.until_on + interval '1 day'
        from residents_person p where p.until_on <= p_today and p.gone = 0 on conflict do nothing;
    return made;
end
$$;

revoke all on function residents_review_open(text, date, timestamptz, text), residents_review_start(text, date, timestamptz, text),
    residents_confirm(text[], date), residents_doubt(bigint, text), residents_review_daily(date) from public;
grant execute on function residents_review_start(text, date, timestamptz, text), residents_confirm(text[], date),
    residents_doubt(bigint, text) to lianfang_app;
grant execute on function residents_review_daily(date) to lianfang_door;
