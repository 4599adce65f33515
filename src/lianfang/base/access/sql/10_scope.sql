-- Scope is one rule in one place. A request enters with its token; `access_enter` looks up the live grant and writes
-- the scope into a transaction-local setting, sealed with a MAC over backend, transaction and bounds. Policies read the
-- scope through the functions below, which refuse a setting that the app wrote by itself.

create table if not exists access_secret (one boolean primary key default true check (one), secret bytea not null);
insert into access_secret (secret)
    select sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || clock_timestamp()::text, 'UTF8'))
    on conflict do nothing;
alter table access_secret enable row level security;
revoke all on access_secret from public;

create or replace function access_mac(body text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(secret || convert_to(body || '|' || pg_backend_pid() || '|' || now()::text, 'UTF8') || secret), 'hex')
    from access_secret
$$;
revoke all on function access_mac(text) from public;

-- scope as an array: account, grant, role, low, high, grids, session kind, reach
create or replace function access_scope() returns text[]
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    raw text := nullif(current_setting('lf.scope', true), '');
    cut int;
begin
    if raw is null then
        return null;
    end if;
    cut := length(raw) - 64;
    if cut < 1 or access_mac(left(raw, cut)) <> right(raw, 64) then
        return null;
    end if;
    return string_to_array(left(raw, cut), '|');
end
$$;

create or replace function access_low() returns text language sql stable security definer set search_path = public, pg_temp
    as $$ select nullif((access_scope())[4], '-') collate "C" $$;
create or replace function access_high() returns text language sql stable security definer set search_path = public, pg_temp
    as $$ select nullif((access_scope())[5], '-') collate "C" $$;
create or replace function access_role() returns text language sql stable security definer set search_path = public, pg_temp
    as $$ select (access_scope())[3] $$;
create or replace function access_account() returns bigint language sql stable security definer set search_path = public, pg_temp
    as $$ select ((access_scope())[1])::bigint $$;
create or replace function access_reach() returns text language sql stable security definer set search_path = public, pg_temp
    as $$ select nullif((access_scope())[8], '-') collate "C" $$;
-- null means: not bound to grids
create or replace function access_grids() returns int[] language sql stable security definer set search_path = public, pg_temp
    as $$ select case when s[6] = '-' then null else string_to_array(s[6], ',')::int[] end from (select access_scope()) as t(s) $$;

-- may the entered role see this kind of object at this level? (levels imply each other when the rights are loaded)
create or replace function access_sees(wanted text, at_level text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(
        exists (select 1 from access_right r where r.role = access_role() and r.kind = 'see' and r.object = wanted and r.level = at_level),
        false)
$$;
create or replace function access_may(wanted_kind text, wanted text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(
        exists (select 1 from access_right r where r.role = access_role() and r.kind = wanted_kind and r.object = wanted), false)
$$;

-- The one entrance. Returns no row when the token is unknown, ended, expired, or its grant is not live.
create or replace function access_enter(p_token_hash bytea)
    returns table (account_id bigint, grant_id bigint, role text, scope text, path text, grids int[], unit text,
                   username text, name_sealed bytea, language text, kind text, expires_at timestamptz)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    live record;
    low text := '-';
    high text := '-';
    body text;
begin
    select s.account_id, s.grant_id, g.role, g.scope, g.path, g.grids, g.unit, a.username, a.name_sealed, a.language,
           s.kind, s.expires_at
        into live
        from access_session s
        join access_account a on a.id = s.account_id and a.active
        join access_grant g on g.id = s.grant_id and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now())
        where s.token_hash = p_token_hash and s.ended_at is null and s.expires_at > now();
    if not found then
        perform set_config('lf.scope', '', true);
        return;
    end if;
    if live.scope in ('area', 'grid', 'assigned') and live.path <> '' then
        low := live.path;
        high := live.path || '~';
    elsif live.scope = 'organisation' and live.unit <> '' then
        low := 'U' || live.unit;  -- a lineage of units: no path of an area begins with a letter
        high := 'U' || live.unit || '~';
    end if;
    body := concat_ws('|', live.account_id, live.grant_id, live.role, low, high,
                      case when live.scope = 'grid' then coalesce(nullif(array_to_string(live.grids, ','), ''), '0') else '-' end,
                      live.kind, coalesce(nullif(live.path, ''), '-'));
    perform set_config('lf.scope', body || access_mac(body), true);
    return query select live.account_id::bigint, live.grant_id::bigint, live.role::text, live.scope::text, live.path::text,
        live.grids::int[], live.unit::text, live.username::text, live.name_sealed::bytea, live.language::text,
        live.kind::text, live.expires_at::timestamptz;
end
$$;

-- A user name as attempts are counted under it: a digest that cannot be turned back without the secret.
create or replace function access_name_digest(p_username text) returns bytea
    language sql stable security definer set search_path = public, pg_temp as $$
    select sha256(secret || convert_to(p_username, 'UTF8')) from access_secret
$$;
revoke all on function access_name_digest(text) from public;

-- Signing in asks for one exact name. There is always one row, so that an unknown name is answered like a known one: with
-- no account, and with the lock that failures under this name have earned.
drop function if exists access_login_find(text);
create function access_login_find(p_username text)
    returns table (account_id bigint, password text, locked_until timestamptz, second boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.password, t.locked_until, exists (select 1 from access_second_factor f where f.account_id = a.id)
    from (select p_username as name) asked
    left join access_account a on a.username = asked.name and a.active
    left join access_attempt t on t.digest = access_name_digest(asked.name)
$$;

-- Failures are counted here, so that no other place can forget to; by name, whether or not somebody has it, because a lock
-- that only known names get would tell who has an account.
drop function if exists access_login_failed(bigint, int, int);
create or replace function access_login_failed(p_username text, p_lock_after int, p_lock_minutes int) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from access_attempt where at < now() - interval '1 day';
    insert into access_attempt as t (digest, failed, at) values (access_name_digest(p_username), 1, now())
        on conflict (digest) do update set at = now(),
            failed = case when t.failed + 1 >= p_lock_after then 0 else t.failed + 1 end,
            locked_until = case when t.failed + 1 >= p_lock_after then now() + make_interval(mins => p_lock_minutes) else t.locked_until end;
    update access_account a set failed = t.failed, locked_until = t.locked_until
        from access_attempt t where t.digest = access_name_digest(p_username) and a.username = p_username;
    insert into access_event (what, account_id, detail)
        select 'sign_in_refused', a.id, '' from (select p_username as name) asked left join access_account a on a.username = asked.name;
$$;

-- Grants of an account that are live now, most recent first (for choosing in which role to work).
create or replace function access_login_grants(p_account bigint)
    returns table (grant_id bigint, role text, scope text, path text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select id, role, scope, path from access_grant
    where account_id = p_account and starts_at <= now() and (ends_at is null or ends_at > now()) order by id desc
$$;

create or replace function access_login_done(p_account bigint, p_grant bigint, p_token_hash bytea, p_kind text, p_device text,
                                             p_hours int) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select 1 from access_login_grants(p_account) g where g.grant_id = p_grant) then
        return false;
    end if;
    delete from access_attempt where digest = (select access_name_digest(username) from access_account where id = p_account);
    update access_account set failed = 0, locked_until = null where id = p_account;
    insert into access_session (token_hash, account_id, grant_id, kind, device, expires_at)
        values (p_token_hash, p_account, p_grant, p_kind, p_device, now() + make_interval(hours => p_hours));
    insert into access_event (what, account_id, detail) values ('signed_in', p_account, p_kind);
    return true;
end
$$;

create or replace function access_end_session(p_token_hash bytea) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update access_session set ended_at = now() where token_hash = p_token_hash and ended_at is null
$$;

-- Names of colleagues within the entered scope (for "who has it"); nobody's account outside it.
alter table access_account enable row level security;
alter table access_grant enable row level security;
alter table access_session enable row level security;
alter table access_right enable row level security;
alter table access_event enable row level security;
alter table access_slip enable row level security;
alter table access_second_factor enable row level security;
alter table access_recovery_code enable row level security;
alter table access_attempt enable row level security;
alter table access_role enable row level security;
drop policy if exists anybody on access_role;
create policy anybody on access_role for select to lianfang_app, lianfang_door using (true);
grant select on access_role to lianfang_app, lianfang_door;
drop policy if exists anybody on access_right;
create policy anybody on access_right for select to lianfang_app, lianfang_door using (true);
grant select on access_right to lianfang_app, lianfang_door;
drop policy if exists door_reads on access_session;
create policy door_reads on access_session for select to lianfang_door using (true);
grant select (token_hash, account_id, grant_id, expires_at, ended_at, kind, device) on access_session to lianfang_door;
drop policy if exists door_reads on access_grant;
create policy door_reads on access_grant for select to lianfang_door using (true);
grant select (id, account_id, role, scope, path, grids, starts_at, ends_at) on access_grant to lianfang_door;

grant execute on function access_enter(bytea), access_scope(), access_low(), access_high(), access_role(), access_account(),
    access_reach(), access_grids(), access_sees(text, text), access_may(text, text), access_end_session(bytea) to lianfang_app;
-- Opening a session is not for the role that serves pages: an injection there must not become somebody else.
grant execute on function access_login_find(text), access_login_failed(text, int, int), access_login_grants(bigint),
    access_login_done(bigint, bigint, bytea, text, text, int) to lianfang_door;
