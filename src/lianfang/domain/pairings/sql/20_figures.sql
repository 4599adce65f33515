-- Figures by community: every place of the tree, compound, building, firm, project and public place there is, whether or not
-- anybody entered it; of these, those with nobody, with something lacking, and whole. Homes and persons count once paired.
create index if not exists pairings_figure_path on pairings_figure (path);

create or replace function pairings_truth(p_low text, p_high text)
    returns table (name text, dim text, path text, value bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    with target as (
        select 'community' as kind, a.path as key, a.path as at from areas_area a
            where a.level = 5 and a.ended_on is null and a.path >= p_low and a.path < p_high
        union all
        select 'compound', c.id::text, c.path from areas_compound c where c.path >= p_low and c.path < p_high
        union all
        select 'building', b.path, left(b.path, 12) from areas_building b where b.path >= p_low and b.path < p_high
        union all
        select case o.kind when 'company' then 'enterprise' else o.kind end, o.id::text, left(o.path, 12)
            from workforce_organisation o where o.kind in ('company', 'enterprise', 'project', 'public_place') and not o.temporary
            and o.dissolved_on is null and o.path >= p_low and o.path < p_high
    ), entered as (
        select p.target_kind as kind, case when p.target_kind in ('community', 'building', 'household') then p.path else p.target_id::text end as key,
            min(left(p.path, 12)) as at, bool_or(p.staffed) as staffed, bool_and(p.lacks = '{}') as whole
        from pairings_pairing p where p.ended_on is null and p.path >= p_low and p.path < p_high group by 1, 2
    ), judged as (
        select t.kind, t.at, case when e.staffed is not true then 'orphans' when e.whole then 'complete' else 'incomplete' end as state
            from target t left join entered e on e.kind = t.kind and e.key = t.key
        union all
        select e.kind, e.at, case when not e.staffed then 'orphans' when e.whole then 'complete' else 'incomplete' end
            from entered e where e.kind in ('household', 'person')
    )
    select 'pairings.' || state, kind, at, count(*) from judged group by 1, 2, 3
    union all
    select 'pairings.targets', kind, at, count(*) from judged group by 2, 3
    union all
    -- a member counts once, where their first part that lasts is
    select 'pairings.people', '', left(q.path, 12), count(distinct q.member_id) from pairings_part q
        where q.ended_on is null and q.member_id is not null and q.path >= p_low and q.path < p_high
          and not exists (select 1 from pairings_part r where r.member_id = q.member_id and r.ended_on is null and r.id < q.id)
        group by 3
$$;

-- Publish what changed in a range since it was last published. One at a time: two may not publish the same change.
create or replace function pairings_publish(p_low text, p_high text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made bigint;
begin
    perform pg_advisory_xact_lock(410623, hashtext('pairings_figure'));
    with truth as (select t.name, t.dim, t.path, t.value from pairings_truth(p_low, p_high) t),
    said as (
        select f.name, f.dim, f.path, sum(f.value)::bigint as value from pairings_figure f
        where f.path >= p_low and f.path < p_high group by 1, 2, 3
    ), change as (
        select name, dim, path, coalesce(t.value, 0) - coalesce(s.value, 0) as value
        from truth t full join said s using (name, dim, path) where coalesce(t.value, 0) <> coalesce(s.value, 0)
    ), written as (
        insert into pairings_figure as f (name, dim, path, day, value)
            select c.name, c.dim, c.path, pairings_today(), c.value from change c
            on conflict (name, path, dim, day) do update set value = f.value + excluded.value
    ), told as (
        insert into metrics_delta (name, dim, day, path, value)
            select c.name, c.dim, pairings_today(), c.path, c.value from change c returning 1
    )
    select count(*) into made from told;
    return made;
end
$$;
-- The places around some paths, as one range.
create or replace function pairings_publish_at(p_paths text[]) returns bigint
    language sql security definer set search_path = public, pg_temp as $$
    select pairings_publish(min(left(t.path, 12)) collate "C", max(left(t.path, 12)) || '~' collate "C") from unnest(p_paths) as t(path)
    having count(*) > 0
$$;
revoke all on function pairings_truth(text, text), pairings_publish(text, text), pairings_publish_at(text[]) from public;

-- Targets of one kind with nobody, in the order of the tree; a page at a time. Names of places are public.
create or replace function pairings_orphans(p_path text, p_kind text, p_after text, p_limit int)
    returns table (path text, id bigint, name text, pairing bigint)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    low text collate "C" := p_path;
    high text collate "C" := p_path || '~';
begin
    if (workforce_lists() and access_grids() is null
        and low >= access_low() and low < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    return query
    with target as (
        select a.path, 0::bigint as id, a.name, a.path as key from areas_area a
            where p_kind = 'community' and a.level = 5 and a.ended_on is null and a.path >= low and a.path < high
        union all
        select c.path, c.id, c.name, c.id::text from areas_compound c where p_kind = 'compound' and c.path >= low and c.path < high
        union all
        select b.path, 0, b.name, b.path from areas_building b where p_kind = 'building' and b.path >= low and b.path < high
        union all
        select o.path, o.id, o.name, o.id::text from workforce_organisation o
            where p_kind = case o.kind when 'company' then 'enterprise' else o.kind end
              and o.kind in ('company', 'enterprise', 'project', 'public_place') and not o.temporary
              and o.dissolved_on is null and o.path >= low and o.path < high
    )
    select t.path::text, t.id, t.name::text,
        (select max(p.id) from pairings_pairing p where p.target_kind = p_kind and p.ended_on is null and p.path = t.path and p.target_id = t.id)
    from target t
    where (t.path || ':' || t.id) collate "C" > p_after collate "C"
      and not exists (select 1 from pairings_pairing p where p.target_kind = p_kind and p.ended_on is null and p.staffed
                      and case when t.id > 0 then p.target_id = t.id else p.path = t.path end)
    order by (t.path || ':' || t.id) collate "C" limit least(p_limit, 1000);
end
$$;
revoke all on function pairings_orphans(text, text, text, int) from public;
grant execute on function pairings_orphans(text, text, text, int) to lianfang_app;
