-- What pages count: sizes of organisations whose whole the reader answers for; of others only whom the reader sees.
create or replace function workforce_unit_sizes(p_units bigint[]) returns table (organisation_id bigint, members bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select u.id, (select count(*) from workforce_membership s where s.organisation_id = u.id and s.to_on is null and (
        exists (select 1 from workforce_seat w where w.organisation_id = u.id and w.why in (1, 2)
            and w.path >= access_low() and w.path < access_high())
        or exists (select 1 from workforce_presence p where p.member_id = s.member_id and p.path >= access_low() and p.path < access_high())))
    from unnest(p_units) as u(id) where workforce_sees_unit(u.id)
$$;

-- The three nets of a community as one: who is in how many of them, each person once.
create or replace function workforce_nets(p_path text) returns table (nets text[], people bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with here as (
        select distinct p.member_id from workforce_presence p where p.path >= p_path and p.path < p_path || '~' and p.why in (1, 2, 4, 5)
            and coalesce(p.until_on, 'infinity') >= workforce_today()
    ), theirs as (
        select h.member_id, array_agg(distinct s.net order by s.net) as nets from here h
        join workforce_membership s on s.member_id = h.member_id and s.to_on is null
        join workforce_organisation o on o.id = s.organisation_id
        where s.net in ('community', 'party', 'volunteer') and o.path >= p_path and o.path < p_path || '~'
        group by h.member_id
    )
    select t.nets, count(*) from theirs t
    where workforce_lists() and p_path collate "C" >= access_low() and p_path collate "C" < access_high() group by t.nets
$$;
revoke all on function workforce_unit_sizes(bigint[]), workforce_nets(text) from public;
grant execute on function workforce_unit_sizes(bigint[]), workforce_nets(text) to lianfang_app;
