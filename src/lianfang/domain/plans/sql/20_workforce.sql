-- Who can be deployed in an area: those who live there or whose unit has its office there, who have not left, and who answer for nothing
-- yet (those bound only by the plan that is being replaced count as free). For planners only; no names come out.
create or replace function plans_workforce(p_path text, p_free bigint[])
    returns table (member bigint, home text, kind text, duty text, skills text[], unit bigint, office text)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (access_may('other', 'plan') and p_path >= access_low() and p_path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return query
        with here as (
            select distinct p.member_id from workforce_presence p
            where p.path >= p_path and p.path < p_path || '~' and p.why in (1, 2)
              and (p.until_on is null or p.until_on >= (now() at time zone 'Asia/Shanghai')::date)
        ), bound as (
            select distinct a.member_id from pairings_part a join here h on h.member_id = a.member_id
            where a.ended_on is null and not (a.member_id = any (p_free))
        )
        select m.id, m.home_path, m.kind, coalesce(s.duty, ''), m.skills, s.organisation_id, coalesce(o.path, '')
        from here h
        join workforce_member m on m.id = h.member_id and m.left_on is null
        left join lateral (select w.duty, w.organisation_id from workforce_membership w
                           where w.member_id = m.id and w.net = 'work' and w.to_on is null order by w.id limit 1) s on true
        left join workforce_organisation o on o.id = s.organisation_id
        where not exists (select 1 from bound b where b.member_id = m.id)
        order by m.id;
end
$$;
-- Names of people and units in the lines of a plan, for whoever sees the plan and may see its lines by name.
create or replace function plans_people(p_plan bigint, p_members bigint[])
    returns table (member bigint, key_path text, sealed bytea, unit bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not exists (select 1 from plans_plan p where p.id = p_plan and p.path >= access_low() and p.path < access_high())
       or (access_sees('plan_lines', 'named') or access_sees('members', 'named')) is not true then
        return;
    end if;
    return query
        select m.id, m.key_path, m.sealed,
               (select w.organisation_id from workforce_membership w where w.member_id = m.id and w.net = 'work' and w.to_on is null
                order by w.id limit 1)
        from workforce_member m
        where m.id = any (p_members) and exists (
            select 1 from plans_line l where l.plan_id = p_plan and l.subject = 'member:' || m.id);
end
$$;
create or replace function plans_units(p_plan bigint, p_units bigint[])
    returns table (unit bigint, name text, path text, lineage text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select o.id, o.name, o.path, o.lineage from workforce_organisation o
    where o.id = any (p_units) and exists (
        select 1 from plans_plan p where p.id = p_plan and p.path >= access_low() and p.path < access_high())
      and (access_may('other', 'plan') or access_may('other', 'adopt_plan'))
$$;
revoke all on function plans_workforce(text, bigint[]), plans_people(bigint, bigint[]), plans_units(bigint, bigint[]) from public;
grant execute on function plans_workforce(text, bigint[]), plans_people(bigint, bigint[]), plans_units(bigint, bigint[]) to lianfang_app;
create index if not exists plans_line_subject on plans_line (plan_id, subject);
