-- Who sees pairings: offices of the area by name, command as a count. A person or a home that somebody answers for is seen by
-- those of them who see residents.
do $$
declare
    name text;
begin
    foreach name in array array['pairings_pairing', 'pairings_part'] loop
        execute format('alter table %I enable row level security', name);
        execute format('drop policy if exists in_scope on %I', name);
        execute format('create policy in_scope on %I for select to lianfang_app using ('
                       'path >= (select access_low()) and path < (select access_high()) '
                       'and (select workforce_lists()))', name);
        execute format('drop policy if exists in_grid on %I', name);
        execute format('grant select on %I to lianfang_app', name);
    end loop;
end
$$;
drop policy if exists of_people on pairings_pairing;
create policy of_people on pairings_pairing as restrictive for select to lianfang_app using (
    target_kind <> all ('{person,household}') or (select access_sees('residents', 'masked')));
drop policy if exists of_people on pairings_part;
create policy of_people on pairings_part as restrictive for select to lianfang_app using (
    exists (select 1 from pairings_pairing p where p.id = pairing_id));
alter table pairings_figure enable row level security;   -- read by functions only

-- One live pairing of a template for one target and share.
create unique index if not exists pairings_pairing_one_live on pairings_pairing
    (template, target_kind, path, target_id, share, coalesce(incident_id, 0)) where ended_on is null;

create or replace function pairings_today() returns date
    language sql stable set search_path = public, pg_temp as $$ select (now() at time zone 'Asia/Shanghai')::date $$;

-- Whoever pairs holds the right and every place; an office with grids pairs nobody.
create or replace function pairings_check(p_paths text[]) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if ((access_may('other', 'pair') or access_may('other', 'adopt_plan')) and access_grids() is null
        and not exists (select 1 from unnest(p_paths) as t(path)
            where (t.path collate "C" >= access_low() and t.path collate "C" < access_high()) is not true)) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
end
$$;

-- Members and units named in a write: known to the caller's office, and still there.
create or replace function pairings_check_people(p_members bigint[], p_units bigint[]) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    found bigint;
begin
    select m.member into found from (select distinct member from unnest(p_members) as t(member) where member is not null) m
        where not exists (select 1 from workforce_presence p where p.member_id = m.member and p.path >= access_low()
                          and p.path < access_high() and (p.until_on is null or p.until_on >= pairings_today())) limit 1;
    if found is not null then
        raise exception using errcode = 'LF404', message = 'pairings.member_unknown';
    end if;
    select m.id into found from workforce_member m where m.id = any (p_members) and m.left_on is not null limit 1;
    if found is not null then
        raise exception using errcode = 'LF422', message = 'pairings.member_left';
    end if;
    select u.unit into found from (select distinct unit from unnest(p_units) as t(unit) where unit is not null) u
        where not exists (select 1 from workforce_seat s where s.organisation_id = u.unit and s.path >= access_low()
                          and s.path < access_high() and (s.until_on is null or s.until_on >= pairings_today())) limit 1;
    if found is not null then
        raise exception using errcode = 'LF404', message = 'pairings.unit_unknown';
    end if;
    if exists (select 1 from workforce_organisation o where o.id = any (p_units) and o.dissolved_on is not null) then
        raise exception using errcode = 'LF422', message = 'pairings.unit_dissolved', detail = (
            select jsonb_build_object('unit', min(o.name))::text from workforce_organisation o
            where o.id = any (p_units) and o.dissolved_on is not null);
    end if;
end
$$;
revoke all on function pairings_check(text[]), pairings_check_people(bigint[], bigint[]) from public;

-- The office that has to know when nobody is there.
create or replace function pairings_office(p_kind text) returns text
    language sql immutable set search_path = public, pg_temp as $$
    select case when p_kind in ('community', 'enterprise', 'project', 'public_place') then 'township_dispatcher' else 'community_head' end
$$;

-- What each pairing lacks and whether anybody is there, from its live parts; tells the office when a place stands empty.
create or replace function pairings_settle(p_pairings bigint[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with held as (
        select q.pairing_id, array_agg(distinct q.item) as items, bool_or(q.kind in ('person', 'unit', 'group')) as staffed
        from pairings_part q where q.pairing_id = any (p_pairings) and q.ended_on is null group by 1
    ), now_is as (
        select p.id, coalesce(h.staffed, false) as staffed,
            array(select r from unnest(p.required) with ordinality as t(r, at) where r <> all (coalesce(h.items, '{}')) order by at) as lacks
        from pairings_pairing p left join held h on h.pairing_id = p.id where p.id = any (p_pairings)
    ), written as (
        update pairings_pairing p set lacks = n.lacks, staffed = n.staffed from now_is n
            where n.id = p.id and (p.lacks, p.staffed) is distinct from (n.lacks, n.staffed)
            returning p.id, p.path, p.incident_id, p.target_kind, p.staffed, p.ended_on
    ), reopened as (
        update worklist_item w set done_at = null, done_by = null from written p
            where w.source = 'pairings' and w.what = 'open' and w.subject = p.id::text and not p.staffed and p.ended_on is null
    )
    insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency)
        select p.incident_id, p.path, pairings_office(p.target_kind), 'open', p.id::text, 'pairings', '/pairings/' || p.id || '/', 1
        from written p where not p.staffed and p.ended_on is null on conflict do nothing;
    update worklist_item w set done_at = now(), done_by = access_account() from pairings_pairing p
        where p.id = any (p_pairings) and (p.staffed or p.ended_on is not null) and w.source = 'pairings' and w.what = 'open'
          and w.subject = p.id::text and w.done_at is null;
end
$$;
revoke all on function pairings_settle(bigint[]) from public;
