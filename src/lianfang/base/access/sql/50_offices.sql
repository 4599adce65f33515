-- In which office somebody acts: the role and area behind an account number, for those whose area or whose superiors'
-- area it is; the name as well where members may be seen named. What stands on a signed page, never a directory.
create or replace function access_offices(p_accounts bigint[])
    returns table (account_id bigint, role text, path text, place text, name_sealed bytea)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    low text := access_low();
    high text := access_high();
    named boolean := access_sees('members', 'named');
begin
    return query
        select distinct on (a.id) a.id, g.role, g.path, coalesce(p.name, ''),
            case when named and g.path >= low and g.path < high or a.id = access_account() then a.name_sealed end
        from access_account a
        join access_grant g on g.account_id = a.id and g.path <> ''
        left join areas_area p on p.path = left(g.path, 12)
        where a.id = any (p_accounts) and (g.path >= low and g.path < high or starts_with(low, g.path))
        order by a.id, g.ends_at desc nulls first, g.starts_at desc, g.id desc;
end
$$;
revoke all on function access_offices(bigint[]) from public;
grant execute on function access_offices(bigint[]) to lianfang_app;
