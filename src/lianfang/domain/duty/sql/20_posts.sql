-- What an office may do with its posts and shifts. A place outside the scope answers like one that is not there.
create or replace function duty_check(p_path text, variadic p_verbs text[]) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (access_grids() is null and p_path collate "C" >= access_low() and p_path collate "C" < access_high()
        and (select bool_or(access_may('other', v)) from unnest(p_verbs) as v)) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
end
$$;
-- Whether the entered scope may see a member at all (somebody is seen where they live, serve, or belong to).
create or replace function duty_sees_member(p_member bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from workforce_presence p where p.member_id = p_member and p.path >= access_low() and p.path < access_high()
                   and coalesce(p.until_on, 'infinity') >= duty_day(now()) and access_sees('members', 'named'))
$$;

create or replace function duty_post_make(p jsonb) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made bigint;
begin
    perform duty_check(p->>'path', 'keep_duty');
    if not exists (select 1 from areas_area a where a.path = left(p->>'path', 12) collate "C" and length(p->>'path') >= 9)
       or (length(p->>'path') > 12 and not exists (select 1 from areas_building b where b.path = (p->>'path') collate "C")) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    if (p->>'lead_member') is not null and not duty_sees_member((p->>'lead_member')::bigint) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    insert into duty_post (path, kind, name, code, organisation_id, lead_member, key_unit, two_person, from_minute, to_minute, least,
                           reserve, rest, incident_id, started_on, made_by)
        values (p->>'path', p->>'kind', p->>'name', (p->>'code')::bigint, (p->>'organisation_id')::bigint, (p->>'lead_member')::bigint,
                coalesce((p->>'key_unit')::boolean, false), coalesce((p->>'two_person')::boolean, false),
                coalesce((p->>'from_minute')::smallint, 0), coalesce((p->>'to_minute')::smallint, 1440),
                coalesce((p->>'least')::smallint, 1), coalesce((p->>'reserve')::smallint, 0), coalesce(p->>'rest', ''),
                (p->>'incident_id')::smallint, coalesce((p->>'started_on')::date, duty_day(now())), access_account())
        on conflict do nothing returning id into made;
    if made is null then
        raise exception using errcode = 'LF409', message = 'duty.post_once';
    end if;
    return made;
end
$$;

create or replace function duty_post_change(p_post bigint, p jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at duty_post;
begin
    select * into at from duty_post where id = p_post for update;
    perform duty_check(at.path, 'keep_duty');
    if at.ended_on is not null then
        raise exception using errcode = 'LF409', message = 'duty.post_ended';
    end if;
    if (p->>'lead_member') is not null and not duty_sees_member((p->>'lead_member')::bigint) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    update duty_post set lead_member = case when p ? 'lead_member' then (p->>'lead_member')::bigint else lead_member end,
            organisation_id = case when p ? 'organisation_id' then (p->>'organisation_id')::bigint else organisation_id end,
            least = coalesce((p->>'least')::smallint, least), reserve = coalesce((p->>'reserve')::smallint, reserve),
            two_person = coalesce((p->>'two_person')::boolean, two_person)
        where id = p_post;
end
$$;

-- A post is given up: nobody is expected there after now, and whoever was is told by the caller (their slots come back).
create or replace function duty_post_end(p_post bigint) returns table (slot_id bigint, member_id bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    at duty_post;
begin
    select * into at from duty_post where id = p_post for update;
    perform duty_check(at.path, 'keep_duty');
    if at.ended_on is not null then
        raise exception using errcode = 'LF409', message = 'duty.post_ended';
    end if;
    update duty_post set ended_on = duty_day(now()) where id = p_post;
    return query update duty_slot s set state = 'released' where s.post_id = p_post and s.starts_at > now()
        and s.state in ('planned', 'published') returning s.id, s.member_id;
    delete from duty_shift h where h.post_id = p_post and h.starts_at > now() and not exists (select 1 from duty_slot s where s.shift_id = h.id);
    update duty_shift h set state = 'draft' where h.post_id = p_post and h.starts_at > now() and h.state = 'published';
end
$$;

-- Shifts of one post, drafts at first; those that stand already stay as they are. Returns the numbers of all of them.
create or replace function duty_shifts_make(p_post bigint, p_starts timestamptz[], p_ends timestamptz[], p_wanted int[], p_skills text[],
                                            p_leaders boolean[], p_state text) returns table (id bigint, starts_at timestamptz)
    language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    at duty_post;
begin
    select * into at from duty_post p where p.id = p_post for share;
    perform duty_check(at.path, 'keep_duty');
    if at.ended_on is not null then
        raise exception using errcode = 'LF409', message = 'duty.post_ended';
    end if;
    if p_state = 'published' then
        perform duty_check(at.path, 'publish_roster');
    end if;
    insert into duty_shift (post_id, path, starts_at, ends_at, wanted, skill, leader, state)
        select p_post, at.path, t.s, t.e, t.w, t.k, t.l, case p_state when 'published' then 'published' else 'draft' end
        from unnest(p_starts, p_ends, p_wanted, p_skills, p_leaders) as t(s, e, w, k, l)
        on conflict (post_id, starts_at, ends_at, skill, leader) do nothing;
    return query select h.id, h.starts_at from duty_shift h
        join unnest(p_starts, p_ends, p_skills, p_leaders) as t(s, e, k, l)
          on h.starts_at = t.s and h.ends_at = t.e and h.skill = t.k and h.leader = t.l
        where h.post_id = p_post order by h.starts_at, h.id;
end
$$;
create or replace function duty_shift_change(p_shift bigint, p_wanted int) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at duty_shift;
begin
    select * into at from duty_shift where id = p_shift for update;
    perform duty_check(at.path, 'keep_duty');
    if at.ends_at <= now() then
        raise exception using errcode = 'LF409', message = 'duty.shift_over';
    end if;
    if p_wanted > 0 then
        update duty_shift set wanted = p_wanted where id = p_shift;
    elsif exists (select 1 from duty_slot where shift_id = p_shift and state in ('planned', 'published', 'present', 'left')) then
        raise exception using errcode = 'LF409', message = 'duty.shift_held';
    else
        delete from duty_shift where id = p_shift and not exists (select 1 from duty_slot where shift_id = p_shift);
    end if;
end
$$;
revoke all on function duty_check(text, text[]), duty_sees_member(bigint), duty_post_make(jsonb), duty_post_change(bigint, jsonb),
    duty_post_end(bigint), duty_shifts_make(bigint, timestamptz[], timestamptz[], int[], text[], boolean[], text),
    duty_shift_change(bigint, int) from public;
grant execute on function duty_post_make(jsonb), duty_post_change(bigint, jsonb), duty_post_end(bigint),
    duty_shifts_make(bigint, timestamptz[], timestamptz[], int[], text[], boolean[], text), duty_shift_change(bigint, int) to lianfang_app;
