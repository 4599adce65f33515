-- For workforce: how many places stand open since a member left today (40_follow has told their offices), and whom pairings know.
create or replace function pairings_fell_open(p_member bigint) returns int
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(distinct q.pairing_id)::int from pairings_part q join pairings_pairing p on p.id = q.pairing_id and p.ended_on is null
    join workforce_member m on m.id = q.member_id and m.left_on is not null
    where q.member_id = p_member and q.ended_why = 'left' and q.ended_on = greatest(m.left_on, q.from_on) and workforce_lists()
$$;
create or replace function pairings_knows(p_members bigint[]) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct q.member_id from pairings_part q where q.member_id = any (p_members) and workforce_lists()
$$;
revoke all on function pairings_fell_open(bigint), pairings_knows(bigint[]) from public;
grant execute on function pairings_fell_open(bigint), pairings_knows(bigint[]) to lianfang_app;
