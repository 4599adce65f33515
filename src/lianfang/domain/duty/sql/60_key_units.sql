-- Key units: one number a day that the unit confirms, a reserve of people, and who keeps whose equipment going.
create or replace function duty_key_check(p_post bigint) returns duty_post
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    at duty_post;
begin
    select * into at from duty_post where id = p_post;
    -- the unit itself, by the lineage of its officer's grant, or the office of the area
    if at.id is not null and access_may('other', 'confirm_attendance') and exists (
            select 1 from workforce_organisation o where o.id = at.organisation_id
              and 'U' || o.lineage collate "C" >= access_low() and 'U' || o.lineage collate "C" < access_high()) then
        return at;
    end if;
    perform duty_check(at.path, 'keep_duty');
    return at;
end
$$;
create or replace function duty_attend(p_post bigint, p_day date, p_staff int, p_present int, p_leader boolean) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at duty_post := duty_key_check(p_post);
begin
    if not at.key_unit or p_day > duty_day(now()) or p_present > p_staff or p_staff < 0 or p_present < 0 then
        raise exception using errcode = 'LF422', message = 'duty.attendance_unsound';
    end if;
    insert into duty_attendance as a (post_id, path, day, staff, present, leader, confirmed_by)
        values (p_post, at.path, p_day, p_staff, p_present, p_leader, access_account())
        on conflict (post_id, day) do update set staff = excluded.staff, present = excluded.present, leader = excluded.leader,
            confirmed_by = excluded.confirmed_by, confirmed_at = now();
    update worklist_item set done_at = now(), done_by = nullif(access_account(), 0)
        where source = 'duty' and what = 'duty.attendance' and subject = p_post || ':' || p_day and done_at is null;
end
$$;
-- The key units of a unit's officer, or of an area: with the latest numbers and what the roster says of the day.
create or replace function duty_key_units(p_path text, p_day date)
    returns table (id bigint, path text, name text, organisation_id bigint, unit text, reserve_wanted int, reserve int, staff int,
                   present int, leader boolean, confirmed_at timestamptz, rostered int, came int, last_staff int)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    by_unit boolean := access_may('other', 'confirm_attendance') and starts_with(access_low(), 'U');
begin
    if not by_unit and (access_sees('shifts', 'named') and p_path collate "C" >= access_low() and p_path collate "C" < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return query
        select p.id, p.path, p.name, p.organisation_id, coalesce(o.name, ''), p.reserve::int,
            (select count(*)::int from duty_reserve r where r.post_id = p.id and r.ended_on is null),
            a.staff, a.present, a.leader, a.confirmed_at,
            (select count(*)::int from duty_slot s where s.post_id = p.id and duty_day(s.starts_at) = p_day and s.state in ('published', 'present', 'left', 'no_show')),
            (select count(*)::int from duty_slot s where s.post_id = p.id and duty_day(s.starts_at) = p_day and s.state in ('present', 'left')),
            (select l.staff from duty_attendance l where l.post_id = p.id and l.day < p_day order by l.day desc limit 1)
        from duty_post p left join workforce_organisation o on o.id = p.organisation_id
        left join duty_attendance a on a.post_id = p.id and a.day = p_day
        where p.key_unit and p.ended_on is null and p.started_on <= p_day and case when by_unit
            then 'U' || o.lineage collate "C" >= access_low() and 'U' || o.lineage collate "C" < access_high()
            else p.path >= p_path collate "C" and p.path < p_path || '~' end
        order by p.path, p.id;
end
$$;
create or replace function duty_reserve_change(p_post bigint, p_members bigint[], p_in boolean) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at duty_post := duty_key_check(p_post);
    changed int;
begin
    if exists (select 1 from unnest(p_members) as m(id) where not duty_sees_member(m.id)) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if p_in then
        insert into duty_reserve (post_id, path, member_id, since_on) select p_post, at.path, m, duty_day(now()) from unnest(p_members) as t(m)
            on conflict do nothing;
    else
        update duty_reserve set ended_on = duty_day(now()) where post_id = p_post and member_id = any (p_members) and ended_on is null;
    end if;
    get diagnostics changed = row_count;
    return changed;
end
$$;
create or replace function duty_upkeep_put(p_path text, p_organisation bigint, p_member bigint, p_equipment text, p_in boolean) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform duty_check(p_path, 'keep_duty');
    if not duty_sees_member(p_member) or not exists (
            select 1 from workforce_seat s where s.organisation_id = p_organisation and s.path >= access_low() and s.path < access_high()) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if p_in then
        insert into duty_upkeep (path, organisation_id, member_id, equipment, since_on)
            values (p_path, p_organisation, p_member, left(p_equipment, 60), duty_day(now())) on conflict do nothing;
    else
        update duty_upkeep set ended_on = duty_day(now()) where organisation_id = p_organisation and member_id = p_member
            and equipment = p_equipment and ended_on is null and path >= access_low() and path < access_high();
    end if;
end
$$;
-- In the evening, who has not confirmed yet is asked: the office of the area (and the unit sees its own page).
create or replace function duty_ask_attendance() returns bigint
    language sql security definer set search_path = public, pg_temp as $$
    with asked as (
        insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency, due_at)
            select p.incident_id, p.path, '', 'duty.attendance', p.id || ':' || duty_day(now()), 'duty',
                '/duty/' || rpad(left(p.path, 12), 12, '0') || '/key/', 1, (duty_day(now()) + 1)::timestamp at time zone 'Asia/Shanghai'
            from duty_post p where p.key_unit and p.ended_on is null and extract(hour from now() at time zone 'Asia/Shanghai') >= 17
              and not exists (select 1 from duty_attendance a where a.post_id = p.id and a.day = duty_day(now()))
            on conflict do nothing returning 1
    ) select count(*) from asked
$$;
revoke all on function duty_key_check(bigint), duty_attend(bigint, date, int, int, boolean), duty_key_units(text, date),
    duty_reserve_change(bigint, bigint[], boolean), duty_upkeep_put(text, bigint, bigint, text, boolean), duty_ask_attendance() from public;
grant execute on function duty_attend(bigint, date, int, int, boolean), duty_key_units(text, date),
    duty_reserve_change(bigint, bigint[], boolean), duty_upkeep_put(text, bigint, bigint, text, boolean) to lianfang_app;
grant execute on function duty_ask_attendance() to lianfang_door;
