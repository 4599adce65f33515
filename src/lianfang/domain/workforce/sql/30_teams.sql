-- Temporary branches, groups and squads: founded where they are needed, dissolved with their history kept.
create or replace function workforce_found_team(p_name text, p_kind text, p_net text, p_path text, p_tied_to text, p_head bigint,
    p_members bigint[]) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made bigint;
    everybody bigint[] := array(select distinct m from unnest(p_members || array[p_head]) as m where m is not null);
begin
    perform workforce_refuse(workforce_keeps(p_path) and exists (select 1 from areas_area a where a.path = left(p_path, 12)));
    if exists (select 1 from unnest(everybody) as t(m) where not workforce_sees_member(t.m)) then
        raise exception using errcode = 'LF422', message = 'workforce.member_outside';
    end if;
    if exists (select 1 from workforce_organisation o where o.path = p_path and o.name = p_name and o.dissolved_on is null) then
        raise exception using errcode = 'LF409', message = 'workforce.unit_exists';
    end if;
    insert into workforce_organisation (name, kind, path, lineage, code, temporary, tied_to, source, key_path, founded_on)
        values (p_name, p_kind, p_path, '', '', true, p_tied_to, '', left(p_path, 6), workforce_today()) returning id into made;
    insert into workforce_membership (member_id, organisation_id, net, duty, from_on)
        select t.m, made, p_net, case when t.m = p_head then 'head' else 'member' end, workforce_today() from unnest(everybody) as t(m);
    perform workforce_place(everybody);
    insert into metrics_delta (name, dim, day, path, value) values ('workforce.teams', p_kind, workforce_today(), left(p_path, 12), 1);
    return made;
end
$$;

create or replace function workforce_join_team(p_team bigint, p_members bigint[], p_net text, p_duty text) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    added bigint[];
begin
    perform workforce_refuse(workforce_keeps_unit(p_team)
        and exists (select 1 from workforce_organisation o where o.id = p_team and o.dissolved_on is null));
    if exists (select 1 from unnest(p_members) as t(m) where not workforce_sees_member(t.m)) then
        raise exception using errcode = 'LF422', message = 'workforce.member_outside';
    end if;
    with made as (
        insert into workforce_membership (member_id, organisation_id, net, duty, from_on)
            select distinct t.m, p_team, p_net, p_duty, workforce_today() from unnest(p_members) as t(m)
            on conflict do nothing returning member_id
    ) select array_agg(member_id) into added from made;
    perform workforce_place(coalesce(added, '{}'));
    return coalesce(cardinality(added), 0);
end
$$;

-- Nobody belongs to a team that is no more; who did stays written down.
create or replace function workforce_dissolve_team(p_team bigint) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    team workforce_organisation;
    were bigint[];
begin
    perform workforce_refuse(workforce_keeps_unit(p_team));
    select * into team from workforce_organisation where id = p_team for update;
    if not team.temporary then
        raise exception using errcode = 'LF409', message = 'workforce.not_temporary';
    elsif team.dissolved_on is not null then
        raise exception using errcode = 'LF409', message = 'workforce.dissolved_already';
    end if;
    update workforce_organisation set dissolved_on = workforce_today() where id = p_team;
    with ended as (
        update workforce_membership set to_on = workforce_today() where organisation_id = p_team and to_on is null returning member_id
    ) select coalesce(array_agg(member_id), '{}') into were from ended;
    perform workforce_place(were);
    insert into metrics_delta (name, dim, day, path, value)
        values ('workforce.teams', team.kind, workforce_today(), left(team.path, 12), -1);
    return cardinality(were);
end
$$;

-- The number behind a masked one: for a call, and on record.
create or replace function workforce_contact(p_member bigint, p_purpose text) returns table (key_path text, sealed bytea)
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform workforce_refuse(access_sees('members', 'call') and workforce_sees_member(p_member));
    insert into vault_look (account_id, role, person_id, path, purpose, fields)
        select access_account(), access_role(), coalesce(m.resident_id, -m.id),
            coalesce(nullif(m.home_path, ''), m.key_path), p_purpose, 'member:phone'
        from workforce_member m where m.id = p_member;
    return query select m.key_path, s.sealed from workforce_member m join workforce_secret s on s.member_id = m.id where m.id = p_member;
end
$$;
revoke all on function workforce_found_team(text, text, text, text, text, bigint, bigint[]),
    workforce_join_team(bigint, bigint[], text, text), workforce_dissolve_team(bigint), workforce_contact(bigint, text) from public;
grant execute on function workforce_found_team(text, text, text, text, text, bigint, bigint[]),
    workforce_join_team(bigint, bigint[], text, text), workforce_dissolve_team(bigint), workforce_contact(bigint, text) to lianfang_app;
