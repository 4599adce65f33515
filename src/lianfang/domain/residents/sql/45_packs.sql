-- Who is to be found in one community, packed for the door: one row to read instead of one look-up a code. A pack that stands
-- is right: whoever changes a code or a home deletes the packs of the communities concerned in the same transaction. What has
-- no pack, or is left out of it, is looked up by code.
--
-- How builder and writers miss nothing of each other: a writer of the ledger notes the communities concerned, and as the last
-- thing before its commit it takes a lock together with other writers and deletes their packs; the builder holds that lock
-- alone, or builds nothing, and reads in a statement that begins after. So either the writer is over and the builder reads
-- what it left, or the writer has yet to delete and finds what was built. Both see what was committed before each statement,
-- which is why stricter transactions are refused. Deleting at once would be as right, but an import of minutes would keep the
-- builder out and every other writer of its communities waiting.

create unlogged table if not exists residents_pack_due (   -- empty whenever nobody writes
    xact xid8 not null,
    community text collate "C" not null,
    primary key (xact, community)
);
alter table residents_pack_due enable row level security;

alter table residents_pack enable row level security;       -- the door alone: no policy and no grant for pages
drop policy if exists door_finds on residents_pack;
create policy door_finds on residents_pack for select to lianfang_door using (true);
grant select on residents_pack to lianfang_door;
drop index if exists residents_pack_community_d6210f7b_like;   -- Django's second index for LIKE

-- The lock of everybody who writes homes or packs. Any number that no other lock of the application uses.
create or replace function residents_pack_lock() returns bigint language sql immutable as $$ select 410625::bigint $$;

create or replace function residents_pack_sees_fresh() returns void language plpgsql stable as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception using errcode = 'feature_not_supported',
            message = 'people, their codes and homes are written in READ COMMITTED only, or packs could outlive what they say';
    end if;
end
$$;

create or replace function residents_pack_follow() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform residents_pack_sees_fresh();
    if tg_op = 'INSERT' then
        insert into residents_pack_due (xact, community)
            select distinct pg_current_xact_id(), left(coalesce(stay_path, path), 12) from becomes on conflict do nothing;
    elsif tg_op = 'DELETE' then
        insert into residents_pack_due (xact, community)
            select distinct pg_current_xact_id(), left(coalesce(stay_path, path), 12) from was on conflict do nothing;
    elsif tg_op = 'UPDATE' then   -- a code with the same home before and after stands there twice
        insert into residents_pack_due (xact, community)
            select distinct pg_current_xact_id(), left(home, 12) from (
                select code, coalesce(stay_path, path) as home from was
                union all select code, coalesce(stay_path, path) from becomes) as either
            group by code, home having count(*) = 1 on conflict do nothing;
    else
        perform pg_advisory_xact_lock_shared(residents_pack_lock());
        delete from residents_pack;
    end if;
    return null;
end
$$;

-- Once for all that one transaction noted. Plans are kept, so by index even if one was made while both tables were empty.
create or replace function residents_pack_settle() returns trigger
    language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    concerned text[];
begin
    with mine as (delete from residents_pack_due where xact = pg_current_xact_id() returning community)
    select array_agg(community) into concerned from mine;
    if concerned is null then
        return null;
    end if;
    perform pg_advisory_xact_lock_shared(residents_pack_lock());
    delete from residents_pack where community in (   -- in order, so that no two writers wait for each other
        select community from residents_pack where community = any (concerned) order by community for update);
    return null;
end
$$;

do $$
begin
    if not exists (select 1 from pg_trigger where tgname = 'residents_pack_settled') then
        create constraint trigger residents_pack_settled after insert on residents_pack_due
            deferrable initially deferred for each row execute function residents_pack_settle();
    end if;
end
$$;
create or replace trigger residents_pack_inserted after insert on residents_person
    referencing new table as becomes for each statement execute function residents_pack_follow();
create or replace trigger residents_pack_updated after update on residents_person
    referencing old table as was new table as becomes for each statement execute function residents_pack_follow();
create or replace trigger residents_pack_deleted after delete on residents_person
    referencing old table as was for each statement execute function residents_pack_follow();
create or replace trigger residents_pack_truncated after truncate on residents_person
    for each statement execute function residents_pack_follow();

-- Build what is missing of these communities, one after the other, for about 30 ms (writers of the ledger wait so long);
-- returns how many were built: none while somebody's writing ends.
create or replace function residents_pack_build(p_communities text[]) returns int
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    one text;
    built int := 0;
    until timestamptz;
begin
    perform residents_pack_sees_fresh();
    lock table residents_person in access share mode;   -- first, as who truncates it has it first
    if not pg_try_advisory_xact_lock(residents_pack_lock()) then
        return 0;
    end if;
    until := clock_timestamp() + interval '30 ms';
    foreach one in array coalesce(p_communities, '{}') loop
        if octet_length(one) = 12 and not exists (select 1 from residents_pack where community = one) then
            insert into residents_pack (community, people, codes, places)
                select one, count(*), coalesce(string_agg(int8send(code), ''::bytea order by code), ''),
                    coalesce(string_agg(convert_to(rpad(substr(home, 13), 9), 'UTF8'), ''::bytea order by code), '')
                from (
                    select code, path as home from residents_person
                        where path >= one and path < one || '~' and stay_path is null
                    union all
                    select code, stay_path from residents_person where stay_path >= one and stay_path < one || '~') as here
                where code >= 0 and octet_length(home) <= 21 and octet_length(home) = length(home) and strpos(home, ' ') = 0;
            built := built + 1;
        end if;
        exit when clock_timestamp() > until;
    end loop;
    return built;
end
$$;

-- Communities at, under or around these paths that have people and no pack, in order.
create or replace function residents_pack_missing(p_paths text[], p_limit int) returns setof text
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.path from (
        (select a.path from unnest(p_paths) as t(path)
                join areas_area a on a.level = 5 and a.path >= t.path collate "C" and a.path < (t.path || '~') collate "C"
            union select left(t.path, 12) collate "C" from unnest(p_paths) as t(path) where length(t.path) > 12)
        except select k.community from residents_pack k
        order by 1) as a
    where exists (select 1 from residents_person p where p.path >= a.path and p.path < a.path || '~')
        or exists (select 1 from residents_person p where p.stay_path >= a.path and p.stay_path < a.path || '~')
    limit p_limit
$$;

-- Delete packs of all other communities than those at, under or around these paths; one that is being deleted is passed over.
create or replace function residents_pack_keep(p_paths text[]) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone int;
begin
    perform pg_advisory_xact_lock_shared(residents_pack_lock());   -- what is being built is there before we look
    delete from residents_pack where community in (
        select k.community from residents_pack k
        where not exists (
            select 1 from unnest(p_paths) as t(path) where starts_with(k.community, t.path) or starts_with(t.path, k.community))
        for update skip locked);
    get diagnostics gone = row_count;
    return gone;
end
$$;

revoke all on function residents_pack_lock(), residents_pack_sees_fresh(), residents_pack_follow(), residents_pack_settle(),
    residents_pack_build(text[]), residents_pack_missing(text[], int), residents_pack_keep(text[]) from public;
grant execute on function residents_pack_build(text[]), residents_pack_missing(text[], int), residents_pack_keep(text[]) to lianfang_door;
