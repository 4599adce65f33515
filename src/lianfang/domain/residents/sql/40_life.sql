-- The ledger's life: every change of an entry is a dated record with what stood there before, so that it can be undone
-- while nothing later touches it. All of it goes through one function that puts an entry into a state: presence rows, homes
-- lived in and figures follow from the two states, whatever happened.
--   gone 1, 2         moved away, died: to be found nowhere
--   present = false   away outside the installation; the home keeps a presence row that does not count (why 3)
--   stay_path         to be found at another home (why 2), which counts them; their own home keeps a row of why 3

alter table residents_change enable row level security;
drop policy if exists in_scope on residents_change;
create policy in_scope on residents_change for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_sees('residents', 'named')));
drop policy if exists offices on residents_change;
create policy offices on residents_change as restrictive for select to lianfang_app using ((select access_grids()) is null);
grant select (id, at, on_day, kind, path, person_id, account_id, role, sealed, transfer_id, undone_at, undone_by)
    on residents_change to lianfang_app;
alter table residents_export_request enable row level security;
drop policy if exists in_scope on residents_export_request;
create policy in_scope on residents_export_request for select to lianfang_app using (
    path >= (select access_low()) and path < (select access_high()) and (select access_may('other', 'ask_export')));
grant select on residents_export_request to lianfang_app;
alter table residents_transfer enable row level security;       -- read through the functions below only

create or replace function residents_life_check(p_path text) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if (access_may('other', 'keep_ledger') and access_grids() is null and p_path collate "C" >= access_low()
        and p_path collate "C" < access_high()) is not true then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
end
$$;

-- Where somebody is to be found, as the path of a home; null for nowhere.
create or replace function residents_found_at(p residents_person) returns text
    language sql immutable set search_path = public, pg_temp as $$
    select case when p.gone > 0 or not p.present then null else coalesce(p.stay_path, p.path) end
$$;
create or replace function residents_state(p residents_person) returns jsonb
    language sql immutable set search_path = public, pg_temp as $$
    select jsonb_build_object('path', p.path, 'stay_path', p.stay_path, 'present', p.present, 'gone', p.gone, 'kind', p.kind,
                              'until_on', p.until_on)
$$;
revoke all on function residents_found_at(residents_person), residents_state(residents_person) from public;

-- A home in which somebody is registered or stays is lived in, another one is not.
create or replace function residents_homes_follow(p_paths text[], p_day date) returns void
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
    with now_is as (
        select h.path, h.state, exists (select 1 from residents_person p where p.path = h.path and p.gone = 0)
            or exists (select 1 from residents_person p where p.stay_path = h.path and p.gone = 0) as lived_in
        from residents_household h where h.path = any (p_paths)
    ), written as (
        update residents_household h set state = case when n.lived_in then 'lived_in' else 'empty' end
            from now_is n where h.path = n.path and n.lived_in <> (n.state = 'lived_in') and (n.lived_in or n.state <> 'awaited')
            returning h.path, n.lived_in
    )
    insert into metrics_delta (name, dim, day, path, value)
        select 'residents.households', '', p_day, left(w.path, 16), sum(case when w.lived_in then 1 else -1 end) from written w
        group by 4;
end
$$;

create or replace function residents_places_follow(p_person bigint, p_was text, p_day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    p residents_person;
    now_at text;
begin
    select * into p from residents_person where id = p_person;
    now_at := residents_found_at(p);
    delete from residents_presence where person_id = p_person;
    if p.id is not null and p.gone = 0 then
        insert into residents_presence (path, person_id, why, grid_id)
            select t.path, p_person, t.why, gb.grid_id
            from (values (p.path, case when now_at = p.path then 1 else 3 end), (p.stay_path, 2)) as t(path, why)
            left join areas_grid_building gb on gb.path = left(t.path, 16) and gb.net = 'community' and gb.to_on is null
            where t.path is not null;
    end if;
    insert into metrics_delta (name, dim, day, path, value)
        select 'residents.present', '', p_day, left(d.path, 16), sum(d.value)
        from (values (p_was, -1), (now_at, 1)) as d(path, value) where d.path is not null group by 4 having sum(d.value) <> 0;
end
$$;
revoke all on function residents_homes_follow(text[], date), residents_places_follow(bigint, text, date) from public;

-- Put one entry into a state and write the record. p_to: only the columns that change.
create or replace function residents_life_apply(p_person bigint, p_what text, p_day date, p_words bytea, p_to jsonb,
    p_sealed bytea, p_secret bytea, p_blind bytea, p_transfer bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    old residents_person;
    new_one residents_person;
    hidden residents_secret;
    today date := (now() at time zone 'Asia/Shanghai')::date;
    made bigint;
begin
    select * into old from residents_person where id = p_person for update;
    select * into hidden from residents_secret where person_id = p_person for update;
    if p_to->>'stay_path' = coalesce(p_to->>'path', old.path) then  -- who "stays" at their own home is at home, counted once
        p_to := p_to || '{"stay_path": null, "until_on": null}';
    end if;
    update residents_person p set
            path = coalesce(p_to->>'path', p.path),
            household_id = coalesce((select h.id from residents_household h where h.path = (p_to->>'path') collate "C"), p.household_id),
            stay_path = case when p_to ? 'stay_path' then p_to->>'stay_path' else p.stay_path end,
            present = coalesce((p_to->>'present')::boolean, p.present), gone = coalesce((p_to->>'gone')::smallint, p.gone),
            kind = coalesce((p_to->>'kind')::smallint, p.kind),
            until_on = case when p_to ? 'until_on' then (p_to->>'until_on')::date else p.until_on end,
            sealed = coalesce(p_sealed, p.sealed)
        where p.id = p_person returning * into new_one;
    if p_secret is not null then
        insert into residents_secret (person_id, identity_blind, sealed) values (p_person, p_blind, p_secret)
            on conflict (person_id) do update set sealed = excluded.sealed,
                identity_blind = coalesce(excluded.identity_blind, residents_secret.identity_blind);
    end if;
    perform residents_places_follow(p_person, residents_found_at(old), today);
    perform residents_homes_follow(array_remove(array[old.path, old.stay_path, new_one.path, new_one.stay_path], null), today);
    insert into residents_change (on_day, kind, path, person_id, account_id, role, sealed, before, after, before_person, before_secret,
                                  nonces, transfer_id)
        select p_day, p_what, new_one.path, p_person, access_account(), coalesce(access_role(), ''), p_words, residents_state(old),
            residents_state(new_one), old.sealed, hidden.sealed, substr(new_one.sealed, 1, 13) || coalesce(substr(s.sealed, 1, 13), ''),
            p_transfer
        from (select 1) one left join residents_secret s on s.person_id = p_person returning id into made;
    return made;
end
$$;
revoke all on function residents_life_apply(bigint, text, date, bytea, jsonb, bytea, bytea, bytea, bigint) from public;

-- What the office that answers for an entry may do to it. Where somebody stays, that office may say that they left again.
create or replace function residents_life_write(p_person bigint, p_what text, p_day date, p_words bytea, p_to jsonb,
    p_sealed bytea, p_secret bytea, p_blind bytea) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    at residents_person;
begin
    select * into at from residents_person where id = p_person;
    if p_what = 'back' and at.stay_path is not null and at.stay_path >= access_low() and at.stay_path < access_high() then
        perform residents_life_check(at.stay_path);
    else
        perform residents_life_check(at.path);
    end if;
    if p_to ? 'path' then
        perform residents_life_check(p_to->>'path');
        if left(p_to->>'path', 12) <> left(at.path, 12) then
            raise exception using errcode = 'LF422', message = 'residents.needs_transfer';
        end if;
    end if;
    if (p_to->>'stay_path') is not null then
        perform residents_life_check(p_to->>'stay_path');
        if left(p_to->>'stay_path', 12) <> left(at.path, 12) then
            raise exception using errcode = 'LF422', message = 'residents.needs_transfer';
        end if;
    end if;
    if at.gone > 0 and p_what <> 'returned' or at.gone = 2 then
        raise exception using errcode = 'LF409', message = 'residents.gone_already';
    end if;
    if p_blind is not null and exists (select 1 from residents_secret s where s.identity_blind = p_blind and s.person_id <> p_person) then
        raise exception using errcode = 'LF409', message = 'residents.identity_to_check';
    end if;
    if p_what in ('moved_out', 'died') then
        update residents_transfer set state = 'withdrawn', ended_at = now(), ended_by = access_account()
            where person_id = p_person and state = 'asked';
    end if;
    return residents_life_apply(p_person, p_what, p_day, p_words, p_to, p_sealed, p_secret, p_blind, null);
end
$$;

create or replace function residents_life_home(p_path text, p_sealed bytea, p_state text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform residents_life_check(p_path);
    insert into residents_household (path, sealed, state) values (p_path, p_sealed, case when p_state = 'awaited' then 'awaited' else 'empty' end)
        on conflict (path) do nothing;
end
$$;

create or replace function residents_life_add(p_what text, p_day date, p_words bytea, p_home text, p_blind bytea, p_sealed bytea,
    p_secret bytea, p_sex smallint, p_born smallint, p_kind smallint) returns table (person_id bigint, code bigint, change_id bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    today date := (now() at time zone 'Asia/Shanghai')::date;
    made residents_person;
    record_id bigint;
begin
    perform residents_life_check(p_home);
    if p_blind is not null and exists (select 1 from residents_secret s where s.identity_blind = p_blind) then
        raise exception using errcode = 'LF409', message = 'residents.identity_to_check';
    end if;
    loop
        begin
            insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present, confirmed_on, confirmed_by)
                select ('x' || left(u, 8) || substr(u, 10, 2))::bit(40)::bigint, h.id, h.path, p_sealed, p_sex, p_born, p_kind, '{}', true,
                    today, access_account()
                from residents_household h, (select gen_random_uuid()::text as u) as drawn where h.path = p_home collate "C"
                returning * into made;
            exit;
        exception when unique_violation then null;  -- forty random bits: drawn again
        end;
    end loop;
    if made.id is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    insert into residents_secret (person_id, identity_blind, sealed) values (made.id, p_blind, p_secret);
    perform residents_places_follow(made.id, null, today);
    perform residents_homes_follow(array[made.path], today);
    insert into residents_change (on_day, kind, path, person_id, account_id, role, sealed, after, nonces)
        values (p_day, p_what, made.path, made.id, access_account(), coalesce(access_role(), ''), p_words, residents_state(made),
                substr(p_sealed, 1, 13) || substr(p_secret, 1, 13)) returning id into record_id;
    return query select made.id::bigint, made.code::bigint, record_id;
end
$$;

-- A home in which nobody is registered can be said to be vacant or (before its people are known) lived in by nobody yet known.
create or replace function residents_life_home_gone(p_path text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform residents_life_check(p_path);
    delete from residents_household h where h.path = p_path collate "C" and h.state = 'awaited'
        and not exists (select 1 from residents_person p where p.path = h.path or p.stay_path = h.path);
end
$$;

-- Undo puts back what stood there, if the entry is still as the change left it and no later change stands on it.
create or replace function residents_life_undo(p_change bigint, p_known boolean) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c residents_change;
    p residents_person;
    hidden residents_secret;
    was text;
    today date := (now() at time zone 'Asia/Shanghai')::date;
begin
    select * into c from residents_change where id = p_change for update;
    if c.id is null then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    perform residents_life_check(c.path);
    select * into p from residents_person where id = c.person_id for update;
    select * into hidden from residents_secret where person_id = c.person_id;
    if c.undone_at is not null or c.transfer_id is not null or p.id is null or residents_state(p) is distinct from c.after
        or substr(p.sealed, 1, 13) || coalesce(substr(hidden.sealed, 1, 13), '') is distinct from c.nonces or (c.before is null and p_known)
        or exists (select 1 from residents_change l where l.person_id = c.person_id and l.id > c.id and l.undone_at is null) then
        raise exception using errcode = 'LF409', message = 'residents.change_stands';
    end if;
    was := residents_found_at(p);
    if c.before is null then
        delete from residents_presence where person_id = p.id;
        delete from residents_secret where person_id = p.id;
        delete from residents_person where id = p.id;
        insert into metrics_delta (name, dim, day, path, value)
            select 'residents.present', '', today, left(was, 16), -1 where was is not null;
    else
        update residents_person set path = c.before->>'path', stay_path = c.before->>'stay_path',
                household_id = (select h.id from residents_household h where h.path = (c.before->>'path') collate "C"),
                present = (c.before->>'present')::boolean, gone = (c.before->>'gone')::smallint,
                kind = (c.before->>'kind')::smallint, until_on = (c.before->>'until_on')::date, sealed = c.before_person
            where id = p.id;
        if c.kind = 'paper' then
            update residents_secret set sealed = c.before_secret, identity_blind = null where person_id = p.id;
        elsif c.before_secret is not null then
            update residents_secret set sealed = c.before_secret where person_id = p.id;
        end if;
        perform residents_places_follow(p.id, was, today);
    end if;
    perform residents_homes_follow(array_remove(array[p.path, p.stay_path, c.before->>'path', c.before->>'stay_path'], null), today);
    update residents_change set undone_at = now(), undone_by = access_account() where id = p_change;
end
$$;

-- People who left: to be found nowhere, so no list shows them; the office that had them sees them through its records.
create or replace function residents_life_person(p_person bigint)
    returns table (id bigint, code bigint, path text, sealed bytea, secret bytea, sex smallint, born_year smallint, kind smallint,
                   present boolean, gone smallint, stay_path text, until_on date, confirmed_on date, confirmed_by bigint, has_identity boolean)
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query
        select p.id::bigint, p.code::bigint, p.path::text, p.sealed, s.sealed, p.sex, p.born_year, p.kind, p.present, p.gone,
            case when p.stay_path >= access_low() and p.stay_path < access_high() then p.stay_path::text
                 when p.stay_path is not null then left(p.stay_path, 12) end,
            p.until_on, p.confirmed_on, p.confirmed_by, s.identity_blind is not null
        from residents_person p left join residents_secret s on s.person_id = p.id
        where p.id = p_person and access_may('other', 'keep_ledger') and access_grids() is null
            and ((p.path >= access_low() and p.path < access_high()) or (p.stay_path >= access_low() and p.stay_path < access_high()));
end
$$;

-- Who came to be known to the ledger by more than an import: their rows stay when an import is undone.
create or replace function residents_life_known(p_people bigint[]) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select c.person_id from residents_change c where c.person_id = any (p_people) and c.undone_at is null
    union select t.person_id from residents_transfer t where t.person_id = any (p_people)
    union select p.id from residents_person p where p.id = any (p_people) and p.confirmed_by is not null
$$;

-- Of people the ledger has but who are not to be found: who has died.
create or replace function residents_life_died(p_people bigint[]) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select p.id from residents_person p where p.id = any (p_people) and p.gone = 2 and p.path >= access_low() and p.path < access_high()
$$;

revoke all on function residents_life_check(text), residents_life_write(bigint, text, date, bytea, jsonb, bytea, bytea, bytea),
    residents_life_home(text, bytea, text), residents_life_home_gone(text), residents_life_undo(bigint, boolean),
    residents_life_add(text, date, bytea, text, bytea, bytea, bytea, smallint, smallint, smallint),
    residents_life_person(bigint), residents_life_known(bigint[]), residents_life_died(bigint[]) from public;
grant execute on function residents_life_write(bigint, text, date, bytea, jsonb, bytea, bytea, bytea),
    residents_life_home(text, bytea, text), residents_life_home_gone(text), residents_life_undo(bigint, boolean),
    residents_life_add(text, date, bytea, text, bytea, bytea, bytea, smallint, smallint, smallint),
    residents_life_person(bigint), residents_life_known(bigint[]), residents_life_died(bigint[]) to lianfang_app;
-- residents_homes_follow follows the rows themselves, so calling it changes nothing that is right already
grant execute on function residents_homes_follow(text[], date) to lianfang_app;
