-- Who came, who did not, who steps in. Times are the server's: a phone's clock says nothing here. A member acts for themself
-- (`workforce_me()`), an office for its posts (a list on paper is entered afterwards, with the times on it).

create or replace function duty_settle(p_slot bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update worklist_item set done_at = now(), done_by = nullif(access_account(), 0)
        where source = 'duty' and what in ('duty.no_show', 'duty.cannot_come') and subject = p_slot::text and done_at is null;
    update worklist_item i set done_at = now(), done_by = i.for_account from duty_slot s join workforce_member m on m.id = s.member_id
        where s.id = p_slot and s.state = 'present' and i.for_account = m.account_id and i.source = 'duty' and i.what = 'duty.rostered'
          and i.done_at is null
$$;
create or replace function duty_alarm(p_slot bigint, p_what text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency, due_at)
        select p.incident_id, s.path, '', p_what, s.id::text, 'duty', '/duty/slots/' || s.id || '/', 2, s.ends_at
        from duty_slot s join duty_post p on p.id = s.post_id where s.id = p_slot
        on conflict do nothing
$$;
-- The slot, locked, if the caller is its member or its office; `own` says which.
create or replace function duty_slot_held(p_slot bigint, out slot duty_slot, out own boolean)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    select * into slot from duty_slot where id = p_slot for update;
    own := coalesce(slot.member_id = workforce_me(), false);
    if not own then
        perform duty_check(slot.path, 'keep_duty');
    end if;
end
$$;
revoke all on function duty_settle(bigint), duty_alarm(bigint, text), duty_slot_held(bigint) from public;

-- Check-in: from an hour before the start (assumption) until the end. An office may give the time that stands on paper.
create or replace function duty_check_in(p_slot bigint, p_via text, p_place text, p_at timestamptz) returns timestamptz
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    held record;
    s duty_slot;
    came timestamptz := now();
begin
    held := duty_slot_held(p_slot);
    s := held.slot;
    if not held.own and p_at is not null then
        came := p_at;
    end if;
    if s.state in ('present', 'left') then
        return s.checked_in_at;
    end if;
    if s.state not in ('published', 'no_show') or exists (select 1 from duty_slot r where r.replaces = p_slot) then
        raise exception using errcode = 'LF409', message = 'duty.not_expected';
    end if;
    if came < s.starts_at - interval '1 hour' or came >= s.ends_at or came > now() + interval '1 minute' then
        raise exception using errcode = 'LF409', message = 'duty.not_now';
    end if;
    update duty_slot set state = 'present', checked_in_at = came, via = case when held.own then p_via else 'office' end,
            place = case when held.own then left(p_place, 60) else '' end,
            first_of_day = not exists (select 1 from duty_slot o where o.member_id = s.member_id and o.first_of_day
                                       and duty_day(o.starts_at) = duty_day(s.starts_at))
        where id = p_slot;
    perform duty_settle(p_slot);
    return came;
end
$$;
create or replace function duty_check_out(p_slot bigint, p_at timestamptz) returns timestamptz
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    held record;
    s duty_slot;
    went timestamptz := now();
begin
    held := duty_slot_held(p_slot);
    s := held.slot;
    if s.state = 'left' then
        return s.checked_out_at;
    end if;
    if s.state <> 'present' then
        raise exception using errcode = 'LF409', message = 'duty.not_there';
    end if;
    if not held.own and p_at is not null then
        if p_at < s.checked_in_at or p_at > now() + interval '1 minute' then
            raise exception using errcode = 'LF409', message = 'duty.not_now';
        end if;
        went := p_at;
    end if;
    went := greatest(went, s.checked_in_at);  -- a clock that was set back between coming and leaving makes no hours less than none
    update duty_slot set state = 'left', checked_out_at = went where id = p_slot;
    return went;
end
$$;
-- The slot of the entered member at a post by the code printed there: the one that runs now, or starts within the hour.
create or replace function duty_slot_at(p_code bigint) returns table (slot_id bigint, post text, starts_at timestamptz, ends_at timestamptz, state text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, p.name, s.starts_at, s.ends_at, s.state from duty_post p join duty_slot s on s.post_id = p.id
    where p.code = p_code and s.member_id = workforce_me() and s.state in ('published', 'present', 'no_show', 'left')
      and s.starts_at <= now() + interval '1 hour' and s.ends_at > now() order by s.starts_at limit 1
$$;
create or replace function duty_post_at(p_code bigint) returns table (post text, kind text, place text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.name, p.kind, a.name from duty_post p left join areas_area a on a.path = left(p.path, 12)
    where p.code = p_code and p.ended_on is null
$$;

-- Somebody cannot come, or is let go: by the member before the shift, or by the office. The office hears about it.
create or replace function duty_excuse(p_slot bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    held record;
begin
    held := duty_slot_held(p_slot);
    if (held.slot).state not in ('planned', 'published') or (held.slot).ends_at <= now() then
        raise exception using errcode = 'LF409', message = 'duty.not_expected';
    end if;
    update duty_slot set state = case when held.own then 'excused' else 'released' end where id = p_slot;
    if held.own then
        perform duty_alarm(p_slot, 'duty.cannot_come');
    else
        perform duty_settle(p_slot);
    end if;
end
$$;
-- An office says that somebody did not come.
create or replace function duty_missed(p_slot bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    held record;
begin
    held := duty_slot_held(p_slot);
    if held.own or (held.slot).state <> 'published' or (held.slot).starts_at > now() then
        raise exception using errcode = 'LF409', message = 'duty.not_expected';
    end if;
    update duty_slot set state = 'no_show' where id = p_slot;
    perform duty_alarm(p_slot, 'duty.no_show');
end
$$;

-- Once a minute, by the steward: an alarm for whoever is late by so many minutes, a no-show when the shift is over, and an end
-- for those who forgot to check out (an hour after the end: assumption; their time ends with the shift).
create or replace function duty_watch(p_minutes int) returns table (late bigint, missed bigint, closed bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with found as (
        update duty_slot set alarmed_at = now() where state = 'published' and alarmed_at is null
            and starts_at < now() - p_minutes * interval '1 minute' and ends_at > now() returning id
    ) select count(duty_alarm(f.id, 'duty.no_show')::text) into late from found f;
    with over_now as (
        update duty_slot set state = 'no_show' where state = 'published' and ends_at <= now() returning id
    ) select count(*), count(duty_settle(id)::text) into missed from over_now;
    with gone as (
        update duty_slot set state = 'left', checked_out_at = ends_at
            where state = 'present' and ends_at < now() - interval '1 hour' returning 1
    ) select count(*) into closed from gone;
    return next;
end
$$;

-- Who could step in for a slot: those whom the office sees, nearest first; at_post: shifts at this very post in 30 days;
-- minutes: booked in this week. problem: why somebody cannot ('' can); ready: stands in the post's reserve.
create or replace function duty_candidates(p_slot bigint, p_rules jsonb, p_pool int)
    returns table (member_id bigint, near int, ready boolean, same_unit boolean, at_post int, minutes int, skilled boolean, problem text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    s duty_slot;
    wanted text;
begin
    select * into s from duty_slot where id = p_slot;
    perform duty_check(s.path, 'keep_duty');
    select h.skill into wanted from duty_shift h where h.id = s.shift_id;
    return query
        with pool as (
            select p.member_id, max(length(c.cut)) as near from unnest(array[6, 9, 12, 16]) as k(n)
            cross join lateral (select left(s.path, k.n) collate "C" as cut where length(s.path) >= k.n) c
            join workforce_presence p on p.path >= c.cut and p.path < c.cut || '~' and p.path >= access_low() and p.path < access_high()
                and coalesce(p.until_on, 'infinity') >= duty_day(now())
            group by 1
            union
            select r.member_id, 17 from duty_reserve r where r.post_id = s.post_id and r.ended_on is null
        ), nearest as (
            select q.member_id, max(q.near) as near, bool_or(q.near = 17) as ready from pool q
            join workforce_member m on m.id = q.member_id and m.left_on is null
            where q.member_id <> s.member_id
            group by 1 order by bool_or(q.near = 17) desc,
                bool_or(wanted = '' or wanted = any (m.skills)) desc, max(q.near) desc, q.member_id limit p_pool
        ), unit as (
            select o.organisation_id from workforce_membership o where o.member_id = s.member_id and o.net = 'work' and o.to_on is null limit 1
        )
        select n.member_id, least(n.near, 16), n.ready,
            exists (select 1 from workforce_membership o, unit u where o.member_id = n.member_id and o.organisation_id = u.organisation_id
                    and o.to_on is null),
            (select count(*)::int from duty_slot b where b.member_id = n.member_id and b.post_id = s.post_id
             and b.state in ('published', 'present', 'left') and b.starts_at > now() - interval '30 days'),
            (select coalesce(sum(extract(epoch from b.ends_at - b.starts_at) / 60), 0)::int from duty_slot b
             where b.member_id = n.member_id and b.state in ('planned', 'published', 'present', 'left')
               and date_trunc('week', b.starts_at at time zone 'Asia/Shanghai') = date_trunc('week', s.starts_at at time zone 'Asia/Shanghai')),
            wanted = '' or exists (select 1 from workforce_member m where m.id = n.member_id and wanted = any (m.skills)),
            duty_why_not(n.member_id, greatest(s.starts_at, now()), s.ends_at, p_rules, '{}')
        from nearest n;
end
$$;
-- One tap: the late one is a no-show (or stays excused), the other takes the rest of the shift.
create or replace function duty_replace(p_slot bigint, p_member bigint, p_rules jsonb) returns table (slot_id bigint, problem text)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    s duty_slot;
    made record;
begin
    select * into s from duty_slot where id = p_slot for update;
    perform duty_check(s.path, 'keep_duty');
    if not duty_sees_member(p_member) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if not (s.state in ('published', 'no_show', 'excused', 'released') or s.state = 'left' and s.checked_out_at < s.ends_at)
       or exists (select 1 from duty_slot r where r.replaces = p_slot) then
        raise exception using errcode = 'LF409', message = 'duty.replaced_already';
    end if;
    if s.state = 'published' then
        update duty_slot set state = case when s.starts_at <= now() then 'no_show' else 'released' end where id = p_slot;
    end if;
    made := duty_put(s.shift_id, p_member, 'replacement', p_rules, false, '{}', now(), false);
    if made.slot_id is not null then
        update duty_slot set replaces = p_slot where id = made.slot_id;
        perform duty_settle(p_slot);
    end if;
    return query select made.slot_id, made.problem;
end
$$;

-- Swap: the one offers, the other agrees; both times are checked again for both.
create or replace function duty_swap_offer(p_slot bigint, p_to bigint, p_back bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    s duty_slot;
    made bigint;
begin
    select * into s from duty_slot where id = p_slot for update;
    if (s.member_id = workforce_me()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if s.state <> 'published' or s.starts_at <= now() then
        raise exception using errcode = 'LF409', message = 'duty.not_expected';
    end if;
    -- somebody who stands at the same post in these weeks: nobody else's number is told to anybody
    if p_to = s.member_id or not exists (select 1 from duty_slot o where o.member_id = p_to and o.post_id = s.post_id
            and o.state in ('published', 'present', 'left') and o.starts_at between s.starts_at - interval '30 days' and s.starts_at + interval '30 days')
       or p_back is not null and not exists (select 1 from duty_slot b where b.id = p_back and b.member_id = p_to
                                             and b.post_id = s.post_id and b.state = 'published' and b.starts_at > now()) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    insert into duty_swap (slot_id, path, from_member, to_member, back_slot) values (p_slot, s.path, s.member_id, p_to, p_back)
        on conflict do nothing returning id into made;
    if made is null then
        raise exception using errcode = 'LF409', message = 'duty.swap_waits';
    end if;
    return made;
end
$$;
create or replace function duty_swap_answer(p_swap bigint, p_answer text, p_rules jsonb) returns table (slot_id bigint, problem text)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    w duty_swap;
    one duty_slot;
    two duty_slot;
    made record;
    ignore bigint[];
begin
    select * into w from duty_swap where id = p_swap for update;
    if (case p_answer when 'withdrawn' then w.from_member else w.to_member end = workforce_me()) is not true
       or p_answer not in ('accepted', 'declined', 'withdrawn') then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if w.state <> 'offered' then
        raise exception using errcode = 'LF409', message = 'duty.swap_over';
    end if;
    if p_answer = 'accepted' then
        select * into one from duty_slot where id = w.slot_id for update;
        select * into two from duty_slot where id = w.back_slot for update;
        if one.state <> 'published' or one.starts_at <= now() or (two.id is not null and (two.state <> 'published' or two.starts_at <= now())) then
            raise exception using errcode = 'LF409', message = 'duty.not_expected';
        end if;
        ignore := array_remove(array[one.id, two.id], null);
        update duty_slot set state = 'released' where id = any (ignore);
        made := duty_put(one.shift_id, w.to_member, 'swap', p_rules, false, ignore, null, false);
        if made.slot_id is null then
            return query select null::bigint, made.problem;
            return;
        end if;
        if two.id is not null then
            slot_id := made.slot_id;
            made := duty_put(two.shift_id, w.from_member, 'swap', p_rules, false, ignore, null, false);
            if made.slot_id is null then
                return query select null::bigint, made.problem;
                return;
            end if;
        end if;
    end if;
    update duty_swap set state = p_answer, answered_at = now() where id = p_swap;
    return query select coalesce(slot_id, made.slot_id), '';
end
$$;
create or replace function duty_swaps() returns table (swap_id bigint, slot_id bigint, post text, starts_at timestamptz, ends_at timestamptz,
        back_starts timestamptz, back_ends timestamptz, mine boolean, other_member bigint, other_key text, other_sealed bytea, state text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select w.id, s.id, p.name, s.starts_at, s.ends_at, b.starts_at, b.ends_at, w.from_member = workforce_me(), m.id, m.key_path, m.sealed, w.state
    from duty_swap w join duty_slot s on s.id = w.slot_id join duty_post p on p.id = s.post_id left join duty_slot b on b.id = w.back_slot
    join workforce_member m on m.id = case when w.from_member = workforce_me() then w.to_member else w.from_member end
    where workforce_me() in (w.from_member, w.to_member) and w.offered_at > now() - interval '30 days' order by w.id desc limit 40
$$;
-- Colleagues of a slot's post, to offer a swap to: their names as the post's own list shows them.
create or replace function duty_mates(p_slot bigint) returns table (member_id bigint, key_path text, sealed bytea, slot_id bigint, starts_at timestamptz, ends_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.id, m.key_path, m.sealed, o.id, o.starts_at, o.ends_at from duty_slot s
    join duty_slot o on o.post_id = s.post_id and o.member_id <> s.member_id and o.state = 'published' and o.starts_at > now()
        and o.starts_at between s.starts_at - interval '15 days' and s.starts_at + interval '15 days' and o.shift_id <> s.shift_id
    join workforce_member m on m.id = o.member_id
    where s.id = p_slot and s.member_id = workforce_me() order by o.starts_at, m.id limit 60
$$;

create or replace function duty_rest_of_swap(p_swap bigint) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select duty_rest_of_slot(w.slot_id) from duty_swap w where w.id = p_swap
$$;
-- Handover between crews: words that only the post's people and its office read.
create or replace function duty_at_post(p_post bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from duty_slot s where s.post_id = p_post and s.member_id = workforce_me() and s.state in ('published', 'present', 'left')
                   and s.starts_at between now() - interval '2 days' and now() + interval '1 day')
$$;
create or replace function duty_handover_write(p_post bigint, p_sealed bytea) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at duty_post;
    made bigint;
begin
    select * into at from duty_post where id = p_post;
    if not duty_at_post(p_post) then
        perform duty_check(at.path, 'keep_duty');
    end if;
    insert into duty_handover (post_id, path, member_id, account_id, sealed)
        values (p_post, at.path, workforce_me(), nullif(access_account(), 0), p_sealed) returning id into made;
    return made;
end
$$;
create or replace function duty_handovers(p_post bigint, p_most int)
    returns table (id bigint, at timestamptz, member_id bigint, sealed bytea, seen_at timestamptz, incident_id smallint, path text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    here duty_post;
begin
    select * into here from duty_post p where p.id = p_post;
    if not duty_at_post(p_post) then
        perform duty_check(here.path, 'keep_duty');
    end if;
    return query select h.id, h.at, h.member_id, h.sealed, h.seen_at, here.incident_id, here.path from duty_handover h
        where h.post_id = p_post order by h.id desc limit p_most;
end
$$;
create or replace function duty_handover_seen(p_handover bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    h duty_handover;
begin
    select * into h from duty_handover where id = p_handover for update;
    if not duty_at_post(h.post_id) then
        perform duty_check(h.path, 'keep_duty');
    end if;
    update duty_handover set seen_at = coalesce(seen_at, now()), seen_by = coalesce(seen_by, workforce_me()) where id = p_handover;
end
$$;
-- The box a post's words are sealed in: its incident's, else its county's.
create or replace function duty_box_of(p_post bigint) returns table (incident_id smallint, path text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.incident_id, p.path from duty_post p where p.id = p_post
      and (duty_at_post(p_post) or p.path >= access_low() and p.path < access_high() and access_may('other', 'keep_duty'))
$$;

-- Somebody leaves, or is taken off the books: whoever expected them hears it, and the place is open again.
create or replace function duty_member_leaves() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone bigint;
begin
    if tg_op = 'DELETE' or new.left_on is not null and old.left_on is null then
        for gone in update duty_slot s set state = case when s.state = 'present' then 'left' else 'released' end,
                    checked_out_at = case when s.state = 'present' then least(now(), s.ends_at) end
                where s.member_id = old.id and s.ends_at > now() and s.state in ('planned', 'published', 'present') returning s.id loop
            perform duty_alarm(gone, 'duty.cannot_come');
        end loop;
        update duty_reserve set ended_on = duty_day(now()) where member_id = old.id and ended_on is null;
        update duty_upkeep set ended_on = duty_day(now()) where member_id = old.id and ended_on is null;
        update duty_post set lead_member = null where lead_member = old.id;
        update duty_swap set state = 'withdrawn', answered_at = now() where old.id in (from_member, to_member) and state = 'offered';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;
drop trigger if exists duty_member_leaves on workforce_member;
create trigger duty_member_leaves after update of left_on or delete on workforce_member
    for each row execute function duty_member_leaves();

revoke all on function duty_rest_of_swap(bigint), duty_check_in(bigint, text, text, timestamptz), duty_check_out(bigint, timestamptz), duty_slot_at(bigint),
    duty_post_at(bigint), duty_excuse(bigint), duty_missed(bigint), duty_watch(int), duty_candidates(bigint, jsonb, int),
    duty_replace(bigint, bigint, jsonb), duty_swap_offer(bigint, bigint, bigint), duty_swap_answer(bigint, text, jsonb), duty_swaps(),
    duty_mates(bigint), duty_at_post(bigint), duty_handover_write(bigint, bytea), duty_handovers(bigint, int), duty_handover_seen(bigint),
    duty_box_of(bigint), duty_member_leaves() from public;
grant execute on function duty_watch(int) to lianfang_door;
grant execute on function duty_rest_of_swap(bigint), duty_check_in(bigint, text, text, timestamptz), duty_check_out(bigint, timestamptz), duty_slot_at(bigint),
    duty_post_at(bigint), duty_excuse(bigint), duty_missed(bigint), duty_candidates(bigint, jsonb, int),
    duty_replace(bigint, bigint, jsonb), duty_swap_offer(bigint, bigint, bigint), duty_swap_answer(bigint, text, jsonb), duty_swaps(),
    duty_mates(bigint), duty_handover_write(bigint, bytea), duty_handovers(bigint, int), duty_handover_seen(bigint),
    duty_box_of(bigint) to lianfang_app;
