-- Where members are to be seen and counted follows from their home, their memberships and their registration; whoever changes
-- one of these calls workforce_place with the members concerned, in the same transaction.
create or replace function workforce_today() returns date
    language sql stable security definer set search_path = public, pg_temp as $$ select (now() at time zone 'Asia/Shanghai')::date $$;

create or replace function workforce_place(p_members bigint[]) returns void
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
    if cardinality(p_members) > 500 then  -- whole lists: joins by hashing; the planner expects few rows of what it has just made
        perform set_config('enable_nestloop', 'off', true);
    end if;
    with live as materialized (
        select m.id, m.home_path, m.key_path, m.left_on from unnest(p_members) as t(id) join workforce_member m using (id)
    ), nets as materialized (
        select s.id as membership, s.member_id, s.net, s.from_on, o.path, o.lineage from live l
        join workforce_membership s on s.member_id = l.id and s.to_on is null and l.left_on is null
        join workforce_organisation o on o.id = s.organisation_id
    ), reported as materialized (
        select r.member_id, r.path from live l join workforce_registration r on r.member_id = l.id and r.ended_at is null
        where l.left_on is null
    ), wanted as materialized (
        select l.home_path as path, l.id as member_id, 1::smallint as why from live l where l.left_on is null and l.home_path <> ''
        union select n.path, n.member_id, 2::smallint from nets n
        union select 'U' || n.lineage, n.member_id, 3::smallint from nets n
        union select r.path, r.member_id, 5::smallint from reported r
    ), gone as (
        delete from workforce_presence p using live l
            where p.member_id = l.id and (p.why <> 4 or l.left_on is not null)
              and not exists (select 1 from wanted w where w.member_id = p.member_id and w.path = p.path and w.why = p.why)
    ), came as (
        insert into workforce_presence (path, member_id, why) select w.path, w.member_id, w.why from wanted w
            where not exists (select 1 from workforce_presence p where p.member_id = w.member_id and p.path = w.path and p.why = w.why)
            on conflict do nothing
    ), counted as (
        select l.id, c.id as row_id, c.path as was, case when l.left_on is not null then null when l.home_path <> '' then left(l.home_path, 12)
            else coalesce((select r.path from reported r where r.member_id = l.id),
                (select n.path from nets n where n.member_id = l.id order by n.net <> 'work', n.from_on, n.membership limit 1), l.key_path)
            end collate "C" as is_now
        from live l left join workforce_counted c on c.member_id = l.id and c.to_on is null
    ), ended as (
        update workforce_counted c set to_on = workforce_today() from counted d
            where c.id = d.row_id and d.was is distinct from d.is_now
    ), changed as (select * from counted d where d.was is distinct from d.is_now)
    insert into metrics_delta (name, dim, day, path, value)
        select 'workforce.members', '', workforce_today(), d.path, sum(d.value) from (
            select was as path, -1 as value from changed union all select is_now, 1 from changed) d
        where d.path is not null group by d.path having sum(d.value) <> 0;
    -- a statement of its own: the row that ended must be seen as ended by the rule of one live row
    insert into workforce_counted (member_id, path, from_on)
        select m.id, case when m.home_path <> '' then left(m.home_path, 12) else coalesce(
            (select r.path from workforce_registration r where r.member_id = m.id and r.ended_at is null),
            (select o.path from workforce_membership s join workforce_organisation o on o.id = s.organisation_id
                where s.member_id = m.id and s.to_on is null order by s.net <> 'work', s.from_on, s.id limit 1), m.key_path) end,
            workforce_today()
        from workforce_member m where m.id = any (p_members) and m.left_on is null
            and not exists (select 1 from workforce_counted c where c.member_id = m.id and c.to_on is null);
    perform set_config('enable_nestloop', 'on', true);
end
$$;

-- So many free public numbers of forty random bits.
create or replace function workforce_codes(p_count int) returns bigint[]
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    codes bigint[];
begin
    loop
        select array_agg(('x' || left(u, 8) || substr(u, 10, 2))::bit(40)::bigint) into codes
            from (select gen_random_uuid()::text as u from generate_series(1, p_count)) as drawn;
        exit when codes is null or ((select count(distinct c) from unnest(codes) as c) = p_count
            and not exists (select 1 from workforce_member m where m.code = any (codes)));
    end loop;
    return codes;
end
$$;
revoke all on function workforce_today(), workforce_place(bigint[]), workforce_codes(int) from public;
grant execute on function workforce_today() to lianfang_app;

-- Who keeps members: an office inside its own area, a sending unit's officer inside the lineage of their unit.
create or replace function workforce_keeps(p_path text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(access_may('other', 'keep_members') and access_grids() is null
        and p_path collate "C" >= access_low() and p_path collate "C" < access_high(), false)
$$;
create or replace function workforce_keeps_unit(p_unit bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from workforce_seat s where s.organisation_id = p_unit and s.why in (1, 2) and workforce_keeps(s.path))
$$;
create or replace function workforce_keeps_member(p_member bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from workforce_presence p where p.member_id = p_member and p.why <> 4 and workforce_keeps(p.path))
$$;
create or replace function workforce_sees_member(p_member bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(access_sees('members', 'named') and exists (select 1 from workforce_presence p where p.member_id = p_member
        and p.path >= access_low() and p.path < access_high() and coalesce(p.until_on, 'infinity') >= workforce_today()), false)
$$;
create or replace function workforce_refuse(p_known boolean) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if p_known is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
end
$$;
revoke all on function workforce_keeps(text), workforce_keeps_unit(bigint), workforce_keeps_member(bigint),
    workforce_sees_member(bigint), workforce_refuse(boolean) from public;
grant execute on function workforce_keeps_unit(bigint), workforce_keeps_member(bigint) to lianfang_app;
