-- Answers to a call: given in public by anybody who has the code, or at the desk for somebody without a telephone.
create or replace function volunteers_answer_put(p_call_code bigint, p_hash bytea, p_sealed bytea, p_blind bytea, p_home text,
        p_skills text[], p_born int, p_days date[], p_from int[], p_to int[], p_via text)
    returns table (id bigint, state text) language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_call;
    made bigint;
    standing text := 'new';
begin
    select c.* into one from volunteers_call c where c.code = p_call_code;
    if one.id is null then
        raise exception using errcode = 'LF404', message = 'volunteers.call_unknown';
    end if;
    if p_via = 'office' then
        perform volunteers_may('settle_answer', one.path);
    elsif p_via <> 'public' then
        raise exception using errcode = 'LF404', message = 'volunteers.call_unknown';
    end if;
    if one.state <> 'open' then
        raise exception using errcode = 'LF409', message = 'volunteers.call_withdrawn';
    elsif one.closes_at <= now() or one.last_on < volunteers_today() then
        raise exception using errcode = 'LF409', message = 'volunteers.call_over';
    elsif p_via = 'public' and (select count(*) from volunteers_answer a where a.call_id = one.id and a.via = 'public'
            and a.made_at > now() - interval '1 minute') >= 300 then
        raise exception using errcode = 'LF429', message = 'volunteers.too_many';
    elsif p_blind is not null and exists (select 1 from volunteers_answer a where a.call_id = one.id and a.blind = p_blind
            and a.state in ('new', 'waiting', 'accepted')) then
        raise exception using errcode = 'LF409', message = 'volunteers.answered_already';
    elsif cardinality(p_days) = 0 then
        raise exception using errcode = 'LF422', message = 'volunteers.hours_missing';
    end if;
    if not exists (select 1 from volunteers_windows(one.id) w where w.free > 0 and w.on_day >= volunteers_today()) then
        standing := 'waiting';
    end if;
    insert into volunteers_answer (call_id, path, code_hash, sealed, blind, home_path, distance, skills, born_year, state, via, asked_next)
        values (one.id, one.path, p_hash, p_sealed, p_blind, p_home, volunteers_distance(p_home, one.at_path), p_skills, p_born, standing,
            p_via, false)
        on conflict do nothing returning volunteers_answer.id into made;
    if made is null then
        raise exception using errcode = 'LF409', message = 'volunteers.answered_already';
    end if;
    insert into volunteers_hours (answer_id, path, on_day, from_minute, to_minute)
        select made, one.path, h.day, h.begins, h.ends from unnest(p_days, p_from, p_to) as h(day, begins, ends);
    perform volunteers_count('volunteers.answers', one.path, 1);
    if standing = 'new' then
        perform volunteers_item(one.path, residents_office_role(one.path), 'answers', one.id::text, '/volunteers/calls/' || one.id || '/',
            1, interval '1 day');
    end if;
    return query select made, standing;
end
$$;

-- The office looks at one answer to decide on it: the row is held, and must still be undecided.
create or replace function volunteers_hold_answer(p_answer bigint, p_states text[]) returns volunteers_answer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer;
begin
    select a.* into one from volunteers_answer a where a.id = p_answer for update;
    perform volunteers_may('settle_answer', coalesce(one.path, ''));
    if one.state <> all (p_states) then
        raise exception using errcode = 'LF409', message = 'volunteers.decided_already';
    elsif (select c.state from volunteers_call c where c.id = one.call_id) <> 'open' then
        raise exception using errcode = 'LF409', message = 'volunteers.call_withdrawn';
    end if;
    return one;
end
$$;

-- Nobody new waits for an answer any more: the item of the office is done.
create or replace function volunteers_settled(p_call bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select volunteers_item_done('answers', p_call::text)
        where not exists (select 1 from volunteers_answer a where a.call_id = p_call and a.state = 'new');
    select volunteers_item_done('next', p_call::text)
        where not exists (select 1 from volunteers_answer a where a.call_id = p_call and a.state = 'waiting' and a.asked_next);
$$;

create or replace function volunteers_wait(p_answer bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer := volunteers_hold_answer(p_answer, array['new']);
begin
    update volunteers_answer set state = 'waiting', decided_at = now(), decided_by = access_account() where id = p_answer;
    perform volunteers_settled(one.call_id);
end
$$;

create or replace function volunteers_decline(p_answer bigint, p_thanks bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer := volunteers_hold_answer(p_answer, array['new', 'waiting']);
begin
    update volunteers_answer set state = 'declined', thanks = p_thanks, asked_next = false, decided_at = now(), decided_by = access_account()
        where id = p_answer;
    perform volunteers_settled(one.call_id);
end
$$;

-- Taking somebody: the shifts are held and must lie inside the stated hours; the member is found by name and telephone, or made; they
-- are booked, and their hours become their availability. Whoever calls this lets them join afterwards (volunteers_joined).
create or replace function volunteers_take(p_answer bigint, p_windows bigint[], p_member_sealed bytea, p_secret_sealed bytea,
        p_contact bytea, p_sex int, p_thanks bytea, p_rules jsonb)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer := volunteers_hold_answer(p_answer, array['new', 'waiting']);
    chosen bigint[];
    whom bigint := one.member_id;
    outside text;
begin
    select array_agg(w.shift_id order by w.shift_id) into chosen from volunteers_window w
        where w.call_id = one.call_id and w.id = any (p_windows) and w.shift_id is not null;
    if coalesce(cardinality(chosen), 0) = 0 or cardinality(chosen) <> cardinality(p_windows) then
        raise exception using errcode = 'LF422', message = 'volunteers.no_shift';
    end if;
    select string_agg(to_char(w.on_day, 'MM-DD') || ' ' || volunteers_clock(w.from_minute) || '–' || volunteers_clock(w.to_minute), ', '
            order by w.on_day, w.from_minute) into outside
        from volunteers_window w where w.id = any (p_windows) and not exists (select 1 from volunteers_hours h where h.answer_id = p_answer
            and h.on_day = w.on_day and h.from_minute <= w.from_minute and h.to_minute >= w.to_minute);
    if outside is not null then
        raise exception using errcode = 'LF409', message = 'volunteers.outside_hours', detail = jsonb_build_object('shifts', outside)::text;
    end if;
    perform volunteers_hold(chosen, 1);
    if whom is null then
        whom := volunteers_member(one.path, one.home_path, p_member_sealed, p_secret_sealed, p_contact, p_sex, one.born_year, one.skills);
    end if;
    insert into workforce_availability (member_id, on_day, from_minute, to_minute, can_work)
        select whom, h.on_day, h.from_minute, h.to_minute, true from volunteers_hours h where h.answer_id = p_answer
            and not exists (select 1 from workforce_availability v where v.member_id = whom and v.on_day = h.on_day
                and v.from_minute <= h.from_minute and v.to_minute >= h.to_minute and v.can_work);
    if exists (select 1 from volunteers_answer a where a.call_id = one.call_id and a.member_id = whom and a.state = 'accepted') then
        raise exception using errcode = 'LF409', message = 'volunteers.answered_already';
    end if;
    update volunteers_answer set state = 'accepted', member_id = whom, thanks = p_thanks, asked_next = false, decided_at = now(),
        accepted_at = now(), decided_by = access_account() where id = p_answer;
    perform volunteers_book(whom, chosen, 'call', p_rules);
    return whom;
end
$$;

-- Accepting one: they are booked, belong to the volunteers of the community, and are seen there while their shifts last.
create or replace function volunteers_accept(p_answer bigint, p_windows bigint[], p_member_sealed bytea, p_secret_sealed bytea,
        p_contact bytea, p_sex int, p_team text, p_thanks bytea, p_rules jsonb)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom bigint := volunteers_take(p_answer, p_windows, p_member_sealed, p_secret_sealed, p_contact, p_sex, p_thanks, p_rules);
begin
    perform volunteers_joined(array[p_answer], p_team);
    return whom;
end
$$;

-- What follows once for everybody who was accepted: their membership, their place, the figure, the office's item.
create or replace function volunteers_joined(p_answers bigint[], p_team text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one record;
begin
    for one in select a.call_id, a.path, array_agg(a.member_id) as members from volunteers_answer a
            where a.id = any (p_answers) and a.state = 'accepted' group by a.call_id, a.path loop
        perform volunteers_join(one.members, one.path, p_team);
        perform volunteers_count('volunteers.accepted', one.path, cardinality(one.members));
        perform volunteers_settled(one.call_id);
    end loop;
end
$$;

-- Many at once, each by the same rules and with their own member: whoever cannot be accepted stays as they are, with the reason. What
-- need not be done for each is done for all at the end.
create or replace function volunteers_accept_many(p_answers bigint[], p_windows text[], p_sealed bytea[], p_secret bytea[],
        p_contact bytea[], p_team text, p_rules jsonb)
    returns table (answer_id bigint, member_id bigint, problem text, facts text)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    for at in 1 .. cardinality(p_answers) loop
        answer_id := p_answers[at];
        problem := '';
        facts := '';
        begin
            member_id := volunteers_take(answer_id, p_windows[at]::bigint[], p_sealed[at], p_secret[at], p_contact[at], 0, null, p_rules);
        exception when sqlstate 'LF409' or sqlstate 'LF422' then
            get stacked diagnostics problem = message_text, facts = pg_exception_detail;
            member_id := null;
        end;
        return next;
    end loop;
    perform volunteers_joined(p_answers, p_team);
end
$$;

create or replace function volunteers_clock(p_minute int) returns text
    language sql immutable security definer set search_path = public, pg_temp as $$
    select lpad((p_minute / 60 % 24)::text, 2, '0') || ':' || lpad((p_minute % 60)::text, 2, '0')
$$;

-- The member behind a name and a telephone: one person once, whichever list they came from.
create or replace function volunteers_member(p_path text, p_home text, p_sealed bytea, p_secret bytea, p_contact bytea, p_sex int,
        p_born int, p_skills text[])
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended(encode(p_contact, 'hex'), 8));  -- two desks accept the same person at once
    select s.member_id into whom from workforce_secret s join workforce_member m on m.id = s.member_id and m.left_on is null
        where s.contact_blind = p_contact order by s.member_id limit 1;
    if whom is not null then
        update workforce_member m set skills = array(select distinct x from unnest(m.skills || p_skills) as x order by 1)
            where m.id = whom and not m.skills @> p_skills;
        return whom;
    end if;
    insert into workforce_member (code, key_path, sealed, home_path, kind, sex, born_year, skills)
        values ((workforce_codes(1))[1], left(p_path, 6), p_sealed, p_home, 'volunteer', p_sex, p_born, p_skills) returning id into whom;
    insert into workforce_secret (member_id, contact_blind, sealed) values (whom, p_contact, p_secret);
    return whom;
end
$$;

-- The volunteers of a community are an organisation of it, founded when the first one joins.
drop function if exists volunteers_join(bigint, text, text);
create or replace function volunteers_join(p_members bigint[], p_path text, p_team text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    team bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('volunteers:' || p_path, 8));
    select o.id into team from workforce_organisation o where o.path = p_path and o.name = p_team and o.dissolved_on is null;
    if team is null then
        insert into workforce_organisation (name, kind, path, code, lineage, temporary, tied_to, source, key_path, founded_on)
            values (p_team, 'service_team', p_path, '', '', false, '', 'call', left(p_path, 6), volunteers_today()) returning id into team;
    end if;
    insert into workforce_membership (member_id, organisation_id, net, duty, from_on)
        select distinct t.member, team, 'volunteer', 'member', volunteers_today() from unnest(p_members) as t(member)
            where not exists (select 1 from workforce_membership m
                where m.member_id = t.member and m.organisation_id = team and m.to_on is null);
    perform workforce_place(p_members);
end
$$;

-- What a volunteer sees and does with their code ------------------------------------------------------------------------
create or replace function volunteers_mine(p_hash bytea)
    returns table (id bigint, call_id bigint, call_code bigint, path text, sealed bytea, state text, made_at timestamptz, decided_at timestamptz,
                   thanks bytea, asked_next boolean, role text, place text, insurance text, community text, call_state text, before_me int)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.id::bigint, c.id::bigint, c.code, a.path::text, a.sealed, a.state::text, a.made_at, a.decided_at, a.thanks, a.asked_next, c.role::text,
        c.place::text, c.insurance::text, coalesce((select x.name from areas_area x where x.path = c.path), ''), c.state::text,
        (select count(*) from volunteers_answer b where b.call_id = a.call_id and b.state = 'waiting' and a.state = 'waiting'
            and (b.made_at, b.id) < (a.made_at, a.id))::int
    from volunteers_answer a join volunteers_call c on c.id = a.call_id where a.code_hash = p_hash and a.destroyed_at is null
$$;

create or replace function volunteers_mine_shifts(p_hash bytea)
    returns table (starts_at timestamptz, ends_at timestamptz, state text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query select s.starts_at, s.ends_at, s.state::text from volunteers_answer a
        join volunteers_window w on w.call_id = a.call_id
        join duty_slot s on s.shift_id = w.shift_id and s.member_id = a.member_id and s.state <> 'released'
        where a.code_hash = p_hash and a.state = 'accepted' order by s.starts_at;
end
$$;

create or replace function volunteers_mine_hours(p_hash bytea) returns table (on_day date, from_minute smallint, to_minute smallint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select h.on_day, h.from_minute, h.to_minute from volunteers_answer a join volunteers_hours h on h.answer_id = a.id
    where a.code_hash = p_hash order by h.on_day, h.from_minute
$$;

-- They cannot come after all. The first of the waiting list is put before the office.
create or replace function volunteers_withdraw(p_hash bytea) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer;
begin
    select a.* into one from volunteers_answer a where a.code_hash = p_hash for update;
    if one.id is null then
        raise exception using errcode = 'LF404', message = 'volunteers.code_unknown';
    elsif one.state not in ('new', 'waiting', 'accepted') then
        raise exception using errcode = 'LF409', message = 'volunteers.decided_already';
    end if;
    update volunteers_answer set state = 'withdrawn', decided_at = now(), asked_next = false,
        left_at = case when one.state = 'accepted' then now() end where id = one.id;
    if one.state = 'accepted' then
        perform volunteers_release(one.member_id, array(select w.shift_id from volunteers_window w
            where w.call_id = one.call_id and w.shift_id is not null));
        perform volunteers_count('volunteers.accepted', one.path, -1);
        perform volunteers_propose_next(one.call_id);
    end if;
    perform volunteers_settled(one.call_id);
    return one.state;
end
$$;

create or replace function volunteers_propose_next(p_call bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    next_one bigint;
    at_path text;
begin
    select a.id, a.path into next_one, at_path from volunteers_answer a
        where a.call_id = p_call and a.state = 'waiting' and not a.asked_next order by a.made_at, a.id limit 1 for update skip locked;
    if next_one is not null then
        update volunteers_answer set asked_next = true where id = next_one;
        perform volunteers_item(at_path, residents_office_role(at_path), 'next', p_call::text, '/volunteers/calls/' || p_call || '/', 1,
            interval '12 hours');
    end if;
    return next_one;
end
$$;

create or replace function volunteers_say(p_hash bytea, p_sealed bytea) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer;
begin
    select a.* into one from volunteers_answer a where a.code_hash = p_hash and a.destroyed_at is null;
    if one.id is null then
        raise exception using errcode = 'LF404', message = 'volunteers.code_unknown';
    elsif (select count(*) from volunteers_word w where w.answer_id = one.id) >= 10 then
        raise exception using errcode = 'LF409', message = 'volunteers.words_enough';
    end if;
    insert into volunteers_word (answer_id, path, sealed) values (one.id, one.path, p_sealed);
    perform volunteers_item(one.path, residents_office_role(one.path), 'word', one.id::text, '/volunteers/answers/' || one.id || '/', 1,
        interval '1 day');
end
$$;

create or replace function volunteers_word_read(p_answer bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform volunteers_may('settle_answer', coalesce((select a.path from volunteers_answer a where a.id = p_answer), ''));
    perform volunteers_item_done('word', p_answer::text);
end
$$;

-- The telephone of somebody who answered: one at a time, with its record.
create or replace function volunteers_phone(p_answer bigint) returns table (path text, sealed bytea)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer;
begin
    select a.* into one from volunteers_answer a where a.id = p_answer;
    perform volunteers_may('settle_answer', coalesce(one.path, ''));
    if not access_sees('members', 'call') then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    insert into vault_look (account_id, role, person_id, path, purpose, fields)
        values (access_account(), access_role(), -one.id, one.path, 'call_person', 'phone');
    return query select one.path::text, one.sealed;
end
$$;

-- What is no longer needed is destroyed: declined, withdrawn and released answers 30 days after the decision, the rest 30 days
-- after the call is over; declined and withdrawn offers likewise. The rows stay as numbers.
create or replace function volunteers_tidy(p_days int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone bigint[];
    offers int;
begin
    select coalesce(array_agg(a.id), '{}') into gone from volunteers_answer a join volunteers_call c on c.id = a.call_id
        where a.destroyed_at is null and (
            a.state in ('declined', 'withdrawn', 'released') and a.decided_at < now() - make_interval(days => p_days)
            or c.last_on < volunteers_today() - p_days);
    delete from volunteers_hours h where h.answer_id = any (gone);
    delete from volunteers_word w where w.answer_id = any (gone);
    update volunteers_answer set sealed = null, blind = null, code_hash = null, home_path = '', born_year = null, skills = '{}', thanks = null,
        destroyed_at = now() where id = any (gone);
    update volunteers_offer set sealed = null, blind = null, code_hash = null, home_path = '', thanks = null, destroyed_at = now()
        where destroyed_at is null and state in ('declined', 'withdrawn') and decided_at < now() - make_interval(days => p_days);
    get diagnostics offers = row_count;
    return cardinality(gone) + offers;
end
$$;
revoke all on function volunteers_answer_put(bigint, bytea, bytea, bytea, text, text[], int, date[], int[], int[], text),
    volunteers_hold_answer(bigint, text[]), volunteers_settled(bigint), volunteers_wait(bigint), volunteers_decline(bigint, bytea),
    volunteers_accept(bigint, bigint[], bytea, bytea, bytea, int, text, bytea, jsonb), volunteers_clock(int),
    volunteers_accept_many(bigint[], text[], bytea[], bytea[], bytea[], text, jsonb),
    volunteers_member(text, text, bytea, bytea, bytea, int, int, text[]), volunteers_join(bigint[], text, text),
    volunteers_take(bigint, bigint[], bytea, bytea, bytea, int, bytea, jsonb), volunteers_joined(bigint[], text), volunteers_mine(bytea),
    volunteers_mine_shifts(bytea), volunteers_mine_hours(bytea), volunteers_withdraw(bytea), volunteers_propose_next(bigint),
    volunteers_say(bytea, bytea), volunteers_word_read(bigint), volunteers_phone(bigint), volunteers_tidy(int) from public;
grant execute on function volunteers_answer_put(bigint, bytea, bytea, bytea, text, text[], int, date[], int[], int[], text),
    volunteers_wait(bigint), volunteers_decline(bigint, bytea), volunteers_accept(bigint, bigint[], bytea, bytea, bytea, int, text, bytea, jsonb),
    volunteers_mine(bytea), volunteers_mine_shifts(bytea), volunteers_mine_hours(bytea), volunteers_withdraw(bytea),
    volunteers_say(bytea, bytea), volunteers_word_read(bigint), volunteers_phone(bigint) to lianfang_app;
grant execute on function volunteers_accept_many(bigint[], text[], bytea[], bytea[], bytea[], text, jsonb) to lianfang_app;
grant execute on function volunteers_tidy(int) to lianfang_door;
