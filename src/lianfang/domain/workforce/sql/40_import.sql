-- Lists of members: matched, taken and taken back by sets. A list belongs to a range: an area, or a unit's lineage ('U…').
create or replace function workforce_import_check(p_path text) returns void
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    perform workforce_refuse(workforce_keeps(p_path));
end
$$;

-- Who is behind the blinds of some rows. Somebody whom the caller does not see comes with nothing but the sealed name, which is
-- compared and never shown: the same number with another name needs a person.
create or replace function workforce_import_match(p_identity bytea[], p_contact bytea[])
    returns table (at int, member_id bigint, seen boolean, by_number boolean, key_path text, shown bytea, hidden bytea, home_path text,
                   kind text, sex smallint, born_year smallint, skills text[], units bigint[])
    language plpgsql stable security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    low text := access_low();
    high text := access_high();
begin
    if not access_may('other', 'keep_members') then
        return;
    end if;
    return query
        with given as materialized (
            select t.n::int as at, t.identity, t.contact from unnest(p_identity, p_contact) with ordinality as t(identity, contact, n)
        ), by_id as materialized (
            select g.at, s.member_id from given g join workforce_secret s on s.identity_blind = g.identity
        ), by_contact as materialized (
            select g.at, min(s.member_id) as member_id from given g join workforce_secret s on s.contact_blind = g.contact
            where not exists (select 1 from by_id b where b.at = g.at) and (g.identity is null or s.identity_blind is null)
            group by g.at
        ), met as materialized (
            select b.at, b.member_id, true as by_number from by_id b union all select c.at, c.member_id, false from by_contact c
        ), told as materialized (
            select m.*, exists (select 1 from workforce_presence p where p.member_id = m.member_id and p.path >= low and p.path < high)
                as seen from met m
        )
        select t.at, t.member_id, t.seen, t.by_number, m.key_path, m.sealed, case when t.seen then s.sealed end,
            case when t.seen then m.home_path end, case when t.seen then m.kind end, m.sex, m.born_year,
            case when t.seen then m.skills end, case when t.seen then array(
                select ms.organisation_id from workforce_membership ms where ms.member_id = t.member_id and ms.to_on is null) end
        from told t join workforce_member m on m.id = t.member_id join workforce_secret s on s.member_id = m.id;
end
$$;

-- The organisations a list names: those known stay, the others are made; parents afterwards. Returns how many were made.
create or replace function workforce_import_units(p_file bigint) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    file workforce_import_file;
    own workforce_organisation;
    step int;
    made int := 0;
begin
    select * into file from workforce_import_file where id = p_file;
    perform workforce_import_check(file.path);
    if file.path ~ '^U' then
        select * into own from workforce_organisation o where 'U' || o.lineage = file.path;
        perform workforce_refuse(own.id is not null);
    end if;
    update workforce_import_unit u set organisation_id = null where u.file_id = p_file and u.organisation_id is not null
        and not exists (select 1 from workforce_seat s where s.organisation_id = u.organisation_id
            and s.path >= access_low() and s.path < access_high());
    for step in 0..1 loop  -- units without one above them first, then those below them
        -- known by now: of the same name at the same place, under the same unit where the list names one
        update workforce_import_unit u set organisation_id = o.id from workforce_organisation o
            where u.file_id = p_file and u.organisation_id is null and (u.above is null) = (step = 0)
              and o.path = coalesce(own.path, u.path) and o.name = u.name and o.dissolved_on is null
              and (own.id is null or starts_with(o.lineage, own.lineage))
              and (u.above is null or o.parent_id = (select a.organisation_id from workforce_import_unit a
                  where a.file_id = p_file and a.number = u.above));
        with wanted as (
            select u.number, u.name, u.kind, coalesce(own.path, u.path) as path, u.temporary, coalesce(a.organisation_id, own.id) as parent_id
            from workforce_import_unit u left join workforce_import_unit a on a.file_id = p_file and a.number = u.above
            where u.file_id = p_file and u.organisation_id is null and (u.above is null) = (step = 0)
              and (own.id is not null or starts_with(u.path, file.path))
        ), fresh as (
            insert into workforce_organisation (name, kind, path, parent_id, lineage, code, temporary, tied_to, source, key_path, founded_on)
                select w.name, w.kind, w.path, w.parent_id, '', '', w.temporary, '', file.name, left(w.path || '000000', 6), workforce_today()
                from wanted w on conflict do nothing returning id, name, path, parent_id, kind, temporary
        ), noted as (
            update workforce_import_unit u set organisation_id = f.id, made = true from fresh f, wanted w
                where u.file_id = p_file and u.number = w.number and w.name = f.name and w.path = f.path
                  and w.parent_id is not distinct from f.parent_id
        ), counted as (
            insert into metrics_delta (name, dim, day, path, value)
                select 'workforce.teams', f.kind, workforce_today(), left(f.path, 12), count(*) from fresh f where f.temporary
                group by f.kind, left(f.path, 12)
        ) select made + count(*) into made from fresh;
    end loop;
    return made;
end
$$;

-- Some rows of a list, by their numbers from p_from to p_to: people are made, met and joined to their organisations.
create or replace function workforce_import_take(p_file bigint, p_from int, p_to int) returns int
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan
    set enable_nestloop = off set work_mem = '128MB' as $$
declare
    file workforce_import_file;
    done int;
    codes bigint[];
    low text := access_low();
    high text := access_high();
begin
    select * into file from workforce_import_file where id = p_file;
    perform workforce_import_check(file.path);
    perform workforce_refuse(file.state = 'staged');
    select workforce_codes(count(*)::int) into codes from workforce_import_row r
        where r.file_id = p_file and r."row" between p_from and p_to and r.verdict = 'new';
    -- + 0: a plain min() would be looked for along the key of member_id, through everybody, once for each new person
    with cand as materialized (
        select r."row", r.first_row, r.key_path, r.shown, r.hidden, r.identity_blind, r.contact_blind, r.home_path, r.kind, r.sex, r.born_year,
            r.skills, r.units, r.nets, r.duties,
            coalesce(i.member_id, (select min(c.member_id + 0) from workforce_secret c where c.contact_blind = r.contact_blind
                and (r.identity_blind is null or c.identity_blind is null))) as met
        from workforce_import_row r left join workforce_secret i on i.identity_blind = r.identity_blind
        where r.file_id = p_file and r."row" between p_from and p_to and r.verdict = 'new' and not r.taken
    ), heads as materialized (
        select c.*, nextval('workforce_member_id_seq') as id, codes[row_number() over (order by c."row")] as code
        from cand c where c.met is null and c.first_row = c."row"
    ), made as (
        insert into workforce_member (id, code, key_path, sealed, home_path, kind, sex, born_year, skills)
            select h.id, h.code, h.key_path,
                h.shown, h.home_path, h.kind, h.sex, h.born_year, h.skills from heads h
    ), kept as (
        insert into workforce_secret (member_id, identity_blind, contact_blind, sealed)
            select h.id, h.identity_blind, h.contact_blind, h.hidden from heads h
    ), prior as materialized (  -- who stands first in a part of the list that was taken before
        select f."row", f.member_id from workforce_import_row f where f.file_id = p_file
            and f."row" = any (array(select c.first_row from cand c where c.first_row < p_from))
    ), whom as materialized (
        select c."row", coalesce(c.met, h.id, f.member_id) as member_id, h.id is not null and h."row" = c."row" as made, c.units, c.nets, c.duties
        from cand c left join heads h on h."row" = c.first_row
        left join prior f on f."row" = c.first_row
    ), changed as materialized (
        select r."row", r.member_id, r.shown, r.hidden, r.home_path, r.kind, r.sex, r.born_year, r.skills, r.identity_blind, r.contact_blind,
            r.units, r.nets, r.duties, m.sealed as old_shown, s.sealed as old_hidden, m.home_path as old_home, m.skills as old_skills,
            m.sex as old_sex, m.born_year as old_born, s.identity_blind as old_identity, s.contact_blind as old_contact, m.kind as old_kind
        from workforce_import_row r join workforce_member m on m.id = r.member_id and m.left_on is null
        join workforce_secret s on s.member_id = m.id
        where r.file_id = p_file and r."row" between p_from and p_to and r.verdict = 'changed' and not r.taken
            and exists (select 1 from workforce_presence p where p.member_id = m.id and p.path >= low and p.path < high)
        for update of m
    ), renewed as (
        update workforce_member m set sealed = coalesce(c.shown, m.sealed), home_path = coalesce(nullif(c.home_path, ''), m.home_path),
                sex = case when c.sex > 0 then c.sex else m.sex end, born_year = coalesce(c.born_year, m.born_year), skills = c.skills
            from changed c where m.id = c.member_id
    ), hidden_renewed as (
        update workforce_secret s set sealed = coalesce(c.hidden, s.sealed), identity_blind = coalesce(s.identity_blind, c.identity_blind),
                contact_blind = coalesce(c.contact_blind, s.contact_blind)
            from changed c where s.member_id = c.member_id
    ), belong as materialized (
        select distinct on (a.member_id, u.organisation_id) a.member_id, u.organisation_id, t.net, t.duty, a."row" from (
            select w."row", w.member_id, w.units, w.nets, w.duties from whom w where w.member_id is not null
            union all select c."row", c.member_id, c.units, c.nets, c.duties from changed c) a
        cross join lateral unnest(a.units, a.nets, a.duties) as t(unit, net, duty)
        join workforce_import_unit u on u.file_id = p_file and u.number = t.unit and u.organisation_id is not null
        order by a.member_id, u.organisation_id, a."row"
    ), joined as (
        insert into workforce_membership (member_id, organisation_id, net, duty, from_on)
            select b.member_id, b.organisation_id, b.net, b.duty, workforce_today() from belong b
            on conflict do nothing returning id, member_id, organisation_id
    ), joins as materialized (
        select b."row", array_agg(j.id) as ids from joined j join belong b using (member_id, organisation_id) group by b."row"
    ), noted as (
        update workforce_import_row r set taken = true, member_id = x.member_id, made = x.made, joined = x.ids, after = x.after,
                before_shown = x.old_shown, before_hidden = x.old_hidden, before_fields = x.fields
            from (
                select w."row", w.member_id, w.made, j.ids, case when w.made then substr(h.shown, 1, 13) || substr(h.hidden, 1, 13) end as after,
                    null::bytea as old_shown, null::bytea as old_hidden, null::jsonb as fields
                from whom w left join heads h on h."row" = w."row" left join joins j on j."row" = w."row" where w.member_id is not null
                union all
                select c."row", c.member_id, false, j.ids, substr(coalesce(c.shown, c.old_shown), 1, 13) || substr(coalesce(c.hidden, c.old_hidden), 1, 13),
                    c.old_shown, c.old_hidden, jsonb_build_object('home_path', c.old_home, 'sex', c.old_sex, 'born_year', c.old_born,
                        'skills', c.old_skills, 'identity', encode(c.old_identity, 'hex'), 'contact', encode(c.old_contact, 'hex'))
                from changed c left join joins j on j."row" = c."row") x
            where r.file_id = p_file and r."row" between p_from and p_to and r."row" = x."row" returning r.member_id
    )
    select count(*) into done from noted;
    return done;
end
$$;

-- Where everybody of a list is to be seen and counted, in one pass after all its rows are written.
create or replace function workforce_import_place(p_file bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp set work_mem = '128MB' as $$
declare
    file workforce_import_file;
begin
    select * into file from workforce_import_file where id = p_file;
    perform workforce_import_check(file.path);
    perform workforce_place(array(select distinct r.member_id from workforce_import_row r
        where r.file_id = p_file and r.taken and r.member_id is not null));
end
$$;
revoke all on function workforce_import_place(bigint) from public;
grant execute on function workforce_import_place(bigint) to lianfang_app;

-- Undo removes what nothing later touched; the other rows stay and are marked. p_touched: members whom other engines know.
create or replace function workforce_import_undo(p_file bigint, p_touched bigint[])
    returns table (removed int, restored int, kept int)
    language plpgsql security definer set search_path = public, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
    file workforce_import_file;
    gone bigint[];
    placed bigint[];
begin
    select * into file from workforce_import_file f where f.id = p_file for update;
    perform workforce_import_check(file.path);
    perform workforce_refuse(file.state = 'taken');
    update workforce_import_row r set undone = 'kept' where r.file_id = p_file and r.taken and (
        r.member_id = any (p_touched)
        or r.after is not null and not exists (select 1 from workforce_member m join workforce_secret s on s.member_id = m.id
            where m.id = r.member_id and m.left_on is null and substr(m.sealed, 1, 13) || substr(s.sealed, 1, 13) = r.after)
        or exists (select 1 from workforce_import_row l join workforce_import_file f on f.id = l.file_id and f.state = 'taken'
            where l.member_id = r.member_id and l.file_id > p_file and (l.taken or l.verdict = 'same'))
        or r.made and (exists (select 1 from workforce_registration g where g.member_id = r.member_id)
            or exists (select 1 from workforce_availability a where a.member_id = r.member_id)
            or exists (select 1 from workforce_link k where k.member_id = r.member_id)
            or exists (select 1 from workforce_presence p where p.member_id = r.member_id and p.why = 4)
            or exists (select 1 from workforce_membership s where s.member_id = r.member_id and not exists (
                select 1 from workforce_import_row o where o.file_id = p_file and o.member_id = r.member_id and s.id = any (o.joined)))));
    -- what is kept of somebody is kept whole
    update workforce_import_row r set undone = 'kept' where r.file_id = p_file and r.taken and r.undone = '' and exists (
        select 1 from workforce_import_row o where o.file_id = p_file and o.member_id = r.member_id and o.undone = 'kept');
    get diagnostics kept = row_count;
    select count(*) into kept from workforce_import_row r where r.file_id = p_file and r.undone = 'kept';
    update workforce_import_row r set undone = 'removed' where r.file_id = p_file and r.taken and r.undone = '';
    select coalesce(array_agg(r.member_id), '{}') into gone from workforce_import_row r
        where r.file_id = p_file and r.undone = 'removed' and r.made;
    removed := cardinality(gone);
    delete from workforce_membership s using workforce_import_row r
        where r.file_id = p_file and r.undone = 'removed' and s.id = any (r.joined);
    insert into metrics_delta (name, dim, day, path, value)
        select 'workforce.members', '', d.day, d.path, -sum(d.value) from (
            select c.from_on as day, c.path, 1 as value from workforce_counted c where c.member_id = any (gone)
            union all select c.to_on, c.path, -1 from workforce_counted c where c.member_id = any (gone) and c.to_on is not null) d
        group by d.day, d.path having sum(d.value) <> 0;
    delete from workforce_counted c where c.member_id = any (gone);
    delete from workforce_presence p where p.member_id = any (gone);
    delete from workforce_secret s where s.member_id = any (gone);
    delete from workforce_member m where m.id = any (gone);
    with back as materialized (
        select r.member_id, r.before_shown, r.before_hidden, f.* from workforce_import_row r
        cross join lateral jsonb_to_record(r.before_fields) as f(home_path text, sex smallint, born_year smallint, skills text[],
            identity text, contact text)
        where r.file_id = p_file and r.undone = 'removed' and r.verdict = 'changed'
    ), hidden as (
        update workforce_secret s set sealed = b.before_hidden, identity_blind = decode(b.identity, 'hex'), contact_blind = decode(b.contact, 'hex')
            from back b where s.member_id = b.member_id
    ), written as (
        update workforce_member m set sealed = b.before_shown, home_path = b.home_path, sex = b.sex, born_year = b.born_year, skills = b.skills
            from back b where m.id = b.member_id returning m.id
    ) select count(*) into restored from written;
    select coalesce(array_agg(distinct r.member_id), '{}') into placed from workforce_import_row r
        where r.file_id = p_file and r.undone = 'removed' and not r.made;
    perform workforce_place(placed);
    -- organisations that this list made and that nothing uses; the lowest first
    with unused as (
        select o.id, o.kind, o.path, o.founded_on, o.temporary from workforce_organisation o
        join workforce_import_unit u on u.organisation_id = o.id and u.file_id = p_file and u.made
        where o.dissolved_on is null and not exists (select 1 from workforce_membership s where s.organisation_id = o.id)
          and not exists (select 1 from workforce_organisation b where b.parent_id = o.id and not exists (
              select 1 from workforce_import_unit bu where bu.file_id = p_file and bu.made and bu.organisation_id = b.id))
          and not exists (select 1 from workforce_organisation b join workforce_membership s on s.organisation_id = b.id
              where b.lineage > o.lineage and b.lineage < o.lineage || '~')
          and not exists (select 1 from workforce_seat s where s.organisation_id = o.id and s.why = 3)
          and not exists (select 1 from access_grant g where g.scope = 'organisation' and starts_with(g.unit, o.lineage))
    ), unseated as (delete from workforce_seat s using unused u where s.organisation_id = u.id),
    counted as (
        insert into metrics_delta (name, dim, day, path, value)
            select 'workforce.teams', u.kind, u.founded_on, left(u.path, 12), -count(*) from unused u where u.temporary
            group by u.kind, u.founded_on, left(u.path, 12)
    )
    delete from workforce_organisation o using unused u where o.id = u.id;
    update workforce_import_file f set state = 'undone', undone_at = now() where f.id = p_file;
    return next;
end
$$;
revoke all on function workforce_import_check(text), workforce_import_match(bytea[], bytea[]), workforce_import_units(bigint),
    workforce_import_take(bigint, int, int), workforce_import_undo(bigint, bigint[]) from public;
grant execute on function workforce_import_check(text), workforce_import_match(bytea[], bytea[]), workforce_import_units(bigint),
    workforce_import_take(bigint, int, int), workforce_import_undo(bigint, bigint[]) to lianfang_app;
create index if not exists workforce_import_unit_organisation on workforce_import_unit (organisation_id);
