-- What opens an account: printed slips, passwords, second factors, recovery codes. Pages may make an account and print a
-- slip; only the door's role, which opens sessions, sets a password or a second factor.

create or replace function access_account_make(p_username text, p_name_sealed bytea, p_phone_sealed bytea) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made bigint;
begin
    if not access_may('other', 'grant') then
        raise exception using errcode = 'LF403', message = 'access.refused';
    end if;
    insert into access_account (username, name_sealed, phone_sealed, password, language, active, failed)
        values (p_username, p_name_sealed, p_phone_sealed, '!', '', true, 0) on conflict (username) do nothing returning id into made;
    if made is null then
        raise exception using errcode = 'LF409', message = 'access.username_taken';
    end if;
    insert into access_event (what, account_id, detail) values ('account_made', made, format('by account %s', access_account()));
    return made;
end
$$;

-- Who is there already, for finding the same person again in a table of accounts.
create or replace function access_account_index()
    returns table (id bigint, username text, name_sealed bytea, phone_sealed bytea, role text, path text, ends_at timestamptz)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if not access_sees('accounts', 'open') then
        return;
    end if;
    return query
        select a.id, a.username, a.name_sealed, a.phone_sealed, g.role, g.path, g.ends_at
        from access_account a join access_grant g on g.account_id = a.id
        where access_reaches(g.path) and (g.ends_at is null or g.ends_at > now()) order by a.id, g.id;
end
$$;

-- Somebody's own live grants, the newest first.
create or replace function access_own_grants() returns table (id bigint, role text, place text, ends_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select g.id, g.role, coalesce(b.name, a.name, ''), g.ends_at
    from access_grant g left join areas_area a on a.path = left(g.path, 12) left join areas_building b on b.path = g.path
    where g.account_id = access_account() and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now()) order by g.id desc
$$;

-- A slip opens the whole account, so every live grant of it must be in reach; the three administrators get theirs at the
-- server, where nobody can become their own auditor by printing a paper.
create or replace function access_slip_issue(p_account bigint, p_digest bytea, p_purpose text, p_hours int) returns timestamptz
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    until timestamptz := now() + make_interval(hours => p_hours);
begin
    if not access_may('other', 'grant') or not access_account_in_reach(p_account) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    elsif p_account = access_account() then
        raise exception using errcode = 'LF403', message = 'access.not_to_self';
    elsif exists (select 1 from access_grant g where g.account_id = p_account and (g.ends_at is null or g.ends_at > now())
            and g.role in ('system_admin', 'security_admin', 'audit_admin')) then
        raise exception using errcode = 'LF403', message = 'access.admin_slip';
    elsif exists (select 1 from access_grant g where g.account_id = p_account and (g.ends_at is null or g.ends_at > now())
            and not access_reaches(g.path)) then
        raise exception using errcode = 'LF403', message = 'access.above_own_area';
    elsif p_purpose not in ('start', 'password', 'device') then
        raise exception using errcode = 'LF422', message = 'slip.unknown';
    end if;
    perform access_slip_put(p_account, p_digest, p_purpose, until, access_account());
    return until;
end
$$;

-- The newest slip of an account is the only one that works.
create or replace function access_slip_put(p_account bigint, p_digest bytea, p_purpose text, p_until timestamptz, p_by bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update access_slip set ended_at = now() where account_id = p_account and used_at is null and ended_at is null;
    insert into access_slip (account_id, digest, purpose, expires_at, made_by) values (p_account, p_digest, p_purpose, p_until, p_by);
    insert into access_event (what, account_id, detail) values ('slip_made', p_account,
        format('%s, by %s', p_purpose, case when p_by is null then 'the operator of the server' else 'account ' || p_by end));
$$;
revoke all on function access_slip_put(bigint, bytea, text, timestamptz, bigint) from public;

create or replace function access_slip_find(p_digest bytea)
    returns table (account_id bigint, username text, name_sealed bytea, password text, purpose text, state text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.username, a.name_sealed, a.password, s.purpose,
        case when s.used_at is not null then 'used' when s.ended_at is not null then 'replaced' when s.expires_at <= now() then 'expired'
             else 'good' end
    from access_slip s join access_account a on a.id = s.account_id and a.active where s.digest = p_digest
$$;

-- Use a slip: of two who come with the same one at once, one succeeds. start: a new password and no second factor;
-- password: a new password; device: no second factor. Every session ends.
create or replace function access_slip_use(p_digest bytea, p_password text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    slip record;
begin
    update access_slip set used_at = now() where digest = p_digest and used_at is null and ended_at is null and expires_at > now()
        returning account_id, purpose into slip;
    if not found then
        raise exception using errcode = 'LF409', message = 'slip.used';
    end if;
    if slip.purpose in ('start', 'password') then
        update access_account set password = p_password where id = slip.account_id;
    end if;
    if slip.purpose in ('start', 'device') then
        delete from access_second_factor where account_id = slip.account_id;
        delete from access_recovery_code where account_id = slip.account_id;
    end if;
    update access_session set ended_at = now() where account_id = slip.account_id and ended_at is null;
    delete from access_attempt where digest = (select access_name_digest(username) from access_account where id = slip.account_id);
    insert into access_event (what, account_id, detail) values ('slip_used', slip.account_id, slip.purpose);
    return slip.account_id;
end
$$;

create or replace function access_password_set(p_account bigint, p_password text, p_keep bytea) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update access_account set password = p_password where id = p_account;
    update access_session set ended_at = now() where account_id = p_account and ended_at is null and token_hash <> p_keep;
    insert into access_event (what, account_id, detail) values ('password_changed', p_account, '');
$$;

create or replace function access_account_find(p_account bigint)
    returns table (username text, password text, locked_until timestamptz, second boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.username, a.password, f.locked_until, f.second from access_account a, access_login_find(a.username) f
    where a.id = p_account and a.active
$$;

create or replace function access_second_find(p_account bigint) returns table (secret_sealed bytea, step bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select f.secret_sealed, f.step from access_second_factor f where f.account_id = p_account
$$;

-- A time step counts once: a code read over a shoulder is already spent.
create or replace function access_second_use(p_account bigint, p_step bigint) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update access_second_factor set step = p_step where account_id = p_account and step < p_step;
    return found;
end
$$;

create or replace function access_second_set(p_account bigint, p_secret_sealed bytea, p_step bigint, p_recovery bytea[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into access_second_factor as f (account_id, secret_sealed, step) values (p_account, p_secret_sealed, p_step)
        on conflict (account_id) do update set secret_sealed = excluded.secret_sealed, step = excluded.step, set_at = now();
    delete from access_recovery_code where account_id = p_account;
    insert into access_recovery_code (account_id, digest) select p_account, d from unnest(p_recovery) d;
    insert into access_event (what, account_id, detail) values ('second_factor_set', p_account, '');
$$;

create or replace function access_second_drop(p_account bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from access_second_factor where account_id = p_account;
    delete from access_recovery_code where account_id = p_account;
    insert into access_event (what, account_id, detail) values ('second_factor_dropped', p_account, '');
$$;

create or replace function access_recovery_use(p_account bigint, p_digest bytea) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update access_recovery_code set used_at = now() where account_id = p_account and digest = p_digest and used_at is null;
    if found then
        insert into access_event (what, account_id, detail) values ('recovery_code_used', p_account, '');
    end if;
    return found;
end
$$;

-- Which migrations the database has, for the question whether it is ready; says nothing about anybody.
create or replace function access_migrations() returns table (app text, name text)
    language sql stable security definer set search_path = public, pg_temp as $$ select app::text, name::text from django_migrations $$;

grant execute on function access_account_make(text, bytea, bytea), access_account_index(), access_own_grants(), access_slip_issue(bigint, bytea, text, int)
    to lianfang_app;
grant execute on function access_slip_find(bytea), access_slip_use(bytea, text), access_password_set(bigint, text, bytea),
    access_account_find(bigint), access_second_find(bigint), access_second_use(bigint, bigint), access_second_drop(bigint),
    access_second_set(bigint, bytea, bigint, bytea[]), access_recovery_use(bigint, bytea), access_migrations() to lianfang_door;
