-- Who answers for an area: heads of townships and communities, and grid workers with their grids. Colleagues are known by
-- name to those who may see members named; who may see members as figures learns only which posts are filled.
create or replace function access_heads(p_path text, p_roles text[] default array['township_dispatcher', 'community_head', 'grid_worker'])
    returns table (account_id bigint, role text, path text, grids int[], name_sealed bytea)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    low text := access_low();
    high text := access_high();
begin
    if not access_sees('members', 'named') then
        return;
    end if;
    return query
        select a.id, g.role, g.path, g.grids, a.name_sealed
        from access_grant g join access_account a on a.id = g.account_id and a.active
        where g.role = any (p_roles) and g.path >= low and g.path < high
            and g.path collate "C" >= p_path and g.path < p_path || '~'
            and (access_grids() is null or g.grids && access_grids())
            and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now())
        order by g.path, a.id;
end
$$;

-- The same posts without people: one row for each live grant's role, area and grids, whoever holds it.
create or replace function access_posts(p_path text, p_roles text[] default array['township_dispatcher', 'community_head', 'grid_worker'])
    returns table (role text, path text, grids int[])
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    low text := access_low();
    high text := access_high();
begin
    if not (access_sees('members', 'named') or access_sees('members', 'figures')) then
        return;
    end if;
    return query
        select distinct g.role, g.path, g.grids
        from access_grant g join access_account a on a.id = g.account_id and a.active
        where g.role = any (p_roles) and g.path >= low and g.path < high
            and g.path collate "C" >= p_path and g.path < p_path || '~'
            and (access_grids() is null or g.grids && access_grids())
            and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now());
end
$$;
create index if not exists access_grant_path on access_grant (path, role);

revoke all on function access_heads(text, text[]), access_posts(text, text[]) from public;
grant execute on function access_heads(text, text[]), access_posts(text, text[]) to lianfang_app;
