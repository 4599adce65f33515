-- Whole organisations that could answer for communities of an area: of the kinds asked for, with an office there, standing above
-- none of the others; people: whoever belongs to them or to what is below them by work, counted once. For planners only.
create or replace function plans_organisations(p_path text, p_kinds text[])
    returns table (unit bigint, kind text, path text, people bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (access_may('other', 'plan') and p_path >= access_low() and p_path < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return query
        with chosen as materialized (
            select o.id, o.kind, o.path, o.lineage from workforce_organisation o
            where o.path >= p_path and o.path < p_path || '~' and o.dissolved_on is null and not o.temporary and o.kind = any (p_kinds)
        ), whole as (
            select c.* from chosen c where not exists (
                select 1 from generate_series(6, length(c.lineage) - 6, 6) as k join chosen a on a.lineage = left(c.lineage, k))
        )
        select w.id, w.kind, w.path, count(distinct m.id)
        from whole w
        left join workforce_organisation d on d.lineage >= w.lineage and d.lineage < w.lineage || '~' and d.dissolved_on is null
        left join workforce_membership b on b.organisation_id = d.id and b.net = 'work' and b.to_on is null
        left join workforce_member m on m.id = b.member_id and m.left_on is null
        group by 1, 2, 3 order by 1;
end
$$;
-- Accounts of those who answer for units of an adopted plan: heads, deputies and contacts of each.
create or replace function plans_contacts(p_plan bigint, p_units bigint[])
    returns table (unit bigint, account bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select distinct b.organisation_id, m.account_id from workforce_membership b
    join workforce_member m on m.id = b.member_id and m.left_on is null and m.account_id is not null
    where b.organisation_id = any (p_units) and b.to_on is null and b.duty in ('head', 'deputy', 'contact')
      and exists (select 1 from plans_plan p join plans_line l on l.plan_id = p.id where p.id = p_plan
                  and l.subject = 'unit:' || b.organisation_id and p.path >= access_low() and p.path < access_high())
      and access_may('other', 'adopt_plan')
    order by 1, 2
$$;
revoke all on function plans_organisations(text, text[]), plans_contacts(bigint, bigint[]) from public;
grant execute on function plans_organisations(text, text[]), plans_contacts(bigint, bigint[]) to lianfang_app;
