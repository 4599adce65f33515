-- The record of service: read from the work itself each time, never typed in. A line is a shift somebody was present at, a day of
-- home visits of one round in one community, a mission, something they answer for, or a line that an objection added.
-- Corrections win over what was recorded; 0 minutes strike a shift. Lines have no order by amount anywhere.
create or replace function service_today() returns date
    language sql stable security definer set search_path = public, pg_temp as $$ select (now() at time zone 'Asia/Shanghai')::date $$;

create index if not exists service_part_member on pairings_part (member_id) where member_id is not null;
create or replace function service_work(p_members bigint[])
    returns table (member_id bigint, line text, kind text, incident_id smallint, day date, until_day date, minutes int, times int,
                   path text, role text, title text)
    language sql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
    select w.member_id, w.line, w.kind, w.incident_id, w.day, w.until_day, coalesce(c.minutes, w.minutes)::int, w.times, w.path, w.role, w.title
    from (
        select s.member_id, 'shift:' || s.id as line, 'shift' as kind, p.incident_id, (s.starts_at at time zone 'Asia/Shanghai')::date as day,
            (s.starts_at at time zone 'Asia/Shanghai')::date as until_day,
            greatest(0, extract(epoch from least(s.ends_at, coalesce(s.checked_out_at, now()))
                                           - greatest(s.starts_at, coalesce(s.checked_in_at, s.starts_at))) / 60)::int as minutes,
            1 as times, left(s.path, 12) as path, p.kind::text as role, p.name::text as title
        from duty_slot s join duty_post p on p.id = s.post_id
        where s.member_id = any (p_members) and s.state in ('present', 'left')
        union all
        select m.id, 'visits:' || v.round_id || ':' || to_char(v.at at time zone 'Asia/Shanghai', 'YYYYMMDD') || ':' || left(v.path, 12),
            'visits', v.incident, (v.at at time zone 'Asia/Shanghai')::date, (v.at at time zone 'Asia/Shanghai')::date, 0,
            count(*)::int, left(v.path, 12), 'visit', coalesce(min(r.name), '')
        from workforce_member m join rounds_visit v on v.account_id = m.account_id left join rounds_round r on r.id = v.round_id
        where m.id = any (p_members)
        group by m.id, v.incident, v.round_id, 5, 9, 2
        union all
        select p.member_id, 'mission:' || m.id, 'mission', m.incident_id, (m.sent_at at time zone 'Asia/Shanghai')::date,
            coalesce((m.returned_at at time zone 'Asia/Shanghai')::date, service_today()), 0, 1, m.to_path, m.kind::text, m.team_name::text
        from missions_person p join missions_mission m on m.id = p.mission_id
        where p.member_id = any (p_members) and m.sent_at is not null and p.stayed_home = false
        union all
        select o.member_id, 'missing:' || o.id, 'missing', o.incident_id, o.on_day, o.on_day, o.minutes, 1, left(o.path, 12), o.role, ''
        from service_objection o where o.member_id = any (p_members) and o.line = 'missing' and o.state = 'upheld'
        union all
        select t.member_id, 'pairing:' || t.id, 'pairing', g.incident_id, t.from_on, coalesce(t.ended_on, service_today()), 0, 1,
            left(t.path, 12), g.template::text, g.target_kind::text
        from pairings_part t join pairings_pairing g on g.id = t.pairing_id
        where t.member_id = any (p_members) and t.from_on <= service_today()
    ) w
    left join lateral (
        select o.minutes from service_objection o where o.member_id = w.member_id and o.line = w.line and o.state = 'upheld'
        order by o.id desc limit 1
    ) c on true
    where c.minutes is distinct from 0
$$;

-- Sums by member, set-based: what the rows say, and what stays of incidents whose details are destroyed. days: days with a shift,
-- visits or a mission; minutes: of shifts; pairings are no days, they are counted as such.
create or replace function service_sums(p_members bigint[])
    returns table (member_id bigint, days bigint, minutes bigint, shifts bigint, visits bigint, missions bigint, pairings bigint,
                   places bigint, roles text[], first_on date, last_on date)
    language sql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
    with work as materialized (select * from service_work(p_members)),
    days as (
        select d.member_id, count(distinct d.day) as days from (
            select w.member_id, w.day from work w where w.kind in ('shift', 'visits', 'missing')
            union all
            select w.member_id, g::date from work w cross join lateral generate_series(w.day, w.until_day, interval '1 day') g
            where w.kind = 'mission') d
        group by d.member_id
    ),
    live as (
        select w.member_id, coalesce(sum(w.minutes), 0) as minutes, count(*) filter (where w.kind in ('shift', 'missing')) as shifts,
            coalesce(sum(w.times) filter (where w.kind = 'visits'), 0) as visits, count(*) filter (where w.kind = 'mission') as missions,
            count(*) filter (where w.kind = 'pairing') as pairings, count(distinct w.path) as places,
            array_agg(distinct w.role) as roles, min(w.day) as first_on, max(w.until_day) as last_on
        from work w group by w.member_id
    ),
    kept as (
        select t.member_id, sum(t.days) as days, sum(t.minutes) as minutes, sum(t.shifts) as shifts, sum(t.visits) as visits,
            sum(t.missions) as missions, sum(t.pairings) as pairings, sum(t.places) as places,
            min(t.first_on) as first_on, max(t.last_on) as last_on
        from service_total t where t.gone and t.member_id = any (p_members) group by t.member_id
    )
    select m.id, coalesce(d.days, 0)::bigint + coalesce(k.days, 0)::bigint, coalesce(l.minutes, 0)::bigint + coalesce(k.minutes, 0)::bigint,
        coalesce(l.shifts, 0)::bigint + coalesce(k.shifts, 0)::bigint, coalesce(l.visits, 0)::bigint + coalesce(k.visits, 0)::bigint,
        coalesce(l.missions, 0)::bigint + coalesce(k.missions, 0)::bigint, coalesce(l.pairings, 0)::bigint + coalesce(k.pairings, 0)::bigint,
        coalesce(l.places, 0)::bigint + coalesce(k.places, 0)::bigint,
        coalesce(l.roles, '{}') || coalesce((select array_agg(distinct r) from service_total t, unnest(t.roles) r
            where t.member_id = m.id and t.gone and r <> all (coalesce(l.roles, '{}'))), '{}'),
        least(l.first_on, k.first_on), greatest(l.last_on, k.last_on)
    from unnest(p_members) as m(id) left join live l on l.member_id = m.id left join days d on d.member_id = m.id
    left join kept k on k.member_id = m.id
$$;

-- What a member sees of themselves ----------------------------------------------------------------------------------------
create or replace function service_my_record()
    returns table (line text, kind text, incident text, day date, until_day date, minutes int, times int, place text, role text, title text,
                   objection text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select w.line, w.kind, coalesce(i.name, '')::text, w.day, w.until_day, w.minutes, w.times, coalesce(a.name, '')::text, w.role, w.title,
        coalesce((select o.state from service_objection o where o.member_id = w.member_id and o.line = w.line order by o.id desc limit 1), '')::text
    from service_work(array[service_mine()]) w left join areas_area a on a.path = w.path
    left join incidents_incident i on i.id = w.incident_id order by w.day desc, w.line limit 400
$$;
create or replace function service_my_sums()
    returns table (member_id bigint, days bigint, minutes bigint, shifts bigint, visits bigint, missions bigint, pairings bigint,
                   places bigint, roles text[], first_on date, last_on date)
    language sql stable security definer set search_path = public, pg_temp as $$ select * from service_sums(array[service_mine()]) $$;
create or replace function service_my_past()
    returns table (incident text, first_on date, last_on date, days int, minutes int, shifts int, visits int, missions int, pairings int)
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.incident::text, t.first_on, t.last_on, t.days, t.minutes, t.shifts, t.visits, t.missions, t.pairings
    from service_total t where t.member_id = service_mine() and t.gone order by t.last_on desc
$$;
create or replace function service_my_looks()
    returns table (at timestamptz, role text, office text, purpose text, export boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    select l.at, l.role::text, l.office::text, l.purpose::text, l.organisation_id is not null from service_look l
    where l.member_id = service_mine() order by l.at desc limit 50
$$;
create or replace function service_my_objections()
    returns table (id bigint, line text, on_day date, path text, sealed bytea, made_at timestamptz, state text, minutes int, answer bytea,
                   answered_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id::bigint, o.line::text, o.on_day, o.path::text, o.sealed, o.made_at, o.state::text, o.minutes, o.answer, o.answered_at
    from service_objection o where o.member_id = service_mine() order by o.id desc limit 30
$$;

-- An office answers for its place: the role that keeps members there.
create or replace function service_office_role(p_path text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when length(p_path) >= 12 then residents_office_role(p_path) when length(p_path) = 9 then 'township_dispatcher'
        else 'county_dispatcher' end
$$;

-- Where an objection goes: the office of the place where the line says the work was; for a missing one, where I reported, live,
-- or where my unit is. Returns the key under which the words are to be sealed as well.
create or replace function service_answering(p_line text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when p_line <> 'missing' then (select left(w.path, 12) from service_work(array[service_mine()]) w where w.line = p_line limit 1)
        else (select nullif(left(coalesce(
            (select r.path from workforce_registration r where r.member_id = m.id and r.ended_at is null), nullif(m.home_path, ''),
            (select o.path from workforce_membership s join workforce_organisation o on o.id = s.organisation_id
             where s.member_id = m.id and s.to_on is null order by s.net <> 'work', s.id limit 1), m.key_path), 12), '')
            from workforce_member m where m.id = service_mine()) end
$$;

create or replace function service_object(p_line text, p_day date, p_sealed bytea) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me bigint := service_mine();
    place text := service_answering(p_line);
    made bigint;
begin
    perform 1 from workforce_member where id = me for update;
    if place is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif p_line = 'missing' and (p_day is null or p_day > service_today()) then
        raise exception using errcode = 'LF422', message = 'service.day_missing';
    elsif (select count(*) from service_objection o where o.member_id = me and o.state = 'open') >= 5 then
        raise exception using errcode = 'LF409', message = 'service.enough_open';
    elsif p_line <> 'missing' and exists (select 1 from service_objection o where o.member_id = me and o.line = p_line and o.state = 'open') then
        raise exception using errcode = 'LF409', message = 'service.already_open';
    end if;
    insert into service_objection (member_id, path, line, on_day, incident_id, sealed, state, role)
        select me, place, p_line, p_day, (select w.incident_id from service_work(array[me]) w where w.line = p_line limit 1), p_sealed, 'open', ''
        returning id into made;
    insert into worklist_item (path, for_role, what, subject, source, link, urgency, due_at)
        values (place, service_office_role(place), 'objection', made::text, 'service', '/service/objections/' || made || '/', 1,
                now() + interval '3 days');
    return made;
end
$$;

-- The office's side -----------------------------------------------------------------------------------------------------
drop function if exists service_objections(bigint);
create or replace function service_objections(p_number bigint)
    returns table (id bigint, member_id bigint, code bigint, key_path text, name bytea, path text, line text, on_day date, sealed bytea,
                   made_at timestamptz, state text, minutes int, answer bytea, answered_at timestamptz, work text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id::bigint, o.member_id::bigint, m.code::bigint, m.key_path::text, m.sealed, o.path::text, o.line::text, o.on_day, o.sealed,
        o.made_at, o.state::text, o.minutes, o.answer, o.answered_at,
        case when p_number is not null then (select to_jsonb(w)::text from service_work(array[o.member_id]) w where w.line = o.line limit 1) end
    from service_objection o join workforce_member m on m.id = o.member_id
    where o.path >= access_low() and o.path < access_high() and access_may('other', 'answer_service') and access_grids() is null
        and (p_number is null or o.id = p_number)
    order by o.state <> 'open', o.id desc limit 200
$$;

create or replace function service_answer(p_objection bigint, p_upheld boolean, p_minutes int, p_role text, p_answer bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one service_objection;
begin
    select * into one from service_objection o where o.id = p_objection and o.path >= access_low() and o.path < access_high()
        and access_may('other', 'answer_service') and access_grids() is null for update;
    if one.id is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif one.state <> 'open' then
        raise exception using errcode = 'LF409', message = 'service.answered_already';
    elsif p_upheld and (p_minutes is null or p_minutes not between 0 and 1440) then
        raise exception using errcode = 'LF422', message = 'service.hours_wrong';
    end if;
    update service_objection set state = case when p_upheld then 'upheld' else 'kept' end, minutes = case when p_upheld then p_minutes end,
        role = p_role, answer = p_answer, answered_by = access_account(), answered_at = now() where id = p_objection;
    update worklist_item w set done_at = now(), done_by = access_account()
        where w.source = 'service' and w.what = 'objection' and w.subject = p_objection::text and w.done_at is null;
    if one.incident_id is not null and exists (select 1 from service_total t where t.member_id = one.member_id
            and t.incident_id = one.incident_id and not t.gone) then
        perform service_sum_up(one.incident_id, array[one.member_id]);
    end if;
end
$$;

-- One member's record, for those who see the member; who asked and what for is written first. Whoever only hosts them reads
-- what was done in their own area.
create or replace function service_seen(p_member bigint) returns smallint
    language sql stable security definer set search_path = public, pg_temp as $$
    select case when access_sees('members', 'named') and access_grids() is null then (
        select max(case when p.why = 4 then 1 else 2 end)::smallint from workforce_presence p where p.member_id = p_member
            and p.path >= access_low() and p.path < access_high() and coalesce(p.until_on, 'infinity') >= service_today()) end
$$;
create or replace function service_office() returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(case when access_low() like 'U%' then (select o.name from workforce_organisation o where 'U' || o.lineage = access_low())
        else (select a.name from areas_area a where a.path = left(access_low(), 12)) end, '')
$$;
create or replace function service_look(p_member bigint, p_purpose text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if service_seen(p_member) is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif coalesce(p_purpose, '') = '' then
        raise exception using errcode = 'LF422', message = 'service.purpose_missing';
    end if;
    insert into service_look (account_id, role, office, purpose, member_id)
        values (access_account(), access_role(), service_office(), p_purpose, p_member);
end
$$;
create or replace function service_record(p_member bigint)
    returns table (line text, kind text, incident text, day date, until_day date, minutes int, times int, place text, role text, title text,
                   objection text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select w.line, w.kind, coalesce(i.name, '')::text, w.day, w.until_day, w.minutes, w.times, coalesce(a.name, '')::text, w.role, w.title,
        coalesce((select o.state from service_objection o where o.member_id = w.member_id and o.line = w.line order by o.id desc limit 1), '')::text
    from service_work(array[p_member]) w left join areas_area a on a.path = w.path left join incidents_incident i on i.id = w.incident_id
    where service_seen(p_member) = 2 or service_seen(p_member) = 1 and w.path >= access_low() and w.path < access_high()
    order by w.day desc, w.line limit 400
$$;

-- The members of a unit and of the units under it, with their sums: in the order of the unit's list, for pages to put in
-- alphabetical order. outside: only those who agreed that their record leaves the unit.
create or replace function service_unit_here(p_unit bigint) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.lineage from workforce_organisation o where o.id = p_unit and access_may('other', 'keep_members') and access_grids() is null
        and exists (select 1 from workforce_seat s where s.organisation_id = o.id and s.why in (1, 2)
                    and s.path >= access_low() and s.path < access_high())
$$;
create or replace function service_unit(p_unit bigint, p_outside boolean, p_purpose text)
    returns table (member_id bigint, code bigint, key_path text, sealed bytea, unit text, duty text, agreed boolean, days bigint, minutes bigint,
                   shifts bigint, visits bigint, missions bigint, pairings bigint, places bigint, roles text[], first_on date, last_on date)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    branch text := service_unit_here(p_unit);
    whom bigint[];
begin
    if branch is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    select array_agg(distinct s.member_id) into whom from workforce_organisation o
        join workforce_membership s on s.organisation_id = o.id and s.to_on is null
        join workforce_member m on m.id = s.member_id and m.left_on is null
        left join service_consent c on c.member_id = s.member_id
        where o.lineage >= branch and o.lineage < branch || '~' and (not p_outside or coalesce(c.agreed, false));
    if p_purpose <> '' then
        insert into service_look (account_id, role, office, purpose, member_id, organisation_id)
            select access_account(), access_role(), service_office(), p_purpose, t.m, p_unit from unnest(whom) as t(m);
    end if;
    return query
        select m.id::bigint, m.code::bigint, m.key_path::text, m.sealed, o.name::text, s.duty::text,
            coalesce(c.agreed, false), t.days, t.minutes, t.shifts, t.visits, t.missions, t.pairings, t.places, t.roles, t.first_on, t.last_on
        from service_sums(whom) t join workforce_member m on m.id = t.member_id
        join lateral (
            select s.id, s.duty, s.organisation_id from workforce_membership s join workforce_organisation b on b.id = s.organisation_id
            where s.member_id = m.id and s.to_on is null and b.lineage >= branch and b.lineage < branch || '~'
            order by b.lineage, s.id limit 1) s on true
        join workforce_organisation o on o.id = s.organisation_id
        left join service_consent c on c.member_id = m.id
        order by o.lineage, s.id, m.id;
end
$$;
revoke all on function service_today(), service_work(bigint[]), service_sums(bigint[]), service_my_record(), service_my_sums(), service_my_past(),
    service_my_looks(), service_my_objections(), service_office_role(text), service_answering(text), service_object(text, date, bytea),
    service_objections(bigint), service_answer(bigint, boolean, int, text, bytea), service_seen(bigint), service_office(),
    service_look(bigint, text), service_record(bigint), service_unit_here(bigint), service_unit(bigint, boolean, text) from public;
grant execute on function service_my_record(), service_my_sums(), service_my_past(), service_my_looks(), service_my_objections(),
    service_answering(text), service_object(text, date, bytea), service_objections(bigint), service_answer(bigint, boolean, int, text, bytea),
    service_look(bigint, text), service_record(bigint), service_unit_here(bigint), service_unit(bigint, boolean, text) to lianfang_app;
