-- Who stands where: rest, availability and one place at a time hold for everybody who books, also for people of two nets,
-- because the rules look at all of a member's slots, wherever they are. Rules come as minutes:
-- {rest, shift, nights, week} = least rest between shifts, longest shift, most nights in a row, most minutes Monday to Sunday.

-- A night covers at least half of 00:00-05:00 (the planner's own reading).
create or replace function duty_is_night(p_starts timestamptz, p_ends timestamptz) returns boolean
    language sql immutable set search_path = public, pg_temp as $$
    select sum(greatest(0, extract(epoch from least(e, base + interval '5 hours') - greatest(s, base)))) >= 9000
    from (select p_starts at time zone 'Asia/Shanghai' as s, p_ends at time zone 'Asia/Shanghai' as e) as t,
         lateral (values (s::date::timestamp), (s::date + 1.0 * interval '1 day')) as b(base)
$$;

-- Whether a member's own statement allows a time. Somebody who stated nothing can always be asked. What is said of one day stands
-- above what is said of its weekday; a day with nothing but times off is open around them; who named hours of weekdays is not
-- asked on the others.
create or replace function duty_available(p_member bigint, p_starts timestamptz, p_ends timestamptz) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    with stated as materialized (
        select * from workforce_availability a where a.member_id = p_member and a.to_minute > a.from_minute
    ), days as (
        select g::date as day from generate_series(duty_day(p_starts) - 1, duty_day(p_ends), interval '1 day') as g
    ), said as (
        select d.day, a.can_work,
            tstzrange((d.day + a.from_minute * interval '1 minute') at time zone 'Asia/Shanghai',
                      (d.day + a.to_minute * interval '1 minute') at time zone 'Asia/Shanghai') as span
        from days d join stated a on a.on_day = d.day or a.on_day is null and a.weekday = extract(isodow from d.day) - 1
            and not exists (select 1 from stated o where o.on_day = d.day)
    ), hours as (
        select d.day, case
                when exists (select 1 from said s where s.day = d.day and s.can_work)
                    then (select range_agg(s.span) from said s where s.day = d.day and s.can_work)
                when exists (select 1 from said s where s.day = d.day)
                    or not exists (select 1 from stated a where a.on_day is null and a.can_work)
                    then tstzmultirange(tstzrange(d.day::timestamp at time zone 'Asia/Shanghai',
                                                  (d.day + 1)::timestamp at time zone 'Asia/Shanghai'))
                else '{}'::tstzmultirange end
            - coalesce((select range_agg(s.span) from said s where s.day = d.day and not s.can_work), '{}'::tstzmultirange) as spans
        from days d
    )
    select not exists (select 1 from stated)
        or (select range_agg(r) from hours h, unnest(h.spans) as r) @> tstzrange(p_starts, p_ends) is true
$$;

-- Whether a slot holds its place: whoever went home before the end does not while the shift still runs.
create or replace function duty_holds(p_state text, p_out timestamptz, p_ends timestamptz) returns boolean
    language sql stable set search_path = public, pg_temp as $$
    select p_state in ('planned', 'published', 'present') or p_state = 'left' and (p_out >= p_ends or p_ends <= now())
$$;

-- What stands against one more slot of a member: the code of the first rule it would break, '' none. p_ignore: slots that go.
create or replace function duty_why_not(p_member bigint, p_starts timestamptz, p_ends timestamptz, p_rules jsonb, p_ignore bigint[])
    returns text language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    rest interval := (p_rules->>'rest')::int * interval '1 minute';
    nights int := 1;
    at date := duty_day(p_starts);
    monday timestamptz := date_trunc('week', p_starts at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai';
    near record;
    step int;
begin
    if exists (select 1 from workforce_member m where m.id = p_member and m.left_on is not null)
       or not exists (select 1 from workforce_member m where m.id = p_member) then
        return 'duty.member_gone';
    end if;
    select bool_or(s.starts_at < p_ends and s.ends_at > p_starts) as twice,
           bool_or(s.starts_at < p_ends + rest and s.ends_at > p_starts - rest) as short,
           coalesce(sum(extract(epoch from s.ends_at - s.starts_at) / 60)
                    filter (where s.starts_at >= monday and s.starts_at < monday + interval '7 days'), 0) as minutes
        into near from duty_slot s
        where s.member_id = p_member and s.state in ('planned', 'published', 'present', 'left')
          and s.starts_at >= monday - interval '2 days' and s.starts_at < monday + interval '9 days' and s.id <> all (p_ignore);
    if near.twice then
        return 'duty.double_booked';
    end if;
    if not duty_available(p_member, p_starts, p_ends) then
        return 'duty.not_available';
    end if;
    if p_ends - p_starts > (p_rules->>'shift')::int * interval '1 minute' then
        return 'duty.too_long';
    end if;
    if near.short then
        return 'duty.rest_short';
    end if;
    if near.minutes + extract(epoch from p_ends - p_starts) / 60 > (p_rules->>'week')::int then
        return 'duty.week_full';
    end if;
    if duty_is_night(p_starts, p_ends) then
        foreach step in array array[-1, 1] loop
            for away in 1..(p_rules->>'nights')::int loop
                exit when not exists (select 1 from duty_slot s where s.member_id = p_member
                    and s.state in ('planned', 'published', 'present', 'left') and s.id <> all (p_ignore)
                    and duty_day(s.starts_at) = at + step * away and duty_is_night(s.starts_at, s.ends_at)
                    and s.starts_at >= p_starts - interval '9 days' and s.starts_at < p_starts + interval '9 days');
                nights := nights + 1;
            end loop;
        end loop;
        if nights > (p_rules->>'nights')::int then
            return 'duty.nights_in_row';
        end if;
    end if;
    return '';
end
$$;

-- One slot in a shift, without asking who books: the callers have asked. Returns the slot and what stood against it: a hard
-- reason leaves the slot null; a soft one (rest, length, week, nights) does so unless p_force, and is then kept on the slot.
create or replace function duty_put(p_shift bigint, p_member bigint, p_source text, p_rules jsonb, p_force boolean, p_ignore bigint[],
                                    p_from timestamptz, p_over boolean, out slot_id bigint, out problem text)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    h duty_shift;
    begins timestamptz;
begin
    select * into h from duty_shift where id = p_shift for update;
    begins := greatest(h.starts_at, p_from);
    if h.ends_at <= now() or begins >= h.ends_at then
        problem := 'duty.shift_over';
        return;
    end if;
    if not p_over and (select count(*) from duty_slot s where s.shift_id = p_shift and s.id <> all (p_ignore)
                       and duty_holds(s.state, s.checked_out_at, s.ends_at)) >= h.wanted then
        problem := 'duty.full';
        return;
    end if;
    if h.skill <> '' and not exists (select 1 from workforce_member m where m.id = p_member and h.skill = any (m.skills)) then
        problem := 'duty.skill_missing';
        return;
    end if;
    problem := duty_why_not(p_member, begins, h.ends_at, p_rules, p_ignore);
    if problem = '' or (p_force and problem in ('duty.rest_short', 'duty.too_long', 'duty.week_full', 'duty.nights_in_row')) then
        insert into duty_slot (shift_id, post_id, path, member_id, starts_at, ends_at, state, source, pinned, breach)
            values (p_shift, h.post_id, h.path, p_member, begins, h.ends_at,
                    case h.state when 'published' then 'published' else 'planned' end, p_source, p_source <> 'roster', problem)
            returning id into slot_id;
        perform workforce_serve(array[p_member], array[h.path], array[duty_day(h.ends_at) + 1]);
        problem := '';
    end if;
exception when exclusion_violation then
    slot_id := null;
    problem := 'duty.double_booked';
end
$$;
revoke all on function duty_is_night(timestamptz, timestamptz), duty_holds(text, timestamptz, timestamptz), duty_available(bigint, timestamptz, timestamptz),
    duty_why_not(bigint, timestamptz, timestamptz, jsonb, bigint[]),
    duty_put(bigint, bigint, text, jsonb, boolean, bigint[], timestamptz, boolean) from public;

-- Booking by an office (members it sees, at a post of its area), or by a member for themself at a published shift.
create or replace function duty_book(p_shift bigint, p_members bigint[], p_source text, p_rules jsonb, p_force boolean)
    returns table (member_id bigint, slot_id bigint, problem text)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    h duty_shift;
    who bigint;
    own boolean := p_source = 'claim' and p_members = array[workforce_me()];
begin
    select * into h from duty_shift where id = p_shift;
    if own is not true then
        perform duty_check(h.path, 'keep_duty');
    elsif h.state is distinct from 'published' or not access_may('record', 'claim_post') then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    foreach who in array p_members loop
        if own is not true and not duty_sees_member(who) then
            raise exception using errcode = 'LF404', message = 'access.not_found';
        end if;
        return query select who, t.slot_id, t.problem
            from duty_put(p_shift, who, p_source, p_rules, p_force and own is not true, '{}', null, false) t;
    end loop;
end
$$;

-- What can still be claimed in an area: no word about anybody, so everybody who is entered may read it.
create or replace function duty_open_shifts(p_path text, p_from timestamptz, p_to timestamptz, p_most int)
    returns table (shift_id bigint, post_id bigint, kind text, post text, path text, starts_at timestamptz, ends_at timestamptz,
                   wanted int, held int, skill text, leader boolean)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    if workforce_me() is null and (access_sees('shifts', 'named') and p_path collate "C" >= access_low() and p_path collate "C" < access_high())
       is not true or length(p_path) < 4 then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return query select h.id, h.post_id, p.kind, p.name, h.path, h.starts_at, h.ends_at, h.wanted::int, t.held, h.skill, h.leader
        from duty_shift h join duty_post p on p.id = h.post_id
        cross join lateral (select count(*)::int as held from duty_slot s where s.shift_id = h.id
                            and duty_holds(s.state, s.checked_out_at, s.ends_at)) t
        where h.path >= p_path collate "C" and h.path < p_path || '~' and h.state = 'published' and h.ends_at > now()
          and h.starts_at >= p_from and h.starts_at < p_to and t.held < h.wanted
        order by h.starts_at, h.id limit p_most;
end
$$;

-- A member's own shifts, or those of a member whom the office sees (the sending unit's too).
create or replace function duty_slots_of(p_member bigint, p_from timestamptz, p_to timestamptz)
    returns table (slot_id bigint, shift_id bigint, post_id bigint, kind text, post text, path text, starts_at timestamptz, ends_at timestamptz,
                   state text, source text, leader boolean, checked_in_at timestamptz, checked_out_at timestamptz, mates int)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    own boolean := coalesce(p_member = workforce_me(), false);
begin
    if not (own or access_sees('shifts', 'named') and duty_sees_member(p_member)) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return query select s.id, s.shift_id, s.post_id, p.kind, p.name, s.path, s.starts_at, s.ends_at, s.state, s.source, h.leader,
            s.checked_in_at, s.checked_out_at,
            (select count(*)::int from duty_slot o where o.shift_id = s.shift_id and o.id <> s.id
             and o.state in ('published', 'present', 'left'))
        from duty_slot s join duty_post p on p.id = s.post_id join duty_shift h on h.id = s.shift_id
        where s.member_id = p_member and s.starts_at >= p_from and s.starts_at < p_to and (not own or s.state <> 'planned')
        order by s.starts_at, s.id;
end
$$;

-- When members whom the office sees are taken, wherever that is: times only.
create or replace function duty_busy(p_members bigint[], p_from timestamptz, p_to timestamptz)
    returns table (member_id bigint, slot_id bigint, starts_at timestamptz, ends_at timestamptz, night boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.member_id, s.id, s.starts_at, s.ends_at, duty_is_night(s.starts_at, s.ends_at) from duty_slot s
    where s.member_id = any (p_members) and s.state in ('planned', 'published', 'present', 'left')
      and s.ends_at > p_from and s.starts_at < p_to and access_sees('shifts', 'named')
      and exists (select 1 from workforce_presence p where p.member_id = s.member_id and p.path >= access_low() and p.path < access_high())
    order by 1, 3
$$;
-- Which playbook's rest rules hold at a shift: no word about anybody.
create or replace function duty_rest_of(p_shift bigint) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.rest from duty_shift h join duty_post p on p.id = h.post_id where h.id = p_shift
$$;
create or replace function duty_rest_of_slot(p_slot bigint) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.rest from duty_slot s join duty_post p on p.id = s.post_id where s.id = p_slot
$$;
revoke all on function duty_rest_of_slot(bigint), duty_rest_of(bigint), duty_book(bigint, bigint[], text, jsonb, boolean), duty_open_shifts(text, timestamptz, timestamptz, int),
    duty_slots_of(bigint, timestamptz, timestamptz), duty_busy(bigint[], timestamptz, timestamptz) from public;
grant execute on function duty_rest_of_slot(bigint), duty_rest_of(bigint), duty_book(bigint, bigint[], text, jsonb, boolean), duty_open_shifts(text, timestamptz, timestamptz, int),
    duty_slots_of(bigint, timestamptz, timestamptz), duty_busy(bigint[], timestamptz, timestamptz) to lianfang_app;
