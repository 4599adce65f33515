-- For workforce: what fell open in this very transaction because a member left, and whom the roster knows (an undone list of
-- members keeps them). The trigger of 40_attendance has released the places and told the posts' offices.
create or replace function duty_fell_open(p_member bigint) returns table (post text, starts_at timestamptz, ends_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.name::text, s.starts_at, s.ends_at from worklist_item i join duty_slot s on s.id::text = i.subject
    join duty_post p on p.id = s.post_id
    where i.source = 'duty' and i.what = 'duty.cannot_come' and i.created_at >= now() and i.done_at is null and s.member_id = p_member
    order by s.starts_at
$$;
create or replace function duty_knows(p_members bigint[]) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select t.m from unnest(p_members) as t(m) where workforce_lists() and (
        exists (select 1 from duty_slot s where s.member_id = t.m)
        or exists (select 1 from duty_reserve r where r.member_id = t.m)
        or exists (select 1 from duty_upkeep u where u.member_id = t.m)
        or exists (select 1 from duty_post p where p.lead_member = t.m))
$$;
revoke all on function duty_fell_open(bigint), duty_knows(bigint[]) from public;
grant execute on function duty_fell_open(bigint), duty_knows(bigint[]) to lianfang_app;
