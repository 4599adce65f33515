-- The life of organisations and members between imports. Each function checks right and range by itself.
create or replace function workforce_sees_unit(p_unit bigint) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(workforce_lists() and exists (select 1 from workforce_seat s where s.organisation_id = p_unit
        and s.path >= access_low() and s.path < access_high()), false)
$$;
revoke all on function workforce_sees_unit(bigint) from public;

create or replace function workforce_unit_write(p_unit bigint, p_name text, p_kind text, p_path text, p_parent bigint, p_key text, p_sealed bytea)
    returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare
    own bigint;
    made bigint := p_unit;
    old workforce_organisation;
begin
    if access_low() ~ '^U' then  -- a sending unit's officer works below their own unit
        select o.id into own from workforce_organisation o where 'U' || o.lineage = access_low();
        perform workforce_refuse(access_may('other', 'keep_members') and own is not null);
        if p_unit is distinct from own then
            p_parent := coalesce(p_parent, own);
        end if;
    else
        perform workforce_refuse(workforce_keeps(p_path));
    end if;
    perform workforce_refuse(exists (select 1 from areas_area a where a.path = p_path and a.ended_on is null));
    if p_unit is not null then
        perform workforce_refuse(workforce_keeps_unit(p_unit));
        select * into old from workforce_organisation where id = p_unit for update;
        if old.dissolved_on is not null then
            raise exception using errcode = 'LF409', message = 'workforce.dissolved_already';
        end if;
    end if;
    if p_parent is not null and p_parent is distinct from old.parent_id then
        perform workforce_refuse(workforce_sees_unit(p_parent)
            and exists (select 1 from workforce_organisation o where o.id = p_parent and o.dissolved_on is null));
    end if;
    if exists (select 1 from workforce_organisation o where o.path = p_path and o.name = p_name and o.dissolved_on is null
            and o.id is distinct from p_unit and o.parent_id is not distinct from p_parent) then
        raise exception using errcode = 'LF409', message = 'workforce.unit_exists';
    end if;
    if p_unit is null then
        insert into workforce_organisation (name, kind, path, parent_id, lineage, code, temporary, tied_to, source, key_path, sealed, founded_on)
            values (p_name, p_kind, p_path, p_parent, '', '', false, '', '', p_key, p_sealed, workforce_today()) returning id into made;
    else
        update workforce_organisation o set name = p_name, kind = case when o.temporary then o.kind else p_kind end, path = p_path,
            parent_id = p_parent, key_path = p_key, sealed = p_sealed where o.id = p_unit;
        if old.path <> p_path then
            if old.temporary then
                insert into metrics_delta (name, dim, day, path, value) select 'workforce.teams', old.kind, old.founded_on, d.path, d.value
                    from (values (left(old.path, 12), -1), (left(p_path, 12), 1)) as d(path, value) where left(old.path, 12) <> left(p_path, 12);
            end if;
            perform workforce_place(array(select s.member_id from workforce_membership s where s.organisation_id = p_unit and s.to_on is null));
        end if;
    end if;
    return made;
end
$$;

-- Somebody enters an organisation: known by number, or by name and telephone, they are met; otherwise they are made.
create or replace function workforce_member_add(p_unit bigint, p_net text, p_duty text, p_key text, p_shown bytea, p_hidden bytea,
    p_identity bytea, p_contact bytea, p_home text, p_kind text, p_sex smallint, p_born smallint, p_skills text[])
    returns table (member_id bigint, met boolean) language plpgsql security definer set search_path = public, pg_temp as $$
declare
    found_one bigint;
begin
    perform workforce_refuse(workforce_keeps_unit(p_unit)
        and exists (select 1 from workforce_organisation o where o.id = p_unit and o.dissolved_on is null)
        and (p_home = '' or exists (select 1 from areas_area a where a.path = left(p_home, 12) and a.level = 5)));
    perform pg_advisory_xact_lock(410624);
    select s.member_id into found_one from workforce_secret s where s.identity_blind = p_identity;
    if found_one is null then
        select min(s.member_id) into found_one from workforce_secret s
            where s.contact_blind = p_contact and (p_identity is null or s.identity_blind is null);
    end if;
    met := found_one is not null;
    if not met then
        insert into workforce_member (code, key_path, sealed, home_path, kind, sex, born_year, skills)
            values ((workforce_codes(1))[1], p_key, p_shown, p_home, p_kind, p_sex, p_born, p_skills) returning id into found_one;
        insert into workforce_secret (member_id, identity_blind, contact_blind, sealed)
            values (found_one, p_identity, p_contact, p_hidden);
    else
        update workforce_member m set left_on = null where m.id = found_one and m.left_on is not null;
    end if;
    insert into workforce_membership (member_id, organisation_id, net, duty, from_on)
        values (found_one, p_unit, p_net, p_duty, workforce_today()) on conflict do nothing;
    if not found then
        raise exception using errcode = 'LF409', message = 'workforce.member_here';
    end if;
    perform workforce_place(array[found_one]);
    member_id := found_one;
    return next;
end
$$;

-- The seals of one member, for an office that is about to write them anew; nothing of it is shown.
create or replace function workforce_member_seals(p_member bigint) returns table (key_path text, shown bytea, hidden bytea)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform workforce_refuse(workforce_keeps_member(p_member));
    return query select m.key_path, m.sealed, s.sealed from workforce_member m join workforce_secret s on s.member_id = m.id
        where m.id = p_member for update of m;
end
$$;

create or replace function workforce_member_edit(p_member bigint, p_shown bytea, p_hidden bytea, p_contact bytea, p_home text, p_kind text,
    p_skills text[]) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform workforce_refuse(workforce_keeps_member(p_member)
        and (p_home = '' or exists (select 1 from areas_area a where a.path = left(p_home, 12) and a.level = 5)));
    update workforce_member set sealed = p_shown, home_path = p_home, kind = p_kind, skills = p_skills where id = p_member;
    update workforce_secret set sealed = p_hidden, contact_blind = p_contact where member_id = p_member;
    perform workforce_place(array[p_member]);
end
$$;

create or replace function workforce_member_move(p_member bigint, p_from bigint, p_to bigint, p_net text, p_duty text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform workforce_refuse(workforce_keeps_member(p_member) and (p_from is null or workforce_keeps_unit(p_from)) and (p_to is null or (
        workforce_keeps_unit(p_to) and exists (select 1 from workforce_organisation o where o.id = p_to and o.dissolved_on is null))));
    if p_from is not null then
        update workforce_membership set to_on = workforce_today() where member_id = p_member and organisation_id = p_from and to_on is null;
        perform workforce_refuse(found);
    end if;
    if p_to is not null then
        insert into workforce_membership (member_id, organisation_id, net, duty, from_on)
            values (p_member, p_to, p_net, p_duty, workforce_today()) on conflict do nothing;
        if not found then
            raise exception using errcode = 'LF409', message = 'workforce.member_here';
        end if;
    end if;
    perform workforce_place(array[p_member]);
end
$$;

create or replace function workforce_registration_end(p_member bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
    with ended as (
        update workforce_registration set ended_at = now() where member_id = p_member and ended_at is null returning path
    ) insert into metrics_delta (name, dim, day, path, value) select 'workforce.registered', '', workforce_today(), path, -1 from ended
$$;
revoke all on function workforce_registration_end(bigint) from public;

-- Somebody leaves for good: out of every net, seen for one more day where they were, their own page closed.
create or replace function workforce_member_leave(p_member bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform workforce_refuse(workforce_keeps_member(p_member));
    update workforce_member set left_on = workforce_today() where id = p_member and left_on is null;
    if not found then
        raise exception using errcode = 'LF409', message = 'workforce.left_already';
    end if;
    perform workforce_registration_end(p_member);
    update workforce_membership set to_on = workforce_today() where member_id = p_member and to_on is null;
    update workforce_link set revoked_at = now() where member_id = p_member and revoked_at is null;
    perform workforce_place(array[p_member]);
end
$$;

-- One live registration a member, beside the unit: reported by themselves, or entered by the office of the community.
create or replace function workforce_register_put(p_member bigint, p_path text, p_via text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select 1 from areas_area a where a.path = p_path and a.level = 5 and a.ended_on is null) then
        raise exception using errcode = 'LF404', message = 'access.not_found';
    end if;
    perform 1 from workforce_member m where m.id = p_member for update;
    if exists (select 1 from workforce_registration r where r.member_id = p_member and r.ended_at is null and r.path = p_path) then
        raise exception using errcode = 'LF409', message = 'workforce.registered_already';
    end if;
    perform workforce_registration_end(p_member);
    insert into workforce_registration (member_id, path, via) values (p_member, p_path, p_via);
    insert into metrics_delta (name, dim, day, path, value) values ('workforce.registered', '', workforce_today(), p_path, 1);
    perform workforce_place(array[p_member]);
end
$$;
revoke all on function workforce_register_put(bigint, text, text) from public;

create or replace function workforce_register(p_member bigint, p_path text, p_via text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me bigint := workforce_me();
begin
    if p_member is null or p_member = me then
        perform workforce_refuse(me is not null);
        perform workforce_register_put(me, p_path, p_via);
    else
        perform workforce_refuse((workforce_keeps(p_path) or workforce_keeps_member(p_member)) and workforce_sees_member(p_member));
        perform workforce_register_put(p_member, p_path, 'office');
    end if;
end
$$;

create or replace function workforce_unregister(p_member bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform workforce_refuse(coalesce(p_member = workforce_me(), false) or workforce_keeps_member(p_member)
        or exists (select 1 from workforce_registration r where r.member_id = p_member and r.ended_at is null and workforce_keeps(r.path)));
    if not exists (select 1 from workforce_registration r where r.member_id = p_member and r.ended_at is null) then
        raise exception using errcode = 'LF409', message = 'workforce.not_registered';
    end if;
    perform workforce_registration_end(p_member);
    perform workforce_place(array[p_member]);
end
$$;

-- Who is behind a name and telephone, or a paper, that somebody typed at the community's own code. It tells nothing but whether
-- the report was taken; the caller counts failures.
create or replace function workforce_report(p_path text, p_identity bytea, p_contact bytea) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom bigint;
begin
    select s.member_id into whom from workforce_secret s join workforce_member m on m.id = s.member_id and m.left_on is null
        where s.identity_blind = p_identity;
    if whom is null then
        select s.member_id into whom from workforce_secret s join workforce_member m on m.id = s.member_id and m.left_on is null
            where s.contact_blind = p_contact order by s.member_id limit 1;
    end if;
    if whom is null then
        return false;
    end if;
    if not exists (select 1 from workforce_registration r where r.member_id = whom and r.ended_at is null and r.path = p_path) then
        perform workforce_register_put(whom, p_path, 'code');
    end if;
    return true;
end
$$;

-- What somebody says of their own time replaces what they said before; the office may write down what they were told.
create or replace function workforce_state_availability(p_member bigint, p_weekday smallint[], p_day date[], p_from smallint[], p_to smallint[],
    p_can boolean[]) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whom bigint := coalesce(p_member, workforce_me());
begin
    perform workforce_refuse(whom is not null and (coalesce(whom = workforce_me(), false) or workforce_keeps_member(whom)));
    delete from workforce_availability where member_id = whom;
    insert into workforce_availability (member_id, weekday, on_day, from_minute, to_minute, can_work)
        select whom, t.weekday, t.day, t.low, t.high, t.can from unnest(p_weekday, p_day, p_from, p_to, p_can) as t(weekday, day, low, high, can);
end
$$;

-- Members of an organisation that were in it, for its history: numbers only, counted by the day they left.
create or replace function workforce_former(p_unit bigint) returns table (member_id bigint, net text, duty text, from_on date, to_on date)
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.member_id, s.net, s.duty, s.from_on, s.to_on from workforce_membership s
    where s.organisation_id = p_unit and s.to_on is not null and workforce_sees_unit(p_unit) and access_sees('members', 'named')
    order by s.to_on desc, s.id limit 500
$$;
revoke all on function workforce_unit_write(bigint, text, text, text, bigint, text, bytea),
    workforce_member_add(bigint, text, text, text, bytea, bytea, bytea, bytea, text, text, smallint, smallint, text[]),
    workforce_member_seals(bigint), workforce_member_edit(bigint, bytea, bytea, bytea, text, text, text[]),
    workforce_member_move(bigint, bigint, bigint, text, text), workforce_member_leave(bigint), workforce_register(bigint, text, text),
    workforce_unregister(bigint), workforce_report(text, bytea, bytea), workforce_former(bigint),
    workforce_state_availability(bigint, smallint[], date[], smallint[], smallint[], boolean[]) from public;
grant execute on function workforce_unit_write(bigint, text, text, text, bigint, text, bytea),
    workforce_member_add(bigint, text, text, text, bytea, bytea, bytea, bytea, text, text, smallint, smallint, text[]),
    workforce_member_seals(bigint), workforce_member_edit(bigint, bytea, bytea, bytea, text, text, text[]),
    workforce_member_move(bigint, bigint, bigint, text, text), workforce_member_leave(bigint), workforce_register(bigint, text, text),
    workforce_unregister(bigint), workforce_report(text, bytea, bytea), workforce_former(bigint),
    workforce_state_availability(bigint, smallint[], date[], smallint[], smallint[], boolean[]) to lianfang_app;
