-- Somebody leaves: what they had promised under a call ends, and the first who waits is put before the office.
create or replace function volunteers_member_leaves() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one volunteers_answer;
begin
    for one in select * from volunteers_answer a where a.member_id = new.id and a.state in ('new', 'waiting', 'accepted')
            order by a.id for update loop
        update volunteers_answer set state = 'withdrawn', decided_at = now(), asked_next = false,
            left_at = case when one.state = 'accepted' then now() end where id = one.id;
        if one.state = 'accepted' then
            perform volunteers_release(new.id, array(select w.shift_id from volunteers_window w
                where w.call_id = one.call_id and w.shift_id is not null));
            perform volunteers_count('volunteers.accepted', one.path, -1);
            perform volunteers_propose_next(one.call_id);
        end if;
        perform volunteers_settled(one.call_id);
    end loop;
    return null;
end
$$;
create or replace trigger volunteers_member_leaves after update of left_on on workforce_member
    for each row when (new.left_on is not null and old.left_on is null) execute function volunteers_member_leaves();

create or replace function volunteers_fell_open(p_member bigint) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*)::int from volunteers_answer a where a.member_id = p_member and a.left_at = now() and workforce_lists()
$$;
create or replace function volunteers_knows(p_members bigint[]) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.m from unnest(p_members) as t(m) where workforce_lists() and (
        exists (select 1 from volunteers_answer a where a.member_id = t.m)
        or exists (select 1 from volunteers_claim c where c.member_id = t.m))
$$;
revoke all on function volunteers_member_leaves(), volunteers_fell_open(bigint), volunteers_knows(bigint[]) from public;
grant execute on function volunteers_fell_open(bigint), volunteers_knows(bigint[]) to lianfang_app;
create index if not exists volunteers_answer_of_member on volunteers_answer (member_id) where member_id is not null;
