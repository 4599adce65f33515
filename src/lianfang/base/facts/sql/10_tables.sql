-- The log is evidence: append-only, its payloads encrypted, sealed second by second into a chain of Merkle roots.
create table if not exists facts_log (
    incident smallint not null,
    id uuid not null,
    kind text collate "C" not null,
    area text collate "C" not null,
    recorded_at timestamptz not null,
    received_at timestamptz not null default now(),
    account_id bigint not null,
    grant_id bigint not null,
    digest bytea not null,
    sealed bytea not null,
    xid xid8 not null default pg_current_xact_id(),
    primary key (id, incident)
) partition by list (incident);
create table if not exists facts_log_default partition of facts_log default;
insert into incidents_partitioned values ('facts_log') on conflict do nothing;
create index if not exists facts_log_by_xid on facts_log (xid);

create table if not exists facts_seal (
    number bigint primary key,
    at timestamptz not null default now(),
    from_xid xid8 not null,
    to_xid xid8 not null,
    rows bigint not null,
    root bytea not null,
    chain bytea not null
);

-- What could not be taken: kept for the head of the area and shown to its sender; nothing is dropped.
create table if not exists facts_quarantine (
    id bigint generated always as identity primary key,
    fact_id uuid,
    kind text not null,
    outcome text not null,
    code text not null,
    path text collate "C" not null,
    account_id bigint not null,
    received_at timestamptz not null default now(),
    digest bytea not null,
    sealed bytea not null,
    resolved_at timestamptz,
    resolved_by bigint,
    resolution text not null default '',
    unique (account_id, digest, code)
);
create index if not exists facts_quarantine_open on facts_quarantine (path) where resolved_at is null;

alter table facts_log enable row level security;
alter table facts_log_default enable row level security;
alter table facts_seal enable row level security;
alter table facts_quarantine enable row level security;

drop policy if exists door_adds on facts_log;
create policy door_adds on facts_log for insert to lianfang_door with check (true);
drop policy if exists door_finds on facts_log;
create policy door_finds on facts_log for select to lianfang_door using (true);
grant insert, select (incident, id, digest, account_id) on facts_log to lianfang_door;
drop policy if exists auditor on facts_log;
create policy auditor on facts_log for select to lianfang_app using ((select access_sees('logs', 'open')));
grant select on facts_log to lianfang_app;
drop policy if exists auditor on facts_seal;
create policy auditor on facts_seal for select to lianfang_app using ((select access_sees('logs', 'open')));
grant select on facts_seal to lianfang_app;

drop policy if exists door_adds on facts_quarantine;
create policy door_adds on facts_quarantine to lianfang_door using (true) with check (true);
grant insert, select (account_id, digest, code) on facts_quarantine to lianfang_door;
drop policy if exists owner_or_sender on facts_quarantine;
create policy owner_or_sender on facts_quarantine for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'assign'))
    or account_id = (select access_account()));
grant select (id, fact_id, kind, outcome, code, path, account_id, received_at, resolved_at, resolution) on facts_quarantine to lianfang_app;

-- The door asks once per batch: who sent each fact, is the grant live, may the role record it, is the area theirs?
-- dropped first: an older release returned fewer columns, which can't be replaced in place
drop function if exists facts_admit(bytea[], text[], text[]);
create or replace function facts_admit(p_tokens bytea[], p_paths text[], p_verbs text[])
    returns table (i int, account_id bigint, grant_id bigint, role text, state text, reach text, grids int[])
    language sql stable as $$
    select f.i::int, s.account_id, g.id, g.role,
        case
            when s.account_id is null then 'session'
            when g.id is null then 'grant'
            when r.id is null then 'verb'
            when g.scope = 'incident' or starts_with(f.path, g.path) then 'ok'
            -- a lead of buildings names the community; the kind of fact checks that its subject lies in the building
            when length(g.path) > 12 and f.path = left(g.path, 12) then 'ok'
            else 'area'
        end,
        case when g.scope in ('area', 'grid', 'assigned') then g.path else '' end,
        case when g.scope = 'grid' then g.grids end
    from unnest(p_tokens, p_paths, p_verbs) with ordinality as f(token, path, verb, i)
    left join access_session s on s.token_hash = f.token and s.ended_at is null and s.expires_at > now()
    left join access_grant g on g.id = s.grant_id and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now())
    left join access_right r on r.role = g.role and r.kind = 'record' and r.object = f.verb and r.level = ''
$$;
grant execute on function facts_admit(bytea[], text[], text[]) to lianfang_door;

-- A statement of the door that finds its questions outdated says so; the whole transaction is undone and looks again.
create or replace function facts_race(p_lost bigint) returns void language plpgsql as $$
begin
    if p_lost > 0 then
        raise exception using errcode = '40001', message = 'facts_race';
    end if;
end
$$;
grant execute on function facts_race(bigint) to lianfang_door;

create or replace function facts_seal_window(out from_xid xid8, out to_xid xid8, out previous bytea, out number bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select s.to_xid from facts_seal s order by s.number desc limit 1), '0'::xid8),
        pg_snapshot_xmin(pg_current_snapshot()),
        coalesce((select s.chain from facts_seal s order by s.number desc limit 1), '\x'::bytea),
        coalesce((select s.number from facts_seal s order by s.number desc limit 1), 0) + 1
$$;

create or replace function facts_seal_rows(p_from xid8, p_to xid8)
    returns table (incident smallint, id uuid, kind text, area text, recorded_at timestamptz, account_id bigint, digest bytea, sealed bytea)
    language sql stable security definer set search_path = public, pg_temp as $$
    select incident, id, kind, area, recorded_at, account_id, digest, sealed from facts_log
    where xid >= p_from and xid < p_to order by incident, id
$$;

-- The hash of one log row, as `leaf` in seal.py computes it: the sealer need not carry the payloads out of the database.
create or replace function facts_leaf(p_incident smallint, p_id uuid, p_kind text, p_area text, p_at timestamptz, p_account bigint,
    p_digest bytea, p_sealed bytea) returns bytea language sql stable as $$
    select sha256('\x00'::bytea || convert_to(p_incident || '|' || p_id || '|' || p_kind || '|' || p_area || '|'
        || replace(to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00|'
        || p_account || '|', 'UTF8') || p_digest || p_sealed)
$$;

-- Hashes of 32 bytes each, by incident, within it by id.
create or replace function facts_seal_leaves(p_from xid8, p_to xid8, out rows bigint, out leaves bytea)
    language sql stable security definer set search_path = public, pg_temp as $$
    select count(*), string_agg(facts_leaf(incident, id, kind, area, recorded_at, account_id, digest, sealed), ''::bytea order by incident, id)
    from facts_log where xid >= p_from and xid < p_to
$$;

create or replace function facts_seal_add(p_number bigint, p_from xid8, p_to xid8, p_rows bigint, p_root bytea, p_chain bytea) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into facts_seal (number, from_xid, to_xid, rows, root, chain) values (p_number, p_from, p_to, p_rows, p_root, p_chain)
$$;
revoke all on function facts_seal_window(), facts_seal_rows(xid8, xid8), facts_seal_leaves(xid8, xid8), facts_seal_add(bigint, xid8, xid8, bigint, bytea, bytea) from public;
grant execute on function facts_seal_window(), facts_seal_rows(xid8, xid8), facts_seal_leaves(xid8, xid8), facts_seal_add(bigint, xid8, xid8, bigint, bytea, bytea)
    to lianfang_door;
