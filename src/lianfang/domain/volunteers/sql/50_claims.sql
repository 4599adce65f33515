-- Open claiming: a member of any net takes a free place of a published shift, first come first served.
create or replace function volunteers_claimable(p_days int)
    returns table (shift_id bigint, post text, kind text, path text, community text, starts_at timestamptz, ends_at timestamptz, free int,
                   skill text, near int)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    me workforce_member;
begin
    select m.* into me from workforce_member m where m.id = workforce_me() and m.left_on is null;
    if me.id is null or not access_may('record', 'claim_post') then
        return;
    end if;
    return query
        with mine as (
            select distinct left(p.path, 12) as path from workforce_presence p where p.member_id = me.id and p.path < 'A'
                and length(p.path) >= 12 and (p.until_on is null or p.until_on >= volunteers_today())
        )
        select h.id::bigint, d.name::text, d.kind::text, h.path::text, coalesce(a.name, '')::text, h.starts_at, h.ends_at,
            (h.wanted - (select count(*) from duty_slot s where s.shift_id = h.id and s.state in ('planned', 'published', 'present', 'left')))::int,
            h.skill::text, case when exists (select 1 from mine where mine.path = left(h.path, 12)) then 0 else 1 end
        from duty_shift h join duty_post d on d.id = h.post_id and d.ended_on is null and not d.key_unit
        left join areas_area a on a.path = left(h.path, 12)
        where h.state = 'published' and h.starts_at > now() and h.starts_at < now() + make_interval(days => p_days) and not h.leader
            and (h.skill = '' or h.skill = any (me.skills))
            and left(h.path, 9) in (select left(mine.path, 9) from mine)
            and (d.organisation_id is null or exists (select 1 from workforce_membership s where s.member_id = me.id
                and s.organisation_id = d.organisation_id and s.to_on is null))
            and h.wanted > (select count(*) from duty_slot s where s.shift_id = h.id and s.state in ('planned', 'published', 'present', 'left'))
            and not exists (select 1 from duty_slot s where s.member_id = me.id and s.state in ('planned', 'published', 'present', 'left')
                and s.starts_at < h.ends_at and s.ends_at > h.starts_at)
        order by 10, h.starts_at, h.id limit 100;
end
$$;

-- One statement: the shift is held, its free places counted, the slot written. Whoever comes later is told.
create or replace function volunteers_claim(p_shift bigint, p_rules jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me bigint := workforce_me();
    at duty_shift;
begin
    select h.* into at from duty_shift h where h.id = p_shift for update;
    if me is null or not access_may('record', 'claim_post') or not exists (select 1 from workforce_presence p where p.member_id = me
            and length(p.path) >= 9 and left(p.path, 9) = left(at.path, 9)) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif exists (select 1 from duty_slot s where s.shift_id = p_shift and s.member_id = me and s.state in ('planned', 'published', 'present', 'left')) then
        raise exception using errcode = 'LF409', message = 'volunteers.claimed_already';
    elsif exists (select 1 from duty_slot s where s.member_id = me and s.state in ('planned', 'published', 'present', 'left')
            and s.starts_at < at.ends_at and s.ends_at > at.starts_at) then
        raise exception using errcode = 'LF409', message = 'volunteers.double_booked';
    elsif at.id is not null and (select count(*) from duty_slot s where s.shift_id = p_shift
            and s.state in ('planned', 'published', 'present', 'left')) >= at.wanted then
        raise exception using errcode = 'LF409', message = 'volunteers.shift_full';
    elsif not exists (select 1 from volunteers_claimable(62) c where c.shift_id = p_shift) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    perform volunteers_book(me, array[p_shift], 'claim', p_rules);
end
$$;

-- A claim is a claim wherever it was made: the member's own page books through the roster, and the figure follows the slot.
create or replace function volunteers_claimed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into volunteers_claim (path, member_id, shift_id) values (left(new.path, 12), new.member_id, new.shift_id) on conflict do nothing;
    if found then
        perform volunteers_count('volunteers.posts_claimed', left(new.path, 12), 1);
    end if;
    return null;
end
$$;
drop trigger if exists volunteers_claimed on duty_slot;
create trigger volunteers_claimed after insert on duty_slot for each row when (new.source = 'claim') execute function volunteers_claimed();

-- The playbook whose rest rules hold at a shift.
create or replace function volunteers_rest(p_shift bigint) returns text
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coalesce((select d.rest from duty_shift h join duty_post d on d.id = h.post_id where h.id = p_shift), '');
end
$$;
revoke all on function volunteers_rest(bigint), volunteers_claimable(int), volunteers_claim(bigint, jsonb) from public;
grant execute on function volunteers_rest(bigint), volunteers_claimable(int), volunteers_claim(bigint, jsonb) to lianfang_app;
