-- Publishing a roster: all of it or nothing. Slots of the given shifts that are not in it come back; then every line is looked at
-- once more, as it stands in the books, against rest, availability, skill and the two-person rule.
create or replace function duty_publish(p_shifts bigint[], p_slot_shifts bigint[], p_members bigint[], p_pinned boolean[], p_rules jsonb,
                                        p_force boolean)
    returns table (slot_id bigint, member_id bigint, shift_id bigint, fresh boolean)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    bad record;
begin
    perform duty_check(t.path, 'publish_roster') from (select distinct h.path from duty_shift h where h.id = any (p_shifts)) t;
    if (select count(*) from duty_shift h where h.id = any (p_shifts)) <> cardinality(p_shifts) or not p_slot_shifts <@ p_shifts then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if exists (select 1 from unnest(p_members) as m(id) where not duty_sees_member(m.id)) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    perform 1 from duty_shift h where h.id = any (p_shifts) order by h.id for update;
    if exists (select 1 from duty_shift h where h.id = any (p_slot_shifts) and h.ends_at <= now()) then
        raise exception using errcode = 'LF409', message = 'duty.shift_over';
    end if;
    create temporary table if not exists duty_roster_lines (shift_id bigint, member_id bigint, pinned boolean) on commit drop;
    truncate duty_roster_lines;
    insert into duty_roster_lines select distinct on (s, m) s, m, p from unnest(p_slot_shifts, p_members, p_pinned) as t(s, m, p);
    delete from duty_slot s where s.shift_id = any (p_shifts) and s.state = 'planned'
        and not exists (select 1 from duty_roster_lines l where l.shift_id = s.shift_id and l.member_id = s.member_id);
    update duty_slot s set state = 'released' where s.shift_id = any (p_shifts) and s.state = 'published' and s.starts_at > now()
        and not exists (select 1 from duty_roster_lines l where l.shift_id = s.shift_id and l.member_id = s.member_id);
    update duty_slot s set state = 'published', pinned = l.pinned from duty_roster_lines l
        where l.shift_id = s.shift_id and l.member_id = s.member_id and s.state in ('planned', 'published')
          and (s.state = 'planned' or s.pinned <> l.pinned);
    begin
        return query insert into duty_slot (shift_id, post_id, path, member_id, starts_at, ends_at, state, source, pinned)
            select h.id, h.post_id, h.path, l.member_id, h.starts_at, h.ends_at, 'published', 'roster', l.pinned
            from duty_roster_lines l join duty_shift h on h.id = l.shift_id
            where not exists (select 1 from duty_slot s where s.shift_id = l.shift_id and s.member_id = l.member_id
                              and s.state in ('published', 'present', 'left'))
            returning id, member_id, shift_id, true;
    exception when exclusion_violation then
        raise exception using errcode = 'LF409', message = 'duty.double_booked';
    end;
    select h.id into bad from duty_shift h join duty_slot s on s.shift_id = h.id and s.state in ('published', 'present', 'left')
        where h.id = any (p_shifts) group by h.id, h.wanted having count(*) > h.wanted limit 1;
    if found then
        raise exception using errcode = 'LF409', message = 'duty.full';
    end if;
    select count(*) as n, min(t.problem) as first into bad from (
        select s.id, s.shift_id, case
                when h.skill <> '' and not exists (select 1 from workforce_member m where m.id = s.member_id and h.skill = any (m.skills))
                    then 'duty.skill_missing'
                else duty_why_not(s.member_id, s.starts_at, s.ends_at, p_rules, array[s.id]) end as problem
        from duty_slot s join duty_shift h on h.id = s.shift_id
        where s.shift_id = any (p_slot_shifts) and s.state = 'published' and s.breach = ''
    ) t where t.problem <> '' and not (p_force and t.problem in ('duty.rest_short', 'duty.too_long', 'duty.week_full', 'duty.nights_in_row'));
    if bad.n > 0 then
        raise exception using errcode = 'LF409', message = 'duty.roster_broken',
            detail = jsonb_build_object('count', bad.n, 'why', bad.first)::text;
    end if;
    if p_force then
        update duty_slot s set breach = t.problem from (
            select s.id, duty_why_not(s.member_id, s.starts_at, s.ends_at, p_rules, array[s.id]) as problem
            from duty_slot s where s.shift_id = any (p_slot_shifts) and s.state = 'published' and s.breach = ''
        ) t where t.id = s.id and t.problem <> '';
    end if;
    select p.name, h.starts_at into bad from duty_shift h join duty_post p on p.id = h.post_id and p.two_person
        join duty_slot s on s.post_id = h.post_id and s.starts_at < h.ends_at and s.ends_at > h.starts_at and s.state in ('published', 'present', 'left')
        where h.id = any (p_shifts) group by h.id, p.name, h.starts_at having count(*) = 1 limit 1;
    if found then
        raise exception using errcode = 'LF409', message = 'duty.alone',
            detail = jsonb_build_object('post', bad.name, 'at', to_char(bad.starts_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI'))::text;
    end if;
    update duty_shift h set state = 'published' where h.id = any (p_shifts) and h.state = 'draft';
    perform workforce_serve(array_agg(t.member_id), array_agg(t.path), array_agg(t.until)) from (
        select l.member_id, h.path, max(duty_day(h.ends_at)) + 1 as until from duty_roster_lines l join duty_shift h on h.id = l.shift_id
        group by 1, 2) t;
    return;
end
$$;
-- Members who have an account find it on their list; the place of the item is one that their grant shows.
create or replace function duty_tell(p_shifts bigint[], p_what text, p_link text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    told bigint;
begin
    perform duty_check(t.path, 'publish_roster', 'keep_duty') from (select distinct h.path from duty_shift h where h.id = any (p_shifts)) t;
    insert into worklist_item (incident_id, path, for_role, for_account, what, subject, source, link, urgency, due_at)
        select min(p.incident_id), min(coalesce(nullif(g.path, ''), s.path)), '', m.account_id, p_what,
            m.id || ':' || max(s.id), 'duty', p_link, 1, min(s.starts_at)
        from duty_slot s join duty_post p on p.id = s.post_id join workforce_member m on m.id = s.member_id and m.account_id is not null
        left join lateral (select a.path from access_grant a where a.account_id = m.account_id and (a.ends_at is null or a.ends_at > now())
                           order by a.id desc limit 1) g on true
        where s.shift_id = any (p_shifts) and s.state = 'published' group by m.id, m.account_id
        on conflict do nothing;
    get diagnostics told = row_count;
    return told;
end
$$;
-- A slot goes to another member or to another shift: by drag, by keyboard or by a form. The same checks as for booking.
create or replace function duty_move(p_slot bigint, p_shift bigint, p_member bigint, p_rules jsonb, p_force boolean)
    returns table (slot_id bigint, problem text)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    s duty_slot;
    h duty_shift;
    made record;
begin
    select * into s from duty_slot where id = p_slot for update;
    perform duty_check(s.path, 'keep_duty');
    select * into h from duty_shift where id = p_shift;
    perform duty_check(h.path, 'keep_duty');
    if not duty_sees_member(p_member) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if s.state not in ('planned', 'published') or s.starts_at <= now() then
        raise exception using errcode = 'LF409', message = 'duty.not_expected';
    end if;
    if s.state = 'planned' then
        delete from duty_slot where id = p_slot;
    else
        update duty_slot set state = 'released' where id = p_slot;
    end if;
    made := duty_put(p_shift, p_member, 'roster', p_rules, p_force, array[p_slot], null, false);
    if made.slot_id is not null then
        update duty_slot set pinned = true where id = made.slot_id;
    end if;
    return query select made.slot_id, made.problem;
end
$$;
create or replace function duty_pin(p_slot bigint, p_pinned boolean) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform duty_check((select s.path from duty_slot s where s.id = p_slot), 'keep_duty');
    update duty_slot set pinned = p_pinned where id = p_slot;
end
$$;

-- Who could be put on a roster in an area: those seen there (they live there, serve there, or their unit is there), with what the
-- planner asks: skills, home, nights and minutes of the last four weeks. No names.
create or replace function duty_pool(p_path text, p_units bigint[])
    returns table (member_id bigint, home text, skills text[], unit bigint, leads boolean, nights int)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    if (access_sees('members', 'named') and access_sees('shifts', 'named') and access_grids() is null
        and p_path collate "C" >= access_low() and p_path collate "C" < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return query
        with seen as (
            select distinct p.member_id from workforce_presence p where p.path >= p_path collate "C" and p.path < p_path || '~'
                and coalesce(p.until_on, 'infinity') >= duty_day(now())
        )
        select m.id, m.home_path, m.skills, w.organisation_id, coalesce(w.duty in ('head', 'deputy', 'secretary'), false),
            (select count(*)::int from duty_slot s where s.member_id = m.id and s.state in ('published', 'present', 'left')
             and s.starts_at > now() - interval '28 days' and s.starts_at <= now() and duty_is_night(s.starts_at, s.ends_at))
        from seen v join workforce_member m on m.id = v.member_id and m.left_on is null
        left join lateral (select o.organisation_id, o.duty from workforce_membership o where o.member_id = m.id and o.net = 'work'
                           and o.to_on is null order by o.id limit 1) w on true
        where cardinality(p_units) = 0 or exists (select 1 from workforce_membership o where o.member_id = m.id and o.to_on is null
                                                  and o.organisation_id = any (p_units))
        order by m.id;
end
$$;
revoke all on function duty_publish(bigint[], bigint[], bigint[], boolean[], jsonb, boolean), duty_tell(bigint[], text, text),
    duty_move(bigint, bigint, bigint, jsonb, boolean), duty_pin(bigint, boolean), duty_pool(text, bigint[]) from public;
grant execute on function duty_publish(bigint[], bigint[], bigint[], boolean[], jsonb, boolean), duty_tell(bigint[], text, text),
    duty_move(bigint, bigint, bigint, jsonb, boolean), duty_pin(bigint, boolean), duty_pool(text, bigint[]) to lianfang_app;
