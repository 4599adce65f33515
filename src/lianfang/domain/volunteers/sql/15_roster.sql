-- The three questions that volunteers ask the duty roster. Bodies are plpgsql, so that they are planned when they are used.
-- How many people a shift has already.
create or replace function volunteers_taken(p_shifts bigint[]) returns table (shift_id bigint, taken int)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query select s.shift_id::bigint, count(*)::int from duty_slot s
        where s.shift_id = any (p_shifts) and s.state in ('planned', 'published', 'present', 'left') group by s.shift_id;
end
$$;

-- Hold shifts until the end of the transaction, in one order, and refuse where no place is left.
create or replace function volunteers_hold(p_shifts bigint[], p_people int) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from duty_shift s where s.id = any (p_shifts) order by s.id for update;
    if exists (select 1 from duty_shift s left join volunteers_taken(p_shifts) t on t.shift_id = s.id
               where s.id = any (p_shifts) and s.wanted - coalesce(t.taken, 0) < p_people) then
        raise exception using errcode = 'LF409', message = 'volunteers.shift_full';
    end if;
end
$$;

-- A member gives back coming shifts of a call.
create or replace function volunteers_release(p_member bigint, p_shifts bigint[]) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    given int;
begin
    update duty_slot s set state = 'released'
        where s.member_id = p_member and s.shift_id = any (p_shifts) and s.state in ('planned', 'published') and s.ends_at > now();
    get diagnostics given = row_count;
    return given;
end
$$;

-- Somebody takes places in held shifts; the first rule of the roster that stands against it is the refusal.
create or replace function volunteers_book(p_member bigint, p_shifts bigint[], p_source text, p_rules jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one bigint;
    why text;
begin
    foreach one in array p_shifts loop
        select t.problem into why from duty_put(one, p_member, p_source, p_rules, false, '{}', null, false) t;
        if why <> '' then
            raise exception using errcode = 'LF409', message = why, detail = jsonb_build_object('hours', (p_rules->>'rest')::int / 60)::text;
        end if;
    end loop;
end
$$;

-- The post of a call that was taken back: nobody is expected there any more.
create or replace function volunteers_close_post(p_post bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update duty_post set ended_on = volunteers_today() where id = p_post and ended_on is null;
    update duty_shift h set state = 'draft' where h.post_id = p_post and h.starts_at > now() and h.state = 'published';
end
$$;
revoke all on function volunteers_book(bigint, bigint[], text, jsonb), volunteers_close_post(bigint), volunteers_taken(bigint[]), volunteers_hold(bigint[], int), volunteers_release(bigint, bigint[]) from public;
