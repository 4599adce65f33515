-- Administration of accounts and the record of looks. The security administrator sees accounts and grants inside their own
-- reach only, gives nothing to themselves and nothing above it; each change is an event that the auditor reads.
create index if not exists vault_look_at on vault_look (at);
create index if not exists access_session_grant on access_session (grant_id) where ended_at is null;

create or replace function access_reaches(p_path text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select access_reach() is null or starts_with(p_path, access_reach())
$$;

-- An account is in reach when one of its grants is, or when it has none yet.
create or replace function access_account_in_reach(p_account bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from access_account a where a.id = p_account) and (
        not exists (select 1 from access_grant g where g.account_id = p_account)
        or exists (select 1 from access_grant g where g.account_id = p_account and access_reaches(g.path)))
$$;

-- waiting: has a slip, or needs one, because no password was ever set.
drop function if exists access_accounts(text, text, int, bigint);
create function access_accounts(p_word text, p_after text, p_limit int, p_account bigint)
    returns table (id bigint, username text, name_sealed bytea, active boolean, locked_until timestamptz, sessions bigint,
                   waiting boolean, second boolean)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    reach text := access_reach();
begin
    if not access_sees('accounts', 'open') then
        return;
    end if;
    return query
        select a.id, a.username, a.name_sealed, a.active, a.locked_until,
            (select count(*) from access_session s where s.account_id = a.id and s.ended_at is null and s.expires_at > now()),
            starts_with(a.password, '!'), exists (select 1 from access_second_factor f where f.account_id = a.id)
        from access_account a
        where (p_account is null or a.id = p_account) and starts_with(a.username, p_word)
            and a.username collate "C" > p_after collate "C"
            and (reach is null or exists (select 1 from access_grant g where g.account_id = a.id and starts_with(g.path, reach))
                or not exists (select 1 from access_grant g where g.account_id = a.id))
        order by a.username collate "C" limit p_limit;
end
$$;

create or replace function access_grants_of(p_accounts bigint[])
    returns table (id bigint, account_id bigint, role text, scope text, path text, place text, grids text, starts_at timestamptz,
                   ends_at timestamptz, live boolean)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not access_sees('accounts', 'open') then
        return;
    end if;
    return query
        select g.id, g.account_id, g.role, g.scope, g.path, coalesce(b.name, a.name, ''),
            coalesce((select string_agg(r.name, '、' order by r.name) from areas_grid r where r.id = any (g.grids)), ''),
            g.starts_at, g.ends_at, g.starts_at <= now() and (g.ends_at is null or g.ends_at > now())
        from access_grant g left join areas_area a on a.path = left(g.path, 12) left join areas_building b on b.path = g.path
        where g.account_id = any (p_accounts) and access_reaches(g.path) order by g.id;
end
$$;

-- A session as pages name it: not the hash that opens its scope, but a hash of that hash.
create or replace function access_session_handle(p_token_hash bytea) returns text
    language sql immutable security definer set search_path = public, pg_temp as $$
    select left(encode(sha256(p_token_hash), 'hex'), 20)
$$;

-- The live sessions of an account: somebody's own, or those under grants in the security administrator's reach.
drop function if exists access_sessions_of(bigint);
create function access_sessions_of(p_account bigint)
    returns table (handle text, grant_id bigint, role text, kind text, device text, created_at timestamptz, expires_at timestamptz)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    own boolean := coalesce(p_account = access_account(), false);
begin
    if not own and not access_sees('accounts', 'open') then
        return;
    end if;
    return query
        select access_session_handle(s.token_hash), s.grant_id, g.role, s.kind, s.device, s.created_at, s.expires_at
        from access_session s join access_grant g on g.id = s.grant_id and (own or access_reaches(g.path))
        where s.account_id = p_account and s.ended_at is null and s.expires_at > now() order by s.created_at desc;
end
$$;

-- End one session: one's own, or one in reach.
create or replace function access_session_close(p_account bigint, p_handle text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    own boolean := coalesce(p_account = access_account(), false);
begin
    if not own and not (access_may('other', 'revoke') and access_account_in_reach(p_account)) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    update access_session s set ended_at = now() from access_grant g
        where g.id = s.grant_id and (own or access_reaches(g.path)) and s.account_id = p_account and s.ended_at is null
            and s.expires_at > now() and access_session_handle(s.token_hash) = p_handle;
    if not found then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    insert into access_event (what, account_id, detail) values ('sessions_ended', p_account, format('1, by account %s', access_account()));
end
$$;

-- The kind of scope is the role's own, as the policy states it; nobody chooses it. The level of the area is bounded by the
-- role: a lead of buildings given a whole county would see a county.
drop function if exists access_grant_give(bigint, text, text, text, text[], timestamptz);
create or replace function access_grant_give(p_account bigint, p_role text, p_path text, p_grids text[], p_starts_at timestamptz, p_ends_at timestamptz)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    admins constant text[] := array['system_admin', 'security_admin', 'audit_admin'];
    levels constant int[] := array[2, 4, 6, 9, 12, 16];
    begins timestamptz := greatest(coalesce(p_starts_at, now()), now());
    known record;
    found_grids int[] := '{}';
    made bigint;
begin
    if not (access_may('other', 'grant') or (p_ends_at is not null and access_may('other', 'lend_by_time_and_area'))) then
        raise exception using errcode = 'LF403', message = 'access.refused';
    elsif not access_account_in_reach(p_account) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif p_account = access_account() then
        raise exception using errcode = 'LF403', message = 'access.not_to_self';
    elsif not access_reaches(p_path) then
        raise exception using errcode = 'LF403', message = 'access.above_own_area';
    end if;
    select r.scope, r.highest into known from access_role r where r.name = p_role and r.scope <> 'self';
    if not found then
        raise exception using errcode = 'LF422', message = 'access.role_unknown';
    elsif p_path <> '' and not exists (select 1 from areas_area a where a.path = p_path and a.ended_on is null)
        and not exists (select 1 from areas_building b where b.path = p_path) then
        raise exception using errcode = 'LF422', message = 'access.area_unknown';
    elsif coalesce(array_position(levels, length(p_path)), 0) < known.highest then
        raise exception using errcode = 'LF422', message = 'access.area_too_wide';
    elsif p_ends_at is not null and p_ends_at <= begins then
        raise exception using errcode = 'LF422', message = 'access.end_past';
    end if;
    perform 1 from access_account a where a.id = p_account for update;
    if exists (select 1 from access_grant g where g.account_id = p_account and g.role <> p_role
            and (g.ends_at is null or g.ends_at > now()) and (g.role = any (admins) or p_role = any (admins))) then
        raise exception using errcode = 'LF409', message = 'access.admin_apart';
    elsif exists (select 1 from access_grant g where g.account_id = p_account and g.role = p_role and g.path = p_path
            and known.scope <> 'grid' and g.starts_at <= begins and (g.ends_at is null or g.ends_at > coalesce(p_ends_at, 'infinity'))) then
        raise exception using errcode = 'LF409', message = 'access.granted_already';
    end if;
    if known.scope = 'grid' then
        select coalesce(array_agg(g.id), '{}') into found_grids from areas_grid g
            where g.net = 'community' and g.ended_on is null and starts_with(g.path, p_path) and (g.name = any (p_grids) or g.code = any (p_grids));
        if cardinality(p_grids) = 0 or cardinality(found_grids) <> cardinality(p_grids) then
            raise exception using errcode = 'LF422', message = 'access.grid_unknown';
        end if;
    end if;
    insert into access_grant (account_id, role, scope, path, grids, unit, starts_at, ends_at, given_by)
        values (p_account, p_role, known.scope, p_path, found_grids, '', begins, p_ends_at, access_account()) returning id into made;
    insert into access_event (what, account_id, detail) values (
        case when p_ends_at is null then 'granted' else 'lent' end, p_account,
        format('grant %s, %s at %s, by account %s', made, p_role, coalesce(nullif(p_path, ''), 'everywhere'), access_account()));
    return made;
end
$$;

-- Ending a grant acts at once: its sessions end with it, and the door asks the grant again with every batch.
create or replace function access_grant_end(p_grant bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    ended record;
begin
    select g.account_id, g.role, g.path, g.ends_at into ended from access_grant g where g.id = p_grant for update;
    if not found or not access_may('other', 'revoke') or not access_reaches(ended.path) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif ended.account_id = access_account() then
        raise exception using errcode = 'LF403', message = 'access.not_to_self';
    elsif ended.ends_at is not null and ended.ends_at <= now() then
        raise exception using errcode = 'LF409', message = 'access.grant_ended';
    end if;
    update access_grant set ends_at = greatest(now(), starts_at) where id = p_grant;
    update access_session set ended_at = now() where grant_id = p_grant and ended_at is null;
    insert into access_event (what, account_id, detail) values ('grant_ended', ended.account_id,
        format('grant %s, %s at %s, by account %s', p_grant, ended.role, coalesce(nullif(ended.path, ''), 'everywhere'), access_account()));
end
$$;

create or replace function access_sessions_close(p_account bigint) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    closed int;
begin
    if not access_may('other', 'revoke') or not access_account_in_reach(p_account) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif p_account = access_account() then
        raise exception using errcode = 'LF403', message = 'access.not_to_self';
    end if;
    update access_session s set ended_at = now() from access_grant g
        where g.id = s.grant_id and access_reaches(g.path) and s.account_id = p_account and s.ended_at is null and s.expires_at > now();
    get diagnostics closed = row_count;
    insert into access_event (what, account_id, detail) values ('sessions_ended', p_account, format('%s, by account %s', closed, access_account()));
    return closed;
end
$$;

-- Names behind account numbers, for the auditor and the security administrator.
create or replace function access_names(p_accounts bigint[]) returns table (id bigint, username text, name_sealed bytea)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not (access_sees('logs', 'open') or access_sees('accounts', 'open')) then
        return;
    end if;
    return query select a.id, a.username, a.name_sealed from access_account a
        where a.id = any (p_accounts) and (access_sees('logs', 'open') or access_account_in_reach(a.id));
end
$$;

-- Every file that leaves with people in it is an event with its count.
create or replace function access_note_export(p_what text, p_path text, p_rows int) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into access_event (what, account_id, detail)
        select 'exported', access_account(), format('%s, %s, %s', left(p_what, 60), left(p_path, 30), p_rows)
        where access_account() is not null
$$;
grant execute on function access_note_export(text, text, int) to lianfang_app;

grant execute on function access_reaches(text), access_account_in_reach(bigint), access_accounts(text, text, int, bigint),
    access_grants_of(bigint[]), access_sessions_of(bigint), access_grant_give(bigint, text, text, text[], timestamptz, timestamptz),
    access_session_close(bigint, text),
    access_grant_end(bigint), access_sessions_close(bigint), access_names(bigint[]) to lianfang_app;
